"""Bytes from nowhere, and samples with something broken in them: read and judged, or refused by name, in bounded time.

MAILFLOW_FUZZ_EXAMPLES says how many of each kind (300 by default; a million runs for hours).
"""

from __future__ import annotations

import os
from functools import lru_cache
from pathlib import Path
from time import process_time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mailflow.errors import ReadRefused
from mailflow.intake.archives import open_archive
from mailflow.intake.containers import MOST_BYTES, Opened, open_zip
from mailflow.intake.outlook import open_msg, open_tnef
from mailflow.intake.read import read_message
from mailflow.testing.samples import judged

EXAMPLES = int(os.environ.get("MAILFLOW_FUZZ_EXAMPLES", "300"))
MOST_CPU_SECONDS = 5.0
SAMPLES = Path(__file__).parents[1] / "samples"
fuzzed = settings(
    max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)


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


def check(raw: bytes) -> None:
    """The mail is read and judged without an exception, within MOST_CPU_SECONDS; nothing it says is unfit for text."""
    before = process_time()
    answer = judged(raw)
    answer.encode()
    assert process_time() - before < MOST_CPU_SECONDS


@fuzzed
@given(st.binary(max_size=2_000))
def test_any_bytes_are_judged(raw: bytes) -> None:
    check(raw)


@fuzzed
@given(mutated())
def test_any_broken_sample_is_judged(raw: bytes) -> None:
    check(raw)


@fuzzed
@given(mutated())
def test_reading_raises_nothing_but_its_one_refusal(raw: bytes) -> None:
    try:
        unpacked = read_message(raw)
    except ReadRefused:
        return
    kept = set(unpacked.contents)
    assert {one.sha256 for one in unpacked.message.attachments} == kept
    assert all(one.container is None or one.container < at for at, one in enumerate(unpacked.message.attachments))
    assert "\ufffd" not in unpacked.message.subject or "subject" in unpacked.message.doubts


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


@pytest.mark.parametrize("opener", [open_zip, open_archive, open_tnef, lambda content: open_msg(content).files])
def test_any_broken_archive_is_opened_or_left_closed(opener: object) -> None:
    @fuzzed
    @given(st.data())
    def run(data: st.DataObject) -> None:
        content = bytearray(data.draw(st.sampled_from(archives())))
        for _ in range(data.draw(st.integers(1, 8))):
            at = data.draw(st.integers(0, len(content)))
            content[at : at + data.draw(st.integers(0, 4))] = data.draw(st.binary(max_size=6))
        before = process_time()
        assert callable(opener)
        opened = opener(bytes(content))
        assert isinstance(opened, Opened)
        assert sum(len(one.content) for one in opened.entries) <= MOST_BYTES
        assert process_time() - before < MOST_CPU_SECONDS

    run()
