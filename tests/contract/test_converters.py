"""Older and foreign text documents through the real LibreOffice and antiword: what was filled in is what is read."""

from __future__ import annotations

import io
import os
import zipfile
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import pytest

from mailflow.campaign.load import load_campaign
from mailflow.documents.blank import blank_form
from mailflow.documents.kinds import Kind, kind_of
from mailflow.documents.layout import read_form
from mailflow.documents.plain import write_docx
from mailflow.documents.word import read_docx
from mailflow.model.campaign import Campaign
from mailflow.model.facts import FormReading
from mailflow.sight import antiword, bounded, office
from mailflow.sight.office import Converted, convert
from mailflow.testing import forms, pictures
from mailflow.testing.filled import expected, written
from mailflow.testing.foreign import save_as
from mailflow.testing.servers import require

OLD_FORMATS = ("doc", "wps", "rtf", "odt")
BODY = "<office:body><office:text>{}</office:text></office:body>"
SPACES = " ".join(
    f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{what}:1.0"'
    for name, what in {"office": "office", "text": "text", "draw": "drawing", "script": "script"}.items()
)
MANIFEST = "urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"


@pytest.fixture(autouse=True)
def _libreoffice() -> None:
    require("libreoffice")


@pytest.fixture
def _no_wall(monkeypatch: pytest.MonkeyPatch) -> None:
    """For what must hold by LibreOffice's settings alone."""
    monkeypatch.setattr(bounded, "wall", lambda: "")


@pytest.fixture(scope="module")
def campaign() -> Campaign:
    return load_campaign("shanxi-2020")


def filled(campaign: Campaign) -> dict[str, bytes]:
    """Our own blank form of each category, filled in."""
    return {one.id: forms.filled_controls(campaign, one.id, written(campaign, one)) for one in campaign.categories}


@cache
def saved(campaign_id: str, extension: str) -> dict[str, bytes]:
    """The filled form of each category, saved by a word processor."""
    return save_as(extension, filled(load_campaign(campaign_id)))


def read(one: Converted, campaign: Campaign) -> FormReading | None:
    assert one.docx is not None, one
    return read_form(read_docx(one.docx), campaign)


def odt(body: str, head: str = "", parts: Mapping[str, str] | None = None) -> bytes:
    """An OpenDocument text with `body`, as a hand that means ill would write it."""
    link = 'xmlns:xlink="http://www.w3.org/1999/xlink"'
    content = f"<office:document-content {SPACES} {link}>{head}{BODY.format(body)}</office:document-content>"
    files = {"content.xml": content, **(parts or {})}
    entries = "".join(f'<m:file-entry m:full-path="{name}" m:media-type="text/xml"/>' for name in files)
    kind = "application/vnd.oasis.opendocument.text"
    root = f'<m:file-entry m:full-path="/" m:media-type="{kind}"/>'
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as package:
        package.writestr("mimetype", kind)
        package.writestr("META-INF/manifest.xml", f'<m:manifest xmlns:m="{MANIFEST}">{root}{entries}</m:manifest>')
        for name, part in files.items():
            package.writestr(name, part)
    return made.getvalue()


@pytest.mark.parametrize("extension", OLD_FORMATS)
@pytest.mark.parametrize("campaign_id", ["shanxi-2020", "village-grants"])
def test_a_filled_form_of_every_category_reads_back_field_by_field(campaign_id: str, extension: str) -> None:
    campaign = load_campaign(campaign_id)
    files = saved(campaign_id, extension)
    assert {kind_of(content) for content in files.values()} == {Kind.OLD_TEXT}
    for one in convert(list(files.items())):
        category = campaign.category(one.name)
        reading = read(one, campaign)
        assert reading is not None, one.name
        assert dict(reading.fields) == expected(campaign, category), one.name
        assert (reading.form, reading.categories, reading.invalid) == (category.form, (one.name,), {})


@pytest.mark.parametrize("campaign_id", ["shanxi-2020", "village-grants"])
def test_a_form_that_was_filled_in_and_saved_again_by_another_program_reads_back(campaign_id: str) -> None:
    campaign = load_campaign(campaign_id)
    for category_id, content in saved(campaign_id, "docx").items():
        reading = read_form(read_docx(content), campaign)
        assert reading is not None
        assert dict(reading.fields) == expected(campaign, campaign.category(category_id)), category_id


