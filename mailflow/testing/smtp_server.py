"""An SMTP server on loopback that keeps every letter it takes (aiosmtpd, in a thread of its own)."""

from __future__ import annotations

import asyncio
import logging
import socket
import ssl
import threading
from dataclasses import dataclass, field
from typing import Any, cast

from aiosmtpd.smtp import SMTP as Smtpd
from aiosmtpd.smtp import AuthResult, Envelope, LoginPassword, Session

from mailflow.testing.certificates import Certificate

logging.getLogger("mail.log").setLevel(logging.CRITICAL)  # aiosmtpd's: each refused handshake would print a traceback


@dataclass(frozen=True, slots=True)
class Received:
    """A letter as a server took it: one for each recipient. `raw` is what came after DATA, lines ending as CR LF."""

    sender: str
    recipient: str
    raw: bytes = field(repr=False)


def server_context(certificate: Certificate) -> ssl.SSLContext:
    """A server's TLS context."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate.certificate_file, certificate.key_file)
    return context


class EmbeddedSmtp:
    """Takes every letter, as a context manager; `letters` grows as they come.

    With `username` it wants a login. With `certificate` it speaks TLS: from the first byte, or after STARTTLS
    where `starttls` is set. `port` 0 takes a free one.
    """

    host = "127.0.0.1"

    def __init__(
        self,
        *,
        port: int = 0,
        username: str = "",
        password: str = "",
        max_bytes: int = 32 * 1024 * 1024,
        certificate: Certificate | None = None,
        starttls: bool = False,
    ) -> None:
        self.letters: list[Received] = []
        self.connections = 0
        self.port = port
        self._login = (username, password)
        self._arrival = threading.Condition()
        self._max_bytes = max_bytes
        self._tls = server_context(certificate) if certificate is not None else None
        self._starttls = starttls
        self._thread: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stop = asyncio.Event()

    def __enter__(self) -> EmbeddedSmtp:
        listener = socket.create_server((self.host, self.port))
        self.port = listener.getsockname()[1]
        ready = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve(listener, ready)), daemon=True)
        self._thread.start()
        ready.wait()
        return self

    def __exit__(self, *_: object) -> None:
        loop, thread = self._loop, self._thread
        if loop is not None and thread is not None:
            loop.call_soon_threadsafe(self._stop.set)
            thread.join()

    async def _serve(self, listener: socket.socket, ready: threading.Event) -> None:
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        transports: list[asyncio.BaseTransport] = []
        encrypted = None if self._starttls else self._tls
        listening = await self._loop.create_server(lambda: self._dialogue(transports), sock=listener, ssl=encrypted)
        ready.set()
        await self._stop.wait()
        listening.close()
        for transport in reversed(transports):  # TLS before the line beneath it
            if not transport.is_closing():  # before Python 3.11.4 one that is closed cannot be aborted
                cast(asyncio.WriteTransport, transport).abort()
        for _ in range(5):  # lets the loop close the sockets
            await asyncio.sleep(0)

    def _dialogue(self, transports: list[asyncio.BaseTransport]) -> _Dialogue:
        return _Dialogue(
            self,
            transports,
            hostname="localhost",
            ident="mailflow test server",
            data_size_limit=self._max_bytes,
            enable_SMTPUTF8=True,
            tls_context=self._tls if self._starttls else None,
            auth_require_tls=False,
            authenticator=self._authenticate,
            auth_exclude_mechanism=() if self._login[0] else ("PLAIN", "LOGIN"),
        )

    def wait_for(self, count: int, *, seconds: float = 10.0) -> list[Received]:
        """The letters, as soon as there are `count`. Raises TimeoutError with their number when time is up."""
        with self._arrival:
            if not self._arrival.wait_for(lambda: len(self.letters) >= count, seconds):
                raise TimeoutError(f"{len(self.letters)} of {count} letters came within {seconds:g} s")
            return list(self.letters)

    async def handle_EHLO(
        self, server: Smtpd, session: Session, envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        """Counts connections. aiosmtpd's hook."""
        if session.host_name is None:
            self.connections += 1
        session.host_name = hostname
        return responses

    async def handle_MAIL(
        self, server: Smtpd, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Wants the login first where there is one (RFC 4954 §6). aiosmtpd's hook."""
        if self._login[0] and not session.authenticated:
            return "530 5.7.0 Authentication required"
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 2.1.0 OK"

    async def handle_DATA(self, server: Smtpd, session: Session, envelope: Envelope) -> str:
        """Keeps the letter. aiosmtpd's hook."""
        raw = envelope.original_content or b""
        with self._arrival:
            self.letters += [Received(envelope.mail_from or "", recipient, raw) for recipient in envelope.rcpt_tos]
            self._arrival.notify_all()
        return "250 2.0.0 OK, kept"

    def _authenticate(
        self, server: Smtpd, session: Session, envelope: Envelope, mechanism: str, given: Any
    ) -> AuthResult:
        username, password = (text.encode() for text in self._login)
        right = isinstance(given, LoginPassword) and (given.login, given.password) == (username, password)
        return AuthResult(success=right, handled=right)


class _Dialogue(Smtpd):
    """The library's side of one connection; its transports are remembered, so that none outlives the server."""

    def __init__(self, handler: EmbeddedSmtp, transports: list[asyncio.BaseTransport], **options: Any) -> None:
        super().__init__(handler, loop=asyncio.get_running_loop(), **options)
        self._transports = transports

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Called again by the library when STARTTLS has put TLS on top."""
        self._transports.append(transport)
        super().connection_made(transport)
