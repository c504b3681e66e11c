"""When a letter is tried again: a decision, made as a value."""

from __future__ import annotations

from datetime import datetime, timedelta

SCHEDULE = "after 1, 5, 15 and 30 minutes, then every hour; given up after 3 days"

FIRST_WAITS = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 30))
LATER_WAIT = timedelta(hours=1)
GIVE_UP_AFTER = timedelta(days=3)


def next_attempt(attempts: int, posted_at: datetime, now: datetime) -> datetime | None:
    """When to try again after `attempts` failed tries (1 or more), None to give up. All as SCHEDULE says."""
    wait = FIRST_WAITS[attempts - 1] if attempts <= len(FIRST_WAITS) else LATER_WAIT
    due = now + wait
    return due if due - posted_at <= GIVE_UP_AFTER else None
