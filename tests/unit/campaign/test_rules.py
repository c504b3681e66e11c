"""Rules: three answers, and mistakes found when the campaign is loaded."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailflow.campaign.rules import Answer, RuleError, check_rule, compile_rule, reads
from mailflow.model.campaign import Rule, Severity
from mailflow.model.facts import Value
from mailflow.model.form import Field, FieldKind, Form

FORM = Form(
    "learner",
    "",
    (
        Field("total_points", ("总积分",), FieldKind.INTEGER),
        Field("annual_points", ("年度积分",), FieldKind.INTEGER),
        Field("captured_on", ("截图时间",), FieldKind.DATE),
        Field("statement", ("说明",)),
    ),
    (),
)
KINDS: dict[str, FieldKind | None] = {one.id: one.kind for one in FORM.fields}
EITHER = "total_points >= 25000 or annual_points >= 10000"
SPAN = 'captured_on >= d"2020-08-01" and captured_on <= d"2020-08-30"'


def rule(condition: str) -> Rule:
    return Rule("points", condition, "", Severity.ERROR, reads(condition))


@pytest.mark.parametrize(
    ("condition", "values", "answer"),
    [
        (EITHER, {"total_points": 25000, "annual_points": 1}, Answer.PASSED),
        (EITHER, {"total_points": 24999, "annual_points": 9999}, Answer.FAILED),
        (EITHER, {"annual_points": 12000}, Answer.PASSED),
        (EITHER, {"annual_points": 9000}, Answer.UNKNOWN),
        (EITHER, {}, Answer.UNKNOWN),
        ("total_points >= 5 and annual_points >= 5", {"annual_points": 4}, Answer.FAILED),
        ("total_points >= 5 and annual_points >= 5", {"annual_points": 6}, Answer.UNKNOWN),
        ("total_points >= 5 and total_points <= 9", {}, Answer.UNKNOWN),
        ("not (total_points >= 5)", {"total_points": 4}, Answer.PASSED),
        ("not (total_points >= 5)", {}, Answer.UNKNOWN),
        ("total_points - annual_points >= 10", {"total_points": 30, "annual_points": 20}, Answer.PASSED),
        ("total_points - annual_points >= 10", {"total_points": 30}, Answer.UNKNOWN),
        ("total_points / annual_points >= 2", {"total_points": 30, "annual_points": 0}, Answer.UNKNOWN),
        ('statement != ""', {"statement": "组织推广"}, Answer.PASSED),
        ('statement != ""', {"statement": ""}, Answer.FAILED),
        ('statement != ""', {}, Answer.UNKNOWN),
        (SPAN, {"captured_on": date(2020, 8, 30)}, Answer.PASSED),
        (SPAN, {"captured_on": date(2020, 8, 31)}, Answer.FAILED),
        (SPAN, {}, Answer.UNKNOWN),
        ("total_points >= 39.5", {"total_points": 39.5}, Answer.PASSED),
        ("total_points >= 5", {"total_points": "many"}, Answer.UNKNOWN),
    ],
)
def test_what_is_known_decides_and_what_is_missing_never_rejects(
    condition: str, values: dict[str, Value], answer: Answer
) -> None:
    compile_rule(condition, KINDS)
    assert check_rule(rule(condition), FORM, values).answer is answer


def test_missing_values_are_named_and_those_the_form_can_hold_apart() -> None:
    outcome = check_rule(rule("answers >= 1000 and total_points >= 1"), FORM, {})
    assert outcome.missing == ("answers", "total_points")
    assert outcome.can_be_asked == ("total_points",)


@pytest.mark.parametrize("value", [0, -1, 10**40, float("nan"), float("inf"), "", "许多", "\x00", date.min, date.max])
@pytest.mark.parametrize("condition", [EITHER, SPAN, 'statement != ""', "total_points / annual_points >= 1"])
def test_no_value_makes_a_rule_raise(value: Value, condition: str) -> None:
    for missing in ("", *KINDS):
        values = {key: value for key in KINDS if key != missing}
        assert check_rule(rule(condition), FORM, values).answer in Answer


@given(st.integers(0, 50000) | st.none(), st.integers(0, 50000) | st.none())
def test_an_answer_given_early_is_never_taken_back(total: int | None, annual: int | None) -> None:
    given_values = {"total_points": total, "annual_points": annual}
    values: dict[str, Value] = {key: value for key, value in given_values.items() if value is not None}
    early = check_rule(rule(EITHER), FORM, values).answer
    for rest in (0, 10_000, 25_000, 10**9):
        late = check_rule(rule(EITHER), FORM, {"total_points": rest, "annual_points": rest, **values}).answer
        assert early in (Answer.UNKNOWN, late)


@pytest.mark.parametrize(
    ("condition", "said", "remedy"),
    [
        ("anual_points >= 7000", 'unknown field "anual_points"', '"annual_points"'),
        ("zzz >= 7000", 'unknown field "zzz"', "annual_points"),
        ('total_points >= "25000"', "cannot be computed", "numbers with numbers"),
        ('total_points == "25000"', "different kinds", "numbers as 25000"),
        ("statement >= 3", "cannot be computed", "texts with texts"),
        ("total_points >=", "not a condition", "total_points >= 25000"),
        ("total_points = 5", "not a condition", "total_points >= 25000"),
        ("total_points ≥ 5", "not a condition", "total_points >= 25000"),
        ("total_points", "true or false", "total_points >= 25000"),
        ("1 == 1", "true or false", "total_points >= 25000"),
        ('captured_on < d"9999-12-31 24:00"', "cannot be computed", "days with days"),
        ('captured_on < d"someday"', "not a condition", "such as"),
        ("captured_on < $now", "nothing else", "$"),
    ],
)
def test_a_condition_that_cannot_be_used_says_why_and_what_would_be_right(
    condition: str, said: str, remedy: str
) -> None:
    with pytest.raises(RuleError, match=r".") as refusal:
        compile_rule(condition, KINDS)
    assert said in str(refusal.value)
    assert remedy in refusal.value.remedy
