"""What every command starts from: the global options, and the world they lead to, opened when first needed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from mailflow.clock import Clock, SetClock, SystemClock
from mailflow.errors import SettingsError
from mailflow.model.campaign import Campaign

if TYPE_CHECKING:
    from mailflow.settings import Settings
    from mailflow.steps.world import World
    from mailflow.store.books import Books


@dataclass
class Context:
    """The global options: `config` names the settings file, `at` the time to act as if it were."""

    config: Path | None = None
    at: str | None = None

    @cached_property
    def settings(self) -> Settings:
        """The settings. Raises SettingsError."""
        from mailflow.settings import load_settings

        return load_settings(self.config)

    @cached_property
    def campaign(self) -> Campaign:
        """The campaign of the settings. Raises CampaignError."""
        from mailflow.wiring import campaign_of

        return campaign_of(self.settings)

    @cached_property
    def clock(self) -> Clock:
        """The clock: the host's, or one that stands still at `--at`."""
        if self.at is None:
            return SystemClock()
        return SetClock(moment(self.at, self.campaign, "--at"))

    @contextmanager
    def world(self) -> Iterator[World]:
        """The world of the data folder, closed at the end."""
        from mailflow.wiring import build_world

        world = build_world(self.settings, self.clock, campaign=self.campaign)
        try:
            yield world
        finally:
            world.readers.close()
            world.eyes.close()
            world.database.close()

    @contextmanager
    def books(self) -> Iterator[tuple[World, Books]]:
        """The world and one consistent view of its books."""
        with self.world() as world, world.database.read() as books:
            yield world, books


def moment(text: str, campaign: Campaign, option: str) -> datetime:
    """An ISO 8601 time or day, in the campaign's zone where it has no offset. Raises MailflowError."""
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        raise SettingsError(f"{option} {text!r}: not an ISO 8601 time, such as 2020-08-21T17:00") from None
    return instant if instant.tzinfo else instant.replace(tzinfo=campaign.zone)
