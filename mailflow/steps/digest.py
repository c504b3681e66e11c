"""digest: what waits for a person, what the week brings, how the units stand; to the organisers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta

from mailflow.campaign.calendar import occurrences
from mailflow.campaign.words import words_for
from mailflow.letters.digest import (
    CategoryCount,
    Coming,
    DigestFacts,
    KeptAside,
    Questioned,
    WaitingEntry,
    WaitingLetter,
    WaitingMail,
    compose_digest,
)
from mailflow.model.campaign import Severity
from mailflow.model.entry import REPORTABLE, WAITS_FOR_A_PERSON, EntryStatus, Finding, KnownEntry, Relation
from mailflow.model.occurrence import Occurrence, OccurrenceKind
from mailflow.model.states import LetterState, MessageState
from mailflow.reports.reminding import silent_units
from mailflow.steps.posting import post
from mailflow.steps.world import World
from mailflow.store.books import Books
from mailflow.store.tables import MessageRow

WEEK = timedelta(days=7)
SHOWN = (OccurrenceKind.REPORT, OccurrenceKind.DEADLINE)
SAID, SAID_AT, ASKED = "digest_said", "digest_said_at", "digest_asked"
ASKS_A_PERSON = (LetterState.HELD, LetterState.FAILED, LetterState.UNKNOWN)


def post_digest(world: World, books: Books, occurrence: Occurrence) -> int:
    """Posts the digest of a due time to each organiser; in the morning only where something waits.

    The one that goes with a report is left out where the morning's has said as much.
    """
    facts = digest_facts(world, books)
    waiting = _waiting(facts)
    today = world.now().date().isoformat()
    day, *said = (books.fact(SAID) or "never").split("\n")
    is_told = day == today and set(waiting) <= set(said)
    if is_told or (occurrence.id.endswith("-morning") and not waiting):
        return 0
    books.note(SAID, "\n".join((today, *waiting)))
    books.note(SAID_AT, world.now().isoformat())
    books.note(ASKED, "\n".join(_mark(one) for one in _in_question(books.entries.all(world.campaign.id))))
    for to in world.addressees.organiser:
        letter = compose_digest(
            facts,
            to=to,
            campaign=world.campaign,
            correspondent=world.correspondent,
            key=f"{occurrence.id}:{to}",
            now=world.now(),
        )
        post(world, books, letter, occurrence=occurrence.id)
    return len(world.addressees.organiser)


def _waiting(facts: DigestFacts) -> list[str]:
    """What waits for a person or has to be looked at, by name."""
    mails, entries = [one.sha256[:12] for one in facts.mails], [one.ref for one in facts.entries]
    aside = [f"{one.ref}@{one.arrived_at.isoformat()}" for one in facts.aside]
    asked = [f"{one.ref}?" for one in facts.questioned]
    return [*mails, *entries, *(one.key for one in facts.letters), *asked, *aside]


def digest_facts(world: World, books: Books) -> DigestFacts:
    """All that a digest says, as the books stand now."""
    campaign, now = world.campaign, world.now()
    entries = books.entries.all(campaign.id)
    silent = silent_units(entries, world.units, frozenset(books.messages.senders()))
    week = [one for one in occurrences(campaign, now, now + WEEK) if one.kind in SHOWN]
    week.sort(key=lambda one: (one.due, one.kind is OccurrenceKind.REPORT))
    reminders = {address: row.reminders for address, row in books.letters.addresses().items()}
    incomplete = [entry for entry in entries if entry.status is EntryStatus.INCOMPLETE]
    return DigestFacts(
        mails=tuple(_mail(world, books, row) for row in books.messages.waiting_for_a_person()),
        entries=tuple(_entry(one) for one in entries if one.status in WAITS_FOR_A_PERSON),
        letters=_letters(books),
        questioned=_questioned(books, entries),
        aside=_aside(books),
        counts=_counts(world, entries),
        coming=tuple(Coming(words_for(one.due, campaign, now=now), one.title) for one in week),
        units_reported=tuple(unit.name for unit in world.units if unit not in silent),
        units_silent=tuple(unit.name for unit in silent),
        incomplete=len(incomplete),
        reminded=sum(reminders.get(entry.sender, 0) > 0 for entry in incomplete),
    )


def _mail(world: World, books: Books, row: MessageRow) -> WaitingMail:
    judgement = books.messages.judgement(row)
    return WaitingMail(
        sha256=row.sha256,
        sender=row.sender,
        subject=row.subject,
        arrived_at=row.arrived_at.astimezone(world.campaign.zone),
        sentences=_sentences(judgement.findings if judgement else ()) or ((row.reason,) if row.reason else ()),
        shunted=row.state == MessageState.SHUNTED,
    )


def _entry(entry: KnownEntry) -> WaitingEntry:
    return WaitingEntry(
        ref=entry.ref,
        applicant=entry.applicant,
        category=entry.category,
        status=entry.status,
        sentences=_sentences(entry.findings),
    )


def _in_question(entries: Sequence[KnownEntry]) -> list[KnownEntry]:
    """Complete entries in which something differs: nobody has to decide, yet somebody should look."""
    return [one for one in entries if one.status is EntryStatus.ACCEPTED and one.questions]


def _mark(entry: KnownEntry) -> str:
    """What is asked about an entry; where that changes, it is said again."""
    return " ".join((entry.ref, *sorted({one.code for one in entry.questions})))


def _questioned(books: Books, entries: Sequence[KnownEntry]) -> tuple[Questioned, ...]:
    """Those that no digest has told of."""
    told = set((books.fact(ASKED) or "").split("\n"))
    return tuple(
        Questioned(
            ref=one.ref,
            applicant=one.applicant,
            category=one.category,
            pairs=tuple((pair.label, pair.form, pair.picture) for pair in one.differing),
            sentences=tuple(found.text for found in one.questions if found.for_reviewer or not one.differing),
        )
        for one in _in_question(entries)
        if _mark(one) not in told
    )


def _aside(books: Books) -> tuple[KeptAside, ...]:
    """Mails since the last digest that came too late to change their entry."""
    since = datetime.fromisoformat(books.fact(SAID_AT) or "1970-01-01T00:00:00+00:00")
    return tuple(
        KeptAside(one.ref or "", one.applicant, one.category, mail.arrived_at)
        for mail in books.messages.all()
        if mail.arrived_at >= since and (judgement := books.messages.judgement(mail)) is not None
        for one in judgement.submissions
        if one.relation is Relation.KEPT_ASIDE
    )


def _sentences(findings: Sequence[Finding]) -> tuple[str, ...]:
    """What was found, notes aside: what a person has to decide on."""
    return tuple(one.text for one in findings if one.severity is not Severity.NOTE)


def _letters(books: Books) -> tuple[WaitingLetter, ...]:
    rows = [row for state in ASKS_A_PERSON for row in books.letters.all(state.value)]
    return tuple(WaitingLetter(row.key, row.recipient, row.subject, row.state, row.last_error or "") for row in rows)


def _counts(world: World, entries: Sequence[KnownEntry]) -> tuple[CategoryCount, ...]:
    counts = Counter((entry.category, entry.status) for entry in entries)

    def number(category: str, statuses: frozenset[EntryStatus]) -> int:
        return sum(counts[category, status] for status in statuses)

    return tuple(
        CategoryCount(
            category=one.name,
            accepted=number(one.id, REPORTABLE),
            incomplete=number(one.id, frozenset({EntryStatus.INCOMPLETE})),
            waiting=number(one.id, WAITS_FOR_A_PERSON),
        )
        for one in world.campaign.categories
    )
