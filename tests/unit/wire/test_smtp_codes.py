"""What servers answer, and what is made of it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from mailflow.wire.smtp_codes import judge, lost, tidy
from mailflow.wire.smtp_quirks import REPLY_QUIRKS
from mailflow.wire.smtp_result import Outcome, Scope, Stage

CONNECT, LOGIN, SENDER, RECIPIENT, DATA = Stage
SENT, DEFERRED, REFUSED, UNKNOWN = Outcome
LETTER, CONNECTION, QUOTA, DAY, ACCOUNT = Scope
QUARTER = timedelta(minutes=15)

Row = tuple[Stage, int, str, Outcome, Scope, timedelta | None]

NETEASE: list[Row] = [
    (DATA, 451, "MI:SFQ smtp1,x 1", DEFERRED, QUOTA, QUARTER),
    (SENDER, 550, "MI:STC smtp1,x", DEFERRED, DAY, None),
    (DATA, 554, "MI:STC smtp1,x", DEFERRED, DAY, None),
    (SENDER, 450, "MI:DMC smtp1", DEFERRED, CONNECTION, None),
    (DATA, 451, "MI:DMC smtp1", DEFERRED, CONNECTION, None),
    (RECIPIENT, 451, "RP:QRC smtp1", DEFERRED, QUOTA, 2 * QUARTER),
    (RECIPIENT, 550, "RP:TRC smtp1", DEFERRED, DAY, None),
    (RECIPIENT, 450, "RP:DRC smtp1", DEFERRED, CONNECTION, None),
    (CONNECT, 421, "HL:ICC smtp1", DEFERRED, QUOTA, QUARTER),
    (CONNECT, 554, "HL:IHU smtp1", DEFERRED, QUOTA, timedelta(hours=1)),
    (DATA, 554, "DT:SPM smtp1", REFUSED, LETTER, None),
    (DATA, 550, "DT:SPM smtp1", REFUSED, LETTER, None),
    (DATA, 451, "DT:SPM smtp1 ,please try again", DEFERRED, LETTER, timedelta(minutes=2)),
    (DATA, 554, "DT:SUM smtp1", REFUSED, LETTER, None),
    (DATA, 552, "Requested mail action aborted: exceeded mailsize limit", REFUSED, LETTER, None),
    (DATA, 552, "Illegal Attachment", REFUSED, LETTER, None),
    (LOGIN, 535, "Error: authentication failed", DEFERRED, ACCOUNT, None),
    (LOGIN, 550, "User has no permission", DEFERRED, ACCOUNT, None),
    (LOGIN, 451, "Requested mail action not taken: too much fail authentication", DEFERRED, ACCOUNT, None),
    (SENDER, 553, "authentication is required,smtp1", DEFERRED, ACCOUNT, None),
    (SENDER, 553, "Mail from must equal authorized user", DEFERRED, ACCOUNT, None),
]

ANYBODY: list[Row] = [
    (SENDER, 421, "4.7.0 idle too long", DEFERRED, CONNECTION, None),
    (SENDER, 452, "4.3.1 no room", DEFERRED, LETTER, None),
    (SENDER, 552, "5.3.4 message size exceeds limit", REFUSED, LETTER, None),
    (SENDER, 550, "5.3.4 too big", REFUSED, LETTER, None),
    (SENDER, 530, "5.7.0 authentication required", DEFERRED, ACCOUNT, None),
    (RECIPIENT, 450, "4.2.0 greylisted", DEFERRED, LETTER, None),
    (RECIPIENT, 550, "5.1.1 no such user", REFUSED, LETTER, None),
    (RECIPIENT, 554, "5.7.1 relay access denied", REFUSED, LETTER, None),
    (DATA, 451, "4.3.0 later", DEFERRED, LETTER, None),
    (DATA, 554, "5.6.0 no", REFUSED, LETTER, None),
    (LOGIN, 454, "4.7.0 temporary failure", DEFERRED, CONNECTION, None),
    (LOGIN, 534, "5.7.9 stronger mechanism", DEFERRED, ACCOUNT, None),
    (CONNECT, 554, "no service", DEFERRED, CONNECTION, None),
    (SENDER, 299, "what", DEFERRED, CONNECTION, None),
    (DATA, 299, "what", UNKNOWN, CONNECTION, None),
    (DATA, -1, "Malformed SMTP response line", UNKNOWN, CONNECTION, None),
    (RECIPIENT, 550, "Sender frequency limited", DEFERRED, QUOTA, QUARTER),
]


@pytest.mark.parametrize("row", NETEASE + ANYBODY)
def test_an_answer_has_its_meaning(row: Row) -> None:
    stage, code, text, outcome, scope, wait = row
    result = judge(stage, code, text)
    assert (result.outcome, result.scope, result.wait) == (outcome, scope, wait)
    assert result.code == (str(code) if code > 0 else "")


@pytest.mark.parametrize("code", [400, 421, 451, 499, 500, 535, 552, 554, 599])
@pytest.mark.parametrize("stage", Stage)
def test_a_negative_answer_never_leaves_a_letter_unknown_or_sent(stage: Stage, code: int) -> None:
    assert judge(stage, code, "no").outcome in (DEFERRED, REFUSED)


def test_an_answer_of_the_fourth_hundred_never_refuses_for_good() -> None:
    texts = ["", "MI:SFQ", "MI:STC", "DT:SPM", "DT:SUM", "HL:ICC", "RP:TRC", "frequency limited"]
    outcomes = {judge(stage, code, text).outcome for stage in Stage for code in range(400, 500) for text in texts}
    assert outcomes == {DEFERRED}


def test_the_text_says_what_to_do_and_what_the_server_said() -> None:
    result = judge(DATA, 451, "MI:SFQ smtp1,x 1")
    assert "smtp.quota_15min" in result.text
    assert "451 MI:SFQ smtp1,x 1" in result.text
    assert result.quirk == "smtp-netease-quarter-hour"


def test_an_unknown_word_with_a_quirk_inside_is_no_quirk() -> None:
    assert judge(RECIPIENT, 450, "queued as XHL:ABCD, try later").quirk == ""


def test_a_servers_words_become_one_short_line_without_addresses_and_controls() -> None:
    said = tidy("5.1.1 <wang.xiaoming@example.cn>:\nno\x07 such \u202euser 李晓华@例子.example.cn " + "x" * 999)
    assert said.startswith("5.1.1 <address>: no such user <address> x")
    assert len(said) <= 200


@pytest.mark.parametrize(
    ("stage", "half", "outcome"),
    [(SENDER, False, DEFERRED), (RECIPIENT, False, DEFERRED), (DATA, False, UNKNOWN), (DATA, True, DEFERRED)],
)
def test_a_lost_connection_is_unknown_only_once_the_letter_may_have_left(
    stage: Stage, half: bool, outcome: Outcome
) -> None:
    assert lost(stage, "gone", half=half).outcome is outcome


def test_each_quirk_has_an_id_of_its_own_and_a_remedy() -> None:
    assert len({quirk.id for quirk in REPLY_QUIRKS}) == len(REPLY_QUIRKS)
    assert all(quirk.remedy and quirk.symptom and quirk.id.startswith("smtp-") for quirk in REPLY_QUIRKS)
