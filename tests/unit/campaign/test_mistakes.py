"""Every mistake in a campaign file is said at once: file, line, key path, what would be right."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from mailflow import resources
from mailflow.campaign.load import load_campaign, parse_campaign
from mailflow.errors import CampaignError

GOOD_PATH = resources.find("schedules", "village-grants.toml")
assert GOOD_PATH is not None
GOOD = GOOD_PATH.read_text(encoding="utf-8")
SOURCE = "grants.toml"


def refusal(text: str) -> str:
    with pytest.raises(CampaignError) as error:
        parse_campaign(text, source=SOURCE, phrases={})
    return str(error.value)


def changed(old: str, new: str) -> str:
    assert GOOD.count(old) >= 1, old
    return GOOD.replace(old, new, 1)


def line_of(text: str, part: str) -> int:
    return next(number for number, line in enumerate(text.splitlines(), start=1) if part in line)


MISTAKES = tomllib.loads(Path(__file__).with_name("mistakes.toml").read_text(encoding="utf-8"))["mistake"]


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda one: f"{one['path']}: {one['remedy']}")
def test_a_mistake_is_named_with_file_line_key_and_remedy(mistake: dict[str, str]) -> None:
    text = changed(mistake["old"], mistake["new"])
    line = text[: text.index(mistake["part"])].count("\n") + 1
    said = refusal(text).splitlines()
    about = [one for one in said if one.startswith(f"{SOURCE}:{line}: ") and f"{mistake['path']}: " in one]
    assert any(mistake["remedy"] in one for one in about), said


def test_several_mistakes_are_said_at_once_in_the_order_of_the_file() -> None:
    text = changed('severity = "warning"', 'severity = "warn"').replace('"mon"', '"monday"')
    text = text.replace('must     = "amount <= 2500"', 'must = "amonut <= 2500"').replace('"London"', "")
    said = refusal(text.replace('group       = "grant"', 'group = "grants"')).splitlines()
    assert said[0] == f"{SOURCE}: 4 mistakes"
    lines = [int(one.split(":")[1]) for one in said[1:]]
    assert lines == sorted(lines)
    keys = [one.split(": ")[1].split(".")[-1] for one in said[1:]]
    assert keys == ["group", "must", "severity", "weekdays[0]"]


def test_a_mistake_in_a_table_is_not_blamed_on_those_who_mention_it() -> None:
    said = refusal(changed('[category.project-grant]\nname        = "Project grant"\n', "[category.project-grant]\n"))
    assert said.count("\n") == 0
    assert "category.project-grant.name: is missing" in said


def test_bad_toml_names_file_and_line() -> None:
    said = refusal(changed('zone           = "Europe/London"', "zone = Europe/London"))
    assert said.startswith(f"{SOURCE}: not valid TOML")
    assert f"line {line_of(GOOD, 'zone  ')}" in said


def test_a_table_that_stands_twice_is_bad_toml() -> None:
    assert "not valid TOML" in refusal(GOOD + '\n[report.weekly]\ntitle = "again"\n')


@pytest.mark.parametrize(
    "text", ["", "campaign = 3\n", "[campaign]\n", "[[category]]\nname = 1\n", "x = [[1], {a = 2}]\n"]
)
def test_a_file_that_is_no_campaign_at_all_is_refused_in_words(text: str) -> None:
    said = refusal(text)
    assert SOURCE in said
    assert "campaign" in said


def test_words_inside_texts_are_not_taken_for_tables() -> None:
    text = changed("[texts]\n", '[texts]\ngroup = """\n[report.weekly]\nkind = "x"\n"""\n')
    text = text.replace('kind       = "roster"', 'kind       = "rooster"')
    assert f"{SOURCE}:{line_of(text, 'rooster')}: report.weekly.kind" in refusal(text)


def test_a_campaign_that_is_not_there_says_which_there_are(tmp_path: Path) -> None:
    with pytest.raises(CampaignError, match="shanxi-2020, village-grants"):
        load_campaign("shanxi-2021", base=tmp_path)


def test_a_file_in_another_encoding_says_so(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_bytes("name = '活动'".encode("gb18030"))
    with pytest.raises(CampaignError, match="UTF-8"):
        load_campaign("a.toml", base=tmp_path)


def test_a_folder_is_no_campaign(tmp_path: Path) -> None:
    (tmp_path / "a.toml").mkdir()
    with pytest.raises(CampaignError, match=r"a\.toml"):
        load_campaign("a.toml", base=tmp_path)
