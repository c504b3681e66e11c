"""One due time of the campaign's calendar."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class OccurrenceKind(StrEnum):
    """What falls due. DIGEST and ALARM are for organisers and not printed by `mailflow calendar`."""

    REPORT = "report"
    DEADLINE = "deadline"
    REMINDER = "reminder"
    DIGEST = "digest"
    ALARM = "alarm"


class OccurrenceState(StrEnum):
    """The contract's states. WAITING: due, but waiting for a poll, an empty spool or a person."""

    UPCOMING = "upcoming"
    DUE = "due"
    WAITING = "waiting"
    SENT = "sent"
    PASSED = "passed"
    MISSED = "missed"


@dataclass(frozen=True, slots=True)
class Deadline:
    """An instant at which categories close (`is_cut`: a monthly cut, nothing is refused) and its words."""

    id: str
    due: datetime
    categories: tuple[str, ...]
    words: str
    is_cut: bool = False


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One due time. `id` is unique in the campaign and stable: schedule and local date or time.

    For reports: `plans` are the merged ReportPlan ids; `categories` in the campaign's order; `audience` as in
    ReportPlan; `cut` (closing): only versions that arrived before it, and only after a poll begun past it and an
    empty spool; `held`: a person releases it.
    For reminders: `deadlines` it speaks of. For deadlines: `deadlines` has the one.
    For alarms: `about` is the id of the report that still waits.
    """

    id: str
    kind: OccurrenceKind
    due: datetime
    title: str
    plans: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    audience: str = "platform"
    cut: datetime | None = None
    held: bool = False
    deadlines: tuple[Deadline, ...] = ()
    about: str | None = None
