"""collect: what is new on the IMAP server becomes ours.

UID, size, INTERNALDATE -> size gate -> BODY.PEEK[] -> temporary file, fsync, rename, fsync of the folder ->
one transaction {message, place, event}. At that commit the mail is safe; the server's copy is touched only after.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from functools import partial

from mailflow.errors import PermanentError
from mailflow.maillog import log, short
from mailflow.steps.world import World
from mailflow.store.messages import Arrival
from mailflow.wire.imap import Fetched, Found, ImapAccount, Mailbox

GROUP_BYTES = 8 * 1024**2
GROUP_MAILS = 64
POLL_BEGUN, POLL_DONE = "poll_begun", "poll_done"


def collect(
    world: World,
    mailbox: Mailbox,
    account: ImapAccount,
    arrived: Callable[[], object] = lambda: None,
    stop: threading.Event | None = None,
) -> int:
    """One poll of every watched folder; says how many mails were new, and calls `arrived` whenever some are safe.

    `stop` ends it early, between two groups of mails; what is left is found again. A folder that is refused keeps the
    others from nothing; it is raised at the end. Raises WireError, StoreError.
    """
    begun = world.now()
    new = 0
    trouble: PermanentError | None = None
    for folder in account.folders:
        try:
            for count in _from_folder(world, mailbox, account, folder):
                new += count
                arrived()
                if stop is not None and stop.is_set():
                    return new
        except PermanentError as error:
            trouble = trouble or error
    if trouble is not None:
        raise trouble
    with world.database.write() as books:
        books.note(POLL_BEGUN, begun.isoformat())
        books.note(POLL_DONE, world.now().isoformat())
    return new


def _from_folder(world: World, mailbox: Mailbox, account: ImapAccount, folder: str) -> Iterator[int]:
    """Takes over what is new in the folder; how many mails were, group by group."""
    uidvalidity, found = mailbox.find_new(folder, partial(_seen, world, folder))
    for group in _groups(mailbox, found):
        yield take_over(world, group)
    if account.after != "keep":
        finish(world, mailbox, folder, uidvalidity)


def take_over(world: World, group: list[Fetched]) -> int:
    """Spools these mails and enters them in the books, in one transaction; says how many were new."""
    logger = log("collect")
    hashes = world.spool.put(one.raw for one in group)
    new = 0
    with world.database.write() as books:
        now = world.now()
        added = books.messages.add(map(_arrival, hashes, group), now)
        for one, (row, is_new) in zip(group, added, strict=True):
            name = "spooled" if is_new else "seen again"
            books.record(f"message:{row.sha256}", name, now, folder=one.found.folder, uid=one.found.uid)
            new += is_new
    for sha256, one in zip(hashes, group, strict=True):
        logger.debug("spooled", message=short(sha256), folder=one.found.folder, uid=one.found.uid)
    if new:
        logger.info("collected", count=new)
    return new


def finish_all(world: World, mailbox: Mailbox, account: ImapAccount) -> None:
    """`finish` for every watched folder, where the settings ask for it. Raises WireError, StoreError."""
    if account.after != "keep":
        for folder in account.folders:
            uidvalidity, _ = mailbox.find_new(folder, partial(_seen, world, folder))
            finish(world, mailbox, folder, uidvalidity)


def finish(world: World, mailbox: Mailbox, folder: str, uidvalidity: int) -> None:
    """Marks or moves the mails that are done with, where the settings say so."""
    with world.database.read() as books:
        places = books.places.unfinished(folder, uidvalidity)
    if not places:
        return
    mailbox.finish(folder, uidvalidity, [place.uid for place in places])
    with world.database.write() as books:
        books.places.finished(places)


def _arrival(sha256: str, one: Fetched) -> Arrival:
    found = one.found
    place = (found.folder, found.uidvalidity, found.uid)
    return Arrival(sha256, found.size, found.arrived_at, place, _defect(one))


def _defect(one: Fetched) -> str:
    """Why only the header was fetched, "" for a whole mail."""
    if not one.partial:
        return ""
    return one.defect if one.defect == "unfetchable" else "too-large"


def _seen(world: World, folder: str, uidvalidity: int) -> set[int]:
    with world.database.read() as books:
        return books.places.seen_uids(folder, uidvalidity)


def _groups(mailbox: Mailbox, found: Iterable[Found]) -> Iterator[list[Fetched]]:
    group: list[Fetched] = []
    for one in mailbox.fetch(list(found)):
        group.append(one)
        if len(group) >= GROUP_MAILS or sum(len(mail.raw) for mail in group) >= GROUP_BYTES:
            yield group
            group = []
    if group:
        yield group
