"""A mailbox over IMAP: what is new there, its bytes, and nothing else touched. The only importer of imapclient.

Reading always EXAMINEs and PEEKs, so that the server itself guards the owner's flags; only `finish` may write.
"""

from __future__ import annotations

import contextlib
import logging
import re
import threading
from collections.abc import Callable, Iterator, Sequence
from itertools import groupby

import imapclient

from mailflow import __version__
from mailflow.errors import AuthenticationError, PermanentError, TemporaryError, WireError
from mailflow.wire import imap_finish, tls
from mailflow.wire.imap_account import Description, Fetched, Found, ImapAccount
from mailflow.wire.imap_errors import Refused, of_login, of_refusal
from mailflow.wire.imap_fetch import Fetcher
from mailflow.wire.imap_folder import Selected, measured, names, require_same, select, uids_in
from mailflow.wire.imap_idle import wait_for_mail
from mailflow.wire.imap_link import Imap4, Link

__all__ = ["Description", "Fetched", "Found", "ImapAccount", "Mailbox"]

IDENTITY = {"name": "mailflow", "version": __version__, "vendor": "mailflow"}


# It would log what servers say of mails and accounts.
logging.getLogger("imapclient").setLevel(logging.ERROR)


class _Client(imapclient.IMAPClient):  # type: ignore[misc]
    """imapclient on a link, with aware times, and without its log of every byte (personal data, and slow)."""

    def __init__(self, link: Link) -> None:
        self._link = link
        timeout = imapclient.SocketTimeout(link.deadline.seconds, link.deadline.seconds)
        super().__init__(link.account.host, link.account.port, ssl=link.account.security == "tls", timeout=timeout)
        self.normalise_times = False
        self._imap.debug = 0

    def _create_IMAP4(self) -> Imap4:
        return Imap4(self._link)


