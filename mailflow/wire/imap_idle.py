"""Waiting for mail with IDLE (RFC 2177): a hint that shortens the wait. Polling stays the truth.

An EXISTS that comes in one segment with the server's "+ idling" is missed, and that does no harm.
"""

from __future__ import annotations

import contextlib
import select
import socket
import threading
import time

from mailflow.errors import TemporaryError
from mailflow.wire.imap_link import Link

RENEW_SECONDS = 25 * 60.0  # servers may log out after 29 minutes (RFC 2177 §3)
LOOK_SECONDS = 0.5  # how often `stop` is looked at


def wait_for_mail(link: Link, seconds: float, stop: threading.Event, *, gather_seconds: float) -> None:
    """Returns when the selected folder has new mail, after `seconds`, or soon after `stop` is set.

    After anything the server says, `gather_seconds` go by before the next look: a batch comes together, and a server
    that never stops talking cannot make the caller spin. TemporaryError when the connection is found dead, Refused
    when the server will not IDLE.
    """
    ends = time.monotonic() + seconds
    while not stop.is_set() and (left := ends - time.monotonic()) > 0:
        link.call("IDLE", link.client.idle, refusable=True)
        spoke = _spoke(link, min(left, RENEW_SECONDS), stop)
        _, answers = link.call("DONE", link.client.idle_done)
        if spoke:
            stop.wait(min(gather_seconds, max(0.0, ends - time.monotonic())))
        if any(len(answer) > 1 and answer[1] in (b"EXISTS", b"RECENT") for answer in answers):
            return


def _spoke(link: Link, seconds: float, stop: threading.Event) -> bool:
    """Whether the server sent anything within `seconds`. imapclient's own look takes a dead connection for silence."""
    handle = link.deadline.handle
    if handle is None:
        raise TemporaryError(f"the connection to {link.account.host} is closed")
    poll = select.poll()
    poll.register(handle, select.POLLIN)
    ends = time.monotonic() + seconds
    while not stop.is_set() and (left := ends - time.monotonic()) > 0:
        if poll.poll(min(left, LOOK_SECONDS) * 1000):
            if _ended(handle):
                link.drop()
                raise TemporaryError(f"{link.account.host} closed the connection while mailflow waited for mail")
            return True
    return False


def _ended(handle: socket.socket) -> bool:
    with contextlib.suppress(BlockingIOError):
        try:
            return handle.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT) == b""
        except ConnectionError:
            return True
    return False
