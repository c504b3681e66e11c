"""Monthly cuts, and the periods between them. An arrival at the very instant of a cut belongs to the next period."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

from mailflow.campaign.words import month_words
from mailflow.model.campaign import Category, MonthlyCut


def period_of(category: Category, arrived_at: datetime, zone: ZoneInfo) -> str | None:
    """The period of an arrival (aware): "YYYY-MM" of the first monthly cut after it; None without monthly cuts.

    The earlier first cut of a category ends no period: what comes between the two still belongs to that month.
    """
    if category.cut is None:
        return None
    local = arrived_at.astimezone(zone)
    year, month = local.year, local.month
    if arrived_at >= _cut_of(category.cut, year, month, zone):
        year, month = _next_month(year, month)
    return f"{year:04}-{month:02}"


def period_bounds(category: Category, period: str, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """First instant of `period` ("YYYY-MM") and first instant after it, aware in `zone`.

    Raises ValueError for a category without monthly cuts or for what is no period.
    """
    if category.cut is None:
        raise ValueError(f"{category.id} has no monthly cuts")
    year, month = _split(period)
    before = (year - 1, 12) if month == 1 else (year, month - 1)
    return _cut_of(category.cut, *before, zone), _cut_of(category.cut, year, month, zone)


def cuts_between(category: Category, start: datetime, end: datetime, zone: ZoneInfo) -> tuple[datetime, ...]:
    """The cuts of `category` from `start` (aware, included) to `end` (excluded), the first one too, in order."""
    return tuple(sorted({cut for cut in _cuts(category.cut, start, end, zone) if start <= cut < end}))


def period_label(category: Category, period: str | None, language: str = "zh") -> str:
    """A period for people ("2020年8月", "August 2020"), "" for a category without periods."""
    if category.cut is None or period is None:
        return ""
    return month_words(*_split(period), language)


def _cuts(cut: MonthlyCut | None, start: datetime, end: datetime, zone: ZoneInfo) -> Iterator[datetime]:
    if cut is None:
        return
    if cut.first is not None:
        yield cut.first
    local = start.astimezone(zone)
    year, month = local.year, local.month
    while (instant := _cut_of(cut, year, month, zone)) < end:
        yield instant
        year, month = _next_month(year, month)


def _cut_of(cut: MonthlyCut, year: int, month: int, zone: ZoneInfo) -> datetime:
    """The cut of that month; a day the month does not have is its last one."""
    day = min(cut.day, monthrange(year, month)[1])
    return datetime(year, month, day, cut.at.hour, cut.at.minute, tzinfo=zone)


def _next_month(year: int, month: int) -> tuple[int, int]:
    return (year + 1, 1) if month == 12 else (year, month + 1)


def _split(period: str) -> tuple[int, int]:
    year, month = period.split("-")
    return int(year), int(month)
