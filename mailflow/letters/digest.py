"""The organiser's digest: what waits for a person, what the week brings, how the units stand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from mailflow.letters.frame import frame
from mailflow.letters.masking import one_line, shown
from mailflow.letters.render import fill, render
from mailflow.letters.table import csv_part
from mailflow.model.campaign import Campaign
from mailflow.model.entry import EntryStatus
from mailflow.model.letter import Correspondent, Letter, LetterKind, Part

_MOST_LINES = 20


@dataclass(frozen=True, slots=True)
class WaitingMail:
    """A mail that could not be placed or that broke the code (`shunted`). `sentences` say why, in the campaign's
    language; `sha256` is what `mailflow assign` and `mailflow replay` take."""

    sha256: str
    sender: str
    subject: str
    arrived_at: datetime
    sentences: tuple[str, ...] = ()
    shunted: bool = False


@dataclass(frozen=True, slots=True)
class WaitingEntry:
    """An entry a person must decide on, and why (sentences of its findings, those for reviewers included)."""

    ref: str
    applicant: str
    category: str
    status: EntryStatus
    sentences: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Questioned:
    """A complete entry in which something should be compared: fields that a picture has otherwise than the form
    (label, form, picture), and sentences about material that another applicant sent too."""

    ref: str
    applicant: str
    category: str
    pairs: tuple[tuple[str, str, str], ...] = ()
    sentences: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class KeptAside:
    """A mail that came too late to change its entry: its files lie beside the entry's."""

    ref: str
    applicant: str
    category: str
    arrived_at: datetime


@dataclass(frozen=True, slots=True)
class WaitingLetter:
    """A letter that a person must release, or that failed, or whose fate is unknown."""

    key: str
    to: str
    subject: str
    state: str  # "held", "failed" or "unknown"
    last_error: str = ""


@dataclass(frozen=True, slots=True)
class CategoryCount:
    """How the entries of a category stand. `waiting` are held, late or below a line."""

    category: str
    accepted: int
    incomplete: int
    waiting: int


@dataclass(frozen=True, slots=True)
class Coming:
    """One line of the week's calendar: the moment in words and what happens then."""

    words: str
    title: str


@dataclass(frozen=True, slots=True)
class DigestFacts:
    """All that a digest says. Lists are in the order they are shown in; `questioned` and `aside` are those since the
    last digest.

    `reminded` are those of the incomplete ones whose sender has had a reminder.
    """

    mails: tuple[WaitingMail, ...] = ()
    entries: tuple[WaitingEntry, ...] = ()
    letters: tuple[WaitingLetter, ...] = ()
    questioned: tuple[Questioned, ...] = ()
    aside: tuple[KeptAside, ...] = ()
    counts: tuple[CategoryCount, ...] = ()
    coming: tuple[Coming, ...] = ()
    units_reported: tuple[str, ...] = ()
    units_silent: tuple[str, ...] = ()
    incomplete: int = 0
    reminded: int = 0


def compose_digest(
    facts: DigestFacts, *, to: str, campaign: Campaign, correspondent: Correspondent, key: str, now: datetime
) -> Letter:
    """The digest to one organiser, as a Letter with the outbox key `key`.

    The table of units goes along as a file where units are known. Raises MailflowError where a template cannot be used.
    """
    waits = (facts.mails, facts.entries, facts.questioned, facts.letters)
    waiting = sum(len(lines) for lines in waits)
    table = _units(facts, campaign) if facts.units_reported or facts.units_silent else None
    values = {
        **frame(correspondent, campaign, now, tone="todo" if waiting else "good"),
        "waiting": waiting,
        "mails": [_mail(one, campaign) for one in facts.mails[:_MOST_LINES]],
        "entries": [_entry(one, campaign) for one in facts.entries[:_MOST_LINES]],
        "questioned": [_questioned(one, campaign) for one in facts.questioned[:_MOST_LINES]],
        "letters": [_letter(one) for one in facts.letters[:_MOST_LINES]],
        "aside": [_aside(one, campaign) for one in facts.aside[:_MOST_LINES]],
        "more": sum(max(0, len(lines) - _MOST_LINES) for lines in waits),
        "facts": facts,
        "table_name": table.filename if table else "",
    }
    letter = render("digest", campaign.language, values)
    return Letter(
        key=key,
        kind=LetterKind.DIGEST,
        to=to,
        subject=letter.subject,
        text=letter.text,
        html=letter.html,
        parts=(table,) if table else (),
    )


def _mail(mail: WaitingMail, campaign: Campaign) -> WaitingMail:
    return replace(
        mail,
        sha256=mail.sha256[:12],
        sender=one_line(mail.sender, 80),
        subject=shown(mail.subject, 80),
        arrived_at=mail.arrived_at.astimezone(campaign.zone),
        sentences=_sentences(mail.sentences),
    )


def _entry(entry: WaitingEntry, campaign: Campaign) -> WaitingEntry:
    name = campaign.category(entry.category).name
    return replace(entry, applicant=shown(entry.applicant, 60), category=name, sentences=_sentences(entry.sentences))


def _questioned(one: Questioned, campaign: Campaign) -> Questioned:
    pairs = tuple((shown(label, 40), shown(form, 60), shown(picture, 60)) for label, form, picture in one.pairs)
    name = campaign.category(one.category).name
    return replace(
        one, applicant=shown(one.applicant, 60), category=name, pairs=pairs, sentences=_sentences(one.sentences)
    )


def _aside(one: KeptAside, campaign: Campaign) -> KeptAside:
    name = campaign.category(one.category).name
    arrived_at = one.arrived_at.astimezone(campaign.zone)
    return replace(one, applicant=shown(one.applicant, 60), category=name, arrived_at=arrived_at)


def _letter(letter: WaitingLetter) -> WaitingLetter:
    return replace(
        letter,
        to=one_line(letter.to, 80),
        subject=shown(letter.subject, 80),
        last_error=one_line(letter.last_error, 120),
    )


def _sentences(sentences: Sequence[str]) -> tuple[str, ...]:
    return tuple(shown(one, 160) for one in dict.fromkeys(sentences))[:4]


def _units(facts: DigestFacts, campaign: Campaign) -> Part:
    values = {"reported": facts.units_reported, "silent": facts.units_silent}
    text = fill(f"{campaign.language}/digest/units.txt", values)
    name, head, *lines = [line for line in text.splitlines() if line.strip()]
    return csv_part(name, head.split("\t"), [line.split("\t") for line in lines])
