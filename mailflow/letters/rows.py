"""The lines of a receipt's checklist: the judge's checks, and what was found beside them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from mailflow.letters.masking import shown
from mailflow.model.campaign import Campaign, Severity
from mailflow.model.entry import Check, Finding, Mark, Submission, Verdict
from mailflow.model.facts import Role

REVIEWERS_ONLY = ("evidence.reused", "conflict.", "person.", "sender.unauthenticated")
"""Beginnings of codes that never stand in a letter to a sender (the contract's list)."""

_RULE = "rule."
_MARK_OF = {Severity.ERROR: Mark.MISSING, Severity.WARNING: Mark.UNSURE, Severity.NOTE: Mark.UNSURE}


@dataclass(frozen=True, slots=True)
class Row:
    """One line: `label` may be "" (the template names the `topic`, a finding code or "rule"/"file")."""

    mark: Mark
    label: str
    detail: str
    topic: str


def rows_of(submission: Submission, common: tuple[Finding, ...], campaign: Campaign) -> tuple[Row, ...]:
    """The checklist of one submission, `common` findings of its mail included, nothing for reviewers in it.

    A line of its own is made for each finding that no check already tells. Below a line is never "missing": a person
    decides on it.
    """
    checks = [_row(check, submission.verdict) for check in submission.checks]
    extra = [
        _extra(finding, submission, campaign)
        for finding in for_sender((*submission.findings, *common))
        if finding.severity is not Severity.NOTE and not _is_told(finding, submission.checks)
    ]
    return tuple(dict.fromkeys((*checks, *extra)))


def for_sender(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Those of `findings` that a sender may read."""
    return tuple(one for one in findings if not one.for_reviewer and not one.code.startswith(REVIEWERS_ONLY))


def _row(check: Check, verdict: Verdict) -> Row:
    is_rule = check.where.startswith(_RULE)
    soften = is_rule and verdict is Verdict.INELIGIBLE and check.mark is Mark.MISSING
    return Row(
        mark=Mark.UNSURE if soften else check.mark,
        label=shown(check.label, 80),
        detail=shown(check.detail, 200),
        topic="rule" if is_rule else "file",
    )


def _is_told(finding: Finding, checks: tuple[Check, ...]) -> bool:
    """Whether a check says the same: the same sentence, or a check of that place that is not met."""
    for check in checks:
        if finding.text and finding.text in check.detail:
            return True
        same_place = check.where in (finding.where, finding.code)
        if same_place and check.mark is not Mark.MET:
            return True
    return False


def _extra(finding: Finding, submission: Submission, campaign: Campaign) -> Row:
    is_rule = finding.code.startswith(_RULE)
    return Row(
        mark=Mark.UNSURE if is_rule else _MARK_OF[finding.severity],
        label=shown(_label(finding.where, submission, campaign), 80),
        detail=shown(finding.text, 200),
        topic="rule" if is_rule else finding.code.partition(".")[0],
    )


def _label(where: str | None, submission: Submission, campaign: Campaign) -> str:
    """The label of a form's field or of a role, "" for any other place."""
    if not where:
        return ""
    field = campaign.form(campaign.category(submission.category).form).field(where)
    if field is not None:
        return field.label
    return campaign.role_labels.get(Role(where), "") if where in set(Role) else ""
