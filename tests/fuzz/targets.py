"""What is fuzzed: bytes from nowhere, samples and archives with something broken in them, and what must hold of each.

Every input is read and judged without an exception but the one refusal, within MOST_CPU_SECONDS and MOST_MEMORY. Both
are counted by this process alone (CPU seconds, growth of its resident memory), so that a busy machine changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path
from time import process_time

from hypothesis import strategies as st

from mailflow.errors import ReadRefused
from mailflow.intake.archives import open_archive
from mailflow.intake.containers import MOST_BYTES, Opened, open_zip
from mailflow.intake.outlook import open_msg, open_tnef
from mailflow.intake.read import read_message
from mailflow.testing.memory import Growth
from mailflow.testing.samples import judged

MOST_CPU_SECONDS = 5.0
MOST_MEMORY = 512 * 2**20
SAMPLES = Path(__file__).parents[1] / "samples"


@dataclass(slots=True)
class Worst:
    """The most that one input cost so far, in CPU seconds and bytes."""

    seconds: float = 0.0
    memory: int = 0


@contextmanager
def bounded(worst: Worst) -> Iterator[None]:
    """Fails where what happens within costs more than one input may; notes the cost in `worst`."""
    growth, before = Growth(), process_time()
    yield
    seconds, memory = process_time() - before, growth.bytes()
    worst.seconds, worst.memory = max(worst.seconds, seconds), max(worst.memory, memory)
    assert seconds < MOST_CPU_SECONDS, f"{seconds:.1f} CPU seconds for one input"
    assert memory < MOST_MEMORY, f"{memory >> 20} MB for one input"


@lru_cache(maxsize=1)
def samples() -> tuple[bytes, ...]:
    """The numbered samples, the huge ones left out."""
    contents = [path.read_bytes() for path in sorted(SAMPLES.glob("[0-9][0-9][0-9].eml"))]
    return tuple(one for one in contents if 0 < len(one) < 100_000)


@st.composite
def mutated(draw: st.DrawFn) -> bytes:
    """A sample with some of its bytes cut out, doubled, exchanged, moved or taken from another sample."""
    raw = draw(st.sampled_from(samples()))
    for _ in range(draw(st.integers(1, 6))):
        start = draw(st.integers(0, len(raw)))
        end = min(len(raw), start + draw(st.sampled_from((1, 2, 7, 30, 200, 3_000))))
        kind = draw(st.sampled_from(("cut", "double", "bytes", "line", "splice", "tail")))
        if kind == "cut":
            raw = raw[:start] + raw[end:]
        elif kind == "double":
            raw = raw[:end] + raw[start:]
        elif kind == "bytes":
            raw = raw[:start] + draw(st.binary(max_size=8)) + raw[end:]
        elif kind == "line":
            raw = (
                raw[:start]
                + draw(st.sampled_from((b"\n", b"\r", b"\r\n\r\n", b"\n--b1\n", b"\n--", b"=?", b";")))
                + raw[start:]
            )
        elif kind == "splice":
            other = draw(st.sampled_from(samples()))
            raw = raw[:start] + other[draw(st.integers(0, len(other))) :]
        else:
            raw = raw[:start]
    return raw


def judges(raw: bytes) -> None:
    """The mail is read and judged without an exception; nothing in the answer is unfit for text."""
    judged(raw).encode()


def reads(raw: bytes) -> None:
    """Reading raises nothing but its one refusal, and what it gives hangs together."""
    try:
        unpacked = read_message(raw)
    except ReadRefused:
        return
    kept = set(unpacked.contents)
    assert {one.sha256 for one in unpacked.message.attachments} == kept
    assert all(one.container is None or one.container < at for at, one in enumerate(unpacked.message.attachments))
    assert "\ufffd" not in unpacked.message.subject or "subject" in unpacked.message.doubts


def opens(opener: Callable[[bytes], Opened], content: bytes) -> None:
    """The archive is opened or left closed, and what it holds is within its bounds."""
    opened = opener(content)
    assert isinstance(opened, Opened)
    assert sum(len(one.content) for one in opened.entries) <= MOST_BYTES


@lru_cache(maxsize=1)
def archives() -> tuple[bytes, ...]:
    """The archives that lie in the samples, and the beginnings of those that do not."""
    found = {
        content
        for raw in samples()
        for content in _contents(raw)
        if content.startswith(b"PK\x03\x04") and len(content) < 20_000
    }
    return (
        *sorted(found),
        b"Rar!\x1a\x07\x00" + bytes(40),
        b"7z\xbc\xaf\x27\x1c" + bytes(40),
        b"\x78\x9f\x3e\x22" + bytes(40),
    )


def _contents(raw: bytes) -> tuple[bytes, ...]:
    try:
        return tuple(read_message(raw).contents.values())
    except ReadRefused:
        return ()


@st.composite
def broken_archives(draw: st.DrawFn) -> bytes:
    """An archive with some of its bytes exchanged, cut out or added."""
    content = bytearray(draw(st.sampled_from(archives())))
    for _ in range(draw(st.integers(1, 8))):
        at = draw(st.integers(0, len(content)))
        content[at : at + draw(st.integers(0, 4))] = draw(st.binary(max_size=6))
    return bytes(content)


def _msg(content: bytes) -> Opened:
    return open_msg(content).files


TARGETS: dict[str, tuple[st.SearchStrategy[bytes], Callable[[bytes], None]]] = {
    "any bytes, judged": (st.binary(max_size=2_000), judges),
    "a broken sample, judged": (mutated(), judges),
    "a broken sample, read": (mutated(), reads),
    "a broken archive as zip": (broken_archives(), partial(opens, open_zip)),
    "a broken archive by libarchive": (broken_archives(), partial(opens, open_archive)),
    "a broken archive as winmail.dat": (broken_archives(), partial(opens, open_tnef)),
    "a broken archive as .msg": (broken_archives(), partial(opens, _msg)),
}
"""Name, what is drawn, and what must hold of it."""
