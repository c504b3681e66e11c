"""Playing the scenes: embedded servers on loopback, the daemon's own steps, and a clock that jumps to what is next."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from mailflow.campaign.calendar import occurrences
from mailflow.clock import SetClock
from mailflow.demo.scene import MAILBOX, Scene
from mailflow.model.campaign import Campaign
from mailflow.model.states import LetterEvent, LetterState
from mailflow.sections import Imap, Letters, Reading, Recipients, Smtp, Units
from mailflow.settings import Settings
from mailflow.steps.collect import collect
from mailflow.steps.dispatch import Lane, dispatch_all
from mailflow.steps.once import post_due, start
from mailflow.steps.process import process
from mailflow.steps.world import World
from mailflow.testing.imap_server import EmbeddedImap
from mailflow.testing.smtp_server import EmbeddedSmtp, Received
from mailflow.wire.imap import ImapAccount, Mailbox
from mailflow.wiring import build_lanes, build_mailbox, build_world, imap_account

ORGANISER = "organiser@gongwei.example.cn"
PLATFORM = "platform@pingtai.example.cn"

Progress = Callable[[datetime, str], None]


@dataclass(frozen=True, slots=True)
class House:
    """Who runs the campaign, as its letters say it."""

    sender_name: str = "报名受理（演示）"
    contact: str = "施老师"
    telephone: str = "0351-0000000"
    signature: str = "示例工委宣传部"


DEMO_HOUSE = House()


@dataclass(frozen=True, slots=True)
class Stage:
    """Everything on the stage: the world, the clock that is moved, and both servers."""

    world: World
    clock: SetClock
    imap: EmbeddedImap
    smtp: EmbeddedSmtp
    mailbox: Mailbox
    account: ImapAccount
    lanes: Sequence[Lane]


@contextmanager
def stage(
    campaign: Campaign, out: Path, begins: datetime, units: str = "unit,addresses\n", house: House = DEMO_HOUSE
) -> Iterator[Stage]:
    """Starts both servers and a world on them, in the folder `out`; all of it ends with the block.

    `out` is left with a settings file, so that `mailflow --config` can look at what was played.
    """
    out.mkdir(parents=True, exist_ok=True)
    (out / "units.csv").write_text(units, encoding="utf-8")
    (out / "mailflow.toml").write_text(_settings_file(campaign, house), encoding="utf-8")
    with EmbeddedImap() as imap, EmbeddedSmtp() as smtp:
        settings = _settings(campaign, imap, smtp, out, house)
        clock = SetClock(begins)
        world = build_world(settings, clock, campaign=campaign)
        mailbox, lanes = build_mailbox(settings), build_lanes(settings)
        mailbox.open()
        try:
            yield Stage(world, clock, imap, smtp, mailbox, imap_account(settings), lanes)
        finally:
            mailbox.close()
            for lane in lanes:
                lane.courier.close()
            world.readers.close()
            world.database.close()


def play(on: Stage, scenes: Sequence[Scene], ends: datetime, progress: Progress) -> list[Received]:
    """Plays all scenes from the clock's present to `ends`; gives the letters that left, in their order."""
    start(on.world)
    waiting = list(scenes)
    for moment in _moments(on, scenes, ends):
        on.clock.set(moment)
        arriving = [one for one in waiting if one.arrives <= moment]
        for scene in arriving:
            on.imap.append(scene.raw, scene.arrives)
            waiting.remove(scene)
        progress(moment, arriving[-1].shows if arriving else "")
        tick(on)
    return on.smtp.letters


def tick(on: Stage) -> None:
    """One round of the daemon's steps."""
    collect(on.world, on.mailbox, on.account)
    while process(on.world):
        pass
    post_due(on.world, at_once=False)
    dispatch_all(on.world, on.lanes)


def release_held_letters(on: Stage) -> list[str]:
    """What an organiser does by `mailflow outbox release`: lets every held letter go; gives their keys."""
    with on.world.database.write() as books:
        held = books.letters.all(LetterState.HELD.value)
        for row in held:
            books.letters.move(row, LetterEvent.RELEASED)
            books.record(f"letter:{row.key}", "released", on.world.now(), by="organiser")
    return [row.key for row in held]


def _moments(on: Stage, scenes: Sequence[Scene], ends: datetime) -> list[datetime]:
    """When anything happens: a mail comes, its sender has been quiet long enough, or something is due."""
    quiet = on.world.limits.quiet + timedelta(seconds=1)
    begins = on.clock.now()
    moments = {one.due for one in occurrences(on.world.campaign, begins, ends)}
    moments |= {scene.arrives for scene in scenes} | {scene.arrives + quiet for scene in scenes}
    return [*sorted(moment for moment in moments if begins <= moment <= ends), ends]


def _settings(campaign: Campaign, imap: EmbeddedImap, smtp: EmbeddedSmtp, out: Path, house: House) -> Settings:
    """The settings of the play. Nothing of the environment is in them: it may name a real mailbox."""
    return Settings.model_construct(
        campaign=campaign.id,
        base=out.resolve(),
        imap=Imap(host=imap.host, port=imap.port, security="none", username=imap.username, password=imap.password),
        smtp=Smtp(host=smtp.host, port=smtp.port, security="none", sender=MAILBOX, sender_name=house.sender_name),
        recipients=Recipients(platform=(PLATFORM,), organiser=(ORGANISER,)),
        letters=Letters(contact=house.contact, telephone=house.telephone, signature=house.signature),
        units=Units(file="units.csv"),
        reading=Reading(pictures=False, documents=False),  # its pictures are drawn small, and a minute is soon over
    )


def _settings_file(campaign: Campaign, house: House) -> str:
    return f"""\
# Left by `mailflow demo`, to look at what it did: mailflow --config mailflow.toml entries
# The demo's mail servers are gone; `mailflow init` writes the settings of a real mailbox.
campaign = "{campaign.id}"
data     = "data"

[imap]
host     = "127.0.0.1"
port     = 1143
security = "none"
username = "{MAILBOX}"

[smtp]
host        = "127.0.0.1"
port        = 1025
security    = "none"
sender      = "{MAILBOX}"
sender_name = "{house.sender_name}"

[recipients]
platform  = ["{PLATFORM}"]
organiser = ["{ORGANISER}"]

[letters]
contact   = "{house.contact}"
telephone = "{house.telephone}"
signature = "{house.signature}"

[units]
file = "units.csv"
"""
