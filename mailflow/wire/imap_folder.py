"""Opening a folder, and learning which mails are in it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from mailflow.errors import PermanentError, TemporaryError, WireError
from mailflow.wire.imap_account import Found
from mailflow.wire.imap_errors import Refused, of_select
from mailflow.wire.imap_finish import sets
from mailflow.wire.imap_link import Link

WINDOW = 5_000  # mails in one SEARCH: imaplib refuses answers over 1 MB


@dataclass(frozen=True, slots=True)
class Selected:
    """What SELECT or EXAMINE said. `next_uid` is None where the server did not say it."""

    folder: str
    write: bool
    uidvalidity: int
    next_uid: int | None
    exists: int
    flags: tuple[bytes, ...]


def names(link: Link) -> tuple[str, ...]:
    """All folders of the account, decoded."""
    listed: list[tuple[Any, Any, str]] = link.call("LIST", link.client.list_folders)
    return tuple(name for _, _, name in listed)


def select(link: Link, folder: str, *, write: bool = False) -> Selected:
    """EXAMINEs `folder`, or SELECTs it for writing.

    UIDVALIDITY comes from here, never from STATUS (quirk imap-netease-status); PermanentError for a folder without.
    """
    try:
        said: Mapping[bytes, Any] = link.call(
            "SELECT" if write else "EXAMINE", link.client.select_folder, folder, not write, refusable=True
        )
    except Refused as refused:
        raise of_select(refused, link.account, folder, _names_if_any(link)) from refused
    uidvalidity = said.get(b"UIDVALIDITY", 0)
    if uidvalidity < 1:
        raise PermanentError(
            f'{link.account.host} gives no UIDVALIDITY for "{folder}": without it a mail there has no identity, and '
            "mailflow does not work in that folder"
        )
    flags = tuple(said.get(b"PERMANENTFLAGS", said.get(b"FLAGS", ())))
    return Selected(folder, write, uidvalidity, said.get(b"UIDNEXT"), said.get(b"EXISTS", 0), flags)


def require_same(selected: Selected, uidvalidity: int) -> None:
    """TemporaryError if the folder was made anew: its UIDs now mean other mails (RFC 3501 §2.3.1.1)."""
    if selected.uidvalidity != uidvalidity:
        raise TemporaryError(f'the server numbered the mails of "{selected.folder}" anew; mailflow looks again')


def uids_in(link: Link, selected: Selected, since: date | None) -> Iterator[int]:
    """The UIDs in the selected folder, in no certain order; `since` only spares work (it looks at whole days).

    Windows are counted in mails, not in UIDs: providers number sparsely, some begin beyond 1,300,000,000.
    """
    if not selected.exists:
        return
    starts = range(1, selected.exists + 1, WINDOW)
    firsts = [1, *sorted(_by_sequence(link, starts[1:]))]
    for start, first, after in zip(starts, firsts, [*firsts[1:], None], strict=False):
        found = _search(link, f"{first}:{after - 1 if after else '*'}", since)
        if found is None:
            found = _by_sequence(link, range(start, (start + WINDOW if after else selected.exists + 1)))
        yield from (uid for uid in found if uid >= first)  # n:* gives the last one even below n (RFC 3501 §6.4.8)


def measured(link: Link, selected: Selected, wanted: Sequence[int], since: date | None) -> list[Found]:
    """The mails `wanted` (UIDs, ascending) that are there and arrived on `since` or later, with size and arrival."""
    items: Mapping[int, Mapping[bytes, Any]] = link.call(
        "FETCH", link.client.fetch, list(wanted), ["RFC822.SIZE", "INTERNALDATE"]
    )
    found = []
    for uid in wanted:
        item = items.get(uid, {})
        size = item.get(b"RFC822.SIZE")
        if not isinstance(size, int):
            continue  # gone since, or an unasked FETCH of flags
        said = item.get(b"INTERNALDATE")
        if since is None or not isinstance(said, datetime) or said.date() >= since:
            found.append(Found(selected.folder, selected.uidvalidity, uid, size, _aware(said)))
    return found


def _search(link: Link, window: str, since: date | None) -> list[int] | None:
    """The UIDs in `window`; None where the answer cannot be read (two SEARCH lines). No mail's text ever gets here."""
    criteria: list[Any] = ["UID", window]
    if since is not None:
        criteria += ["SINCE", since - timedelta(days=1)]

    def search() -> list[int] | None:
        try:
            return list(link.client.search(criteria))
        except ValueError:
            return None  # the tagged answer has been read: the connection is in step

    return link.call("UID SEARCH", search)


def _by_sequence(link: Link, numbers: Sequence[int]) -> list[int]:
    """The UIDs of the mails with these sequence numbers. They hold still: no server may expunge during plain FETCH
    (RFC 3501 §7.4.1)."""
    found: list[int] = []

    def fetch(some: Iterable[int]) -> Mapping[int, Mapping[bytes, Any]]:
        link.client.use_uid = False
        try:
            items: Mapping[int, Mapping[bytes, Any]] = link.client.fetch(some, ["UID"])
            return items
        finally:
            link.client.use_uid = True

    for some in sets(numbers):
        items = link.call("FETCH", fetch, some)
        found += [item[b"UID"] for item in items.values() if isinstance(item.get(b"UID"), int)]
    return found


def _aware(said: object) -> datetime:
    """INTERNALDATE with a zone: UTC where the server gave none, and the present where it gave no readable time."""
    if not isinstance(said, datetime):
        return datetime.now(UTC)
    try:
        return said.replace(tzinfo=UTC) if said.tzinfo is None else said.astimezone(UTC)
    except (OverflowError, ValueError):
        return datetime.now(UTC)


def _names_if_any(link: Link) -> tuple[str, ...]:
    try:
        return names(link)
    except WireError:
        return ()
