"""Eligibility rules: checked when the campaign is loaded, and asked of an entry's values with three answers.

The language is rule-engine's (https://zerosteiner.github.io/rule-engine/). A missing value makes its comparison
unknown, and `and`, `or`, `not` join known and unknown as Kleene's three-valued logic does: what is known can decide
(`total_points >= 25000 or annual_points >= 10000` with 12,000 in the year), what is not known never rejects.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from enum import StrEnum
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from mailflow.campaign.problems import nearest
from mailflow.model.campaign import Rule
from mailflow.model.facts import Value
from mailflow.model.form import FieldKind, Form

if TYPE_CHECKING:
    import rule_engine

NUMBERS = (FieldKind.INTEGER, FieldKind.NUMBER, FieldKind.PERCENT)


class Answer(StrEnum):
    """What asking a rule comes to."""

    PASSED = "passed"
    FAILED = "failed"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Outcome:
    """The answer to a rule, and the field ids it reads that have no value.

    `missing` are all of them, `can_be_asked` those among them that the form has a place for.
    """

    answer: Answer
    missing: tuple[str, ...] = ()
    can_be_asked: tuple[str, ...] = ()


class RuleError(ValueError):
    """A condition that cannot be used: why, in the text, and what would be right, in `remedy`."""

    def __init__(self, text: str, remedy: str) -> None:
        super().__init__(text)
        self.remedy = remedy


def check_rule(rule: Rule, form: Form, values: Mapping[str, Value]) -> Outcome:
    """Asks `rule` of an entry's `values` (by field id); `form` is the entry's.

    Never raises, whatever the values: what cannot be computed (text for a number, a division by zero) is unknown.
    """
    expression = _for_asking(rule.expression).statement.expression
    known = {key: _for_engine(values[key]) for key in rule.reads if key in values}
    missing = tuple(key for key in rule.reads if key not in values)
    answer = _ask(expression, known)
    return Outcome(
        Answer.UNKNOWN if answer is None else Answer.PASSED if answer else Answer.FAILED,
        missing,
        tuple(key for key in missing if form.field(key) is not None),
    )


def compile_rule(condition: str, kinds: Mapping[str, FieldKind | None]) -> tuple[str, ...]:
    """Checks a condition over the fields in `kinds` (None: not known); returns the fields it reads, sorted.

    Raises RuleError for bad syntax, an unknown name (with the nearest known one), a clash of types, and for what
    is no condition or does not depend on the entry alone.
    """
    import rule_engine

    example = 'write a condition over field ids, such as "total_points >= 25000 or annual_points >= 10000"'
    if "$" in condition:
        raise RuleError("a rule knows the entry's fields and nothing else", "leave out what begins with $")
    types = {key: _type(kind) for key, kind in kinds.items()}
    context = rule_engine.Context(type_resolver=types, default_timezone="utc")
    try:
        compiled = rule_engine.Rule(condition, context=context)
    except rule_engine.SymbolResolutionError as error:
        raise RuleError(f'unknown field "{error.symbol_name}"', f"write {nearest(error.symbol_name, kinds)}") from None
    except rule_engine.errors.SyntaxError as error:
        raise RuleError(f"not a condition: {error.message}", example) from None
    except (rule_engine.EngineError, ArithmeticError, ValueError, RecursionError) as error:
        said = error.message if isinstance(error, rule_engine.EngineError) else error
        remedy = 'compare numbers with numbers (25000), texts with texts ("…"), days with days (d"2020-08-30")'
        raise RuleError(f"cannot be computed: {said}", remedy) from None
    expression = compiled.statement.expression
    if expression.result_type != rule_engine.DataType.BOOLEAN or not context.symbols:
        raise RuleError("says nothing about the entry that is true or false", example)
    _refuse_unlike(expression)
    return tuple(sorted(context.symbols))


def reads(condition: str) -> tuple[str, ...]:
    """The ids of the fields in a condition that has been checked, sorted."""
    return tuple(sorted(_for_asking(condition).context.symbols))


@lru_cache(maxsize=256)
def _for_asking(condition: str) -> rule_engine.Rule:
    import rule_engine

    return rule_engine.Rule(condition, context=rule_engine.Context(default_timezone="utc"))


def _type(kind: FieldKind | None) -> Any:
    import rule_engine

    if kind is None:
        return rule_engine.DataType.UNDEFINED
    if kind in NUMBERS:
        return rule_engine.DataType.FLOAT
    return rule_engine.DataType.DATETIME if kind is FieldKind.DATE else rule_engine.DataType.STRING


def _for_engine(value: Value) -> int | float | str | datetime:
    """Days become instants: rule-engine compares nothing else with a day."""
    return datetime.combine(value, time(), UTC) if isinstance(value, date) else value


def _ask(node: Any, known: Mapping[str, object]) -> bool | None:
    """True, False or None (unknown) for a part of a condition: Kleene's logic over the parts."""
    from rule_engine import EngineError, ast

    if isinstance(node, ast.LogicExpression):
        decides = node.type == "or"
        answers = {_ask(node.left, known), _ask(node.right, known)}
        return decides if decides in answers else None if None in answers else not decides
    if isinstance(node, ast.UnaryExpression) and node.type == "not":
        answer = _ask(node.right, known)
        return None if answer is None else not answer
    try:
        return bool(node.evaluate(known))
    except (EngineError, ArithmeticError):
        return None


def _refuse_unlike(node: Any) -> None:
    """rule-engine lets == compare a number with a text (never equal); a rule that does is a slip."""
    from rule_engine import DataType, ast

    if isinstance(node, ast.ComparisonExpression) and node.type in ("eq", "ne"):
        kinds = {node.left.result_type, node.right.result_type} - {DataType.UNDEFINED, DataType.NULL}
        if len(kinds) > 1:
            raise RuleError("compares values of different kinds", 'write numbers as 25000 and texts as "…"')
    for part in ("left", "right"):
        if hasattr(node, part):
            _refuse_unlike(getattr(node, part))
