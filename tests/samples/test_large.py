"""Mails too large to keep as samples: each has its outcome, within 5 s of computing and 512 MB."""

from __future__ import annotations

import json
import subprocess
import sys
from base64 import encodebytes
from collections.abc import Callable
from functools import partial
from pathlib import Path
from time import process_time

import pytest

from mailflow.testing.mails import raw_multipart, raw_part
from mailflow.testing.samples import judged

GOOD = (Path(__file__).parent / "046.eml").read_bytes()
HEAD, BODY = GOOD[: GOOD.index(b"Content-Type: multipart")], GOOD[GOOD.index(b"Content-Type: multipart") :]
TEXT = raw_part("Content-Type: text/plain", body=b"x")


def nested(depth: int, kind: bytes = b'Content-Type: multipart/mixed; boundary="n%d"\n\n--n%d\n') -> bytes:
    return HEAD + b"".join(kind % (level, level) if b"%" in kind else kind for level in range(depth)) + TEXT


def addressed(count: int) -> bytes:
    return b"To: " + b",\n ".join(b"u%d@example.cn" % number for number in range(count)) + b"\n" + GOOD


def big(size: int) -> bytes:
    attachment = raw_part(
        'Content-Type: video/mp4; name="a.mp4"',
        "Content-Transfer-Encoding: base64",
        body=encodebytes(bytes(range(256)) * (size // 350)),
    )
    return HEAD + raw_multipart(TEXT, attachment)


READ, HELD = "entry", "held"
MAILS: dict[str, tuple[Callable[[], bytes], str]] = {
    "nested 90 deep": (partial(nested, 90), READ),
    "nested 2,000 deep": (partial(nested, 2_000), HELD),
    "mails in mails, 90 deep": (partial(nested, 90, b"Content-Type: message/rfc822\n\n"), READ),
    "mails in mails, 2,000 deep": (partial(nested, 2_000, b"Content-Type: message/rfc822\n\n"), READ),
    "1,000 parts": (lambda: HEAD + raw_multipart(*[TEXT] * 990), READ),
    "20,000 parts": (lambda: HEAD + raw_multipart(*[TEXT] * 20_000), HELD),
    "50,000 fields": (lambda: b"".join(b"X-F%d: 1\n" % number for number in range(50_000)) + GOOD, READ),
    "60,000 addresses": (partial(addressed, 60_000), READ),
    "25 MB": (partial(big, 25_000_000), READ),
    "a subject of 1 MB": (lambda: HEAD.replace(b"Subject: ", b"Subject: " + b"x" * 1_000_000) + BODY, READ),
    "a boundary of dashes": (lambda: HEAD + BODY.replace(b"b1", b"-" * 60) + b"-" * 3_000_000, READ),
    "HTML of 5 MB": (lambda: HEAD + raw_part("Content-Type: text/html", body=b"<td>" * 1_250_000), READ),
    "100,000 mails quoted in the text": (lambda: HEAD + b"\n" + b"From: a\nSubject: b\n" * 100_000, READ),
}


@pytest.mark.parametrize("name", MAILS)
def test_a_large_mail_has_its_outcome_at_a_bounded_cost(name: str) -> None:
    make, outcome = MAILS[name]
    raw = make()
    before = process_time()
    answer = json.loads(judged(raw))
    assert process_time() - before < 5
    assert answer["disposition"] == outcome
    assert answer["sender"] == "wang@example.cn"
    assert answer["reason"] is not None or outcome == READ


def test_all_of_them_together_stay_within_512_mb() -> None:
    lines = (
        f"import sys; sys.path.insert(0, {str(Path(__file__).parent)!r})",
        "import test_large",
        "from mailflow.testing.memory import peak",
        "for make, _ in test_large.MAILS.values(): test_large.judged(make())",
        "print(peak())",
    )
    run = subprocess.run([sys.executable, "-c", "\n".join(lines)], capture_output=True, text=True, check=True)
    assert 0 < int(run.stdout) < 512 * 2**20
