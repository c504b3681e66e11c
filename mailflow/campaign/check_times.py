"""What can be wrong with times: of the campaign, its categories, reports and milestones."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo, available_timezones

from mailflow.campaign.build import instant
from mailflow.campaign.check_forms import Names, strangers, twice
from mailflow.campaign.lines import Path
from mailflow.campaign.moments import written_end
from mailflow.campaign.problems import Problem
from mailflow.campaign.schema import CampaignFile, ReportTable

WHEN = "keep one of: weekdays with at, on, after_cuts = true"


class Times:
    """The campaign's span, and moments as instants in its zone (in UTC where the zone is not known)."""

    def __init__(self, file: CampaignFile) -> None:
        zone = file.campaign.zone
        self.zone = ZoneInfo(zone if zone in available_timezones() else "UTC")
        self.opens, self.ends = self.at(file.campaign.opens), self.at(file.campaign.ends)

    def at(self, moment: datetime) -> datetime:
        """`moment` as an instant."""
        return instant(moment, self.zone)

    def outside(self, path: Path, moment: datetime | None) -> Iterator[Problem]:
        """The problem of a moment before the campaign opens or after it ends."""
        if moment is not None and self.opens < self.ends and not self.opens <= self.at(moment) <= self.ends:
            text = f"{moment:%Y-%m-%d %H:%M} is not within the campaign"
            yield Problem(path, text, f"choose a time from {self.opens:%Y-%m-%d %H:%M} to {written_end(self.ends)}")


def time_problems(file: CampaignFile, names: Names) -> Iterator[Problem]:
    """The mistakes in the times of the campaign, its categories, milestones and working days."""
    times = Times(file)
    if times.ends <= times.opens:
        yield Problem(("campaign", "ends"), "the campaign ends before it opens", "let ends be later than opens")
    for key, one in file.category.items():
        path = ("category", key)
        for name in ("opens", "closes"):
            yield from times.outside((*path, name), getattr(one, name))
        if one.cut is not None:
            yield from times.outside((*path, "cut", "first"), one.cut.first)
        yield from _order_problems(path, one.opens, one.closes, one.update_until, times)
    for key, milestone in file.milestone.items():
        yield from times.outside(("milestone", key, "at"), milestone.at)
        yield from strangers(("milestone", key, "categories"), "category", milestone.categories, names["category"])
    for day in sorted(set(file.workdays.work) & set(file.workdays.free)):
        yield Problem(("workdays", "free"), f"{day} stands under work and under free", "leave it in one", str(day))


def _order_problems(
    path: Path, opens: datetime | None, closes: datetime | None, update_until: datetime | None, times: Times
) -> Iterator[Problem]:
    if opens and closes and times.at(closes) <= times.at(opens):
        yield Problem((*path, "closes"), "closes before it opens", "let closes be later than opens")
    if update_until and closes is None:
        yield Problem((*path, "update_until"), "there is nothing to update after", "add closes = …, or leave it out")
    elif update_until and closes and times.at(update_until) < times.at(closes):
        yield Problem((*path, "update_until"), "is before closes", "let update_until be later than closes")


def report_problems(file: CampaignFile, names: Names) -> Iterator[Problem]:
    """The mistakes in [report.…]. `names` are the declared ones by table."""
    times = Times(file)
    for key, plan in file.report.items():
        path = ("report", key)
        yield from strangers((*path, "categories"), "category", plan.categories, names["category"])
        yield from twice((*path, "categories"), plan.categories)
        yield from _when_problems(plan, path)
        for place, moment in enumerate(plan.on):
            yield from times.outside((*path, "on", place), moment)
        if plan.after_cuts:
            for place, one in enumerate(plan.categories):
                if one in file.category and file.category[one].cut is None:
                    text, remedy = f'"{one}" has no monthly cuts', f"give [category.{one}] a cut, or leave it out here"
                    yield Problem((*path, "categories", place), text, remedy, one)
        yield from _alarm_problems(plan, path, times)


def _when_problems(plan: ReportTable, path: Path) -> Iterator[Problem]:
    ways = [name for name in ("weekdays", "on", "after_cuts") if getattr(plan, name)]
    if not ways:
        yield Problem(path, "does not say when", f"{WHEN}")
    elif len(ways) > 1:
        yield Problem(path, f"says when in {len(ways)} ways ({', '.join(ways)})", WHEN)
    elif ways == ["weekdays"] and plan.at is None:
        yield Problem((*path, "at"), "is missing", 'add at = "17:00"')
    elif ways != ["weekdays"] and plan.at is not None:
        yield Problem((*path, "at"), f"means nothing beside {ways[0]}", "leave it out")


def _alarm_problems(plan: ReportTable, path: Path, times: Times) -> Iterator[Problem]:
    if plan.alarms and plan.kind != "recommendation":
        text = f"a {plan.kind} does not wait for a person"
        yield Problem((*path, "alarms"), text, 'leave alarms out, or write kind = "recommendation"')
        return
    first = min((times.at(moment) for moment in plan.on), default=None)
    for place, moment in enumerate(plan.alarms):
        yield from times.outside((*path, "alarms", place), moment)
        if first is None or times.at(moment) <= first:
            text = f"{moment:%Y-%m-%d %H:%M} is not after the report"
            yield Problem((*path, "alarms", place), text, "let alarms be later than the report's on")