class Mailbox:
    """One connection with one owner thread. After any error it is closed; `open` builds it again from scratch.

    Keep the object over reconnects: it remembers which mails a server could not give. `command_seconds` bounds each
    command in all; `gather_seconds` is how long a hint of new mail waits for more.
    """

    def __init__(self, account: ImapAccount, *, command_seconds: float = 60.0, gather_seconds: float = 1.0) -> None:
        self._account = account
        self._seconds = command_seconds
        self._gather = gather_seconds
        self._link: Link | None = None
        self._selected: Selected | None = None
        self._settled: dict[str, Selected] = {}
        self._fetcher = Fetcher(account.max_message_bytes)
        self._idle_works = True
        self._identified = False

    def open(self) -> None:
        """Connects, verifies TLS, logs in, and says who we are where the server wants to know (RFC 2971).

        Raises AuthenticationError, TemporaryError or PermanentError; before LOGIN nothing secret has been sent.
        """
        self.close()
        account = self._account
        tls.require_safe(account.security, account.host, "imap")
        _require_sendable(account)
        self._link = Link(account, self._seconds)
        with self._closing() as link:
            link.connect(_Client)
            self._log_in(link)
            self._identify(link)

    def find_new(self, folder: str, seen: Callable[[int], set[int]]) -> tuple[int, list[Found]]:
        """The folder's UIDVALIDITY, and its mails that are not yet in the books, ascending by UID.

        `seen` gives the UIDs in the books under a UIDVALIDITY. Raises TemporaryError, PermanentError,
        AuthenticationError.
        """
        with self._closing() as link:
            now = self._select(link, folder)
            if now.next_uid is not None and self._settled.get(folder) == now:
                return now.uidvalidity, []  # every new mail raises UIDNEXT (RFC 3501 §2.3.1.1)
            known = seen(now.uidvalidity)
            since = self._account.since
            unseen = [uid for uid in uids_in(link, now, since) if uid not in known]
            found = [mail for some in imap_finish.sets(unseen) for mail in measured(link, now, some, since)]
            if found:
                self._settled.pop(folder, None)
            else:
                self._settled[folder] = now
            return now.uidvalidity, found

    def fetch(self, batch: Sequence[Found]) -> Iterator[Fetched]:
        """The bytes of the mails in `batch` that are still there, folder by folder.

        A mail that the server gives no right body for is left out, so that it is found again; after three tries it
        comes as `partial` with a defect. Raises TemporaryError when the folder was made anew since.
        """
        ordered = sorted(batch, key=lambda found: (found.folder, found.uidvalidity, found.uid))
        for (folder, uidvalidity), mails in groupby(ordered, key=lambda found: (found.folder, found.uidvalidity)):
            with self._closing() as link:
                self._select_same(link, folder, uidvalidity)
                yield from self._fetcher.fetch(link, list(mails))

    def finish(self, folder: str, uidvalidity: int, uids: Sequence[int]) -> None:
        """Does what `after` says with mails that are safe in our books: nothing, our keyword, or a move.

        Raises TemporaryError when the folder was made anew since, PermanentError where the server cannot do it.
        """
        account = self._account
        if account.after == "keep" or not uids or (account.after == "move" and folder == account.filed_folder):
            return
        with self._closing() as link:
            if account.after == "move":
                imap_finish.make_folder(link, account.filed_folder, names(link))
            selected = self._select_same(link, folder, uidvalidity, write=True)
            if account.after == "move":
                imap_finish.move(link, uids, account.filed_folder)
            elif imap_finish.keeps_keyword(selected.flags):
                imap_finish.mark(link, uids)

    def wait(self, seconds: float, stop: threading.Event) -> None:
        """Returns after `seconds`, when `stop` is set, or earlier when the first folder seems to have new mail.

        Raises TemporaryError when the connection is found dead.
        """
        if self._link is None or not self._link.open or not self._idle_works:
            stop.wait(seconds)
            return
        with self._closing() as link:
            if not link.can("IDLE"):
                stop.wait(seconds)
                return
            first = self._account.folders[0]
            now = self._select(link, first)
            if self._settled.get(first, now) != now:  # something came since the folder was searched
                stop.wait(min(self._gather, seconds))
                return
            try:
                wait_for_mail(link, seconds, stop, gather_seconds=self._gather)
            except Refused as refused:
                self._idle_works = False  # advertised but refused: from now on we poll
                raise of_refusal(refused) from refused

    def describe(self) -> Description:
        """What `mailflow check` shows. Opens the watched folders for reading; one for writing if `after` is "mark"."""
        with self._closing() as link:
            messages = {folder: self._select(link, folder).exists for folder in self._account.folders}
            marks = None
            if self._account.after == "mark":
                marks = imap_finish.keeps_keyword(self._select(link, self._account.folders[0], write=True).flags)
            listed: tuple[bytes, ...] = link.call("CAPABILITY", link.client.capabilities)
            return Description(
                capabilities=tuple(sorted(name.decode("ascii", "replace") for name in listed)),
                folders=names(link),
                messages=messages,
                identified=self._identified,
                idle=link.can("IDLE"),
                can_mark=marks,
                can_move=imap_finish.can_move(link),
            )

    def close(self) -> None:
        """Logs out where the connection is still good, and ends it. Harmless when done twice."""
        if self._link is not None:
            self._link.leave()
        self._forget()

    @contextlib.contextmanager
    def _closing(self) -> Iterator[Link]:
        """The open link; any error that passes ends it."""
        if self._link is None or not self._link.open:
            raise TemporaryError(f"not connected to {self._account.host}")
        try:
            yield self._link
        except WireError:
            self._link.drop()
            self._forget()
            raise

    def _forget(self) -> None:
        self._link, self._selected, self._settled = None, None, {}

    def _log_in(self, link: Link) -> None:
        if link.can("LOGINDISABLED"):
            raise PermanentError(f'{self._account.host} allows no LOGIN without TLS: set imap.security = "tls"')
        try:
            # LOGIN, not AUTHENTICATE: quirk imap-netease-sasl-ir
            link.call(
                "LOGIN", link.client.login, _astring(self._account.username), self._account.password, refusable=True
            )
        except Refused as refused:
            raise of_login(refused, self._account) from refused

    def _identify(self, link: Link) -> None:
        self._identified = False
        if link.can("ID"):
            with contextlib.suppress(Refused):  # a server may dislike it and work all the same
                link.call("ID", link.client.id_, IDENTITY, refusable=True)
                self._identified = True

    def _select(self, link: Link, folder: str, *, write: bool = False) -> Selected:
        self._selected = None
        self._selected = select(link, folder, write=write)
        return self._selected

    def _select_same(self, link: Link, folder: str, uidvalidity: int, *, write: bool = False) -> Selected:
        now = self._selected
        if now is None or (now.folder, now.write) != (folder, write):
            now = self._select(link, folder, write=write)
        require_same(now, uidvalidity)
        return now


def _require_sendable(account: ImapAccount) -> None:
    """AuthenticationError for credentials that LOGIN cannot carry (RFC 3501 §9: printable ASCII)."""
    for key, value in (("username", account.username), ("password", account.password)):
        if not value or not value.isascii() or not value.isprintable():
            raise AuthenticationError(
                f"imap.{key} is empty or holds characters that no login has (a full-width letter, a line end?): "
                "type it again"
            )


def _astring(word: str) -> str:
    """`word` as imaplib wants a user name: it quotes passwords only (RFC 3501 §9)."""
    if re.fullmatch(r"[A-Za-z0-9.@_+=-]+", word):
        return word
    escaped = word.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
