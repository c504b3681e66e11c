"""An SMTP server on loopback that misbehaves as told, at any point of the dialogue, and remembers all it was sent."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
from collections.abc import Callable
from typing import Literal

from mailflow.testing.certificates import Certificate
from mailflow.testing.smtp_script import USUAL, VERBS, At, Do, Fault, holds
from mailflow.testing.smtp_server import Received, server_context


class FaultySmtp:
    """Runs as a context manager; a thread for each connection, faults are used up in their order.

    `letters` is what the server took, whether or not it could say so; `commands` each line outside of letters, in
    order; `received` every byte after decryption. `security` says whether it speaks TLS, with `certificate`; a server
    with "none" offers no STARTTLS. `extensions` are further lines of its EHLO answer.
    """

    host = "127.0.0.1"

    def __init__(
        self,
        *faults: Fault,
        security: Literal["tls", "starttls", "none"] = "none",
        certificate: Certificate | None = None,
        extensions: tuple[str, ...] = ("SIZE 10000000", "8BITMIME", "SMTPUTF8", "AUTH PLAIN LOGIN"),
    ) -> None:
        self.letters: list[Received] = []
        self.commands: list[str] = []
        self.received = bytearray()
        self.connections = 0
        self.port = 0
        self.reached = threading.Event()
        """Set when a fault has begun: a test may act upon it from another thread."""
        self._lock = threading.Lock()
        self._due: list[Fault] = []
        self.plan(*faults)
        self._security = security
        self._context = server_context(certificate) if certificate is not None else None
        self._extensions = extensions
        self._stopping = threading.Event()
        self._open: list[socket.socket] = []
        self._threads: list[threading.Thread] = []

    def __enter__(self) -> FaultySmtp:
        self._listener = socket.create_server((self.host, 0))
        self._listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)
        self.port = self._listener.getsockname()[1]
        self._start(self._listen)
        return self

    def __exit__(self, *_: object) -> None:
        self._stopping.set()
        _end([self._listener])
        self.hang_up()
        for thread in self._threads:
            thread.join(10)

    def saw(self, secret: str) -> bool:
        """Whether `secret` came over the line, plain or in base64."""
        return holds(bytes(self.received), secret)

    def plan(self, *faults: Fault) -> None:
        """More faults, after those that are still to come."""
        with self._lock:
            self._due += [fault for fault in faults for _ in range(fault.times or 1)]

    def hang_up(self) -> None:
        """Ends all connections, as servers do to idle ones."""
        with self._lock:
            lines, self._open = self._open, []
        _end(lines)

    def due(self, point: At) -> Fault | None:
        """The fault to commit at `point` now; asking uses it up."""
        with self._lock:
            for fault in self._due:
                if fault.at is point:
                    if fault.times:
                        self._due.remove(fault)
                    return fault
        return None

    def _start(self, work: Callable[..., None], *arguments: object) -> None:
        thread = threading.Thread(target=work, args=arguments, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _listen(self) -> None:
        while not self._stopping.is_set():
            try:
                line, _ = self._listener.accept()
            except OSError:
                return
            with self._lock:
                self._open.append(line)
                self.connections += 1
            self._start(self._serve, line)

    def _serve(self, line: socket.socket) -> None:
        with contextlib.suppress(OSError):
            if self._security == "tls":
                line = self.encrypt(line)
            _Dialogue(self, line, self._stopping).hold()

    def encrypt(self, line: socket.socket) -> socket.socket:
        """`line` after the TLS handshake; OSError where the client does not want our certificate."""
        if self._context is None:
            raise ValueError("TLS needs a certificate")
        encrypted = self._context.wrap_socket(line, server_side=True)
        with self._lock:
            self._open.append(encrypted)
        return encrypted

    def hello(self, encrypted: bool) -> str:
        """The answer to EHLO."""
        offered = ["faulty.example", *self._extensions]
        if self._security == "starttls" and not encrypted:
            offered.append("STARTTLS")
        return "\r\n".join(f"250-{word}" for word in offered[:-1]) + f"\r\n250 {offered[-1]}"


class _Over(Exception):
    """This dialogue has ended."""


class _Dialogue:
    """One connection, from the greeting to its end."""

    def __init__(self, server: FaultySmtp, line: socket.socket, stopping: threading.Event) -> None:
        self._server = server
        self._line = line
        self._stopping = stopping
        self._buffer = b""
        self._sender = ""
        self._recipient = ""

    def hold(self) -> None:
        """Answers until the client leaves or a fault ends it, then closes the line."""
        try:
            self._converse()
        except _Over:
            pass
        finally:
            self._line.close()

    def _converse(self) -> None:
        self._answer(At.CONNECT)
        while True:
            words = self._read_until(b"\r\n").decode("utf-8", "replace")
            self._server.commands.append(words)
            verb, _, rest = words.partition(" ")
            point = VERBS.get(verb.upper())
            if point is None:
                self._say("500 5.5.2 what?")
                continue
            address = rest[rest.find("<") + 1 : rest.rfind(">")]
            if point is At.MAIL:
                self._sender = address
            elif point is At.RCPT:
                self._recipient = address
            elif point is At.AUTH and rest.upper().startswith("LOGIN "):
                self._say("334 UGFzc3dvcmQ6")
                self._read_until(b"\r\n")
            if self._answer(point):
                self._after(point, rest)

    def _after(self, point: At, rest: str) -> None:
        """What follows the usual answer."""
        if point is At.QUIT:
            raise _Over
        if point is At.STARTTLS:
            self._line, self._buffer = self._server.encrypt(self._line), b""
        elif point is At.DATA:
            self._take_letter()

    def _take_letter(self) -> None:
        inside = self._server.due(At.BODY)
        if inside is not None:
            while len(self._buffer) < inside.after:
                self._receive()
            self._commit(inside)
        raw = self._read_until(b"\r\n.\r\n") + b"\r\n"
        fault = self._server.due(At.DOT)
        if fault is None or fault.keep:
            letter = Received(self._sender, self._recipient, raw.replace(b"\r\n..", b"\r\n."))
            self._server.letters.append(letter)
        if fault is not None:
            self._commit(fault)
        else:
            self._say(USUAL[At.DOT])

    def _answer(self, point: At) -> bool:
        """Commits the fault that is due at `point`, else gives the usual answer; whether it was the usual one."""
        fault = self._server.due(point)
        if fault is not None:
            self._commit(fault)
            return False
        encrypted = isinstance(self._line, ssl.SSLSocket)
        self._say(self._server.hello(encrypted) if point is At.EHLO else USUAL[point])
        return True

    def _commit(self, fault: Fault) -> None:
        self._server.reached.set()
        if fault.do is Do.SAY:
            self._say(fault.words)
            if fault.close:
                raise _Over
            return
        if fault.do is Do.DRIP:
            while not self._stopping.wait(0.01):
                self._say("250-and so on")
        if fault.do is Do.HANG and fault.at is At.BODY:
            self._stopping.wait()  # reads no more, so that a large letter gets stuck on its way
        while fault.do is Do.HANG:
            self._receive()
        raise _Over

    def _say(self, words: str) -> None:
        self._line.sendall(words.encode() + b"\r\n")

    def _read_until(self, end: bytes) -> bytes:
        while end not in self._buffer:
            self._receive()
        found, _, self._buffer = self._buffer.partition(end)
        return found

    def _receive(self) -> None:
        chunk = self._line.recv(65536)
        if not chunk:
            raise _Over
        self._server.received += chunk
        self._buffer += chunk


def _end(lines: list[socket.socket]) -> None:
    for line in lines:
        with contextlib.suppress(OSError):
            line.shutdown(socket.SHUT_RDWR)
        line.close()
