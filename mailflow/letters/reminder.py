"""The reminder: what is still missing and until when, or that nothing has come yet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from mailflow.letters.frame import frame
from mailflow.letters.masking import shown
from mailflow.letters.render import render
from mailflow.letters.salutation import Addressee, addressee_of
from mailflow.model.campaign import Campaign, Severity
from mailflow.model.entry import Check, KnownEntry, Mark, Unit
from mailflow.model.letter import Correspondent, Letter, LetterKind
from mailflow.model.occurrence import Deadline

_MOST_ITEMS = 15


@dataclass(frozen=True, slots=True)
class ReminderItem:
    """One entry that is not complete: what it lacks (labels) and its deadline.

    `to_update`: nothing is missing, but what `missing` names is not reached yet and may be until the deadline.
    """

    applicant: str
    is_person: bool
    category: str
    ref: str | None
    missing: tuple[str, ...]
    deadline: Deadline
    to_update: bool = False


def reminder_item(entry: KnownEntry, campaign: Campaign, deadline: Deadline) -> ReminderItem:
    """What a reminder says of `entry`: the checks that are missing, else those that can still be updated."""
    category = campaign.category(entry.category)
    missing = _labels(entry.checks, Mark.MISSING)
    open_rules = {one.code for one in entry.findings if one.severity is Severity.ERROR}
    may_grow = [check for check in entry.checks if check.where in open_rules]
    return ReminderItem(
        applicant=shown(entry.applicant, 60),
        is_person=category.is_person,
        category=category.name,
        ref=entry.ref,
        missing=missing or _labels(may_grow or entry.checks, Mark.UNSURE),
        deadline=deadline,
        to_update=not missing,
    )


def compose_reminder(
    *,
    to: str,
    items: Sequence[ReminderItem],
    deadlines: Sequence[Deadline],
    campaign: Campaign,
    correspondent: Correspondent,
    key: str,
    unit: Unit | None,
    now: datetime,
    sender_name: str = "",
) -> Letter:
    """One reminder to the address `to`, as a Letter with the outbox key `key`.

    With `items`: what each entry still lacks. Without: the letter to a unit that has sent nothing, about `deadlines`.
    `unit` is the unit the address belongs to, `sender_name` the name it last wrote under. Raises MailflowError where a
    template cannot be used, ValueError where there is nothing to remind of.
    """
    if not items and not deadlines:
        raise ValueError("a reminder needs an entry or a deadline")
    ordered = sorted(items, key=lambda item: (item.deadline.due, item.category, item.applicant))
    alone = ordered[0] if len(ordered) == 1 else None
    values = {
        **frame(correspondent, campaign, now, tone="todo"),
        "items": ordered[:_MOST_ITEMS],
        "more": max(0, len(ordered) - _MOST_ITEMS),
        "alone": alone,
        "reported": alone is None or _is_reported(alone, to, sender_name, unit),
        "deadlines": [(deadline, _categories(deadline, campaign)) for deadline in deadlines],
        "first": _first(items, deadlines),
        "unit": unit.name if unit else "",
        "example": campaign.subject_example,
    }
    letter = render("reminder" if items else "reminder-nothing", campaign.language, values)
    return Letter(
        key, LetterKind.REMINDER, to, letter.subject, letter.text, letter.html, ref=alone.ref if alone else None
    )


def _first(items: Sequence[ReminderItem], deadlines: Sequence[Deadline]) -> Deadline:
    return min([item.deadline for item in items] or deadlines, key=lambda one: one.due)


def _is_reported(item: ReminderItem, to: str, sender_name: str, unit: Unit | None) -> bool:
    who = addressee_of(
        sender=to, sender_name=sender_name, applicant=item.applicant, is_person=item.is_person, unit=unit
    )
    return who is Addressee.UNIT


def _labels(checks: Sequence[Check], mark: Mark) -> tuple[str, ...]:
    return tuple(dict.fromkeys(shown(check.label, 60) for check in checks if check.mark is mark))


def _categories(deadline: Deadline, campaign: Campaign) -> tuple[str, ...]:
    return tuple(campaign.category(one).name for one in deadline.categories)
