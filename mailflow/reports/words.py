"""The words of reports in the campaign's language, and how times, numbers and values are written for people.

Words live in `templates/<language>/report/words.toml`; a file in the working folder wins over the shipped one.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from mailflow import resources
from mailflow.errors import CampaignError
from mailflow.model.campaign import Campaign, Category
from mailflow.model.entry import KnownEntry
from mailflow.model.facts import Value
from mailflow.model.form import Field, FieldKind

# What XML 1.0 and UTF-8 cannot hold, and marks that turn the direction of text around (Unicode, UAX #9).
_UNPRINTABLE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ud800-\udfff\ufeff\ufffe\uffff]"
)


@dataclass(frozen=True, slots=True)
class Words:
    """Sentences by dotted key ("ranking.only"), in one language, for one time zone."""

    table: Mapping[str, str]
    zone: ZoneInfo

    def say(self, key: str, **values: object) -> str:
        """The sentence `key` with `values` filled in. Raises CampaignError naming a key that is not in the file."""
        try:
            return self.table[key].format(**values)
        except KeyError as error:
            raise CampaignError(f"report/words.toml has no sentence or value {error} (needed for {key})") from None

    def counted(self, number: int, categories: tuple[Category, ...]) -> str:
        """`number` with the word for what is counted: persons, organisations, or both."""
        kinds = {one.applicant for one in categories}
        kind = kinds.pop() if len(kinds) == 1 else "both"
        form = "one" if number == 1 else "many"
        return self.say(f"count.{kind}.{form}", number=f"{number:,}")

    def instant(self, at: datetime) -> str:
        """`at` to the minute in the campaign's zone, sortable."""
        return f"{at.astimezone(self.zone):%Y-%m-%d %H:%M}"

    def moment(self, at: datetime, *, month: bool = True) -> str:
        """`at` in words ("8月25日17时"); midnight is 24:00 of the day before, as deadlines are spoken of."""
        day = _spoken_day(at.astimezone(self.zone))
        key = "time.moment" if month else "time.moment-same-month"
        return self.say(key, month=self._month(day), day=day.day, clock=self._clock(at))

    def _clock(self, at: datetime) -> str:
        local = at.astimezone(self.zone)
        hour = 24 if (local.hour, local.minute) == (0, 0) else local.hour
        return self.say("time.hour" if local.minute == 0 else "time.minute", hour=hour, minute=local.minute)

    def day(self, day: date) -> str:
        """`day` in words, with its year."""
        return self.say("time.day", year=day.year, month=self._month(day), day=day.day)

    def last_day(self, at: datetime) -> str:
        """The day, without its year, that `at` ends or falls in."""
        day = _spoken_day(at.astimezone(self.zone))
        return self.say("time.short-day", month=self._month(day), day=day.day)

    def span(self, since: datetime | None, until: datetime) -> str:
        """The time a report covers, in words."""
        if since is None:
            return self.say("time.until", until=self.moment(until))
        first, last = (_spoken_day(one.astimezone(self.zone)) for one in (since, until))
        if first == last:
            return self.say("time.span", since=self.moment(since), until=self._clock(until))
        same = (first.year, first.month) == (last.year, last.month)
        return self.say("time.span", since=self.moment(since), until=self.moment(until, month=not same))

    def value(self, value: Value | None) -> str:
        """A field's value for reading: thousands separated, dates as ISO, "" for none."""
        if value is None:
            return ""
        if isinstance(value, int):
            return f"{value:,}"
        if isinstance(value, float):
            return f"{value:g}"
        return value.isoformat() if isinstance(value, date) else printable(value)

    def lines(self, key: str) -> tuple[str, ...]:
        """The sentences under `key`, one a line."""
        return tuple(line.strip() for line in self.say(key).splitlines() if line.strip())

    def list(self, items: tuple[str, ...]) -> str:
        """`items` in a row, as the language separates them."""
        return self.table["mark.list"].join(items)

    def _month(self, day: date) -> str:
        return self.table["time.months"].split()[day.month - 1]


def words_of(campaign: Campaign) -> Words:
    """The words for `campaign`. Raises CampaignError where its language has none."""
    path = resources.find("templates", f"{campaign.language}/report/words.toml")
    if path is None:
        raise CampaignError(
            f"language = {campaign.language!r}: templates/{campaign.language}/report/words.toml does not exist; "
            "copy the one of another language and translate it"
        )
    return Words(_table(path, path.stat().st_mtime_ns), campaign.zone)


def printable(text: str) -> str:
    """`text` without characters that no workbook or letter may hold (controls, bidi marks); line ends are LF."""
    return _UNPRINTABLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def headings(fields: tuple[Field, ...]) -> Mapping[str, str]:
    """A heading for each field, by id: its label, with the label it stands beside where two are alike."""
    labels = [one.label for one in fields]
    by_id = {one.id: one for one in fields}
    found: dict[str, str] = {}
    for one in fields:
        beside = by_id.get(one.beside or "")
        found[one.id] = f"{beside.label} · {one.label}" if beside and labels.count(one.label) > 1 else one.label
    return found


def shown_fields(campaign: Campaign, category: Category) -> tuple[Field, ...]:
    """The fields of the category's form, in its order, without the one that repeats the applicant's name."""
    own_name = "name" if category.is_person else "organisation"
    return tuple(one for one in campaign.form(category.form).fields if one.id != own_name)


def is_number(field: Field) -> bool:
    """Whether a field's values are amounts: written as numbers, aligned to the right."""
    return field.kind in (FieldKind.INTEGER, FieldKind.NUMBER, FieldKind.PERCENT)


def why(entry: KnownEntry) -> tuple[str, ...]:
    """The sentences of an entry's findings, the heaviest first, each once."""
    weight = {"error": 0, "warning": 1, "note": 2}
    ordered = sorted(entry.findings, key=lambda one: weight[one.severity])
    return tuple(dict.fromkeys(printable(one.text) for one in ordered))


def _spoken_day(local: datetime) -> date:
    midnight = (local.hour, local.minute) == (0, 0)
    return local.date() - timedelta(days=1) if midnight else local.date()


@cache
def _table(path: Path, _changed: int) -> Mapping[str, str]:
    try:
        return dict(_flat(tomllib.loads(path.read_text(encoding="utf-8"))))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise CampaignError(f"{path}: {error}") from error


def _flat(tree: Mapping[str, Any], prefix: str = "") -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for key, value in tree.items():
        name = f"{prefix}{key}"
        found.extend(_flat(value, f"{name}.") if isinstance(value, dict) else [(name, str(value))])
    return found
