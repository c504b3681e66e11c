"""Another campaign, in another language and of another kind: it needs a file and no code.

The shipped village-grants.toml and a tiny third one are played from end to end over embedded servers.
"""

from __future__ import annotations

import ast
import io
import re
import zipfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from mailflow.campaign.load import load_campaign
from mailflow.demo.ledger import faults
from mailflow.demo.play import House, Stage, play, stage
from mailflow.demo.scene import MAILBOX, Scene
from mailflow.model.campaign import Campaign
from mailflow.testing.forms import filled_form
from mailflow.testing.journey import run
from mailflow.testing.mails import build_mail
from mailflow.testing.pictures import drawn_picture, stamped_scan

HAN = re.compile(r"[\u2e80-\u2fdf\u3000-\u303f\u3400-\u9fff\uf900-\ufaff\uff00-\uffef]")
HOUSE = House("Village Grants", "Ann Example", "01632 960000", "The grants office")
PLATFORM, ORGANISER = "platform@pingtai.example.cn", "organiser@gongwei.example.cn"
Kinds = tuple[str, ...]


@dataclass(frozen=True)
class Letter:
    """A letter that left, taken apart."""

    kind: str
    to: str
    message: EmailMessage

    @property
    def subject(self) -> str:
        return str(self.message["Subject"])

    @property
    def sent(self) -> str:
        return f"{self.message['Date'].datetime:%Y-%m-%d %H:%M}"

    @property
    def text(self) -> str:
        return self._body("plain")

    @property
    def faces(self) -> str:
        return "\n".join((self.subject, self.text, self._body("html"), *self.files))

    @property
    def files(self) -> dict[str, bytes]:
        return {str(one.get_filename()): _content(one) for one in self.message.iter_attachments()}

    def _body(self, kind: str) -> str:
        body = self.message.get_body((kind,))
        assert body is not None
        return str(body.get_content())


@dataclass
class Played:
    """A campaign after it was played: its letters, its faults, and the command line on its books."""

    campaign: Campaign
    out: Path
    letters: list[Letter]
    faults: list[str]

    def of(self, kind: str, to: str = "") -> list[Letter]:
        return [one for one in self.letters if one.kind == kind and to in one.to]

    def ask(self, *arguments: str, at: str = "") -> Any:
        options = ("--config", str(self.out / "mailflow.toml"), *(("--at", at) if at else ()))
        said = run(*options, *arguments, "--json")
        assert said.code == 0, said.err
        return said.json

    def entries(self) -> dict[str, dict[str, Any]]:
        return {one["applicant"]: one for one in self.ask("entries")}


def _content(part: Any) -> bytes:
    content = part.get_payload(decode=True)
    assert isinstance(content, bytes)
    return content


@dataclass(frozen=True)
class Writer:
    """Writes mails for a campaign; `fields` are what a right form says, by category."""

    campaign: Campaign
    fields: Mapping[str, Mapping[str, str]]

    def __call__(
        self,
        when: str,
        name: str,
        category: str,
        *,
        kinds: Kinds = ("form", "form-scan", "evidence"),
        status: str | None = "accepted",
        sender: str = "",
        **changes: str,
    ) -> Scene:
        arrives = datetime.fromisoformat(when).replace(tzinfo=self.campaign.zone)
        own = "name" if self.campaign.category(category).is_person else "organisation"
        values = {**self.fields[category], own: name, **changes}
        makers: dict[str, Callable[[], tuple[str, bytes]]] = {
            "form": lambda: ("application form.docx", filled_form(self.campaign, category, values)),
            "form-scan": lambda: ("signed.jpg", stamped_scan([name])),
            "evidence": lambda: ("cost estimate.png", drawn_picture([name, "estimate"])),
        }
        raw = build_mail(
            sender=sender or f"{name.rsplit(maxsplit=1)[-1].lower()}@mail.example.org",
            to=MAILBOX,
            date=arrives,
            subject=f"{name} + {self.campaign.category(category).name}",
            text="Please find our application attached.",
            files=[makers[kind]() for kind in kinds],
        )
        return Scene(raw, arrives, name, "right", status=status)


