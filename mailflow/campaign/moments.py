"""Times as an organiser writes them: "2020-08-30 24:00", "18:00", "2020-08-30"."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from typing import Annotated, Any

from pydantic import BeforeValidator, WithJsonSchema

MOMENT = re.compile(r"(\d{4}-\d{2}-\d{2})[ T](\d{1,2}):(\d{2})", re.ASCII)
CLOCK = re.compile(r"(\d{1,2}):(\d{2})", re.ASCII)
YEARS = range(2000, 2200)


def read_moment(value: object) -> datetime:
    """A day and a time, as text or as TOML's own; 24:00 is 00:00 of the next day.

    Without an offset it stays naive: the campaign's zone is added when the campaign is built.
    Raises ValueError: what is wrong, "; ", what would be right.
    """
    try:
        moment = value if isinstance(value, datetime) else _moment_of(str(value).strip())
    except ValueError:
        moment = None
    if moment is None or moment.year not in YEARS:
        raise ValueError(f'"{value}" is no day with a time; write it like "2020-08-30 24:00"')
    return moment


def _moment_of(text: str) -> datetime | None:
    found = MOMENT.fullmatch(text)
    if found is None:
        return None
    day = datetime.fromisoformat(found[1])
    if (found[2], found[3]) == ("24", "00"):
        return day + timedelta(days=1) if day.year in YEARS else None
    return day.replace(hour=int(found[2]), minute=int(found[3]))


def read_clock(value: object) -> time:
    """A time of day, as text or as TOML's own. Raises ValueError: what is wrong, "; ", what would be right."""
    if isinstance(value, time):
        return value
    found = CLOCK.fullmatch(value.strip()) if isinstance(value, str) else None
    if found is None:
        raise ValueError(f'"{value}" is no time of day; write it like "17:00"')
    if (int(found[1]), int(found[2])) == (24, 0):
        raise ValueError('24:00 has no place here; write "00:00" and the day after')
    try:
        return time(int(found[1]), int(found[2]))
    except ValueError:
        raise ValueError(f'there is no such time of day as "{value}"; write it like "17:00"') from None


def read_day(value: object) -> date:
    """A day, as text or as TOML's own. Raises ValueError: what is wrong, "; ", what would be right."""
    try:
        is_day = isinstance(value, date) and not isinstance(value, datetime)
        day = value if is_day else date.fromisoformat(str(value).strip())
    except ValueError:
        day = None
    if not isinstance(day, date) or day.year not in YEARS:
        raise ValueError(f'"{value}" is no day; write it like "2020-08-30"')
    return day


def written_end(moment: datetime) -> str:
    """The end of a span as an organiser writes it: midnight is 24:00 of the day before."""
    if moment.time() == time():
        return f"{moment - timedelta(days=1):%Y-%m-%d} 24:00"
    return f"{moment:%Y-%m-%d %H:%M}"


def _text_in_schema(example: str, pattern: str) -> dict[str, Any]:
    return {"type": "string", "pattern": pattern, "examples": [example]}


Moment = Annotated[
    datetime,
    BeforeValidator(read_moment),
    WithJsonSchema(_text_in_schema("2020-08-30 24:00", r"^\d{4}-\d{2}-\d{2}[ T]\d{1,2}:\d{2}")),
]
Clock = Annotated[
    time, BeforeValidator(read_clock), WithJsonSchema(_text_in_schema("17:00", r"^\d{1,2}:\d{2}(:\d{2})?$"))
]
Day = Annotated[date, BeforeValidator(read_day), WithJsonSchema(_text_in_schema("2020-08-30", r"^\d{4}-\d{2}-\d{2}$"))]
