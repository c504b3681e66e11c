"""When a mail whose pictures were read late is worth one more letter."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mailflow.judge.supplement import must_act, to_act_on
from mailflow.model.campaign import Severity
from mailflow.model.entry import Check, Finding, Mark, Relation, Submission, Verdict
from mailflow.model.judgement import Disposition, Judgement

DIFFERS = Finding("evidence.points-mismatch", Severity.WARNING, "两处数字不同，请核对", "profile-screenshot")
UNREADABLE = Finding("attachment.unreadable", Severity.WARNING, "请发送原图", "profile-screenshot")
REUSED = Finding("evidence.reused", Severity.WARNING, "另一申报人", "profile-screenshot", for_reviewer=True)
READ = Finding("picture.unconfirmed", Severity.NOTE, "截图读出", "answers-screenshot")
MISSING = Finding("attachment.missing", Severity.ERROR, "未收到", "profile-screenshot")
PHOTO = Finding("attachment.missing", Severity.ERROR, "未收到", "photo")


def judgement(*findings: Finding, mark: Mark = Mark.MET, silence: str | None = None) -> Judgement:
    check = Check("profile-screenshot", "“我的信息”截图", mark, "")
    one = Submission(
        "王小明",
        "outstanding-learner",
        None,
        None,
        None,
        Verdict.ACCEPTED,
        Relation.NEW,
        findings=findings,
        checks=(check,),
    )
    return Judgement(Disposition.ENTRY, submissions=(one,), silence=silence)


@pytest.mark.parametrize("found", [DIFFERS, UNREADABLE, MISSING])
def test_what_the_first_answer_did_not_ask_for_is_worth_a_letter(found: Finding) -> None:
    assert must_act(judgement(), judgement(found))
    assert must_act(judgement(PHOTO), judgement(PHOTO, found))


@pytest.mark.parametrize("found", [REUSED, READ])
def test_what_is_for_reviewers_or_only_informs_is_not(found: Finding) -> None:
    assert not must_act(judgement(), judgement(found))


def test_what_was_asked_for_before_is_not_asked_for_again() -> None:
    worded_otherwise = replace(UNREADABLE, text="已按文件名登记，其中内容未能读出")
    assert not must_act(judgement(worded_otherwise), judgement(UNREADABLE))


def test_what_is_in_order_by_now_is_worth_no_letter() -> None:
    assert not must_act(judgement(MISSING, mark=Mark.MISSING), judgement())


def test_a_requirement_that_turned_unmet_is() -> None:
    assert must_act(judgement(mark=Mark.UNSURE), judgement(mark=Mark.MISSING))


def test_who_may_not_be_answered_gets_no_supplement_either() -> None:
    assert not must_act(judgement(), judgement(DIFFERS, silence="auto-submitted"))


def test_only_those_of_a_batch_are_meant_who_have_something_to_do() -> None:
    (one,) = judgement().submissions
    (other,) = judgement(DIFFERS).submissions
    before = replace(judgement(), submissions=(one, replace(one, applicant="李晓华")))
    after = replace(judgement(), submissions=(one, replace(other, applicant="李晓华")))
    assert to_act_on(before, after) == (1,)
    assert to_act_on(after, after) == ()


def test_an_application_is_known_again_by_its_receipt_number_though_the_name_was_read_otherwise() -> None:
    (one,) = judgement(DIFFERS).submissions
    before = replace(judgement(), submissions=(replace(one, ref="SX20-AAAAAA"),))
    after = replace(judgement(), submissions=(replace(one, ref="SX20-AAAAAA", applicant="王晓明"),))
    assert not must_act(before, after)


def test_somebody_who_was_found_only_now_is_asked_for_what_is_missing() -> None:
    nobody = Judgement(Disposition.HELD, findings=(replace(PHOTO, code="subject.unreadable", where=None),))
    assert must_act(nobody, judgement(MISSING, mark=Mark.MISSING))
    assert not must_act(nobody, judgement())
