"""Whether a mail that was judged again, once its pictures were read, is worth one more letter."""

from __future__ import annotations

from mailflow.judge.codes import REVIEWER_ONLY
from mailflow.model.campaign import Severity
from mailflow.model.entry import Finding, Mark, Submission
from mailflow.model.judgement import Judgement


def must_act(before: Judgement, after: Judgement) -> bool:
    """Whether `after` asks its sender for something that `before`, which was answered, did not ask for.

    Not where no answer is due, where it only says what is in order by now, or where only reviewers are told more.
    """
    if after.silence is not None:
        return False
    return bool(to_act_on(before, after) or _asks(after.findings) - _asks(before.findings))


def to_act_on(before: Judgement, after: Judgement) -> tuple[int, ...]:
    """The places, in `after`, of the submissions that ask for something new: the others need no second letter."""
    return tuple(
        place for place, one in enumerate(after.submissions) if _asks_more(_counterpart(one, before.submissions), one)
    )


def _counterpart(one: Submission, earlier: tuple[Submission, ...]) -> Submission | None:
    """The same application as it was judged before: by receipt number, else by who and what."""
    return next(
        (other for other in earlier if other.ref is not None and other.ref == one.ref),
        next((other for other in earlier if (other.applicant, other.category) == (one.applicant, one.category)), None),
    )


def _asks_more(before: Submission | None, after: Submission) -> bool:
    told = _asks(before.findings) if before is not None else frozenset()
    unmet = _unmet(before) if before is not None else frozenset()
    return bool(_asks(after.findings) - told or _unmet(after) - unmet)


def _asks(findings: tuple[Finding, ...]) -> frozenset[tuple[str, str | None]]:
    """What its sender is asked for; notes ask for nothing."""
    return frozenset(
        (one.code, one.where)
        for one in findings
        if one.severity is not Severity.NOTE and not one.for_reviewer and one.code not in REVIEWER_ONLY
    )


def _unmet(submission: Submission) -> frozenset[str]:
    return frozenset(one.where for one in submission.checks if one.mark is Mark.MISSING)
