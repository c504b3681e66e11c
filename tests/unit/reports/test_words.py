"""The words of reports."""

from __future__ import annotations

import string
import tomllib
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from mailflow import resources
from mailflow.errors import CampaignError
from mailflow.model.campaign import Campaign
from mailflow.model.entry import EntryStatus
from mailflow.model.facts import Role
from mailflow.reports.roster import Standing
from mailflow.reports.words import Words, headings, printable, words_of

At = Callable[[str], datetime]


def sentences(language: str) -> dict[str, set[str]]:
    """The keys of a language's words, each with the values it takes."""
    path = resources.find("templates", f"{language}/report/words.toml")
    assert path is not None
    found: dict[str, set[str]] = {}

    def walk(tree: dict[str, Any], prefix: str) -> None:
        for key, value in tree.items():
            if isinstance(value, dict):
                walk(value, f"{prefix}{key}.")
            else:
                found[prefix + key] = {name for _, name, _, _ in string.Formatter().parse(value) if name}

    walk(tomllib.loads(path.read_text(encoding="utf-8")), "")
    return found


def test_both_languages_have_the_same_sentences() -> None:
    assert sentences("zh").keys() == sentences("en").keys()


@pytest.mark.parametrize("language", ["zh", "en"])
def test_each_status_standing_and_role_has_a_word(language: str) -> None:
    keys = sentences(language).keys()
    assert {f"status.{one}" for one in EntryStatus} <= keys
    assert {f"standing.{one}" for one in Standing} <= keys
    assert {f"role.{one}" for one in Role} <= keys


@pytest.mark.parametrize(
    ("since", "until", "span"),
    [
        ("08-21 17:00", "08-25 17:00", "8月21日17时—25日17时"),
        ("08-28 18:00", "09-01 17:00", "8月28日18时—9月1日17时"),
        ("08-25 17:00", "08-26 00:00", "8月25日17时—24时"),
        ("08-26 00:00", "08-28 18:30", "8月25日24时—28日18:30"),
        (None, "08-18 17:00", "截至8月18日17时"),
    ],
)
def test_the_time_covered_is_said_as_people_say_it(
    campaign: Campaign, at: At, since: str | None, until: str, span: str
) -> None:
    assert words_of(campaign).span(at(since) if since else None, at(until)) == span


def test_a_language_without_words_is_refused_with_what_to_do(campaign: Campaign) -> None:
    with pytest.raises(CampaignError, match=r"templates/fr/report/words\.toml does not exist"):
        words_of(replace(campaign, language="fr"))


def test_a_missing_sentence_is_named(campaign: Campaign) -> None:
    with pytest.raises(CampaignError, match=r"cover\.span"):
        Words({}, campaign.zone).say("cover.span")


def test_labels_that_occur_twice_say_which_row_they_stand_in(campaign: Campaign) -> None:
    heads = headings(campaign.form("learner").fields)
    assert heads["total_rank"] == "总积分 · 全国排名"
    assert heads["annual_rank"] == "年度积分 · 全国排名"
    assert heads["mobile"] == "手机号码"


def test_what_cannot_be_shown_is_dropped() -> None:
    assert printable("王\x00小\u202e明\ud800\ufeff\r\n审") == "王小明\n审"


def test_own_words_in_the_working_folder_win(
    campaign: Campaign, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shipped = resources.find("templates", "zh/report/words.toml")
    assert shipped is not None
    own = tmp_path / "templates" / "zh" / "report" / "words.toml"
    own.parent.mkdir(parents=True)
    own.write_text(shipped.read_text(encoding="utf-8").replace("由人工选择", "由评审组选择"), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    assert words_of(campaign).say("ranking.by-people") == "由评审组选择，按来信先后列出"
