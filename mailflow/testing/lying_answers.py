"""Answers of a misbehaving IMAP server, to put in place of the right ones."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Command:
    """One command line: `verb` in capitals ("UID FETCH" is one verb), `rest` as it came."""

    tag: str
    verb: str
    rest: str
    stopped: threading.Event = field(repr=False)

    def ok(self, *untagged: bytes) -> bytes:
        """The right end: each of `untagged` as a line with "* ", then the tagged OK."""
        return b"".join(b"* " + line + b"\r\n" for line in untagged) + f"{self.tag} OK done\r\n".encode()


Answer = Callable[[Command], Iterable[bytes]]


def refuse(text: str, status: str = "NO") -> Answer:
    """A tagged NO (or BAD) with `text`."""
    return lambda command: [f"{command.tag} {status} {text}\r\n".encode()]


def say(*chunks: bytes) -> Answer:
    """These very bytes, in which TAG stands for the command's tag. Without a tagged line the client is left waiting."""
    return lambda command: [chunk.replace(b"TAG", command.tag.encode()) for chunk in chunks]


def hang_up(text: bytes = b"") -> Answer:
    """`text`, then the end of the connection."""

    def answer(command: Command) -> Iterator[bytes]:
        yield text
        raise ConnectionAbortedError

    return answer


def flood(line: bytes) -> Answer:
    """`line` without end, as fast as the client reads."""

    def answer(command: Command) -> Iterator[bytes]:
        while True:
            yield line

    return answer


def drip(text: bytes, pause: float) -> Answer:
    """`text` over and over, one byte every `pause` seconds: each within any timeout, and never done."""

    def answer(command: Command) -> Iterator[bytes]:
        while not command.stopped.wait(pause):
            for position in range(len(text)):
                yield text[position : position + 1]
                command.stopped.wait(pause)

    return answer
