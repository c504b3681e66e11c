"""A whole mailflow in one folder without any server: mails are put in by hand, letters are kept, the clock is set."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from unittest.mock import create_autospec

from mailflow.campaign.calendar import occurrences
from mailflow.campaign.load import load_campaign
from mailflow.clock import SetClock
from mailflow.errors import ReadRefused, StoreError
from mailflow.model.campaign import Campaign
from mailflow.model.entry import Unit
from mailflow.model.letter import Correspondent, LetterKind
from mailflow.steps.calendar import begin
from mailflow.steps.collect import POLL_BEGUN, take_over
from mailflow.steps.dispatch import Lane, dispatch
from mailflow.steps.once import post_due
from mailflow.steps.process import process
from mailflow.steps.readers import Failed, Readers
from mailflow.steps.reading import Reading, Task, read_spooled
from mailflow.steps.tracing import where
from mailflow.steps.world import Addressees, World
from mailflow.store.books import Books
from mailflow.store.cabinet import Cabinet
from mailflow.store.database import Database
from mailflow.store.spool import Spool
from mailflow.store.tables import LetterRow, MessageRow
from mailflow.testing.mails import build_mail
from mailflow.wire.imap import Fetched, Found
from mailflow.wire.smtp import Courier, Outcome, Result

ORGANISER, PLATFORM, OURS = "organiser@unit.example", "platform@unit.example", "bm@unit.example"
EVERY_KIND = tuple(LetterKind)


class HereReaders(Readers[Task, Reading]):
    """Reads in this process, which is quicker than starting children. `spoil` may make a reading fail."""

    def __init__(self, spool: Spool, files: Spool, campaign: Campaign) -> None:
        super().__init__(read_spooled, (spool, files, campaign))
        self.spoil: Callable[[Task], Failed | None] = lambda _task: None

    def read(self, tasks: Iterable[Task]) -> Iterator[tuple[Task, Reading | Failed]]:
        """As `Readers.read`."""
        for task in tasks:
            yield task, self.spoil(task) or self._here(task)

    def _here(self, task: Task) -> Reading | Failed:
        try:
            return read_spooled(task, *self._args)
        except StoreError as error:
            return Failed(str(error), died=False, is_of_store=True)
        except ReadRefused as error:
            return Failed(str(error), died=False)
        except Exception as error:
            return Failed(where(error), died=False)


class Post:
    """Stands for a submission server: keeps what it is handed, and answers as it is told."""

    def __init__(self) -> None:
        self.letters: list[tuple[str, bytes]] = []
        self.answers: list[Result | BaseException] = []

    def send(self, recipient: str, raw: bytes) -> Result:
        """Takes the next answer in `answers`; with none left the letter is accepted."""
        answer = self.answers.pop(0) if self.answers else Result(Outcome.SENT, "250")
        if isinstance(answer, BaseException):
            raise answer
        if answer.outcome in (Outcome.SENT, Outcome.UNKNOWN):
            self.letters.append((recipient, raw))
        return answer


@dataclass
class Office:
    """The world, its clock, and the one lane out with its server."""

    world: World
    clock: SetClock
    readers: HereReaders
    post: Post = field(default_factory=Post)
    uid: int = 0

    @property
    def lane(self) -> Lane:
        """The lane out, always the same one."""
        if not hasattr(self, "_lane"):
            courier = create_autospec(Courier, instance=True)
            courier.send.side_effect = self.post.send
            self._lane = Lane(courier, EVERY_KIND)
        return self._lane

    def at(self, text: str) -> datetime:
        """A time of the campaign's zone, "08-21 17:00" in 2020."""
        return datetime.fromisoformat(f"2020-{text}").replace(tzinfo=self.world.campaign.zone)

    def take(self, raw: bytes, at: datetime | None = None, *, uid: int = 0, **place: Any) -> str:
        """Makes a mail ours as `collect` does, arrived at `at` (now); gives its SHA-256."""
        self.uid += 1
        folder, validity = place.get("folder", "INBOX"), place.get("uidvalidity", 1)
        found = Found(folder, validity, uid or self.uid, len(raw), at or self.clock.now())
        take_over(self.world, [Fetched(found, raw)])
        [sha256] = self.world.spool.put([raw])
        return sha256

    def mail(self, sender: str, subject: str, at: datetime | None = None, **how: Any) -> str:
        """Builds a mail and makes it ours."""
        how.setdefault("text", f"{sender} {subject} {self.uid}")
        return self.take(build_mail(sender=sender, subject=subject, **how), at)

    def judge(self) -> None:
        """Judges all that is spooled."""
        while process(self.world):
            pass

    def polled(self) -> None:
        """Notes a poll that begins now."""
        with self.world.database.write() as books:
            books.note(POLL_BEGUN, self.world.now().isoformat())

    def tick(self, *, at_once: bool = False) -> None:
        """One round of the daemon, at the clock's time."""
        self.polled()
        self.judge()
        post_due(self.world, at_once=at_once)

    def move_to(self, instant: datetime) -> None:
        """Sets the clock and ticks."""
        self.clock.set(instant)
        self.tick()

    def live_until(self, instant: datetime) -> None:
        """As `move_to`, with a tick at each due time on the way."""
        between = occurrences(self.world.campaign, self.clock.now() + timedelta(seconds=1), instant)
        for due in sorted({one.due for one in between}):
            self.move_to(due)
        self.move_to(instant)

    def deliver(self) -> int:
        """Sends what is due; says how many letters were handed over."""
        return dispatch(self.world, self.lane)

    def ask(self, question: Callable[[Books], Any]) -> Any:
        """What the books say."""
        with self.world.database.read() as books:
            return question(books)

    def letters(self, *kinds: LetterKind) -> list[LetterRow]:
        """Our letters, in the order of posting."""
        rows: list[LetterRow] = self.ask(lambda books: books.letters.all())
        return [row for row in rows if not kinds or row.kind in kinds]

    def message(self, sha256: str) -> MessageRow:
        """A mail as the books know it."""
        row: MessageRow = self.ask(lambda books: books.messages.by_sha(sha256))
        assert row is not None
        return row


def open_office(data: Path, begins: datetime | None = None, *, units: tuple[Unit, ...] = (), **of_world: Any) -> Office:
    """An office in the folder `data`, its first run at `begins`; opened again it goes on with the same books."""
    campaign = of_world.pop("campaign", None) or load_campaign("shanxi-2020")
    clock = SetClock(begins or datetime(2020, 8, 20, 9, tzinfo=campaign.zone))
    spool, files = Spool(data / "spool", ".eml"), Spool(data / "files")
    readers = HereReaders(spool, files, campaign)
    world = World(
        data=data,
        campaign=campaign,
        clock=clock,
        database=Database(data / "mailflow.db", busy_milliseconds=100).open(),
        spool=spool,
        files=files,
        cabinet=Cabinet(data / "filed", files),
        readers=readers,
        correspondent=Correspondent(address=OURS, contact="施老师", telephone="0351-0000000"),
        units=units,
        own_addresses=frozenset({OURS}),
        addressees=of_world.pop("addressees", Addressees((PLATFORM,), (ORGANISER,), (ORGANISER,))),
        **of_world,
    )
    begin(world)
    return Office(world, clock, readers)
