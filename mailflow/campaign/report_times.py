"""When reports are due: every week, at set instants, at monthly cuts; and the alarms while one waits."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from mailflow.campaign.periods import cuts_between
from mailflow.campaign.words import phrase
from mailflow.model.campaign import Campaign, ReportPlan
from mailflow.model.occurrence import Occurrence, OccurrenceKind

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def report_occurrences(campaign: Campaign, first: date, last: date) -> Iterator[Occurrence]:
    """The reports of the local days `first` to `last`, in no order.

    A closing report at a monthly cut (`after_cuts`) is one with the ordinary report of that local day to the same
    audience, where that covers its categories and would go out earlier: the ordinary one waits for the cut.
    """
    closings = list(_closings(campaign, first, last))
    for plan in campaign.reports:
        for day in _days(first, last):
            if WEEKDAYS[day.weekday()] in plan.weekdays and plan.at is not None:
                due = datetime.combine(day, plan.at, campaign.zone)
                ordinary = _report(campaign, plan, due, f"{plan.id}-{day}", plan.categories)
                joined = next((one for one in closings if _covers(ordinary, one, campaign)), None)
                if joined is not None:
                    closings.remove(joined)
                yield ordinary if joined is None else _as_one(ordinary, joined)
        yield from (
            _at(campaign, plan, due) for due in plan.on if first <= due.astimezone(campaign.zone).date() <= last
        )
    yield from closings


def alarm_occurrences(campaign: Campaign) -> Iterator[Occurrence]:
    """The alarms of all reports that wait for a person, each about the last one due before it."""
    for plan in campaign.reports:
        for due in plan.alarms:
            about = [instant for instant in plan.on if instant <= due]
            if about:
                yield Occurrence(
                    f"alarm-{plan.id}-{stamp(due, campaign)}",
                    OccurrenceKind.ALARM,
                    due,
                    phrase(campaign.language, "alarm", title=plan.title),
                    categories=in_order(campaign, plan.categories),
                    audience="organiser",
                    about=f"{plan.id}-{stamp(about[-1], campaign)}",
                )


def stamp(instant: datetime, campaign: Campaign) -> str:
    """An instant within an id: local, "2020-08-26T0000"."""
    return f"{instant.astimezone(campaign.zone):%Y-%m-%dT%H%M}"


def in_order(campaign: Campaign, categories: tuple[str, ...]) -> tuple[str, ...]:
    """Category ids in the campaign's order, each once."""
    return tuple(one.id for one in campaign.categories if one.id in categories)


def _closings(campaign: Campaign, first: date, last: date) -> Iterator[Occurrence]:
    start = datetime.combine(first, datetime.min.time(), campaign.zone)
    end = datetime.combine(last + timedelta(days=1), datetime.min.time(), campaign.zone)
    for plan in campaign.reports:
        due: dict[datetime, tuple[str, ...]] = {}
        for key in in_order(campaign, plan.categories if plan.after_cuts else ()):
            for cut in cuts_between(campaign.category(key), start, end, campaign.zone):
                due[cut] = (*due.get(cut, ()), key)
        for cut, categories in due.items():
            yield _report(campaign, plan, cut, f"{plan.id}-{stamp(cut, campaign)}", categories)


def _at(campaign: Campaign, plan: ReportPlan, due: datetime) -> Occurrence:
    return _report(campaign, plan, due, f"{plan.id}-{stamp(due, campaign)}", plan.categories)


def _report(
    campaign: Campaign, plan: ReportPlan, due: datetime, occurrence_id: str, categories: tuple[str, ...]
) -> Occurrence:
    return Occurrence(
        occurrence_id,
        OccurrenceKind.REPORT,
        due,
        plan.title,
        plans=(plan.id,),
        categories=in_order(campaign, categories),
        audience=plan.audience,
        cut=due if plan.kind == "closing" else None,
        held=plan.is_held,
    )


def _covers(ordinary: Occurrence, closing: Occurrence, campaign: Campaign) -> bool:
    same_day = ordinary.due.date() == closing.due.astimezone(campaign.zone).date()
    covered = set(closing.categories) <= set(ordinary.categories)
    return same_day and covered and ordinary.due <= closing.due and ordinary.audience == closing.audience


def _as_one(ordinary: Occurrence, closing: Occurrence) -> Occurrence:
    return Occurrence(
        ordinary.id,
        ordinary.kind,
        closing.due,
        ordinary.title,
        plans=(*ordinary.plans, *closing.plans),
        categories=ordinary.categories,
        audience=ordinary.audience,
        cut=closing.cut,
        held=ordinary.held or closing.held,
    )


def _days(first: date, last: date) -> Iterator[date]:
    for number in range((last - first).days + 1):
        yield first + timedelta(days=number)
