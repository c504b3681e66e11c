"""What becomes of a finished mail on the server, where the owner of the mailbox asked for it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mailflow.errors import PermanentError
from mailflow.wire.imap_errors import Refused, of_refusal
from mailflow.wire.imap_link import Link

KEYWORD = "$MailflowDone"
SET_SIZE = 400  # UIDs in one command: ten digits each stay far below the 8,000 octets of a line


def sets(uids: Sequence[int]) -> Iterator[list[int]]:
    """`uids` in ascending order (exmail wants that: quirk imap-ascending-sets), as many as a command line holds."""
    ordered = sorted(set(uids))
    for start in range(0, len(ordered), SET_SIZE):
        yield ordered[start : start + SET_SIZE]


def keeps_keyword(flags: Sequence[bytes]) -> bool:
    r"""Whether PERMANENTFLAGS `flags` let our keyword last: it or `\*` is among them (RFC 3501 §7.1)."""
    return any(flag == rb"\*" or flag.lower() == KEYWORD.lower().encode() for flag in flags)


def can_move(link: Link) -> bool:
    """Whether the server can move mails without touching any other: MOVE (RFC 6851) or UID EXPUNGE (RFC 4315)."""
    return link.can("MOVE") or link.can("UIDPLUS")


def mark(link: Link, uids: Sequence[int]) -> None:
    """Sets our keyword on `uids` of the folder that is selected for writing. A vanished one is none of our business."""
    for some in sets(uids):
        link.call("STORE", link.client.add_flags, some, [KEYWORD], True)


def move(link: Link, uids: Sequence[int], folder: str) -> None:
    """Moves `uids` of the folder that is selected for writing into `folder`.

    Raises PermanentError where the server could only do so by expunging other mails as well.
    """
    if not can_move(link):
        raise PermanentError(
            f'{link.account.host} can neither MOVE nor expunge single mails: set imap.after = "keep" or "mark"'
        )
    for some in sets(uids):
        if link.can("MOVE"):
            link.call("MOVE", link.client.move, some, folder)
            continue
        link.call("COPY", link.client.copy, some, folder)
        link.call("STORE", link.client.add_flags, some, [rb"\Deleted"], True)
        link.call("UID EXPUNGE", link.client.uid_expunge, some)


def make_folder(link: Link, folder: str, there: Sequence[str]) -> None:
    """Creates `folder` unless it is among those `there`."""
    if folder in there:
        return
    try:
        link.call("CREATE", link.client.create_folder, folder, refusable=True)
    except Refused as refused:
        if refused.code == "ALREADYEXISTS":
            return
        raise of_refusal(refused) from refused
