"""Who and what a mail is about: its applicants and categories, or why that cannot be told."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from mailflow.intake.etiquette import is_machine_mail, reason_for_silence
from mailflow.intake.names import is_likely_name
from mailflow.intake.subject import SubjectReading, is_own, is_tagged, parse_subject
from mailflow.judge.found import finding
from mailflow.judge.meant import people_meant
from mailflow.judge.names import is_doubtful, same_name, tidied
from mailflow.judge.people import NamedForm, Person, forms_in
from mailflow.judge.phrase import listed, quoted, say
from mailflow.judge.place import place
from mailflow.judge.wrapped import is_complete, is_decoration, one_subject, sections_of
from mailflow.model.campaign import Campaign, Severity
from mailflow.model.command import CommandKind
from mailflow.model.entry import KnownEntry, Unit
from mailflow.model.facts import Facts, Role
from mailflow.model.judgement import Disposition, Draft, Route
from mailflow.model.message import Message

TOO_LARGE = "too-large"
UNREADABLE = frozenset({"unreadable", "unfetchable"})
"""The defect of a mail of which only the header was fetched."""

_BLOCKING_DOUBTS = {
    "two-from": "held.two-from",
    "no-sender": "held.no-sender",
    "two-subject": "held.two-subject",
    "subject": "held.doubtful-subject",
}
"""Doubts of reading that a person settles before anything is filed; others (of a file name, of the text) can wait."""

_OF_THE_SUBJECT = frozenset({"held.two-subject", "held.doubtful-subject"})
"""Doubts that another subject would end, so that the sender is told."""


@dataclass(frozen=True, slots=True)
class _Case:
    """What a decision about one mail may look at. `entries` are those it answers, all of its own sender."""

    message: Message
    facts: Facts
    campaign: Campaign
    subject: SubjectReading
    forms: tuple[NamedForm, ...]
    entries: tuple[KnownEntry, ...]
    people: tuple[Person, ...]


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
    case = _Case(message, facts, campaign, subject, forms, entries, people)
    decided = _unfit(case) or _words_only(case) or _several(case) or _one(case)
    if decided.disposition is Disposition.HELD and message.sender and silence and not _is_submission(case):
        return Route(Disposition.IGNORED, reason=silence, silence=silence)
    unit = subject.unit or next((one.name for one in units if message.sender in one.addresses), None)
    drafts = tuple(replace(draft, unit=draft.unit or unit) for draft in decided.drafts)
    return replace(decided, drafts=drafts, refs=_refs(case), silence=silence)


def _refs(case: _Case) -> tuple[str, ...]:
    """The receipt numbers it may speak for: named or referred to, and its sender's own."""
    return tuple(dict.fromkeys(one.ref for one in case.entries))


def _is_submission(case: _Case) -> bool:
    """Whether a mail that must not be answered looks like one that a person must still see."""
    return bool(case.subject.categories or case.forms or any(f.role is Role.FORM for f in case.facts.files))


def _unfit(case: _Case) -> Route | None:
    """Holds a mail that a person must look at before anything is filed."""
    message = case.message
    if TOO_LARGE in message.defects:
        return _held(case, "attachment.too-large")
    if UNREADABLE & set(message.defects):
        return _held(case, "subject.unreadable", phrase="held.unreadable")
    doubt = next((phrase for doubt, phrase in _BLOCKING_DOUBTS.items() if doubt in message.doubts), None)
    if doubt is None and not message.sender:
        doubt = "held.no-sender"
    if doubt is None:
        return None
    if doubt in _OF_THE_SUBJECT:
        held = _held(case, "subject.unreadable", phrase=doubt)
        return replace(held, guess_name=None) if doubt == "held.doubtful-subject" else held
    return Route(
        Disposition.HELD,
        reason=say(case.campaign, doubt),
        guess_name=case.subject.name,
        guess_category=_category_of(case, case.forms),
    )


def _words_only(case: _Case) -> Route | None:
    """Holds an answer to a letter of ours that brings no file: what is asked or explained in it, a person reads.

    A mail that names somebody else than the letter was about is no answer, whatever thread it stands in.
    """
    message, subject = case.message, case.subject
    if message.cloud_links or any(not is_decoration(one) for one in message.attachments):
        return None
    mine = [one for one in case.entries if subject.name is None or same_name(one.applicant, subject.name)]
    if not mine and not subject.refs and not is_tagged(message.subject) and not _quotes_us(case):
        return None
    return _held(case, "reply.without-files")


