"""settle: entries whose standing follows from the calendar alone are judged again when the time has come."""

from __future__ import annotations

from datetime import datetime

from mailflow.judge.rejudge import rejudge
from mailflow.maillog import log
from mailflow.model.entry import EntryStatus, Known
from mailflow.steps.world import World

SETTLED_AT = "settled_at"
OPEN = (EntryStatus.INCOMPLETE, EntryStatus.INELIGIBLE)


def settle(world: World) -> int:
    """Once a day after midnight in the campaign's zone (as-of days end there); says how many entries changed."""
    now = world.now()
    with world.database.read() as books:
        last = books.fact(SETTLED_AT)
    if last is not None and datetime.fromisoformat(last).astimezone(world.campaign.zone).date() >= now.date():
        return 0
    changed = 0
    with world.database.write() as books:
        campaign = world.campaign
        entries = books.entries.all(campaign.id)
        known = Known(entries=entries, units=world.units)
        for entry in entries:
            again = rejudge(entry, campaign, known, now=now) if entry.status in OPEN else None
            row = books.entries.by_ref(entry.ref)
            if again is None or row is None or again.verdict.value == entry.status.value:
                continue
            books.entries.rejudged(row, again)
            books.record(f"entry:{entry.ref}", "judged again", now, status=row.status, was=entry.status)
            changed += 1
        books.note(SETTLED_AT, now.isoformat())
    if changed:
        log("settle").info("judged again", count=changed)
    return changed
