"""An IMAP server that misbehaves on purpose, over real sockets. It exists to make faults; for the rest use the others.

It knows just enough of the protocol for mailflow's own commands, and writes down every one of them. A fault is an
answer put in place of the right one (`mailflow.testing.lying_answers`): `answers={"LOGIN": refuse("Login error")}`.
"""

from __future__ import annotations

import contextlib
import re
import socket
import ssl
import threading
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from types import TracebackType
from typing import Self

from mailflow.testing.certificates import Certificate
from mailflow.testing.lying_answers import Answer, Command

UNSAFE = "Unsafe Login. Please contact kefu@188.com for help"


class LyingImap:
    """The server, for a `with` block. `lines` has every command as it came, `verbs` their names, `received` all octets.

    `mails` are by UID; `sizes` replaces the RFC822.SIZE of some. `cut_after` ends each connection when that many octets
    were sent. With `certificate` it speaks TLS from the first byte, or after STARTTLS if the capabilities list that.
    `needs_id`: SELECT is refused as NetEase does, until ID was sent. `uidvalidity` None: never told.
    """

    host = "127.0.0.1"
    username = "box@example.cn"
    password = "open-sesame"  # noqa: S105

    def __init__(
        self,
        mails: Mapping[int, bytes] | None = None,
        *,
        capabilities: str = "IMAP4rev1",
        answers: Mapping[str, Answer] | None = None,
        greeting: bytes = b"* OK ready\r\n",
        sizes: Mapping[int, int] | None = None,
        uidvalidity: int | None = 7,
        cut_after: int | None = None,
        needs_id: bool = False,
        certificate: Certificate | None = None,
    ) -> None:
        self.mails = dict(mails or {})
        self.capabilities = capabilities
        self.answers = dict(answers or {})
        self.greeting = greeting
        self.sizes = dict(sizes or {})
        self.uidvalidity = uidvalidity
        self.cut_after = cut_after
        self.needs_id = needs_id
        self.certificate = certificate
        self.arrived_at = datetime(2020, 8, 20, 9, 30, tzinfo=UTC)
        self.lines: list[str] = []
        self.received = bytearray()
        self.connections = 0
        self.stopped = threading.Event()
        self._listener = socket.create_server((self.host, 0))
        self.port: int = self._listener.getsockname()[1]
        self._open: list[socket.socket] = []

    @property
    def verbs(self) -> list[str]:
        """The names of the commands, in order."""
        return [_verb(line)[0] for line in self.lines]

    def __enter__(self) -> Self:
        threading.Thread(target=self._accept, name="lying-imap", daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stopped.set()
        for each in (self._listener, *self._open):
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self._listener.accept()
                self.connections += 1
                threading.Thread(target=self._serve, args=(connection,), name="lying-imap", daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        self._open.append(connection)
        with contextlib.suppress(OSError, ValueError):  # ValueError: a file of a socket that was closed
            if self.certificate is not None and "STARTTLS" not in self.capabilities:
                connection = self._secure(connection)
            _Conversation(self, connection).run()
        with contextlib.suppress(OSError):
            connection.shutdown(socket.SHUT_RDWR)
        connection.close()

    def _secure(self, connection: socket.socket) -> ssl.SSLSocket:
        assert self.certificate is not None
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.certificate.certificate_file, self.certificate.key_file)
        secured = context.wrap_socket(connection, server_side=True)
        self._open.append(secured)
        return secured


class _Conversation:
    """One connection: reads commands, answers them as the server is told to."""

    def __init__(self, server: LyingImap, connection: socket.socket) -> None:
        self._server = server
        self._connection = connection
        self._left = server.cut_after
        self._identified = False

    def run(self) -> None:
        self._send(self._server.greeting)
        reader = self._connection.makefile("rb")
        while line := reader.readline():
            self._server.received += line
            text = line.decode("utf-8", "replace").rstrip("\r\n")
            if not text:
                continue
            self._server.lines.append(text)
            verb, rest = _verb(text)
            command = Command(text.split(" ", 1)[0], verb, rest, self._server.stopped)
            for chunk in self._server.answers.get(verb, self._right)(command):
                self._send(chunk)
            if verb == "LOGOUT":
                return
            if verb == "STARTTLS":
                self._connection = self._server._secure(self._connection)
                reader = self._connection.makefile("rb")

    def _send(self, chunk: bytes) -> None:
        if self._left is not None:
            chunk = chunk[: self._left]
            self._left -= len(chunk)
        self._connection.sendall(chunk)
        if self._left == 0:
            raise ConnectionAbortedError

    def _right(self, command: Command) -> Iterable[bytes]:
        answer = getattr(self, "_" + command.verb.lower().replace(" ", "_"), None)
        return [answer(command) if answer else command.ok()]

    def _capability(self, command: Command) -> bytes:
        return command.ok(b"CAPABILITY " + self._server.capabilities.encode())

    def _id(self, command: Command) -> bytes:
        self._identified = True
        return command.ok(b"ID NIL")

    def _list(self, command: Command) -> bytes:
        return command.ok(b'LIST () "/" INBOX', b'LIST () "/" &V4NXPpCuTvY-')

    def _select(self, command: Command) -> bytes:
        server = self._server
        if server.needs_id and not self._identified:
            return f"{command.tag} NO {command.verb} {UNSAFE}\r\n".encode()
        told = [f"{len(server.mails)} EXISTS".encode(), rb"OK [PERMANENTFLAGS (\Seen \*)] limited"]
        told.append(f"OK [UIDNEXT {max(server.mails, default=0) + 1}] next".encode())
        if server.uidvalidity is not None:
            told.append(f"OK [UIDVALIDITY {server.uidvalidity}] valid".encode())
        return command.ok(*told)

    _examine = _select

    def _uid_search(self, command: Command) -> bytes:
        match = re.search(r"UID (\S+)", command.rest)
        found = self._chosen(match[1]) if match else list(self._server.mails)
        return command.ok(b"SEARCH " + " ".join(map(str, found)).encode())

    def _fetch(self, command: Command) -> bytes:
        uids = sorted(self._server.mails)
        wanted = _numbers(command.rest.split(" ")[0], len(uids))
        return command.ok(*(f"{n} FETCH (UID {uid})".encode() for n, uid in enumerate(uids, start=1) if n in wanted))

    def _uid_fetch(self, command: Command) -> bytes:
        which, _, what = command.rest.partition(" ")
        numbers = {uid: number for number, uid in enumerate(sorted(self._server.mails), start=1)}
        return command.ok(
            *(
                f"{numbers[uid]} FETCH (UID {uid} ".encode() + self._item(uid, what) + b")"
                for uid in self._chosen(which)
            )
        )

    def _item(self, uid: int, what: str) -> bytes:
        raw = self._server.mails[uid]
        if "RFC822.SIZE" in what:
            when = self._server.arrived_at.strftime("%d-%b-%Y %H:%M:%S %z")
            return f'RFC822.SIZE {self._server.sizes.get(uid, len(raw))} INTERNALDATE "{when}"'.encode()
        match = re.search(r"BODY\.PEEK\[(HEADER)?\](?:<(\d+)\.(\d+)>)?", what)
        if match is None:
            return b"FLAGS ()"
        part = raw.split(b"\r\n\r\n", 1)[0] + b"\r\n\r\n" if match[1] else raw
        name = f"BODY[{match[1] or ''}]"
        if match[2] is not None:
            part, name = part[int(match[2]) :][: int(match[3])], f"{name}<{match[2]}>"
        return f"{name} {{{len(part)}}}\r\n".encode() + part

    def _idle(self, command: Command) -> bytes:
        return b"+ idling\r\n"

    def _done(self, command: Command) -> bytes:
        idle = next(line for line in reversed(self._server.lines) if _verb(line)[0] == "IDLE")
        return f"{idle.split(' ')[0]} OK done\r\n".encode()

    def _chosen(self, which: str) -> list[int]:
        return sorted(_numbers(which, max(self._server.mails, default=0)) & set(self._server.mails))


def _verb(line: str) -> tuple[str, str]:
    """The command's name and the rest of its line; DONE, which has no tag, is its own name."""
    if line.upper() == "DONE":
        return "DONE", ""
    words = line.split(" ", 3)[1:]
    if words and words[0].upper() == "UID" and len(words) > 1:
        return f"UID {words[1].upper()}", words[2] if len(words) > 2 else ""
    return (words[0].upper() if words else ""), " ".join(words[1:])


def _numbers(which: str, last: int) -> set[int]:
    found: set[int] = set()
    for part in which.split(","):
        first, _, end = part.partition(":")
        low, high = (last if edge == "*" else int(edge) for edge in (first, end or first))
        found |= set(range(min(low, high), max(low, high) + 1))
    return found