def _quotes_us(case: _Case) -> bool:
    """Whether a letter of ours is quoted in a mail whose own subject is no application ("收到，谢谢")."""
    quoted_letters = (one.inline and is_own(one.subject) for one in case.message.forwarded)
    return any(quoted_letters) and not is_complete(parse_subject(case.message.subject, case.campaign))


def _several(case: _Case) -> Route | None:
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
        return _undecided(case) if any(person.forms for person in people) else None
    return Route(Disposition.ENTRY, drafts=tuple(drafts), unplaced=tuple(dict.fromkeys(lost)))


def _placed(
    case: _Case, people: tuple[Person, ...], *, announced: bool
) -> tuple[tuple[tuple[str, ...], ...], tuple[str, ...]]:
    """Files by person, and nobody's. One alone has them all, unless the subject announces several."""
    if len(people) == 1 and not announced:
        return (_all_files(case),), ()
    return place(case.message, case.facts, people)


def _all_files(case: _Case) -> tuple[str, ...]:
    return tuple(dict.fromkeys(one.sha256 for one in case.message.attachments))


def _categories_without_form(case: _Case, person: Person) -> tuple[str, ...]:
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


def _one(case: _Case) -> Route:
    """A mail about one applicant: all its files are his."""
    name, category = _name_of(case), _category_of(case, case.forms)
    if name is not None and is_doubtful(name):
        return _held(case, "subject.unreadable", phrase="held.doubtful-name")
    if name is None or category is None:
        return _undecided(case)
    study_ids = dict.fromkeys(one.study_id for one in case.forms if one.study_id)
    answered = [one for one in case.entries if same_name(one.applicant, name)]
    study_id = next(iter(study_ids), None) or next((one.study_id for one in answered), None)
    return Route(
        Disposition.ENTRY, drafts=(Draft(tidied(name), category, study_id, case.subject.unit, _all_files(case)),)
    )


def _name_of(case: _Case) -> str | None:
    """The applicant: as the subject says where it follows the rule, else as the entry or the form says."""
    on_form = next((one.name for one in case.forms if one.name), None)
    if case.subject.name and case.subject.categories:
        return on_form if on_form and _is_officer(case) else case.subject.name
    answered = case.entries[0].applicant if len(case.entries) == 1 else None
    beside = case.people[0].name if len(case.people) == 1 else None
    return answered or on_form or case.subject.name or beside


def _is_officer(case: _Case) -> bool:
    """Whether the subject names a person where only organisations apply: he sends the form, and is not on it."""
    wanted = (case.campaign.category(one) for one in case.subject.categories)
    return is_likely_name(case.subject.name or "") and not any(one.is_person for one in wanted)


def _category_of(case: _Case, forms: Sequence[NamedForm]) -> str | None:
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


def _undecided(case: _Case) -> Route:
    """Held: says which of name and category is missing."""
    if len(case.subject.categories) > 1 and _category_of(case, case.forms) is None:
        return _held(case, "subject.category-ambiguous")
    if _name_of(case):
        return _held(case, "subject.category-unknown")
    is_bare = not case.message.attachments and not case.message.cloud_links
    code = "subject.unreadable" if _category_of(case, case.forms) is None else "subject.name-missing"
    return _held(case, code, phrase="held.no-application" if is_bare else "")


def _held(case: _Case, code: str, *, phrase: str = "") -> Route:
    campaign = case.campaign
    names = [campaign.category(one).name for one in case.subject.categories]
    found = finding(
        campaign,
        code,
        Severity.ERROR,
        phrase=phrase,
        example=campaign.subject_example,
        name=quoted(case.subject.name or ""),
        category=names[0] if names else "",
        categories=listed(campaign, names),
        help=_command(campaign, CommandKind.HELP),
        blank=_command(campaign, CommandKind.FORM),
    )
    return Route(
        Disposition.HELD,
        reason=found.text,
        findings=(found,),
        guess_name=_name_of(case),
        guess_category=_category_of(case, case.forms),
    )


def _command(campaign: Campaign, kind: CommandKind) -> str:
    """How a mail command is written, the first of its spellings."""
    return say(campaign, f"command.words.{kind.value}").split("|")[0]