GRANTS = {
    "project-grant": {
        "contact": "Jo Example",
        "phone": "01632960001",
        "amount": "1,800",
        "own_share": "20%",
        "starts_on": "2026-07-01",
        "purpose": "Raised beds and a water butt, open to everybody in the village.",
    },
    "apprentice-bursary": {
        "phone": "01632960002",
        "age": "19",
        "organisation": "none",
        "employer": "Example Joinery",
        "trade": "joiner",
        "purpose": "Tools for the first year.",
    },
}


def _grants(campaign: Campaign) -> Iterator[Scene]:
    write = Writer(campaign, GRANTS)
    yield write("2026-04-14 10:00", "Little Mallow Allotments", "project-grant")
    yield write("2026-04-15 11:30", "Great Mallow Players", "project-grant", kinds=("form",), status="incomplete")
    yield write("2026-04-16 09:20", "Robin Sample", "apprentice-bursary", kinds=("form", "form-scan"))
    yield write("2026-04-22 14:00", "Mallow Bowls Club", "project-grant", amount="950")
    yield write("2026-04-28 16:00", "Little Mallow Allotments", "project-grant", status=None, amount="1,650")
    yield write("2026-05-05 10:00", "Kim Sample", "apprentice-bursary", kinds=("form", "form-scan"), age="31",
                status="ineligible", sender="kim@mail.example.org")  # fmt: skip
    yield write("2026-05-06 10:00", "Lee Nowhere", "apprentice-bursary", kinds=("form-scan",), status="incomplete")
    yield write("2026-05-29 17:00", "Upper Mallow Choir", "project-grant", status="late")
    asked = datetime(2026, 5, 7, 12, tzinfo=campaign.zone)
    question = build_mail(sender="q@mail.example.org", to=MAILBOX, subject="A question", text="May we apply twice?")
    yield Scene(question, asked, "a question", "doubtful", state="held", status=None)


@contextmanager
def _staged(campaign: Campaign, out: Path, begins: datetime) -> Iterator[Stage]:
    with stage(campaign, out, begins, house=HOUSE) as on:
        yield on


def _play(campaign: Campaign, out: Path, scenes: list[Scene], begins: datetime, ends: datetime) -> Played:
    with _staged(campaign, out, begins) as on:
        left = play(on, scenes, ends, lambda _moment, _shows: None)
        wrong = faults(on.world, scenes, left)
    messages = [(one.recipient, message_from_bytes(one.raw, policy=policy.default)) for one in left]
    letters = [Letter(str(one["X-Mailflow"]), to, one) for to, one in messages if isinstance(one, EmailMessage)]
    return Played(campaign, out, letters, wrong)


@pytest.fixture(scope="module")
def grants(tmp_path_factory: pytest.TempPathFactory) -> Played:
    """The village grants from their opening until after the closing of the projects."""
    campaign = load_campaign("village-grants")
    ends = datetime(2026, 6, 2, 18, tzinfo=campaign.zone)
    return _play(campaign, tmp_path_factory.mktemp("grants"), list(_grants(campaign)), campaign.opens, ends)


def test_the_ledger_of_an_english_campaign_adds_up(grants: Played) -> None:
    assert grants.faults == []


def test_applications_stand_as_the_file_says(grants: Played) -> None:
    standing = {name: one["status"] for name, one in grants.entries().items()}
    assert standing == {
        "Little Mallow Allotments": "accepted",
        "Great Mallow Players": "incomplete",
        "Robin Sample": "accepted",
        "Mallow Bowls Club": "accepted",
        "Kim Sample": "ineligible",
        "Lee Nowhere": "incomplete",
        "Upper Mallow Choir": "late",
    }
    first = grants.entries()["Little Mallow Allotments"]
    assert first["ref"].startswith("VG26-")
    assert first["fields"]["amount"] == 1650
    assert first["fields"]["starts_on"] == "2026-07-01"


def test_receipts_are_in_english_and_say_what_to_do(grants: Played) -> None:
    (receipt,) = grants.of("receipt", "players@")
    assert "Cost estimate" in receipt.text
    assert "Please send at least one cost estimate or quotation" in receipt.text
    assert "Please sign the printed form" in receipt.text
    assert "29 May" in receipt.text
    assert "We use what you send only to decide" in receipt.text
    assert "Ann Example" in receipt.text
    assert "01632 960000" in receipt.text


def test_asking_for_a_form_brings_the_blank_one_of_that_campaign(grants: Played) -> None:
    (receipt,) = grants.of("receipt", "nowhere@")
    ((name, content),) = receipt.files.items()
    assert name.endswith(".docx")
    with zipfile.ZipFile(io.BytesIO(content)) as form:
        words = form.read("word/document.xml").decode()
    assert "Age on 30 June" in words
    assert not HAN.search(re.sub(r"<[^>]+>", "", words))


