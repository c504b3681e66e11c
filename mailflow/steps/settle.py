"""settle: entries whose standing follows from the calendar alone are judged again when the time has come."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from mailflow.judge.rejudge import rejudge
from mailflow.maillog import log
from mailflow.model.entry import EntryStatus, Known
from mailflow.steps.world import World
from mailflow.store.books import Books

SETTLED_AT = "settled_at"
OPEN = (EntryStatus.INCOMPLETE, EntryStatus.INELIGIBLE)
GROUP = 100


def settle(world: World) -> int:
    """Once a day after midnight in the campaign's zone (as-of days end there); says how many entries changed.

    A group of entries is one transaction: thousands are never in memory together, and nobody waits for all of them.
    """
    now = world.now()
    with world.database.read() as books:
        last = books.fact(SETTLED_AT)
        if last is not None and datetime.fromisoformat(last).astimezone(world.campaign.zone).date() >= now.date():
            return 0
        keys = books.entries.keys(world.campaign.id, OPEN)
    changed = 0
    for start in range(0, len(keys), GROUP):
        with world.database.write() as books:
            changed += _settle_group(world, books, keys[start : start + GROUP], now)
    with world.database.write() as books:
        books.note(SETTLED_AT, now.isoformat())
    if changed:
        log("settle").info("judged again", count=changed)
    return changed


def _settle_group(world: World, books: Books, keys: Sequence[tuple[str, str, str]], now: datetime) -> int:
    campaign, changed = world.campaign, 0
    refs, names, study_ids = zip(*keys, strict=True)
    kin = books.entries.meant(campaign.id, name_keys=names, study_ids=study_ids, refs=refs)
    known, ours = Known(entries=kin, units=world.units), set(refs)
    for entry in kin:
        again = rejudge(entry, campaign, known, now=now) if entry.ref in ours and entry.status in OPEN else None
        if again is None or again.verdict.value == entry.status.value:
            continue
        row = books.entries.by_ref(entry.ref)
        assert row is not None
        books.entries.rejudged(row, again)
        books.record(f"entry:{entry.ref}", "judged again", now, status=row.status, was=entry.status)
        changed += 1
    return changed
