"""Frozen values to JSON and back. Days are tagged, so that a date comes back as a date and not as text."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from enum import Enum
from functools import cache
from typing import Any, TypeVar

from pydantic import TypeAdapter

T = TypeVar("T")
NESTED = frozenset({dict, list})


def to_plain(value: Any) -> Any:
    """What JSON can hold of dataclasses, enums, tuples, mappings and dates."""
    return _way(type(value))(value)  # type: ignore[arg-type]


@cache
def _way(kind: Any) -> Callable[[Any], Any]:
    """How values of that type are made plain; looked up once a type, for a judgement has a hundred values."""
    if is_dataclass(kind):
        names = tuple(one.name for one in fields(kind))
        return lambda value: {name: to_plain(getattr(value, name)) for name in names}
    return next((way for base, way in WAYS if issubclass(kind, base)), lambda value: value)


def _visible(text: str) -> str:
    return text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")  # no lone surrogates


WAYS: tuple[tuple[Any, Callable[[Any], Any]], ...] = (
    (Enum, lambda value: value.value),
    (str, _visible),
    ((tuple, list, set, frozenset), lambda value: [to_plain(one) for one in value]),
    (Mapping, lambda value: {str(key): to_plain(one) for key, one in value.items()}),
    (datetime, lambda value: value.isoformat()),
    (date, lambda value: {"$date": value.isoformat()}),
)


def from_plain(kind: type[T], plain: Any) -> T:
    """The value of type `kind` (a dataclass or any annotation pydantic knows) that `to_plain` made `plain` of."""
    value: T = _adapter(kind).validate_python(_with_dates(plain))  # type: ignore[arg-type]
    return value


@cache
def _adapter(kind: Any) -> TypeAdapter[Any]:
    return TypeAdapter(kind)


def _with_dates(plain: Any) -> Any:
    if isinstance(plain, dict):
        if len(plain) == 1 and "$date" in plain:
            return date.fromisoformat(plain["$date"])
        return {key: _with_dates(one) if type(one) in NESTED else one for key, one in plain.items()}
    if isinstance(plain, list):
        return [_with_dates(one) if type(one) in NESTED else one for one in plain]
    return plain