def test_what_comes_at_the_closing_is_late_and_a_correction_is_said_to_be_one(grants: Played) -> None:
    (late,) = grants.of("receipt", "choir@")
    assert "after the deadline" in late.text
    first, second = grants.of("receipt", "allotments@")
    assert first.text.count("More for your application") == 0
    assert "More for" in second.text


def test_the_report_goes_out_on_mondays_at_ten(grants: Played) -> None:
    weekly = [one.sent for one in grants.of("report", PLATFORM) if "Applications of the week" in one.subject]
    mondays = ["04-13", "04-20", "04-27", "05-04", "05-11", "05-18", "05-25", "06-01"]
    assert weekly == [f"2026-{day} 10:00" for day in mondays]


def test_each_application_is_in_one_report_with_its_form_and_comes_again_when_corrected(grants: Played) -> None:
    reported: list[tuple[str, str]] = []
    for letter in grants.of("report", PLATFORM):
        for name, content in letter.files.items():
            if name.endswith(".zip"):
                with zipfile.ZipFile(io.BytesIO(content)) as bundle:
                    folders = {Path(one).parts[-2] for one in bundle.namelist()}
                reported += [(letter.sent[:10], folder) for folder in folders]
    days = {day: sorted(folder.split("-")[-1] for on, folder in reported if on == day) for day, _ in reported}
    assert days == {
        "2026-04-20": ["Little Mallow Allotments", "Robin Sample"],
        "2026-04-27": ["Mallow Bowls Club"],
        "2026-05-04": ["Little Mallow Allotments"],
    }


def test_the_workbook_has_the_files_own_headings(grants: Played) -> None:
    letter = next(one for one in grants.of("report", PLATFORM) if one.sent.startswith("2026-04-20"))
    book = _workbook(letter)
    cells = {str(cell) for row in book["Project grant"].iter_rows(values_only=True) for cell in row}
    assert {"Amount requested (pounds)", "Contact person", "Little Mallow Allotments"} <= cells


def test_reminders_come_as_many_working_days_before_as_the_file_says(grants: Played) -> None:
    days = [one.sent for one in grants.of("reminder", "players@")]
    assert days == ["2026-05-21 09:00", "2026-05-27 09:00"]  # five and two before 29 May; the 25th is a bank holiday
    assert not grants.of("reminder", "allotments@")


def test_smaller_requests_rank_first(grants: Played) -> None:
    order = [one["applicant"] for one in grants.ask("ranking", "project-grant", at="2026-06-01T12:00")]
    assert order == ["Mallow Bowls Club", "Little Mallow Allotments"]


def test_organisers_get_the_closing_list_and_the_platform_does_not(grants: Played) -> None:
    closing = [one for one in grants.of("report") if "all applications" in one.subject]
    assert [(one.to, one.sent) for one in closing] == [(ORGANISER, "2026-05-29 17:00")]


def test_nothing_chinese_reaches_who_reads_english(grants: Played) -> None:
    for letter in grants.letters:
        assert not HAN.search(letter.faces), (letter.kind, letter.subject, HAN.findall(letter.faces))
        for name, content in letter.files.items():
            if name.endswith(".xlsx"):
                assert not HAN.search(_words(_workbook(letter))), name
            elif name.endswith(".zip"):
                with zipfile.ZipFile(io.BytesIO(content)) as bundle:
                    assert not HAN.search("".join(bundle.namelist())), name
            elif name.endswith(".csv"):
                assert not HAN.search(content.decode("utf-8-sig")), name


def test_nothing_chinese_stands_in_the_filed_folders(grants: Played) -> None:
    for path in (grants.out / "data" / "filed").rglob("*"):
        assert not HAN.search(path.name)
        if path.name == "summary.html":
            assert not HAN.search(path.read_text(encoding="utf-8")), path


def _workbook(letter: Letter) -> Any:
    (content,) = (content for name, content in letter.files.items() if name.endswith(".xlsx"))
    return openpyxl.load_workbook(io.BytesIO(content))


def _words(book: Any) -> str:
    cells = (str(cell) for sheet in book for row in sheet.iter_rows(values_only=True) for cell in row)
    heads = (f"{sheet.title}{sheet.oddHeader}{sheet.oddFooter}" for sheet in book)
    return "\n".join((*cells, *heads))


