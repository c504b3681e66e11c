"""Frozen values to JSON and back. Days are tagged, so that a date comes back as a date and not as text."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from enum import Enum
from functools import cache
from typing import Any, TypeVar

from pydantic import TypeAdapter

T = TypeVar("T")
PLAIN = frozenset({int, float, bool})


def to_plain(value: Any) -> Any:
    """What JSON can hold of dataclasses, enums, tuples, mappings and dates."""
    if isinstance(value, str) and not isinstance(value, Enum):
        return value if value.isascii() else value.encode("utf-8", "replace").decode("utf-8")  # no lone surrogates
    if isinstance(value, (tuple, list, set, frozenset)):
        return [to_plain(one) for one in value]
    if isinstance(value, Mapping):
        return {str(key): to_plain(one) for key, one in value.items()}
    if is_dataclass(value) and not isinstance(value, type):
        return {name: to_plain(getattr(value, name)) for name in _names(type(value))}
    if isinstance(value, date):
        return value.isoformat() if isinstance(value, datetime) else {"$date": value.isoformat()}
    return value.value if isinstance(value, Enum) else value


@cache
def _names(kind: Any) -> tuple[str, ...]:
    return tuple(one.name for one in fields(kind))


def from_plain(kind: type[T], plain: Any) -> T:
    """The value of type `kind` (a dataclass or any annotation pydantic knows) that `to_plain` made `plain` of."""
    value: T = _adapter(kind).validate_python(_with_dates(plain))  # type: ignore[arg-type]
    return value


@cache
def _adapter(kind: Any) -> TypeAdapter[Any]:
    return TypeAdapter(kind)


def _with_dates(plain: Any) -> Any:
    if isinstance(plain, dict):
        if plain.keys() == {"$date"}:
            return date.fromisoformat(plain["$date"])
        return {key: _with_dates(one) for key, one in plain.items()}
    if isinstance(plain, list):
        return [_with_dates(one) for one in plain]
    return plain
