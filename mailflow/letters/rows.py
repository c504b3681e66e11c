"""The lines of a receipt's checklist: the judge's checks, and what was found beside them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from mailflow.letters.masking import shown
from mailflow.model.campaign import Campaign, Severity
from mailflow.model.entry import Check, Finding, Mark, Seen, Submission, Verdict
from mailflow.model.facts import Role

REVIEWERS_ONLY = ("evidence.reused", "seal.uncertain", "conflict.", "person.", "sender.unauthenticated")
"""Beginnings of codes that never stand in a letter to a sender (the contract's list)."""

TO_CHECK = frozenset({Seen.DIFFERS, Seen.UNREAD, Seen.NO_SEAL})
"""Topics of rows that ask the sender to look at something, though nothing is missing."""

_RULE = "rule."
_ASKS = ("evidence.", "attachment.", "seal.")
_MARK_OF = {Severity.ERROR: Mark.MISSING, Severity.WARNING: Mark.UNSURE, Severity.NOTE: Mark.UNSURE}


@dataclass(frozen=True, slots=True)
class Line:
    """One sentence of a row; `asks` where the reader is asked to look at it."""

    text: str
    asks: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the checklist, with the sentences that stand in it.

    `topic` is the beginning of a finding's code, "file", what was seen in the files ("agrees", "differs"…), "rule",
    "rule-open" (it can still be met until its day) or "fields" (`names` are the fields of the form that are empty).
    Where `label` is "" the template names the topic.
    """

    mark: Mark
    label: str
    lines: tuple[Line, ...]
    topic: str
    names: tuple[str, ...] = ()


def rows_of(submission: Submission, common: tuple[Finding, ...], campaign: Campaign) -> tuple[Row, ...]:
    """The checklist of one submission, `common` findings of its mail included, nothing for reviewers in it.

    A line of its own is made for each finding that no check already tells. Below a line is never "missing": a person
    decides on it.
    """
    checks = _folded([(check, _row(check, submission)) for check in submission.checks], submission)
    extra = [
        _extra(finding, submission, campaign)
        for finding in for_sender((*submission.findings, *common))
        if finding.severity is not Severity.NOTE and not _is_told(finding, submission.checks)
    ]
    files = [row for row in extra if row.topic == "attachment"]
    return tuple(dict.fromkeys((*files, *checks, *(row for row in extra if row not in files))))


def for_sender(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Those of `findings` that a sender may read."""
    return tuple(one for one in findings if not one.for_reviewer and not one.code.startswith(REVIEWERS_ONLY))


def _row(check: Check, submission: Submission) -> Row:
    is_rule = check.where.startswith(_RULE)
    soften = is_rule and submission.verdict is Verdict.INELIGIBLE and check.mark is Mark.MISSING
    return Row(
        mark=Mark.UNSURE if soften else check.mark,
        label=shown(check.label, 80),
        lines=_lines(check, submission),
        topic=_topic(check, submission),
    )


def _lines(check: Check, submission: Submission) -> tuple[Line, ...]:
    """The sentences of a check. In one that is not looked into, nothing is picked out."""
    told = for_sender(submission.findings) if check.seen is not None else ()
    asking = {one.text for one in told if one.code.startswith(_ASKS)}
    return tuple(Line(shown(one, 240), one in asking) for one in check.detail.split("\n") if one)


def _topic(check: Check, submission: Submission) -> str:
    if not check.where.startswith(_RULE):
        return check.seen or "file"
    is_open = submission.verdict is Verdict.INCOMPLETE and _weighs(check.where, submission)
    return "rule-open" if is_open and check.mark is Mark.UNSURE else "rule"


def _weighs(code: str, submission: Submission) -> bool:
    """Whether the finding `code` stands in the way (a rule "in principle" does not)."""
    return any(one.code == code and one.severity is Severity.ERROR for one in submission.findings)


def _folded(lines: list[tuple[Check, Row]], submission: Submission) -> list[Row]:
    """The rows, with the empty fields of the form in one where there are several: one form is sent again, not ten."""
    empty = {one.where for one in submission.findings if one.code == "field.missing"}
    names = tuple(row.label for check, row in lines if check.where in empty and row.mark is Mark.MISSING)
    if len(names) < 2:
        return [row for _, row in lines]
    rows: list[Row] = []
    for check, row in lines:
        if check.where not in empty or row.mark is not Mark.MISSING:
            rows.append(row)
        elif row.label == names[0]:
            rows.append(Row(Mark.MISSING, "", (), "fields", names))
    return rows


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
        lines=(Line(shown(finding.text, 240)),),
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
