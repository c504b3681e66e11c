"""`mailflow demo` as a newcomer runs it: what it promises, what it leaves, and that its ledger notices faults."""

from __future__ import annotations

import os
import re
import sqlite3
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import timedelta
from email import message_from_bytes
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest

from mailflow.campaign.load import load_campaign
from mailflow.demo.ledger import faults
from mailflow.demo.play import PLATFORM, Stage, play, stage
from mailflow.demo.scene import KINDS, Person, Scene, scene
from mailflow.demo.scenes import COUNT, scenes
from mailflow.model.campaign import Campaign
from mailflow.testing.journey import run
from mailflow.testing.smtp_server import Received

ENVIRONMENT = {**os.environ, "MAILFLOW_IMAP__HOST": "mail.example.org", "MAILFLOW_SMTP__HOST": "mail.example.org"}


@dataclass(frozen=True)
class Shown:
    """How the demonstration ended, what it printed and the folder it left."""

    code: int
    out: str
    err: str
    folder: Path

    def ask(self, *arguments: str) -> Any:
        said = run("--config", str(self.folder / "mailflow.toml"), *arguments, "--json")
        assert said.code == 0, said.err
        return said.json


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> Shown:
    """The demonstration as a command of its own, where the environment names a real mailbox."""
    folder = tmp_path_factory.mktemp("demo") / "look"
    command = [sys.executable, "-m", "mailflow.cli", "demo", "--out", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, env=ENVIRONMENT, check=False)
    return Shown(done.returncode, done.stdout, done.stderr, folder)


@pytest.fixture(scope="module")
def every() -> list[Scene]:
    """The mails of the demonstration."""
    return list(scenes(load_campaign("shanxi-2020")))


