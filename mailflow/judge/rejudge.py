"""Judging an entry again without a mail: an as-of day has passed, or a person has settled a hold."""

from __future__ import annotations

from datetime import datetime

from mailflow.judge.codes import HOLDS, RULE
from mailflow.judge.company import check_other_categories
from mailflow.judge.eligibility import check_rules
from mailflow.judge.found import verdict_of, weight_of
from mailflow.model.campaign import Campaign
from mailflow.model.entry import Check, Finding, Known, KnownEntry, Relation, Submission, Verdict
from mailflow.model.facts import Role

_NO_FORM = frozenset({"form.missing", "form.unreadable"})


def rejudge(entry: KnownEntry, campaign: Campaign, known: Known, *, now: datetime) -> Submission | None:
    """What `entry` comes to at `now` (aware) by what is held of it; None where nothing changes.

    Rules are asked again, and a hold that a person has settled is lifted. What was found in the files stays
    found. What a person decided (approved, returned, withdrawn) is not judged again.
    """
    if entry.status.value not in set(Verdict):
        return None
    category = campaign.category(entry.category)
    rules = check_rules(campaign, category, entry.fields, now=now, form_read=_has_read_form(entry))
    stay = tuple(one for one in entry.findings if _stays(one, entry))
    beside = check_other_categories(
        campaign, category, entry.applicant, entry.fields, entry.study_id, known=known, in_this_mail=()
    )
    findings = (*stay, *rules.findings, *beside.findings)
    checks = _with_rows(entry.checks, rules.checks)
    verdict = verdict_of((*(weight_of(one) for one in stay), *rules.verdicts))
    if (verdict.value, frozenset(findings), checks) == (entry.status.value, frozenset(entry.findings), entry.checks):
        return None
    return Submission(
        applicant=entry.applicant,
        category=entry.category,
        period=entry.period,
        study_id=entry.study_id,
        unit=entry.unit,
        verdict=verdict,
        relation=Relation.VERSION,
        ref=entry.ref,
        fields=entry.fields,
        findings=findings,
        checks=checks,
        files=entry.files,
    )


def _has_read_form(entry: KnownEntry) -> bool:
    has_form = any(file.role is Role.FORM for file in entry.files)
    return has_form and not any(one.code in _NO_FORM for one in entry.findings)


def _stays(finding: Finding, entry: KnownEntry) -> bool:
    """Whether a finding holds until another mail comes: it is not asked again, and no hold that is settled."""
    asked_again = finding.code.startswith(RULE) or finding.code == "person.other-category"
    return not asked_again and not (entry.settled and finding.code in HOLDS)


def _with_rows(old: tuple[Check, ...], rules: tuple[Check, ...]) -> tuple[Check, ...]:
    """The checklist with its rule rows replaced; all else stays where it was."""
    return (*(one for one in old if not one.where.startswith(RULE)), *rules)
