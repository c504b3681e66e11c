"""Pages that applicants send pictures of: the words that tell one, and the values that stand on it."""

from __future__ import annotations

from dataclasses import dataclass

from mailflow.model.facts import Role
from mailflow.model.form import Field


@dataclass(frozen=True, slots=True)
class Picture:
    """A page that is known. `fewest` of the `marks` stand on it; a picture without them is something else.

    Each field has labels, a pattern, or neither: then it is the only day that stands on the page.
    """

    role: Role
    marks: tuple[str, ...]
    fewest: int
    fields: tuple[Field, ...] = ()
