"""Who and what a mail is about: its applicants and categories, or why that cannot be told."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from mailflow.intake.etiquette import is_machine_mail, reason_for_silence
from mailflow.judge.case import Case, category_of, name_of
from mailflow.judge.holds import hold, undecided, unfit, words_only
from mailflow.judge.meant import people_meant
from mailflow.judge.names import is_doubtful, same_name, tidied
from mailflow.judge.people import Person, forms_in
from mailflow.judge.place import place
from mailflow.judge.wrapped import one_subject, sections_of
from mailflow.model.campaign import Campaign
from mailflow.model.entry import KnownEntry, Unit
from mailflow.model.facts import Facts, Role
from mailflow.model.judgement import Disposition, Draft, Route
from mailflow.model.message import Message


def route(
    message: Message,
    facts: Facts,
    campaign: Campaign,
    *,
    units: tuple[Unit, ...],
    own_addresses: frozenset[str],
    referred: tuple[KnownEntry, ...] = (),
) -> Route:
    """Decides whom and which category each part of `message` is about, or why a person must say.

    `referred` are entries it names by receipt number or References; only those of its own sender count.
    The subject decides first (of a mail that is forwarded, its own), then the entry it answers, then the forms.
    `units` name the unit of its sender.
    """
    silence = reason_for_silence(message, own_addresses)
    if silence is not None and is_machine_mail(message, own_addresses):
        return Route(Disposition.IGNORED, reason=silence, silence=silence)
    entries = tuple(one for one in referred if message.sender and one.sender == message.sender)
    sections = sections_of(message, campaign)
    subject = one_subject(message, campaign, sections)
    forms = forms_in(facts, campaign)
    people = people_meant(message, facts, campaign, subject, sections, forms=forms, entries=entries)
    case = Case(message, facts, campaign, subject, forms, entries, people)
    decided = unfit(case) or words_only(case) or _several(case) or _one(case)
    if decided.disposition is Disposition.HELD and message.sender and silence and not _is_submission(case):
        return Route(Disposition.IGNORED, reason=silence, silence=silence)
    unit = subject.unit or next((one.name for one in units if message.sender in one.addresses), None)
    drafts = tuple(replace(draft, unit=draft.unit or unit) for draft in decided.drafts)
    return replace(decided, drafts=drafts, refs=_refs(case), silence=silence)


def _refs(case: Case) -> tuple[str, ...]:
    """The receipt numbers it may speak for: named or referred to, and its sender's own."""
    return tuple(dict.fromkeys(one.ref for one in case.entries))


def _is_submission(case: Case) -> bool:
    """Whether a mail that must not be answered looks like one that a person must still see."""
    return bool(case.subject.categories or case.forms or any(f.role is Role.FORM for f in case.facts.files))


def _several(case: Case) -> Route | None:
    """A batch: one draft for each person (and category) that the mail names; None where it is about one."""
    people, announced = case.people, (case.subject.count or 0) > 1
    if not people or (len(people) == 1 and not announced and len(people[0].categories()) < 2):
        return None
    placed, unplaced = _placed(case, people, announced=announced)
    drafts: list[Draft] = []
    lost = list(unplaced)
    for person, files in zip(people, placed, strict=True):
        categories = person.categories() or _categories_without_form(case, person)
        if not categories or is_doubtful(person.name):
            lost.extend(files)
        elif files or person.announced:
            drafts.extend(_draft_each(person, categories, files))
    if not drafts:
        return undecided(case) if any(person.forms for person in people) else None
    return Route(Disposition.ENTRY, drafts=tuple(drafts), unplaced=tuple(dict.fromkeys(lost)))


def _placed(
    case: Case, people: tuple[Person, ...], *, announced: bool
) -> tuple[tuple[tuple[str, ...], ...], tuple[str, ...]]:
    """Files by person, and nobody's. One alone has them all, unless the subject announces several."""
    if len(people) == 1 and not announced:
        return (_all_files(case),), ()
    return place(case.message, case.facts, people)


def _all_files(case: Case) -> tuple[str, ...]:
    return tuple(dict.fromkeys(one.sha256 for one in case.message.attachments))


def _categories_without_form(case: Case, person: Person) -> tuple[str, ...]:
    """The category of a person whose forms have no title: that of the subject, else of his entry."""
    if len(case.subject.categories) == 1:
        return case.subject.categories
    own = [entry.category for entry in case.entries if same_name(entry.applicant, person.name)]
    return tuple(own[:1])


def _draft_each(person: Person, categories: Sequence[str], files: Sequence[str]) -> Iterable[Draft]:
    """One draft a category: a form belongs to the category of its title, all else to each."""
    for category in categories:
        fitting = {one.sha256 for one in person.forms if one.category in (None, category)}
        others = {one.sha256 for one in person.forms} - fitting if len(categories) > 1 else set()
        yield Draft(person.name, category, person.study_id, None, tuple(one for one in files if one not in others))


def _one(case: Case) -> Route:
    """A mail about one applicant: all its files are his."""
    name, category = name_of(case), category_of(case, case.forms)
    if name is not None and is_doubtful(name):
        return hold(case, "subject.unreadable", phrase="held.doubtful-name")
    if name is None or category is None:
        return undecided(case)
    study_ids = dict.fromkeys(one.study_id for one in case.forms if one.study_id)
    answered = [one for one in case.entries if same_name(one.applicant, name)]
    study_id = next(iter(study_ids), None) or next((one.study_id for one in answered), None)
    return Route(
        Disposition.ENTRY, drafts=(Draft(tidied(name), category, study_id, case.subject.unit, _all_files(case)),)
    )
