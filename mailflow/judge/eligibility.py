"""The eligibility rules of a category, asked of an entry's fields."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, time, timedelta

from mailflow.campaign.rules import Answer, Outcome, check_rule
from mailflow.judge.codes import RULE
from mailflow.judge.found import Found, together
from mailflow.judge.phrase import day, label_of, listed, say, shown
from mailflow.model.campaign import Campaign, Category, Rule, Severity
from mailflow.model.entry import Check, Finding, Mark, Verdict
from mailflow.model.facts import Value
from mailflow.model.form import Form


def check_rules(
    campaign: Campaign, category: Category, fields: Mapping[str, Value], *, now: datetime, form_read: bool
) -> Found:
    """Asks every rule of `category`; `now` is the arrival, or the time of judging again.

    A failed rule of weight error is `incomplete` until its as-of day is over and `ineligible` after it; warnings
    and notes never weigh. A rule that cannot be decided rejects nobody: a value that the form requires is
    asked for as `field.missing` (see requirements), any other is a note for the reviewer. Without a form that
    could be read (`form_read`) there is nothing to ask the rules about, and no note either.
    """
    form = campaign.form(category.form)
    return together(_check(campaign, form, rule, fields, now=now, form_read=form_read) for rule in category.rules)


def is_over(campaign: Campaign, rule: Rule, now: datetime) -> bool:
    """Whether the rule's as-of day is over in the campaign's zone (a rule without one can fail at once)."""
    if rule.as_of is None:
        return True
    return now >= datetime.combine(rule.as_of + timedelta(days=1), time(), tzinfo=campaign.zone)


def _check(
    campaign: Campaign, form: Form, rule: Rule, fields: Mapping[str, Value], *, now: datetime, form_read: bool
) -> Found:
    outcome = check_rule(rule, form, fields)
    if outcome.answer is Answer.PASSED:
        row = _row(rule, Mark.MET, say(campaign, "check.rule-passed", values=_read(campaign, form, rule, fields)))
        return Found(checks=_visible(rule, row))
    if outcome.answer is Answer.UNKNOWN:
        return _unknown(campaign, form, rule, outcome, form_read=form_read)
    return _failed(campaign, form, rule, fields, now)


def _failed(campaign: Campaign, form: Form, rule: Rule, fields: Mapping[str, Value], now: datetime) -> Found:
    over = is_over(campaign, rule, now)
    weighs = rule.severity is Severity.ERROR
    said = {
        "rule": rule.text,
        "values": _read(campaign, form, rule, fields),
        "as_of": day(campaign, rule.as_of) if rule.as_of else "",
    }
    text = say(campaign, "rule.failed" if over else "rule.not-yet", **said)
    noted = text if weighs else say(campaign, "rule.noted", **said)
    found = Finding(RULE + rule.id, rule.severity, noted, RULE + rule.id, for_reviewer=not weighs)
    row = _row(rule, Mark.UNSURE, text)
    verdict = (Verdict.INELIGIBLE if over else Verdict.INCOMPLETE) if weighs else Verdict.ACCEPTED
    return Found((found,), _visible(rule, row), (verdict,))


def _unknown(campaign: Campaign, form: Form, rule: Rule, outcome: Outcome, *, form_read: bool) -> Found:
    missing = [label_of(campaign, form, one) for one in outcome.missing]
    asked = any(one in form.required for one in outcome.missing)
    row = _row(rule, Mark.UNSURE, say(campaign, "check.rule-waits" if asked or not form_read else "check.rule-open"))
    if asked or not form_read:
        return Found(checks=_visible(rule, row))
    text = say(campaign, "rule.unknown", rule=rule.text, fields=listed(campaign, missing))
    note = Finding(RULE + rule.id, Severity.NOTE, text, RULE + rule.id, for_reviewer=True)
    return Found((note,), _visible(rule, row))


def _visible(rule: Rule, row: Check) -> tuple[Check, ...]:
    """Notes are for reviewers and have no row in the checklist."""
    return () if rule.severity is Severity.NOTE else (row,)


def _row(rule: Rule, mark: Mark, detail: str) -> Check:
    return Check(RULE + rule.id, rule.text, mark, detail)


def _read(campaign: Campaign, form: Form, rule: Rule, fields: Mapping[str, Value]) -> str:
    """The values the rule was asked about, each with its label, in the form's order."""
    order = {one.id: at for at, one in enumerate(form.fields)}
    values = (
        say(
            campaign,
            "check.value",
            label=label_of(campaign, form, one),
            value=shown(fields[one], form.field(one)),
        )
        for one in sorted(rule.reads, key=lambda one: order.get(one, len(order)))
        if one in fields
    )
    return say(campaign, "check.value-separator").join(values)
