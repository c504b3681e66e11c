"""One connection to an IMAP server: bounded in time and octets, and given up after the first failure."""

from __future__ import annotations

import contextlib
import imaplib
import socket
from collections.abc import Callable
from typing import Any, TypeVar

from mailflow.errors import PermanentError, TemporaryError
from mailflow.wire import tls
from mailflow.wire.deadline import Deadline
from mailflow.wire.imap_account import ImapAccount
from mailflow.wire.imap_errors import Refused, of_refusal, translate

T = TypeVar("T")

CONNECT_SECONDS = 15.0  # for each address of the host
LOGOUT_SECONDS = 5.0
USUAL_OCTETS = 16_000_000  # a folder list, a window of UIDs: far more than any of them needs


class Link:
    """Carries commands. `client` is the imapclient that `connect` made; it is used by one thread only."""

    def __init__(self, account: ImapAccount, seconds: float) -> None:
        self.account = account
        self.deadline = Deadline(seconds)
        self.client: Any = None
        self.open = True
        self._octets = USUAL_OCTETS
        self._context = tls.context(account.ca_file) if account.security != "none" else None

    def connect(self, make_client: Callable[[Link], Any]) -> None:
        """Connects and, as the account says, starts TLS. Sends no credentials."""
        self.client = self.call("the greeting", make_client, self)
        if (self.client.welcome or b"").startswith(b"* PREAUTH"):  # which would also rule out STARTTLS
            raise PermanentError(f"{self.account.host} takes us for somebody already logged in; no password was sent")
        if self.account.security == "starttls":
            if not self.can("STARTTLS"):
                raise PermanentError(
                    f"{self.account.host}:{self.account.port} offers no STARTTLS; no password was sent. Use "
                    'security = "tls" and port 993, or ask whether somebody sits in between'
                )
            self.call("STARTTLS", self.client.starttls, self._context)

    def dial(self) -> socket.socket:
        """The socket below the client, with TLS where that comes first."""
        address = (self.account.host, self.account.port)
        plain = socket.create_connection(address, timeout=min(CONNECT_SECONDS, self.deadline.seconds))
        try:
            plain.settimeout(self.deadline.seconds)
            plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # imapclient sends SEARCH in two pieces
            self.deadline.watch(plain)
            if self.account.security != "tls" or self._context is None:
                return plain
            return self._context.wrap_socket(plain, server_hostname=self.account.host)
        except BaseException:
            plain.close()
            raise

    def call(
        self, name: str, command: Callable[..., T], *args: Any, octets: int = USUAL_OCTETS, refusable: bool = False
    ) -> T:
        """Runs `command(*args)`, of which the server may send `octets`.

        Any failure ends the connection and comes out as an error of ours; a NO or BAD with `refusable` leaves the
        connection open and comes out as Refused. `name` is what the error calls the command.
        """
        if not self.open:
            raise TemporaryError(f"the connection to {self.account.host} is closed")
        self._octets = octets
        try:
            with self.deadline.command():
                return command(*args)
        except Exception as error:  # whatever the library makes of a hostile answer
            failure = translate(error, self.account, name, expired=self.deadline.expired)
            if isinstance(failure, Refused):
                if refusable:
                    raise failure from error
                failure = of_refusal(failure)
            self.drop()
            raise failure from error

    def can(self, capability: str) -> bool:
        """Whether the server lists `capability` (after login it may have to be asked anew)."""
        return bool(self.call("CAPABILITY", self.client.has_capability, capability))

    def spend(self, octets: int) -> None:
        """Counts what the command in hand reads; ends it before it takes more than it may."""
        self._octets -= octets
        if self._octets < 0:
            raise imaplib.IMAP4.abort("the answer is larger than any right one")

    def drop(self) -> None:
        """Ends the connection without a word."""
        self.open = False
        self.deadline.close()
        if self.client is not None:
            with contextlib.suppress(Exception):
                self.client.shutdown()
            self.client = None

    def leave(self) -> None:
        """Says LOGOUT where the connection is still good, waits for the answer a moment, and ends it."""
        if self.open and self.client is not None:
            with contextlib.suppress(Exception), self.deadline.command(LOGOUT_SECONDS):
                self.client.logout()
        self.drop()


class Imap4(imaplib.IMAP4):
    """The protocol under imapclient, on a link's socket and within its allowance of octets."""

    def __init__(self, link: Link) -> None:
        self._link = link
        super().__init__(link.account.host, link.account.port)

    def _create_socket(self, timeout: float | None = None) -> socket.socket:
        return self._link.dial()

    def read(self, size: int) -> bytes:
        self._link.spend(size)
        return super().read(size)

    def readline(self) -> bytes:
        try:
            line = super().readline()
        except self.error as error:  # a line over 1 MB: not a refusal, as its class would have it
            raise self.abort(str(error)) from error
        self._link.spend(len(line))
        return line
