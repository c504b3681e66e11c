"""Where the time comes from. The core never asks; it is told."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """Gives the present instant as an aware datetime."""

    def now(self) -> datetime: ...


class SystemClock:
    """The host's clock, in UTC: the host's zone is never used."""

    def now(self) -> datetime:
        return datetime.now(UTC)


@dataclass
class SetClock:
    """A clock that shows what it was set to, and moves only when told (`--at`, demo, tests)."""

    instant: datetime

    def __post_init__(self) -> None:
        if self.instant.tzinfo is None:
            raise ValueError("a clock needs an aware datetime")

    def now(self) -> datetime:
        return self.instant

    def set(self, instant: datetime) -> None:
        """Shows `instant` (aware) from now on."""
        if instant.tzinfo is None:
            raise ValueError("a clock needs an aware datetime")
        self.instant = instant

    def advance(self, step: timedelta) -> None:
        """Moves on by `step`."""
        self.instant += step
