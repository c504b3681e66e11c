"""What all rows of the tables share."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any, cast

from sqlmodel import SQLModel


class Row(SQLModel):
    """What all rows share: a value that is set goes to SQLAlchemy and nowhere else.

    SQLModel has pydantic look at each one as well, which validates nothing here and costs more than writing the row.
    """

    def __init__(self, **values: Any) -> None:
        for name, value in (_plain_defaults(type(self)) | values).items():
            object.__setattr__(self, name, value)
        for name, make in _made_defaults(type(self)).items():
            if name not in values:
                object.__setattr__(self, name, make())

    def __setattr__(self, name: str, value: Any) -> None:
        object.__setattr__(self, name, value)


@cache
def _plain_defaults(kind: type[Row]) -> dict[str, Any]:
    fields = kind.model_fields.items()
    return {name: one.default for name, one in fields if not one.is_required() and one.default_factory is None}


@cache
def _made_defaults(kind: type[Row]) -> dict[str, Callable[[], Any]]:
    """Those of which every row has its own, as an empty list."""
    fields = kind.model_fields.items()
    return {name: cast(Callable[[], Any], one.default_factory) for name, one in fields if one.default_factory}
