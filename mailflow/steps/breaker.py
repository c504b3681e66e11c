"""The circuit breaker: where too many letters fail, what goes out stops (never what comes in) and an alarm rings.

A person looks, then `mailflow outbox resume`. Alarms themselves go on leaving.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from mailflow.letters.alarm import AlarmCode
from mailflow.steps.posting import ring
from mailflow.steps.world import World

if TYPE_CHECKING:
    from mailflow.store.books import Books

OPEN_SINCE = "breaker_open_since"
WINDOW = timedelta(hours=1)
FAILED = ("failed", "bounced")


def is_open(books: Books) -> bool:
    """Whether letters are stopped."""
    return bool(books.fact(OPEN_SINCE))


def watch(world: World, books: Books) -> bool:
    """After a failure: opens the breaker where the last hour had too many of them; says whether it is open."""
    limit = world.limits.breaker_failures
    if not limit or is_open(books):
        return is_open(books)
    failures = books.count_events(FAILED, since=world.now() - WINDOW)
    if failures < limit:
        return False
    books.note(OPEN_SINCE, world.now().isoformat())
    books.record("outbox:breaker", "opened", world.now(), failures=failures)
    ring(world, books, AlarmCode.BREAKER_OPEN, "outbox", f"{failures} letters failed within an hour")
    return True


def close(world: World, books: Books) -> bool:
    """Lets letters leave again; says whether they were stopped. Failures up to now do not count any more."""
    was_open = is_open(books)
    books.note(OPEN_SINCE, "")
    books.record("outbox:breaker", "closed", world.now(), by="operator")
    return was_open
