"""Whether the sender's domain vouches for a mail, as the receiving server found (RFC 8601)."""

from __future__ import annotations

import pytest

from mailflow.intake.authenticity import Trust, trust_of
from mailflow.intake.read import read_message
from mailflow.testing.mails import build_mail

SERVER = "mx.mailbox.example.cn"


def trust(*results: str, server: str = SERVER) -> Trust:
    headers = [("Authentication-Results", one) for one in results]
    raw = build_mail(sender="wang@mail.unit.example.cn", subject="x", headers=headers)
    return trust_of(read_message(raw).message, server)


@pytest.mark.parametrize(
    ("result", "expected"),
    [
        (f"{SERVER}; dmarc=pass header.from=mail.unit.example.cn", Trust.VERIFIED),
        (f"{SERVER} 1; spf=pass; dkim=pass (good) header.d=unit.example.cn; dmarc=none", Trust.VERIFIED),
        (f"{SERVER}; dkim=pass header.i=@mail.unit.example.cn", Trust.VERIFIED),
        (f"{SERVER}; dkim=pass header.d=evil.example.com", Trust.UNKNOWN),
        (f"{SERVER}; dkim=pass header.d=cn", Trust.UNKNOWN),
        (f"{SERVER}; dmarc=fail (p=none); spf=pass", Trust.FAILED),
        (f"{SERVER}; spf=fail; dkim=fail", Trust.FAILED),
        (f"{SERVER}; spf=softfail", Trust.UNKNOWN),
        (f"{SERVER}; none", Trust.UNKNOWN),
        ("other.example.com; dmarc=fail", Trust.UNKNOWN),
        (f"{SERVER}.evil.example.com; dmarc=pass", Trust.UNKNOWN),
        ("; ; =", Trust.UNKNOWN),
    ],
)
def test_the_servers_word_is_read_as_a_level(result: str, expected: Trust) -> None:
    assert trust(result) is expected


def test_only_the_topmost_word_counts_for_a_sender_may_bring_his_own() -> None:
    assert trust(f"{SERVER}; dmarc=fail", f"{SERVER}; dmarc=pass") is Trust.FAILED
    assert trust("other.example.com; dmarc=pass", f"{SERVER}; dmarc=pass") is Trust.UNKNOWN


def test_without_a_server_in_the_settings_nobody_is_asked() -> None:
    assert trust(f"{SERVER}; dmarc=fail", server="") is Trust.UNKNOWN
