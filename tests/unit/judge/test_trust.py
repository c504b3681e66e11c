"""A mail that its sender's domain disowns may open an entry, but neither change one nor get an answer."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mailflow.campaign.load import load_campaign
from mailflow.intake.authenticity import Trust
from mailflow.judge.trust import with_trust
from mailflow.model.command import CommandKind, Order
from mailflow.model.entry import Relation, Submission, Verdict
from mailflow.model.judgement import Disposition, Judgement

CAMPAIGN = load_campaign("shanxi-2020")
FIRST = Submission(
    applicant="王小明",
    category="announcer",
    period=None,
    study_id=None,
    unit=None,
    verdict=Verdict.ACCEPTED,
    relation=Relation.NEW,
)
ENTRY = Judgement(Disposition.ENTRY, submissions=(FIRST,))


@pytest.mark.parametrize("trust", [Trust.VERIFIED, Trust.UNKNOWN])
def test_what_is_not_disowned_is_left_as_it_is(trust: Trust) -> None:
    assert with_trust(ENTRY, trust, CAMPAIGN) is ENTRY


def test_a_disowned_mail_is_filed_with_a_warning_for_reviewers_and_gets_no_answer() -> None:
    judged = with_trust(ENTRY, Trust.FAILED, CAMPAIGN)
    assert (judged.disposition, judged.silence) == (Disposition.ENTRY, "unauthenticated")
    [warning] = judged.submissions[0].findings
    assert (warning.code, warning.for_reviewer) == ("sender.unauthenticated", True)
    assert judged.submissions[0].verdict is Verdict.ACCEPTED


@pytest.mark.parametrize("relation", [Relation.VERSION, Relation.KEPT_ASIDE])
def test_a_disowned_mail_changes_nothing_that_is_held(relation: Relation) -> None:
    change = Judgement(Disposition.ENTRY, submissions=(replace(FIRST, relation=relation, ref="SX20-AAAAAA"),))
    judged = with_trust(change, Trust.FAILED, CAMPAIGN)
    assert (judged.disposition, judged.submissions) == (Disposition.HELD, ())
    assert judged.reason


def test_a_disowned_command_is_not_obeyed() -> None:
    command = Judgement(Disposition.COMMAND, command=Order(CommandKind.WITHDRAW, refs=("SX20-AAAAAA",)))
    judged = with_trust(command, Trust.FAILED, CAMPAIGN)
    assert (judged.disposition, judged.command) == (Disposition.HELD, None)


def test_machine_mail_stays_ignored() -> None:
    ignored = Judgement(Disposition.IGNORED, silence="bounce")
    assert with_trust(ignored, Trust.FAILED, CAMPAIGN) is ignored
