"""The retry schedule does what its sentence says."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from mailflow.model.retry import SCHEDULE, next_attempt

POSTED = datetime(2020, 8, 20, 9, tzinfo=UTC)


def walk() -> list[timedelta]:
    """The waits between tries that fail at once, until the letter is given up."""
    now = POSTED
    waits: list[timedelta] = []
    while (due := next_attempt(len(waits) + 1, POSTED, now)) is not None:
        waits.append(due - now)
        now = due
    return waits


def test_the_waits_are_those_of_the_sentence() -> None:
    minutes = [timedelta(minutes=int(one)) for one in re.findall(r"\d+", SCHEDULE.partition("minutes")[0])]
    waits = walk()
    assert waits[: len(minutes)] == minutes
    assert "then every hour" in SCHEDULE
    assert set(waits[len(minutes) :]) == {timedelta(hours=1)}


def test_a_letter_is_given_up_after_the_days_of_the_sentence() -> None:
    found = re.search(r"given up after (\d+) days", SCHEDULE)
    assert found is not None
    days = timedelta(days=int(found[1]))
    assert days - timedelta(hours=1) < sum(walk(), timedelta()) <= days


def test_a_daemon_that_was_down_for_long_gives_up_what_is_older() -> None:
    assert next_attempt(1, POSTED, POSTED + timedelta(days=3)) is None
