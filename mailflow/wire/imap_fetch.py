"""Fetching mails whole: in batches by size, with a way round those that a server cannot give."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from mailflow.wire.imap_account import Fetched, Found
from mailflow.wire.imap_link import Link

MOST_MAILS = 50  # in one command
FIRST_OCTETS = 1_000_000  # in the first command of a connection; grows and shrinks with the line's speed
MOST_OCTETS = 8_000_000
FEWEST_OCTETS = 125_000
HEADER_OCTETS = 262_144  # of a header that stands in for its mail
LEAST_MAIL = 20  # bytes; what is shorter than its size and than this is no mail (imapclient on literal8)
TRIES = 3

Place = tuple[str, int, int]


class Fetcher:
    """Fetches mails of the selected folder. Remembers over connections which mails failed.

    One mail that breaks the parser or the server would otherwise break every batch it stands in. The try is counted
    before the command: a mail that has failed is fetched alone, after those that failed less often, and after three
    tries its header stands in for it.
    """

    def __init__(self, max_message_bytes: int) -> None:
        self._max = max_message_bytes
        self._tries: dict[Place, int] = {}
        self._octets = FIRST_OCTETS

    def fetch(self, link: Link, mails: Sequence[Found]) -> Iterator[Fetched]:
        """Yields the mails that are still there; those the server gave no right body for are left for the next call."""
        waiting = deque(found for found in mails if not self._tries.get(_place(found)))
        suspects = [found for found in mails if self._tries.get(_place(found))]
        suspects.sort(key=lambda found: self._tries[_place(found)])
        while waiting:
            batch = self._next_batch(waiting)
            yield from self._together(link, batch) if batch else self._alone(link, waiting.popleft())
        for found in suspects:
            yield from self._alone(link, found)

    def _next_batch(self, waiting: deque[Found]) -> list[Found]:
        """As many from the front of `waiting` as one command should carry; none if the first is too long for that."""
        batch: list[Found] = []
        left = min(self._octets, MOST_OCTETS)
        while waiting and len(batch) < MOST_MAILS and waiting[0].size <= min(left, self._max):
            batch.append(waiting.popleft())
            left -= batch[-1].size
        return batch

    def _together(self, link: Link, batch: Sequence[Found]) -> Iterator[Fetched]:
        self._count(batch)
        items = self._timed(link, batch, "BODY.PEEK[]", sum(found.size for found in batch))
        for found in batch:
            item = items.pop(found.uid, None)
            if item is None:
                self._settle(found)  # gone since it was found
                continue
            yield from self._checked(link, found, _section(item, b"BODY[]"))

    def _alone(self, link: Link, found: Found) -> Iterator[Fetched]:
        tries = self._tries.get(_place(found), 0)
        if tries > TRIES:
            self._settle(found)
            yield Fetched(found, b"", partial=True, defect="unfetchable")
            return
        self._count([found])
        if tries == TRIES or found.size > self._max:
            yield from self._header(link, found, failed=tries == TRIES)
            return
        raw, there = self._body(link, found)
        if there:
            yield from self._checked(link, found, raw)
        else:
            self._settle(found)

    def _checked(self, link: Link, found: Found, raw: bytes | None) -> Iterator[Fetched]:
        """The mail, once its bytes are believed: as many as claimed, or the same twice. Nothing: not this time."""
        if raw is not None and len(raw) > self._max:  # its size was understated
            yield from self._header(link, found, failed=False)
            return
        if raw is not None and len(raw) == found.size:
            self._settle(found)
            yield Fetched(found, raw)
            return
        again, there = self._body(link, found)
        if not there:
            self._settle(found)
        elif again is not None and len(again) == found.size:
            self._settle(found)
            yield Fetched(found, again)
        elif again is not None and again == raw and len(again) >= LEAST_MAIL:
            self._settle(found)
            yield Fetched(found, again, defect="size-differs")

    def _body(self, link: Link, found: Found) -> tuple[bytes | None, bool]:
        """The bytes, None for NIL, and whether the mail is there; a long one comes in slices, each within its time."""
        body = bytearray()
        while True:
            step = min(self._octets, MOST_OCTETS)
            whole = not body and found.size <= step
            what = "BODY.PEEK[]" if whole else f"BODY.PEEK[]<{len(body)}.{step}>"
            item = self._timed(link, [found], what, step).get(found.uid)
            if item is None:
                return None, False
            piece = _section(item, b"BODY[]")
            if whole or piece is None:
                return piece if not body else bytes(body), True
            body += piece
            if len(piece) != step or len(body) > self._max:
                return bytes(body), True

    def _header(self, link: Link, found: Found, *, failed: bool) -> Iterator[Fetched]:
        item = self._timed(link, [found], f"BODY.PEEK[HEADER]<0.{HEADER_OCTETS}>", HEADER_OCTETS).get(found.uid)
        self._settle(found)
        if item is not None:
            header = _section(item, b"BODY[HEADER]") or b""
            yield Fetched(found, header, partial=True, defect="unfetchable" if failed or not header else "")

    def _timed(self, link: Link, batch: Sequence[Found], what: str, octets: int) -> dict[int, Mapping[bytes, Any]]:
        """One FETCH, by UID. Learns from its time how much to ask for, so that a slow line never meets the deadline."""
        uids = [found.uid for found in batch]
        started = time.monotonic()
        # twice the size claimed: sizes are wrong at some servers, but not by that much
        items: dict[int, Mapping[bytes, Any]] = link.call(
            "FETCH", link.client.fetch, uids, [what], octets=2 * octets + 4_000_000
        )
        share = (time.monotonic() - started) / link.deadline.seconds
        if share > 0.5:
            self._octets = max(FEWEST_OCTETS, self._octets // 2)
        elif share < 0.2 and octets * 2 > self._octets:
            self._octets = min(MOST_OCTETS, self._octets * 2)
        return items

    def _count(self, mails: Iterable[Found]) -> None:
        for found in mails:
            self._tries[_place(found)] = self._tries.get(_place(found), 0) + 1

    def _settle(self, found: Found) -> None:
        self._tries.pop(_place(found), None)


def _place(found: Found) -> Place:
    return found.folder, found.uidvalidity, found.uid


def _section(item: Mapping[bytes, Any], name: bytes) -> bytes | None:
    """The bytes of a section; its name in the answer may carry the origin octet (`BODY[]<0>`)."""
    for key, value in item.items():
        if key.upper() == name or key.upper().startswith(name + b"<"):
            return value if isinstance(value, bytes) else None
    return None
