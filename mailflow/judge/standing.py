"""What a submission is to the entries that are already held: nobody overwrites another's entry."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from mailflow.judge.names import folded, same_name
from mailflow.judge.people import MOBILE
from mailflow.model.entry import EntryStatus, Known, KnownEntry, Relation
from mailflow.model.facts import Value

CONFLICT = "conflict.other-sender"


@dataclass(frozen=True, slots=True)
class Claim:
    """What one mail says of one applicant in one category, before it is set against the books.

    `refs` are the entries of its own sender that the mail answers.
    """

    sender: str
    applicant: str
    category: str
    period: str | None
    study_id: str | None
    fields: Mapping[str, Value]
    arrived_at: datetime
    refs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Standing:
    """The relation, the entry it is to, and the fields (ids) in which both contradict each other.

    `ambiguous`: two entries of this sender fit equally well; nothing may be guessed.
    """

    relation: Relation
    entry: KnownEntry | None = None
    contradictions: tuple[str, ...] = ()
    carries_period: bool = False
    ambiguous: bool = False


def standing_of(claim: Claim, known: Known) -> Standing:
    """Finds the entry a claim is about. An own entry comes first; another's is linked or a conflict."""
    own = [one for one in known.entries if one.sender == claim.sender and is_same_applicant(claim, one)]
    answered = [one for one in own if one.ref in claim.refs]
    this_period = [one for one in own if one.period == claim.period]
    passed = [one for one in own if may_be_carried(one, claim)]
    if answered:
        entry, ambiguous = _fitting(answered, claim)
        carried = entry in passed and not this_period
        return Standing(Relation.VERSION, entry, carries_period=carried, ambiguous=ambiguous)
    if this_period:
        entry, ambiguous = _fitting(this_period, claim)
        return Standing(Relation.VERSION, entry, ambiguous=ambiguous)
    if passed:
        latest = max(passed, key=lambda one: (one.arrived_at, one.ref))
        return Standing(Relation.VERSION, latest, carries_period=True)
    return _beside_others(claim, known)


def may_be_carried(entry: KnownEntry, claim: Claim) -> bool:
    """Whether an own entry is unfinished business of a passed period, which goes on in this one."""
    unfinished = entry.status is EntryStatus.INCOMPLETE and entry.period != claim.period
    return unfinished and entry.arrived_at <= claim.arrived_at


def is_same_applicant(claim: Claim, entry: KnownEntry) -> bool:
    """Whether an entry of this category is of the same applicant: one name, and no other 学号.

    Another 学号 with the same mobile number is a 学号 that was corrected, not another person.
    """
    if entry.category != claim.category or not same_name(entry.applicant, claim.applicant):
        return False
    return may_be_one(claim.study_id, entry.study_id, claim.fields.get(MOBILE), entry.fields.get(MOBILE))


def may_be_one(one_id: str | None, other_id: str | None, one_mobile: Value | None, other_mobile: Value | None) -> bool:
    """Whether two of one name can be one person."""
    if not one_id or not other_id or same_value(one_id, other_id):
        return True
    return one_mobile is not None and other_mobile is not None and same_value(one_mobile, other_mobile)


def same_value(one: Value, other: Value) -> bool:
    """Whether two values say the same; spelling, width and blanks do not count."""
    if isinstance(one, int | float) and isinstance(other, int | float):
        return one == other
    texts = [value.isoformat() if isinstance(value, date) else str(value) for value in (one, other)]
    return folded(texts[0]) == folded(texts[1])


def contradictions(mine: Mapping[str, Value], theirs: Mapping[str, Value]) -> tuple[str, ...]:
    """The fields that both know and that differ, in the order of `mine`."""
    return tuple(key for key, value in mine.items() if key in theirs and not same_value(value, theirs[key]))


def in_conflict(entry: KnownEntry) -> bool:
    """Whether it is held for being another sender's word against an earlier entry."""
    return not entry.settled and any(one.code == CONFLICT for one in entry.findings)


def _fitting(choice: list[KnownEntry], claim: Claim) -> tuple[KnownEntry, bool]:
    """The entry with the claim's 学号, else any; and whether another fits as well."""
    exact = [one for one in choice if claim.study_id and one.study_id == claim.study_id]
    fitting = exact or choice
    return fitting[0], len(fitting) > 1


def _beside_others(claim: Claim, known: Known) -> Standing:
    """No own entry: another sender's is linked where the 学号 agrees and nothing contradicts, else a conflict."""
    others = _first_registered(
        one
        for one in known.entries
        if one.sender != claim.sender
        and one.period == claim.period
        and one.status is not EntryStatus.WITHDRAWN
        and is_same_applicant(claim, one)
    )
    if not others:
        return Standing(Relation.NEW)
    first = others[0]
    differing = contradictions(claim.fields, first.fields)
    agree = claim.study_id is not None and first.study_id is not None and same_value(claim.study_id, first.study_id)
    if agree and not differing:
        return Standing(Relation.LINKED, first)
    return Standing(Relation.CONFLICT, first, differing)


def _first_registered(entries: Iterable[KnownEntry]) -> list[KnownEntry]:
    """Undisputed entries first, then by first registration."""
    return sorted(entries, key=lambda one: (in_conflict(one), one.arrived_at, one.ref))
