"""A mail that waits for its answer, as deciding whose turn it is needs it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Due:
    """A mail whose answer is still to be written, without its judgement, so that thousands may wait.

    `is_command`: it asked something of us by its subject.
    """

    id: int
    sender: str
    arrived_at: datetime
    judged_at: datetime | None
    is_command: bool
