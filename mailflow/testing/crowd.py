"""A crowd of made-up mails as a mailbox gets them, with what must become of each: for journeys, in any number."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import sha256

from mailflow.demo.scene import FILES, Person, picture
from mailflow.model.campaign import Campaign
from mailflow.testing.forms import filled_form
from mailflow.testing.mails import build_mail

JUNK = "垃圾邮件"
STAND_IN = Person("占位人", 0, "nobody@mail.example.cn")
ROUND = 20
"""So many mails are one round, in which each thing happens once."""


@dataclass(frozen=True, slots=True)
class Mailed:
    """A mail, where and when it arrives, and what must become of it.

    `state` is as `mailflow messages` shows it; `entry` is (applicant, category, status in the end) where it makes one.
    """

    raw: bytes
    arrives: datetime
    sender: str
    message_id: str
    state: str = "answered"
    is_answered: bool = True
    entry: tuple[str, str, str] | None = None
    folder: str = "INBOX"

    @property
    def sha256(self) -> str:
        """The hash that the books know it by."""
        return sha256(self.raw).hexdigest()


class Crowd:
    """Makes mails of different people, a minute between them, from `begins` on."""

    def __init__(self, campaign: Campaign, begins: datetime) -> None:
        self._campaign = campaign
        self._clock = begins
        self._number = 0
        self._forms: dict[str, bytes] = {}

    def mails(self, count: int) -> list[Mailed]:
        """The next `count` mails. The same bytes in two places count as two."""
        made: list[Mailed] = []
        while len(made) < count:
            made.extend(self._round())
        return made[:count]

    def right(self, category: str) -> Mailed:
        """A complete submission of somebody new for that category."""
        return self._submission(self._person(), category, "accepted")

    def _round(self) -> Iterator[Mailed]:
        for category in FILES:
            status = "accepted" if category != "model-organisation" else "incomplete"
            yield self._submission(self._person(), category, status)
        yield replace(self.right("proofreader"), folder=JUNK)
        for category in ("outstanding-learner", "announcer"):
            yield self._submission(self._person(), category, "incomplete", files=("profile",))
        officer = f"dangwei{self._number}@shilting.example.cn"
        for _ in range(3):
            yield self._submission(replace(self._person(), sender=officer), "announcer", "accepted", minutes=1)
        person = self._person()
        yield self._submission(person, "question-writer", "accepted", files=())
        yield self._submission(person, "question-writer", "accepted", minutes=30)
        yield self._plain("自动回复：外出", "ignored", headers=[("Auto-Submitted", "auto-replied")])
        yield self._plain("咨询一下", "held")
        twice = self._submission(self._person(), "announcer", "accepted")
        yield twice
        yield replace(twice, folder=JUNK)

    def _person(self) -> Person:
        self._number += 1
        name = "王" + "".join(chr(ord("一") + 20 + int(digit)) for digit in f"{self._number:03d}")
        return Person(name, self._number, f"u{self._number:04d}@mail.example.cn")

    def _submission(
        self,
        person: Person,
        category: str,
        status: str,
        *,
        files: Sequence[str] | None = None,
        minutes: float = 3,
    ) -> Mailed:
        name = self._campaign.category(category).name
        kinds = FILES[category] if files is None else files
        attached = [(f"{person.name}-{name}报名表.docx", self._form(person, category))]
        attached += [picture(person, kind) for kind in kinds]
        return self._mailed(
            person.sender,
            f"{person.name}+{name}",
            minutes,
            files=attached,
            entry=(person.name, category, status),
        )

    def _plain(self, subject: str, state: str, *, headers: Sequence[tuple[str, str]] = ()) -> Mailed:
        sender = self._person().sender
        mailed = self._mailed(sender, subject, 3, headers=headers, text="请问怎么报名？")
        return replace(mailed, state=state, is_answered=not headers)

    def _mailed(
        self,
        sender: str,
        subject: str,
        minutes: float,
        *,
        entry: tuple[str, str, str] | None = None,
        **how: object,
    ) -> Mailed:
        self._number += 1
        self._clock += timedelta(minutes=minutes)
        message_id = f"<{self._number:05d}.{int(self._clock.timestamp())}@mail.example.cn>"
        raw = build_mail(sender=sender, subject=subject, message_id=message_id, date=self._clock, **how)  # type: ignore[arg-type]
        return Mailed(raw, self._clock, sender, message_id, entry=entry)

    def _form(self, person: Person, category: str) -> bytes:
        """The filled form, from one that was filled for somebody else: filling each takes a tenth of a second."""
        if category not in self._forms:
            self._forms[category] = filled_form(self._campaign, category, STAND_IN.fields())
        return _with_text(self._forms[category], lambda text: _renamed(text, person))


def _renamed(text: str, person: Person) -> str:
    for old, new in (
        (STAND_IN.name, person.name),
        (STAND_IN.study_id, person.study_id),
        (STAND_IN.mobile, person.mobile),
    ):
        text = text.replace(old, new)
    return text


def _with_text(docx: bytes, change: Callable[[str], str]) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(docx)) as old, zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            content = old.read(name)
            new.writestr(name, change(content.decode()).encode() if name == "word/document.xml" else content)
    return written.getvalue()
