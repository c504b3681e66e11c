"""What the steps act on: the campaign, the stores, the clock and the settings they need."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from mailflow.clock import Clock
from mailflow.model.campaign import Campaign
from mailflow.model.entry import Unit
from mailflow.model.letter import Correspondent, Part
from mailflow.steps.eyes import Eyes
from mailflow.steps.readers import Readers
from mailflow.steps.reading import Reading, Task
from mailflow.store.cabinet import Cabinet
from mailflow.store.spool import Spool

if TYPE_CHECKING:  # `explain` needs no database
    from mailflow.store.database import Database

REF_LETTERS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
"""No letter or digit that is mistaken for another when read over the telephone."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What may go out. 0 is no limit. `quiet`: mails of one sender closer than this share one answer."""

    replies_per_sender_hour: int = 20
    replies_per_unit_hour: int = 100
    replies_per_domain_hour: int = 200
    replies_per_hour: int = 0
    breaker_failures: int = 20
    quiet: timedelta = timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class Addressees:
    """Who gets what: reports, organisers' mail, and alarms (organisers where nobody else is named)."""

    platform: tuple[str, ...] = ()
    organiser: tuple[str, ...] = ()
    alarm: tuple[str, ...] = ()


@dataclass
class World:
    """Everything a step may touch. One a data folder.

    `is_shadow`: judge and file, but every letter stays held. `own_addresses` are ours, in lower case; `authserv_id`
    is the server whose word on a sender's identity counts (RFC 8601).
    `blank_forms` keeps what was drawn once, `folder_id` what was read once.
    """

    data: Path
    campaign: Campaign
    clock: Clock
    database: Database
    spool: Spool
    files: Spool
    cabinet: Cabinet
    readers: Readers[Task, Reading]
    correspondent: Correspondent
    units: tuple[Unit, ...] = ()
    own_addresses: frozenset[str] = frozenset()
    authserv_id: str = ""
    people_first: frozenset[str] = frozenset()
    limits: Limits = field(default_factory=Limits)
    addressees: Addressees = field(default_factory=Addressees)
    is_shadow: bool = False
    dice: Callable[[str], str] = secrets.choice
    blank_forms: dict[str, Part] = field(default_factory=dict)
    folder_id: str | None = None
    eyes: Eyes = field(default_factory=Eyes)

    def now(self) -> datetime:
        """The present instant, in the campaign's zone."""
        return self.clock.now().astimezone(self.campaign.zone)

    def new_ref(self) -> str:
        """A receipt number that cannot be guessed: 6 of 30 letters and digits, some 729 million."""
        return f"{self.campaign.ref_prefix}-" + "".join(self.dice(REF_LETTERS) for _ in range(6))
