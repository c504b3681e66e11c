"""What falls due in a campaign, and when: reports, deadlines, reminders, digests, alarms.

Ids are stable, in the campaign's local time:

- `weekly-2020-08-21`: the report [report.weekly] of that day
- `challenge-closing-2020-08-26T0000`: a report at a monthly cut or at a set instant
- `closes-2020-08-31T0000`, `cut-2020-08-28T1800`: the deadline of all categories that close, or are cut, then
- `milestone-data-cut-off`: [milestone.data-cut-off]
- `reminder-2020-08-28`: the reminders of that day, for all deadlines they speak of
- `digest-2020-08-21`: the organisers' digest with that day's report
- `digest-2020-08-20-morning`: the same in the morning, where something waits
- `alarm-recommendation-2020-09-03T1200`
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from mailflow.campaign.periods import cuts_between, period_label, period_of
from mailflow.campaign.report_times import alarm_occurrences, in_order, report_occurrences, stamp
from mailflow.campaign.words import joined, phrase, words_for
from mailflow.campaign.workdays import is_working_day, last_working_day_until, working_days_before
from mailflow.model.campaign import Campaign, Category, ReminderPlan
from mailflow.model.occurrence import Deadline, Occurrence, OccurrenceKind

MOMENT = timedelta(microseconds=1)
ONE_DAY = timedelta(days=1)


def occurrences(campaign: Campaign, start: datetime, end: datetime) -> tuple[Occurrence, ...]:
    """What is due from `start` (aware, included) to `end` (excluded), by time, then id.

    Nothing is due before the campaign opens or after it ends.
    """
    start, end = max(start, campaign.opens), min(end, campaign.ends + MOMENT)
    if start >= end:
        return ()
    first, last = _day(start, campaign) - ONE_DAY, _day(end, campaign) + ONE_DAY
    reports = list(report_occurrences(campaign, first, last))
    found = [
        *reports,
        *alarm_occurrences(campaign),
        *(_closing(one, campaign) for one in deadlines(campaign, start, end)),
        *_milestones(campaign),
        *_reminders(campaign),
        *_digests(campaign, reports, first, last),
    ]
    return tuple(sorted((one for one in found if start <= one.due < end), key=lambda one: (one.due, one.id)))


def deadlines(campaign: Campaign, start: datetime, end: datetime) -> tuple[Deadline, ...]:
    """The deadlines from `start` (aware, included) to `end` (excluded), by time; those of one instant are one.

    A deadline is exclusive: what arrives at its very instant is late, or of the next period. A category that has
    closed has no cuts to hurry for any more.
    """
    closing: dict[tuple[datetime, bool], tuple[str, ...]] = {}
    end = min(end, campaign.ends + MOMENT)
    for category in campaign.categories:
        moments = [(category.closes, False)] if category.closes else []
        open_until = min(end, category.closes or end)
        moments += [(cut, True) for cut in cuts_between(category, campaign.opens, open_until, campaign.zone)]
        for due, is_cut in moments:
            if start <= due < end:
                closing[due, is_cut] = (*closing.get((due, is_cut), ()), category.id)
    return tuple(
        Deadline(
            f"{'cut' if is_cut else 'closes'}-{stamp(due, campaign)}",
            due,
            in_order(campaign, closing[due, is_cut]),
            words_for(due, campaign),
            is_cut,
        )
        for due, is_cut in sorted(closing)
    )


def next_deadline(campaign: Campaign, category: Category, now: datetime) -> Deadline | None:
    """The next deadline or cut of `category` after `now` (aware), None where it has none any more."""
    ahead = deadlines(campaign, now + MOMENT, campaign.ends + MOMENT)
    return next((one for one in ahead if category.id in one.categories), None)


def _closing(one: Deadline, campaign: Campaign) -> Occurrence:
    names = [campaign.category(key).name for key in one.categories]
    title = phrase(campaign.language, "closes", names=joined(names, campaign.language))
    if one.is_cut:
        category = campaign.category(one.categories[0])
        month = period_label(category, period_of(category, one.due - MOMENT, campaign.zone), campaign.language)
        is_first = category.cut is not None and category.cut.first == one.due
        key = "first-cut" if is_first else "cut"
        title = phrase(campaign.language, key, names=joined(names, campaign.language), month=month)
    return Occurrence(one.id, OccurrenceKind.DEADLINE, one.due, title, categories=one.categories, deadlines=(one,))


def _milestones(campaign: Campaign) -> Iterator[Occurrence]:
    for one in campaign.milestones:
        yield Occurrence(f"milestone-{one.id}", OccurrenceKind.DEADLINE, one.at, one.text)


def _reminders(campaign: Campaign) -> Iterator[Occurrence]:
    """One occurrence a day, for all deadlines that are spoken of on it."""
    plan = campaign.reminders
    if plan is None:
        return
    spoken: dict[date, tuple[Deadline, ...]] = {}
    for deadline in deadlines(campaign, campaign.opens, campaign.ends + MOMENT):
        for day in _reminder_days(deadline, plan, campaign):
            spoken[day] = (*spoken.get(day, ()), deadline)
    for day, about in spoken.items():
        keys = tuple(key for one in about for key in one.categories)
        yield Occurrence(
            f"reminder-{day}",
            OccurrenceKind.REMINDER,
            datetime.combine(day, plan.at, campaign.zone),
            phrase(campaign.language, "reminder", words=joined([one.words for one in about], campaign.language)),
            categories=in_order(campaign, keys),
            deadlines=about,
        )


def _reminder_days(deadline: Deadline, plan: ReminderPlan, campaign: Campaign) -> set[date]:
    """So many working days before the deadline's day (24:00 belongs to the day it ends), and the last one before it."""
    overrides, calendar = campaign.holidays, campaign.workdays
    day = _day(deadline.due - MOMENT, campaign)
    days = {working_days_before(day, n, overrides, calendar) for n in plan.working_days_before}
    if plan.on_last_working_day:
        last = last_working_day_until(day, overrides, calendar)
        if datetime.combine(last, plan.at, campaign.zone) >= deadline.due:
            last = working_days_before(last, 1, overrides, calendar)
        days.add(last)
    return days


def _digests(campaign: Campaign, reports: list[Occurrence], first: date, last: date) -> Iterator[Occurrence]:
    """With the last report of a day that goes to the platform in any case; and in the morning of each working day."""
    spoken = {plan.id for plan in campaign.reports if plan.audience == "platform" and plan.when_empty == "say-so"}
    with_report: dict[date, datetime] = {}
    for one in reports:
        if spoken & set(one.plans):
            day = _day(one.due, campaign)
            with_report[day] = max(one.due, with_report.get(day, one.due))
    for day, due in with_report.items():
        yield _digest(f"digest-{day}", due, campaign)
    day = first
    while day <= last:
        due = datetime.combine(day, campaign.digest_at, campaign.zone)
        if with_report.get(day) != due and is_working_day(day, campaign.holidays, campaign.workdays):
            yield _digest(f"digest-{day}-morning", due, campaign)
        day += ONE_DAY


def _digest(occurrence_id: str, due: datetime, campaign: Campaign) -> Occurrence:
    title = phrase(campaign.language, "digest")
    return Occurrence(occurrence_id, OccurrenceKind.DIGEST, due, title, audience="organiser")


def _day(instant: datetime, campaign: Campaign) -> date:
    return instant.astimezone(campaign.zone).date()
