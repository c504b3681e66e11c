"""The lines of a report: who stands in it, and as what."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from mailflow.model.campaign import Category
from mailflow.model.entry import KnownEntry
from mailflow.model.facts import Value


class Standing(StrEnum):
    """What a row is to the readers of earlier reports."""

    NEW = "new"
    CORRECTION = "correction"
    REPORTED = "reported"  # as in an earlier report
    UPDATING = "updating"  # reported, and what came since is not accepted yet or belongs to the next report
    GONE = "gone"  # reported, then withdrawn or returned


@dataclass(frozen=True, slots=True)
class RosterRow:
    """One entry in a report. `number` is permanent; `changed` are field ids that differ from what was reported.

    `before` holds the values as last reported. `place` and `reason` are of the reference order, where the roster
    is in that order; `within_quota` is None where the category has no ranking or no quota.
    """

    number: int
    entry: KnownEntry
    is_correction: bool
    changed: tuple[str, ...] = ()
    before: Mapping[str, Value] = field(default_factory=dict)
    standing: Standing = Standing.NEW
    place: int | None = None
    reason: str = ""
    within_quota: bool | None = None


@dataclass(frozen=True, slots=True)
class Section:
    """One category of a report: `rows` are what it reports, `cumulative` all that was ever reported, this included."""

    category: Category
    rows: tuple[RosterRow, ...]
    cumulative: tuple[RosterRow, ...]

    @property
    def new(self) -> int:
        """How many stand here for the first time."""
        return sum(not row.is_correction for row in self.rows)

    @property
    def corrections(self) -> int:
        """How many were reported before and have changed."""
        return sum(row.is_correction for row in self.rows)

    @property
    def total(self) -> int:
        """How many were reported so far and still stand."""
        return sum(row.standing is not Standing.GONE for row in self.cumulative)

    @property
    def gone(self) -> int:
        """How many of those reported were withdrawn or returned."""
        return len(self.cumulative) - self.total


@dataclass(frozen=True, slots=True)
class Attention:
    """An entry that waits for its sender or for a person, and why. For the organisers' eyes only."""

    entry: KnownEntry
    why: tuple[str, ...]
