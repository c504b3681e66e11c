"""Opening and closing times. What is late is registered all the same; a person decides."""

from __future__ import annotations

from datetime import datetime

from mailflow.campaign.words import words_for
from mailflow.judge.found import Found, finding, weighed
from mailflow.judge.phrase import minute
from mailflow.judge.standing import Standing
from mailflow.model.campaign import Campaign, Category, Severity
from mailflow.model.entry import EntryStatus, Finding, Relation

COMPLETE = frozenset({EntryStatus.ACCEPTED, EntryStatus.APPROVED})


def check_time(campaign: Campaign, category: Category, standing: Standing, arrived_at: datetime) -> Found:
    """`not-open` (held) or `deadline.passed`: an error (late), or a note where an update is still taken.

    An entry counts as in time by its first registration; its updates are taken until `update_until`. The
    instant of closing is late. A category without a closing time of its own closes with the campaign.
    """
    entry = standing.entry if standing.relation is Relation.VERSION else None
    opens, closes = category.opens or campaign.opens, closes_at(campaign, category)
    first = min(entry.arrived_at, arrived_at) if entry is not None else arrived_at
    if first < opens and not (entry is not None and entry.settled):
        found = finding(campaign, "not-open", Severity.WARNING, opens=words_for(opens, campaign, now=arrived_at))
        return weighed([found])
    if arrived_at < closes:
        return Found()
    if first >= closes:
        return weighed([_passed(campaign, category, arrived_at, Severity.ERROR, "deadline.passed")])
    if category.update_until is not None and arrived_at < category.update_until:
        return weighed([_passed(campaign, category, arrived_at, Severity.NOTE, "deadline.update-taken")])
    phrase = "deadline.kept-aside" if is_kept_aside(campaign, category, standing, arrived_at) else "deadline.passed"
    return weighed([_passed(campaign, category, arrived_at, Severity.ERROR, phrase)])


def is_kept_aside(campaign: Campaign, category: Category, standing: Standing, arrived_at: datetime) -> bool:
    """Whether this update is too late to change an entry that is complete: it is stored beside it."""
    entry = standing.entry
    if standing.relation is not Relation.VERSION or entry is None or entry.status not in COMPLETE:
        return False
    closes = closes_at(campaign, category)
    return entry.arrived_at < closes and arrived_at >= max(closes, category.update_until or closes)


def closes_at(campaign: Campaign, category: Category) -> datetime:
    """When a category closes: by itself, or with the campaign."""
    return category.closes or campaign.ends


def _passed(campaign: Campaign, category: Category, arrived_at: datetime, severity: Severity, phrase: str) -> Finding:
    closes = category.closes_text or words_for(closes_at(campaign, category), campaign, now=arrived_at)
    return finding(
        campaign,
        "deadline.passed",
        severity,
        phrase=phrase,
        arrived=minute(campaign, arrived_at),
        closes=closes,
    )
