from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from mailflow.errors import MailflowError
from mailflow.letters.answered import Answered
from mailflow.letters.render import render
from mailflow.letters.table import csv_part
from mailflow.model.campaign import Campaign
from mailflow.model.entry import Submission
from mailflow.model.letter import Letter

ROOT = Path(__file__).resolve().parents[3]


def put(folder: Path, **faces: str) -> None:
    folder.mkdir(parents=True)
    given = {"subject": "s", "text": "t", "html": "<p>h</p>", **faces}
    (folder / "subject.txt").write_text(given["subject"], encoding="utf-8")
    (folder / "body.txt").write_text(given["text"], encoding="utf-8")
    (folder / "body.html").write_text(given["html"], encoding="utf-8")


@pytest.fixture
def note(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path / "templates" / "zh" / "note"


def test_a_template_in_the_working_folder_wins(
    note: Path,
    compose: Callable[..., Letter],
    answer: Callable[..., Answered],
    submission: Callable[..., Submission],
) -> None:
    own = note.parent / "receipt" / "subject.txt"
    own.parent.mkdir(parents=True)
    own.write_text("我们自己的标题：{{ item.applicant }}", encoding="utf-8")
    assert compose(answer(submission())).subject == "我们自己的标题：王小明"


def test_values_are_escaped_in_html_and_plain_in_text(note: Path) -> None:
    put(note, text="{{ name }}", html="<p>{{ name }}</p>")
    rendered = render("note", "zh", {"name": "<b>&"})
    assert rendered.text == "<b>&\n"
    assert "<p>&lt;b&gt;&amp;</p>" in rendered.html


def test_a_macro_that_text_and_html_share_escapes_in_html(note: Path) -> None:
    use = '{% from "zh/note/shared.txt" import hello %}{{ hello(name) }}'
    put(note, text=use, html=f"<p>{use}</p>")
    (note / "shared.txt").write_text("{% macro hello(name) %}您好 {{ name }}{% endmacro %}", encoding="utf-8")
    rendered = render("note", "zh", {"name": "<b>"})
    assert rendered.text == "您好 <b>\n"
    assert "您好 &lt;b&gt;" in rendered.html


def test_the_style_sheet_is_written_into_the_elements(note: Path) -> None:
    put(note, html='<html><head><style>.a{color:#123456}</style></head><body><p class="a">x</p></body></html>')
    html = render("note", "zh", {}).html
    assert 'style="color:#123456' in html
    assert "<style" not in html


def test_a_subject_is_one_safe_line(note: Path) -> None:
    put(note, subject="{{ name }}\n")
    assert render("note", "zh", {"name": "a\r\nBcc: x =?q?="}).subject == "a Bcc: x = ?q? ="


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("{{ nothing }}", "body.txt cannot be filled"),
        ("one\n{% if %}", "body.txt, line 2"),
        ('{% include "zh/none.txt" %}', "templates/zh/none.txt is missing"),
    ],
)
def test_a_broken_template_is_named(text: str, says: str, note: Path) -> None:
    put(note, text=text)
    with pytest.raises(MailflowError, match=says):
        render("note", "zh", {})


def test_a_language_without_templates_is_named() -> None:
    with pytest.raises(MailflowError, match=r"templates/xx/receipt/subject\.txt is missing"):
        render("receipt", "xx", {})


def test_no_chinese_is_left_in_the_english_letters() -> None:
    letters = {path.parent.name for path in (ROOT / "templates/en").glob("*/body.txt")}
    assert {"receipt", "receipt-held", "receipt-several", "reminder", "reminder-nothing", "digest", "alarm"} <= letters
    for letter in letters:
        for path in (ROOT / "templates/en" / letter).iterdir():
            assert not any("\u4e00" <= one <= "\u9fff" for one in path.read_text(encoding="utf-8")), path


def test_both_languages_have_the_same_letters() -> None:
    def names(language: str) -> set[str]:
        folder = ROOT / "templates" / language
        return {str(path.relative_to(folder)) for path in folder.glob("*/*") if path.suffix in (".txt", ".html")}

    mine = ("receipt", "reminder", "digest", "alarm")
    assert {one for one in names("zh") if one.startswith(mine)} == {one for one in names("en") if one.startswith(mine)}


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@x", "＝1", "\tx"])
def test_a_cell_that_looks_like_a_formula_is_text(cell: str) -> None:
    content = csv_part("a.csv", ["甲"], [[cell]]).content.decode("utf-8-sig")
    assert content.splitlines()[1].lstrip('"').startswith("'")


def test_the_shipped_campaign_has_the_texts_that_receipts_use(campaign: Campaign) -> None:
    from mailflow.campaign.load import load_campaign

    assert set(campaign.texts) <= set(load_campaign("shanxi-2020").texts)
