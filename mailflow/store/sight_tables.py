"""The tables of the slow looks: one row a file, however many mails brought it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Column, Index
from sqlmodel import Field

from mailflow.model.sight import Look
from mailflow.store.row import Row

LOOKS = ", ".join(f"'{one.value}'" for one in Look)


class SightRow(Row, table=True):
    """A file, by the SHA-256 of its bytes, that is to be looked at (`waiting`) or was (`seen`: `content` says what).

    `attempts` counts looks, before each is taken.
    """

    __tablename__ = "sight"
    __table_args__ = (
        CheckConstraint(f"look IN ({LOOKS})", name="look_known"),
        CheckConstraint("state IN ('waiting', 'seen')", name="state_known"),
        Index("sight_by_state", "state", "asked_at"),
    )

    sha256: str = Field(primary_key=True, min_length=64, max_length=64)
    look: str
    state: str = "waiting"
    attempts: int = 0
    asked_at: datetime
    seen_at: datetime | None = None
    content: dict[str, Any] | None = Field(default=None, sa_column=Column(JSON))


class MessageSightRow(Row, table=True):
    """Which mail brought which file that needs a slow look."""

    __tablename__ = "message_sight"
    __table_args__ = (Index("message_sight_by_sight", "sight_sha256"),)

    message_id: int = Field(foreign_key="message.id", primary_key=True)
    sight_sha256: str = Field(foreign_key="sight.sha256", primary_key=True)