@pytest.mark.parametrize("extension", [*OLD_FORMATS, "docx"])
def test_an_empty_form_stays_empty_in_every_format(campaign: Campaign, extension: str) -> None:
    files = save_as(extension, {one.id: blank_form(campaign, one) for one in campaign.categories})
    read_back = files.items() if extension == "docx" else [(one.name, one.docx) for one in convert(list(files.items()))]
    for category_id, docx in read_back:
        assert docx is not None
        category = campaign.category(category_id)
        assert read_form(read_docx(docx), campaign) == FormReading(category.form, (category_id,)), category_id


def test_formats_may_be_mixed_and_each_result_is_its_own_files(campaign: Campaign) -> None:
    mixed = [
        (f"{category}.{extension}", saved("shanxi-2020", extension)[category])
        for category in ("announcer", "model-learner")
        for extension in OLD_FORMATS
    ]
    results = convert(mixed)
    assert [one.name for one in results] == [name for name, _ in mixed]
    for one in results:
        reading = read(one, campaign)
        assert reading is not None
        assert reading.categories == (one.name.partition(".")[0],)


def test_a_table_that_ends_a_doc_is_not_lost(campaign: Campaign) -> None:
    """LibreOffice reads such a .doc as one flat paragraph."""
    require("antiword")
    one = campaign.category("outstanding-learner")
    content = without_last_paragraph(forms.filled_form(campaign, one.id, written(campaign, one)))
    [result] = convert([("王小明.doc", save_as("doc", {"": content})[""])])
    reading = read(result, campaign)
    assert reading is not None
    assert dict(reading.fields) == expected(campaign, one)
    assert result.detail == "converted by antiword"


def without_last_paragraph(docx: bytes) -> bytes:
    from docx import Document

    document = Document(io.BytesIO(docx))
    document.element.body.remove(document.paragraphs[-1]._p)
    made = io.BytesIO()
    document.save(made)
    return made.getvalue()


def test_without_libreoffice_antiword_reads_the_forms_of_word(
    campaign: Campaign, monkeypatch: pytest.MonkeyPatch
) -> None:
    require("antiword")
    files = saved("shanxi-2020", "doc")
    monkeypatch.setattr(office, "available", lambda: "LibreOffice is not on this machine")
    for one in convert(list(files.items())):
        reading = read(one, campaign)
        assert reading is not None
        assert dict(reading.fields) == expected(campaign, campaign.category(one.name)), one.name
        assert reading.categories == (one.name,)


def test_what_antiword_reads_is_the_same_as_a_docx() -> None:
    require("antiword")
    for content in saved("shanxi-2020", "doc").values():
        sheet = antiword.read(content)
        assert sheet is not None
        again = read_docx(write_docx(sheet))
        assert again.grids == sheet.grids
        assert [line for line in again.lines if line] == [line for line in sheet.lines if line]


