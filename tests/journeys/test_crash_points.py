"""A small run that dies, or finds the disk full, at each point in turn: the next run ends with the same books."""

from __future__ import annotations

import json
import os
import re
import shutil
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from mailflow.model.campaign import Campaign
from mailflow.testing.audit import arrived, disk_faults
from mailflow.testing.crashing import CRASHED, WARM_UP, Crashing, How, Outcome, Trial
from mailflow.testing.crowd import Crowd
from mailflow.testing.imap_server import EmbeddedImap
from mailflow.testing.journey import Journey
from mailflow.testing.smtp_server import EmbeddedSmtp

MAY_BE_FULL = tuple(f"before-{name}" for name in ("mkstemp", "fsync", "replace", "write_text", "commit"))
NOW = "2020-08-18T17:00"
REF = re.compile(r"SX20-[A-Z0-9]{6}")


@dataclass(frozen=True, slots=True)
class Yard:
    """Servers with a few mails, and a data folder that has made its first run, to copy."""

    home: Path
    imap: EmbeddedImap
    smtp: EmbeddedSmtp
    crashing: Crashing

    def journey(self, name: str) -> Journey:
        """A fresh copy of the folder with the settings."""
        shutil.copytree(self.home / "before" / "data", self.home / name / "data")
        return Journey(self.home / name, self.imap, self.smtp)

    def run(self, journey: Journey, number: int = 0, how: How = "exit") -> Outcome:
        """One pass that meets a fault at that point."""
        arguments = ("--config", str(journey.config), "--at", NOW, "run", "--once")
        return self.crashing.run(Trial(arguments, str(journey.home / "notes"), number, how))

    def books(self, journey: Journey) -> Any:
        """What the commands say, without what is drawn by lot; letters by kind and what became of them."""
        told = {name: journey.json(name, at=NOW) for name in ("entries", "messages", "outbox", "calendar")}
        for letter in told["outbox"]:
            for name in ("message_id", "attempts", "last_error", "key"):
                del letter[name]
        for occurrence in told["calendar"]:
            occurrence["letters"] = len(occurrence["letters"])
        told["outbox"].sort(key=lambda one: (one["kind"], one["to"], one["in_reply_to"]))
        return json.loads(REF.sub("SX20-REF", json.dumps(told, ensure_ascii=False)))


@pytest.fixture(scope="module")
def yard(tmp_path_factory: pytest.TempPathFactory, campaign: Campaign) -> Iterator[Yard]:
    home = tmp_path_factory.mktemp("crashes")
    crowd = Crowd(campaign, datetime(2020, 8, 18, 9, tzinfo=campaign.zone))
    with EmbeddedImap() as imap, EmbeddedSmtp() as smtp, Crashing() as crashing:
        Journey(home / "before", imap, smtp).once("2020-08-18T08:00")
        warm = Journey(home / "warm", imap, smtp)
        arguments = ("--config", str(warm.config), "--at", NOW, "run", "--once")
        crashing.run(Trial(arguments, str(warm.home / "notes"), WARM_UP))
        mailed = crowd.right("announcer")
        imap.append(mailed.raw, mailed.arrives)
        yield Yard(home, imap, smtp, crashing)


@pytest.mark.parametrize("how", ["exit", "full"])
def test_a_run_struck_at_any_point_is_made_good_by_the_next(yard: Yard, how: How) -> None:
    undisturbed = yard.journey(f"undisturbed-{how}")
    points = yard.run(undisturbed).points
    wanted = yard.books(undisturbed)
    assert len(points) > 40
    for number, point in enumerate(points, start=1):
        if not is_struck(number, point, how):
            continue
        journey = yard.journey(f"{how}-{number}")
        begun = len(yard.smtp.letters)
        first = yard.run(journey, number, how)
        if how == "exit":
            assert_died_or_ended_before(first, number)
        else:
            assert_is_one_clear_line(first, f"{number} {point}")
        again = yard.run(journey)
        assert (again.code, again.complaints) == (0, []), (number, point, again.printed)
        assert_same_but_for_the_window(yard.books(journey), wanted, f"{number} {point}")
        assert disk_faults(journey.data) == [], (number, point)
        times = Counter(one.message_id for one in arrived(yard.smtp.letters[begun:]))
        met = first.points[:number][-1]  # threads take turns as they please: not always `point`
        assert sum(times.values()) - len(times) <= int("send" in met or "commit" in met), (number, point, met)
        shutil.rmtree(journey.home)


def is_struck(number: int, point: str, how: How) -> bool:
    """Every other commit and letter, every fifth of the many like points of single files; or all, where asked for."""
    if how == "full" and point not in MAY_BE_FULL:
        return False
    is_like_others = any(name in point for name in ("mkstemp", "fsync", "replace", "link", "copyfile"))
    return os.environ.get("MAILFLOW_EVERY_POINT") == "1" or number % (5 if is_like_others else 2) == 0


def assert_died_or_ended_before(outcome: Outcome, number: int) -> None:
    """It died there; or, since threads take turns as they please, it was done before it came to so many points."""
    if outcome.code != CRASHED:
        assert outcome.code == 0, (number, outcome.printed)
        assert len(outcome.points) < number


def assert_is_one_clear_line(outcome: Outcome, at: str) -> None:
    """Nothing but a sentence that says what to do; or the fault was got round."""
    assert outcome.code in (0, 1), (at, outcome.printed)
    assert len(outcome.complaints) == outcome.code, (at, outcome.printed)
    assert all(line.startswith("mailflow: ") and "disk is full" in line for line in outcome.complaints), at


def assert_same_but_for_the_window(books: Any, wanted: Any, at: str) -> None:
    """A report that was on its way when the run died is unknown, and the operator is asked; all else is the same."""
    unknown = [one for one in books["outbox"] if one["state"] == "unknown"]
    assert all(one["kind"] == "report" for one in unknown), at
    assert len(unknown) <= 1, at
    alarms = [one for one in books["outbox"] if one["kind"] == "alarm"]
    assert len(alarms) == len(unknown), at
    for one in unknown:
        one["state"] = "sent"
    books["outbox"] = [one for one in books["outbox"] if one not in alarms]
    if unknown:
        wanted = {**wanted, "calendar": []}
        books["calendar"] = []
    assert books == wanted, at