LIBRARY = """
[campaign]
id         = "reading-week"
name       = "Reading Week"
language   = "en"
zone       = "America/Halifax"
ref_prefix = "RW"
opens      = "2031-03-03 08:00"
ends       = "2031-03-14 24:00"
digest_at  = "08:00"

[subject]
example = "Pat Reader + Story teller"

[workdays]
calendar = "weekdays"

[group.tellers]
name = "Tellers"

[category.story-teller]
name        = "Story teller"
applicant   = "person"
group       = "tellers"
form        = "teller"
must_attach = ["form"]
ranking     = [{ by = "stories", first = "highest" }]
closes      = "2031-03-12 12:00"

[category.story-teller.rule.stories]
must     = "stories >= 2"
text     = "at least two stories"
severity = "error"

[requirement.form]
label = "Sign-up sheet"
ask   = "Please send the sign-up sheet"

[role.form]
label = "Sign-up sheet"
words = ["sheet", "form"]

[role.unknown]
label = "Other file"

[field.name]
labels = ["Name"]

[field.stories]
labels = ["Number of stories"]
kind   = "integer"

[form.teller]
title    = "{category}: sign-up sheet"
fields   = ["name", "stories"]
required = ["name", "stories"]
rows     = [["Name", "{name}"], ["Number of stories", "{stories}"]]

[report.midweek]
title      = "Story tellers so far"
kind       = "roster"
categories = ["story-teller"]
weekdays   = ["wed"]
at         = "15:00"
when_empty = "silent"
"""


def test_a_third_campaign_needs_a_file_and_no_code(tmp_path: Path) -> None:
    file = tmp_path / "reading-week.toml"
    file.write_text(LIBRARY, encoding="utf-8")
    campaign = load_campaign(str(file))
    write = Writer(campaign, {"story-teller": {"stories": "3"}})
    scenes = [
        write("2031-03-04 09:00", "Pat Reader", "story-teller", kinds=("form",)),
        write("2031-03-04 09:30", "Sam Teller", "story-teller", kinds=("form",), stories="5"),
        write("2031-03-05 09:00", "Max Short", "story-teller", kinds=("form",), stories="1", status="ineligible"),
        write("2031-03-12 12:00", "Val Late", "story-teller", kinds=("form",), status="late"),
    ]
    ends = datetime(2031, 3, 13, tzinfo=campaign.zone)
    played = _play(campaign, tmp_path / "played", scenes, campaign.opens, ends)
    assert played.faults == []
    assert [one.sent for one in played.of("report", PLATFORM)] == ["2031-03-05 15:00"]
    settings = tmp_path / "played" / "mailflow.toml"
    settings.write_text(settings.read_text().replace('"reading-week"', f'"{file}"'))
    assert [one["applicant"] for one in played.ask("ranking", "story-teller")] == ["Sam Teller", "Pat Reader"]
    assert "at least two stories" in played.of("receipt", "short@")[0].text


CAMPAIGN_WORDS = re.compile("强国|学员|挑战|山西|志愿|模范|通关|标兵|达人|审读|命题|播音|省直")
TABLE_OF_PROVINCES = Path("mailflow/areas.py")


def test_no_word_of_the_shipped_campaign_is_in_the_code() -> None:
    """Words in docstrings are examples; the demo and the tests' own tools play that campaign and may name it."""
    shipped = load_campaign("shanxi-2020")
    ids = {one.id for one in shipped.categories} | {one.id for one in shipped.groups if "-" in one.id}
    for path, value in _constants(Path("mailflow")):
        if isinstance(value, str) and path != TABLE_OF_PROVINCES:
            assert not CAMPAIGN_WORDS.search(value), (path, value)
            assert value not in ids, (path, value)
        assert value != shipped.opens.year, path


def _constants(root: Path) -> Iterator[tuple[Path, object]]:
    for path in sorted(root.rglob("*.py")):
        if path.parts[1] in ("demo", "testing"):
            continue
        tree = ast.parse(path.read_text(encoding="utf-8"))
        said = {
            id(node.value)
            for node in ast.walk(tree)
            if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
        }
        yield from (
            (path, node.value) for node in ast.walk(tree) if isinstance(node, ast.Constant) and id(node) not in said
        )
