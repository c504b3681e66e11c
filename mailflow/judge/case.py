"""One mail as routing looks at it: who and what it is about, as subject, forms and entries say."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mailflow.intake.names import is_likely_name
from mailflow.intake.subject import SubjectReading
from mailflow.judge.people import NamedForm, Person
from mailflow.model.campaign import Campaign
from mailflow.model.entry import KnownEntry
from mailflow.model.facts import Facts
from mailflow.model.message import Message


@dataclass(frozen=True, slots=True)
class Case:
    """What a decision about one mail may look at. `entries` are those it answers, all of its own sender."""

    message: Message
    facts: Facts
    campaign: Campaign
    subject: SubjectReading
    forms: tuple[NamedForm, ...]
    entries: tuple[KnownEntry, ...]
    people: tuple[Person, ...]


def name_of(case: Case) -> str | None:
    """The applicant: as the subject says where it follows the rule, else as the entry or the form says."""
    on_form = next((one.name for one in case.forms if one.name), None)
    if case.subject.name and case.subject.categories:
        return on_form if on_form and _is_officer(case) else case.subject.name
    answered = case.entries[0].applicant if len(case.entries) == 1 else None
    beside = case.people[0].name if len(case.people) == 1 else None
    return answered or on_form or case.subject.name or beside


def _is_officer(case: Case) -> bool:
    """Whether the subject names a person where only organisations apply: he sends the form, and is not on it."""
    wanted = (case.campaign.category(one) for one in case.subject.categories)
    return is_likely_name(case.subject.name or "") and not any(one.is_person for one in wanted)


def category_of(case: Case, forms: Sequence[NamedForm]) -> str | None:
    """The category: the subject's, else what the entry it answers or a form's title decides."""
    named = case.subject.categories
    if len(named) == 1:
        return named[0]
    answered = tuple(dict.fromkeys(one.category for one in case.entries))
    titled = tuple(dict.fromkeys(one.category for one in forms if one.category))
    beside = case.people[0].said if len(case.people) == 1 else ()
    for choice in (answered, titled, beside):
        fitting = [one for one in choice if not named or one in named]
        if len(fitting) == 1:
            return fitting[0]
    return None