def test_a_broken_file_takes_no_other_with_it(campaign: Campaign) -> None:
    doc, rtf = (saved("shanxi-2020", extension)["announcer"] for extension in ("doc", "rtf"))
    broken = [
        ("cut.doc", doc[:3_000]),
        ("half.doc", doc[: len(doc) // 2]),
        ("empty", b""),
        ("bytes.doc", b"\x01\x02" * 500),
        ("ole.wps", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\xff" * 1_000),
        ("rtf that is none.rtf", b"{\\rtf1 \\bin99 "),
    ]
    results = convert([*broken, ("whole.doc", doc), ("whole.rtf", rtf)])
    for one in results[:5]:
        assert one.docx is None, one.name
        assert one.problem in ("attachment.unreadable", "attachment.unsupported"), one.name
        assert one.detail
    for one in results[6:]:
        reading = read(one, campaign)
        assert reading is not None
        assert reading.categories == ("announcer",)


@pytest.mark.usefixtures("_no_wall")
def test_a_macro_never_runs_and_is_told_of(tmp_path: Path) -> None:
    mark = tmp_path / "mark"
    module = f'Sub Main\nOpen "{mark}" For Output As #1\nPrint #1, "x"\nClose #1\nEnd Sub'
    parts = {
        "Basic/script-lc.xml": '<l:libraries xmlns:l="http://openoffice.org/2000/library">'
        '<l:library l:name="Standard" l:link="false"/></l:libraries>',
        "Basic/Standard/script-lb.xml": '<l:library xmlns:l="http://openoffice.org/2000/library" l:name="Standard">'
        '<l:element l:name="Module1"/></l:library>',
        "Basic/Standard/Module1.xml": '<s:module xmlns:s="http://openoffice.org/2000/script" s:name="Module1" '
        f's:language="StarBasic">{module}</s:module>',
    }
    place = "vnd.sun.star.script:Standard.Module1.Main?language=Basic&amp;location=document"
    events = (
        '<office:scripts><office:event-listeners><script:event-listener script:language="ooo:script" '
        f'script:event-name="dom:load" xlink:href="{place}" xlink:type="simple"/>'
        "</office:event-listeners></office:scripts>"
    )
    [one] = convert([("报名表.odt", odt("<text:p>姓名</text:p>", events, parts))])
    assert one.docx is not None
    assert office.MACROS in one.detail
    assert not mark.exists()


@pytest.mark.usefixtures("_no_wall")
def test_nothing_from_elsewhere_on_this_machine_gets_into_the_document(tmp_path: Path) -> None:
    secret, picture = tmp_path / "secret.txt", tmp_path / "secret.png"
    secret.write_text("机密", encoding="utf-8")
    picture.write_bytes(pictures.drawn_picture(["机密"]))
    section = (
        f'<text:section text:name="s"><text:section-source xlink:href="{secret.as_uri()}" xlink:type="simple" '
        'text:filter-name="Text"/><text:p>旧</text:p></text:section>'
    )
    frame = (
        '<text:p><draw:frame draw:name="f" text:anchor-type="as-char">'
        f'<draw:image xlink:href="{picture.as_uri()}" xlink:type="simple"/></draw:frame></text:p>'
    )
    fields = "".join(
        f'{{\\field{{\\*\\fldinst{{{word} "{path}"}}}}{{\\fldrslt x}}}}'
        for word, path in (("INCLUDETEXT", secret), ("LINK txtfile", secret))
    )
    for one in convert([("1.odt", odt(section + frame)), ("2.rtf", f"{{\\rtf1 {fields}}}".encode())]):
        assert one.docx is not None
        with zipfile.ZipFile(io.BytesIO(one.docx)) as package:
            assert not [name for name in package.namelist() if "media" in name]
            assert not any("机密".encode() in package.read(name) for name in package.namelist())


def test_a_picture_of_this_machine_is_out_of_reach_in_the_sandbox(tmp_path: Path) -> None:
    if bounded.wall() != "a sandbox":
        pytest.skip("bubblewrap is not here, or this system lets nobody use it")
    picture = tmp_path / "secret.png"
    picture.write_bytes(pictures.drawn_picture(["机密"]))
    field = f'{{\\field{{\\*\\fldinst{{INCLUDEPICTURE "{picture.as_uri()}"}}}}{{\\fldrslt x}}}}'
    [one] = convert([("1.rtf", f"{{\\rtf1 {field}}}".encode())])
    assert one.docx is not None
    with zipfile.ZipFile(io.BytesIO(one.docx)) as package:
        assert not [name for name in package.namelist() if "media" in name]


def test_a_file_that_never_comes_to_an_end_costs_its_time_and_no_other_file(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = saved("shanxi-2020", "rtf")["announcer"]
    monkeypatch.setattr(office, "START_SECONDS", 3)
    endless = b"{\\rtf1 " + b"\\trowd\\cellx1000 a\\cell\\row" * 20_000 + b"}"
    before, after = ("1.rtf", whole), ("3.rtf", whole)
    first, second, third = convert([before, ("2.rtf", endless), after])
    assert (second.docx, second.problem) == (None, "attachment.unreadable")
    assert first.docx is not None
    assert third.docx is not None


def test_a_folder_with_odd_letters_does(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    content = saved("shanxi-2020", "doc")["announcer"]
    odd = tmp_path / "数据 %20#&'"
    odd.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(odd))
    [one] = convert([("1.doc", content)])
    assert one.docx is not None
    assert list(odd.iterdir()) == []


def test_a_programs_environment_holds_no_password(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAILFLOW_IMAP__PASSWORD", "open-sesame")
    printed = tmp_path / "printed"
    assert bounded.run(["env"], tmp_path, cpu_seconds=10, into=printed) == 0
    assert "PATH=" in printed.read_text()
    assert "open-sesame" not in printed.read_text()
    assert os.environ["MAILFLOW_IMAP__PASSWORD"] == "open-sesame"


def test_inside_the_wall_there_is_no_network(tmp_path: Path) -> None:
    if not bounded.wall():
        pytest.skip("this system lets nobody build a wall")
    printed = tmp_path / "printed"
    bounded.run(["cat", "/proc/net/dev"], tmp_path, cpu_seconds=10, into=printed)
    names = [line.partition(":")[0].strip() for line in printed.read_text().splitlines() if ":" in line]
    assert names == ["lo"]
