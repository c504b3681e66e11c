"""`mailflow health`: not whether a process lives, but whether mail comes in and letters go out."""

from __future__ import annotations

from datetime import datetime, timedelta

from mailflow.cli.context import Context
from mailflow.cli.output import local, print_json
from mailflow.model.states import LetterState, MessageState
from mailflow.steps.collect import POLL_DONE

STALE_POLLS = 5
LEAST_STALE = timedelta(minutes=10)


def print_health(context: Context, *, as_json: bool) -> int:
    """Prints last good poll, backlog and oldest waiting; 1 when the last good poll is too long ago."""
    imap = context.settings.imap
    stale_after = max(LEAST_STALE, timedelta(seconds=STALE_POLLS * (imap.poll_seconds if imap else 60)))
    with context.books() as (world, books):
        now = world.now()
        polled = books.fact(POLL_DONE)
        last = datetime.fromisoformat(polled) if polled else None
        seen, of = books.sights.backlog()
        document = {
            "last_poll": local(last, world.campaign.zone),
            "stale": last is None or now - last > stale_after,
            "messages": {state.value: 0 for state in MessageState} | books.messages.count_by_state(),
            "looks_waiting": of - seen,
            "letters": {state.value: 0 for state in LetterState} | books.letters.count_by_state(),
            "oldest_waiting": local(books.messages.oldest_pending(), world.campaign.zone),
        }
    if as_json:
        print_json(document)
    else:
        for key, value in document.items():
            print(f"{key}: {value if value is not None else 'none'}")
    return 1 if document["stale"] else 0
