from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path

import pytest

from mailflow import resources
from mailflow.campaign.load import load_campaign
from mailflow.judge.codes import CODES, REVIEWER_ONLY
from mailflow.judge.phrase import quoted, say, shown
from mailflow.model.campaign import Campaign
from mailflow.model.form import Field, FieldKind

ROOT = Path(__file__).resolve().parents[3]
LANGUAGES = ("zh", "en")
NAME = re.compile(r"\{([^{}]*)\}")


def sentences(language: str) -> dict[str, str]:
    path = resources.find("templates", f"{language}/phrases.toml")
    assert path is not None
    return dict(_flat(tomllib.loads(path.read_text(encoding="utf-8"))))


def _flat(table: Mapping[str, object], prefix: str = "") -> list[tuple[str, str]]:
    pairs: list[tuple[str, str]] = []
    for key, value in table.items():
        if isinstance(value, Mapping):
            pairs.extend(_flat(value, f"{prefix}{key}."))
        else:
            pairs.append((prefix + key, str(value)))
    return pairs


def keys_in_code() -> set[str]:
    """Every string in the package that looks like the key of a sentence."""
    text = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "mailflow/judge").glob("*.py"))
    groups = "|".join({key.partition(".")[0] for key in sentences("zh")})
    return set(re.findall(rf'"((?:{groups})\.[a-z-]+)"', text))


def test_all_languages_have_the_same_sentences() -> None:
    assert sentences("zh").keys() == sentences("en").keys()


@pytest.mark.parametrize("key", sorted(sentences("zh")))
def test_a_sentence_fills_in_the_same_names_in_all_languages(key: str) -> None:
    if key.startswith("date."):
        return
    assert set(NAME.findall(sentences("zh")[key])) >= set(NAME.findall(sentences("en")[key]))


@pytest.mark.parametrize("key", sorted(keys_in_code()))
def test_every_key_that_is_used_has_a_sentence_in_every_language(key: str) -> None:
    assert all(key in sentences(language) for language in LANGUAGES)


@pytest.mark.parametrize("code", sorted(CODES))
def test_every_code_has_a_sentence_in_every_language(code: str) -> None:
    assert all(sentences(language)[code] for language in LANGUAGES)


def test_the_table_of_findings_is_the_table_in_the_code() -> None:
    text = (ROOT / "docs/findings.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `([^`]+)` \| (.*?) \| .*? \| (yes|no|errors only) \|$", text, re.MULTILINE)
    told = {code: (meaning, answer) for code, meaning, answer in rows if not code.startswith("rule.")}
    assert told == {code: (meaning, "no" if code in REVIEWER_ONLY else "yes") for code, meaning in CODES.items()}
    assert any(code == "rule.<id>" for code, _, _ in rows)


@pytest.fixture(scope="module")
def campaign() -> Campaign:
    return load_campaign("shanxi-2020")


def test_what_a_sender_wrote_is_not_filled_in_again(campaign: Campaign) -> None:
    text = say(campaign, "form.name-mismatch", name="{applicant}", applicant="李晓华")
    assert "“{applicant}”" in text


def test_a_key_or_a_name_that_is_not_known_is_no_crash(campaign: Campaign) -> None:
    assert say(campaign, "no.such-key") == "no.such-key"
    assert "{field}" in say(campaign, "field.missing")


@pytest.mark.parametrize(
    ("value", "kind", "text"),
    [(28345, FieldKind.INTEGER, "28,345"), (45.0, FieldKind.PERCENT, "45%"), (42.5, FieldKind.PERCENT, "42.5%")],
)
def test_values_are_shown_as_people_write_them(value: float, kind: FieldKind, text: str) -> None:
    assert shown(value, Field("x", ("X",), kind)) == text


def test_a_quotation_is_one_short_line() -> None:
    assert quoted("a\r\nb") == "a b"
    assert len(quoted("长" * 500)) == 60
