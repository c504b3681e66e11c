"""What the parts of judging hand back, and how a verdict comes of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from mailflow.judge.codes import HOLDS, REVIEWER_ONLY
from mailflow.judge.phrase import say
from mailflow.model.campaign import Campaign, Severity
from mailflow.model.entry import WEIGHT, Check, Finding, Verdict


@dataclass(frozen=True, slots=True)
class Found:
    """Findings and checklist rows of one part of judging, and the verdicts they ask for."""

    findings: tuple[Finding, ...] = ()
    checks: tuple[Check, ...] = ()
    verdicts: tuple[Verdict, ...] = ()


def finding(
    campaign: Campaign, code: str, severity: Severity, *, where: str | None = None, phrase: str = "", **values: object
) -> Finding:
    """A finding with its sentence: that of `phrase`, else that of the code."""
    text = say(campaign, phrase or code, **values)
    return Finding(code, severity, text, where, for_reviewer=code in REVIEWER_ONLY)


def weight_of(finding: Finding) -> Verdict:
    """The verdict that a finding asks for by itself. Failed rules know better (see eligibility)."""
    if finding.code in HOLDS:
        return Verdict.HELD
    if finding.severity is not Severity.ERROR:
        return Verdict.ACCEPTED
    return Verdict.LATE if finding.code == "deadline.passed" else Verdict.INCOMPLETE


def together(parts: Iterable[Found]) -> Found:
    """All parts as one, in their order."""
    parts = tuple(parts)
    return Found(
        tuple(one for part in parts for one in part.findings),
        tuple(one for part in parts for one in part.checks),
        tuple(one for part in parts for one in part.verdicts),
    )


def weighed(findings: Iterable[Finding], checks: Iterable[Check] = ()) -> Found:
    """Findings that weigh by themselves, with their rows."""
    findings = tuple(findings)
    return Found(findings, tuple(checks), tuple(weight_of(one) for one in findings))


def verdict_of(verdicts: Iterable[Verdict]) -> Verdict:
    """The strongest of several verdicts: held, late, incomplete, ineligible, accepted."""
    asked = set(verdicts)
    return next((one for one in WEIGHT if one in asked), Verdict.ACCEPTED)