class _Links(HTMLParser):
    """Gathers what a page links to."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [value for name, value in attrs if tag == "a" and name == "href" and value]


def test_the_demo_ends_by_itself_and_its_ledger_adds_up(shown: Shown) -> None:
    assert shown.code == 0, shown.err
    assert shown.err == ""
    assert "The ledger adds up." in shown.out
    assert "index.html" in shown.out


def test_what_it_prints_into_a_pipe_is_plain(shown: Shown) -> None:
    assert "\x1b" not in shown.out
    assert re.search(r"^08-22 23:50 +王小明\+学员标兵 .*spoofed.* held +SX20-", shown.out, re.M)


def test_every_link_of_its_page_leads_somewhere(shown: Shown) -> None:
    links = _Links()
    links.feed((shown.folder / "index.html").read_text(encoding="utf-8"))
    files = [unquote(one) for one in links.found if not one.startswith("#")]
    assert len(files) > 300
    assert [one for one in files if not (shown.folder / one).is_file()] == []


def test_every_kind_of_thing_is_there_to_open(shown: Shown) -> None:
    counts = {name: sum(1 for _ in (shown.folder / name).rglob("*.*")) for name in _shelves()}
    assert all(counts.values()), counts
    reports = list((shown.folder / "reports").iterdir())
    assert any(list(one.glob("*.xlsx")) and list(one.glob("*.zip")) and list(one.glob("清单.csv")) for one in reports)
    for receipt in (shown.folder / "receipts").iterdir():
        assert {"letter.html", "letter.txt", "letter.eml"} <= {one.name for one in receipt.iterdir()}


def _shelves() -> tuple[str, ...]:
    return ("mails", "receipts", "reports", "reminders", "digests", "alarms", "filed")


def test_its_books_can_be_asked_afterwards(shown: Shown) -> None:
    entries = shown.ask("entries")
    assert Counter(one["status"] for one in entries).keys() == {"accepted", "incomplete", "ineligible", "held", "late"}
    assert len(shown.ask("messages")) == COUNT - 1  # one of them came twice
    assert [one["applicant"] for one in shown.ask("ranking", "model-learner")] == ["周九", "王小明", "秦例二"]
    assert shown.ask("show", entries[0]["ref"])
    assert all(one["state"] == "sent" for one in shown.ask("outbox"))


def test_each_filed_page_says_how_its_entry_stands_in_the_end(shown: Shown) -> None:
    words = {
        "accepted": "已受理",
        "incomplete": "待补充",
        "ineligible": "未达参考线",
        "held": "转人工",
        "late": "逾期来信",
    }
    for entry in shown.ask("entries"):
        (page,) = (shown.folder / "filed").glob(f"*/{entry['ref']} *")
        assert words[entry["status"]] in (page / "summary.html").read_text(encoding="utf-8"), entry["ref"]


def test_reports_go_out_on_the_days_of_the_campaign(shown: Shown) -> None:
    days = [one["due"][:16] for one in shown.ask("calendar") if one["kind"] == "report" and one["state"] == "sent"]
    assert days == [
        "2020-08-14T17:00",
        "2020-08-18T17:00",
        "2020-08-21T17:00",
        "2020-08-25T17:00",
        "2020-08-26T00:00",
        "2020-08-28T18:00",
        "2020-08-31T00:00",
        "2020-09-01T17:00",
        "2020-09-03T09:00",
        "2020-09-04T17:00",
    ]


def test_nobody_hears_of_a_deadline_on_the_day_of_a_receipt(shown: Shown) -> None:
    heard = {"receipts": set[tuple[str, str]](), "reminders": set[tuple[str, str]]()}
    for shelf, letters in heard.items():
        for path in (shown.folder / shelf).glob("*/letter.eml"):
            message = message_from_bytes(path.read_bytes())
            letters.add((str(message["To"]), str(message["Date"])[:16]))
    assert heard["reminders"]
    assert not heard["receipts"] & heard["reminders"]


def test_the_closing_list_goes_to_the_organisers_only(shown: Shown) -> None:
    to = [
        str(message_from_bytes(path.read_bytes())["To"]) for path in shown.folder.glob("reports/*截止名单*/letter.eml")
    ]
    assert to == ["organiser@gongwei.example.cn"]


def test_no_letter_tells_one_sender_of_another(shown: Shown) -> None:
    for path in (shown.folder / "receipts").glob("*/letter.txt"):
        message = message_from_bytes((path.parent / "letter.eml").read_bytes())
        if str(message["To"]) == "someone@elsewhere.example.com":
            text = path.read_text(encoding="utf-8")
            assert "28,345" not in text
            assert "u001@" not in text
            return
    pytest.fail("the stranger got no answer")


def test_the_next_digest_names_what_was_kept_aside_once(shown: Shown) -> None:
    texts = [path.read_text(encoding="utf-8") for path in sorted((shown.folder / "digests").glob("*/letter.txt"))]
    assert [("另存的来信" in text, "周九" in text) for text in texts].count((True, True)) == 1


def test_organisers_hear_twice_on_a_day_only_where_more_waits(shown: Shown) -> None:
    days = Counter(one["key"][:17] for one in shown.ask("outbox") if one["kind"] == "digest")
    assert {day for day, count in days.items() if count > 1} == {"digest-2020-09-01"}  # a mail below the line came in


def test_selections_bear_no_number_and_issues_are_numbered_without_a_gap(shown: Shown) -> None:
    subjects = [
        one["subject"] for one in shown.ask("outbox") if one["kind"] == "report" and "存查" not in one["subject"]
    ]
    issues = [int(found[1]) for one in subjects if (found := re.match("【第([0-9]+)期】", one))]
    assert issues == list(range(1, 9))
    assert sum("推荐" in one or "截止名单" in one for one in subjects if not one.startswith("【")) == 2


def test_a_folder_that_holds_other_things_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "letter to my aunt.txt").write_text("Dear aunt")
    said = run("demo", "--out", str(tmp_path))
    assert said.code == 1
    assert "name an empty folder" in said.err
    assert [one.name for one in tmp_path.iterdir()] == ["letter to my aunt.txt"]


def test_the_mails_are_what_the_demo_promises(every: list[Scene]) -> None:
    assert len(every) == COUNT
    assert {one.kind for one in every} == set(KINDS)
    assert {one.state for one in every} == {"answered", "held", "ignored"}
    assert {one.status for one in every} == {"accepted", "incomplete", "ineligible", "late", "held", None}


def test_all_categories_are_mailed_in(shown: Shown) -> None:
    categories = {one.id for one in load_campaign("shanxi-2020").categories}
    assert {one["category"] for one in shown.ask("entries")} == categories


@dataclass
class Small:
    """A small play that adds up, to be tampered with."""

    on: Stage
    scenes: list[Scene]
    left: list[Received]

    def faults(self) -> list[str]:
        return faults(self.on.world, self.scenes, self.left)

    def change(self, statement: str) -> None:
        with closing(sqlite3.connect(self.on.world.database.path)) as books, books:
            assert books.execute(statement).rowcount > 0


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Small]:
    """One complete volunteer and one without a scan, until the report."""
    campaign: Campaign = load_campaign("shanxi-2020")
    mails = [
        scene(campaign, "08-17 09:00", "complete", Person("王小明", 1, "a@mail.example.cn"), "announcer"),
        scene(campaign, "08-17 10:00", "short", Person("李晓华", 2, "b@mail.example.cn"), "announcer",
              status="incomplete", files=()),
    ]  # fmt: skip
    with stage(campaign, tmp_path, campaign.opens + timedelta(days=3)) as on:
        left = play(on, mails, campaign.opens + timedelta(days=4, hours=18), lambda _moment, _shows: None)
        yield Small(on, mails, list(left))


def test_a_small_play_adds_up(small: Small) -> None:
    assert small.faults() == []


def test_a_receipt_that_never_arrived_is_noticed(small: Small) -> None:
    small.left = [one for one in small.left if one.recipient != "b@mail.example.cn"]
    assert any("did not arrive" in one for one in small.faults())
    assert any("named in 0 receipts" in one for one in small.faults())


def test_a_letter_that_left_twice_is_noticed(small: Small) -> None:
    small.left.append(small.left[0])
    assert any("left 2 times" in one for one in small.faults())


def test_a_receipt_to_somebody_else_is_noticed(small: Small) -> None:
    number = next(at for at, one in enumerate(small.left) if one.recipient == "a@mail.example.cn")
    small.left[number] = replace(small.left[number], recipient="b@mail.example.cn")
    assert any("named in 0 receipts" in one for one in small.faults())


def test_a_mail_that_is_in_no_book_is_noticed(small: Small) -> None:
    extra = scene(small.on.world.campaign, "08-18 09:00", "lost", Person("张三", 3, "c@mail.example.cn"), "announcer")
    small.scenes.append(extra)
    assert any("3 different mails went in, 2 are in the books" in one for one in small.faults())
    assert any("the mail is lost" in one for one in small.faults())


def test_an_entry_that_stands_wrongly_is_noticed(small: Small) -> None:
    small.change("update entry set status = 'accepted' where status = 'incomplete'")
    assert any("the entry is accepted, not incomplete" in one for one in small.faults())


def test_an_accepted_entry_that_is_in_no_report_is_noticed(small: Small) -> None:
    small.change("update entry set reported_version = null where status = 'accepted'")
    assert any("no report" in one for one in small.faults())


def test_a_letter_that_still_waits_is_noticed(small: Small) -> None:
    small.change("update letter set state = 'unknown' where kind = 'receipt'")
    assert any("is unknown" in one for one in small.faults())


def test_a_mail_that_was_not_answered_is_noticed(small: Small) -> None:
    small.change("update message set answer_key = null where sender = 'a@mail.example.cn'")
    assert any("no answer" in one for one in small.faults())
    assert any("named in 1 receipts, not 0" in one for one in small.faults())


def test_a_report_whose_form_is_missing_is_noticed(small: Small) -> None:
    small.left = [one for one in small.left if one.recipient != PLATFORM]
    assert any("its form is in no bundle" in one for one in small.faults())
