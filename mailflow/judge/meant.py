"""Whom a mail is about, from all that names somebody: forms, subjects, lists, folders, the entries it answers."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from mailflow.intake.names import is_likely_name, person_in
from mailflow.intake.subject import SubjectReading, parse_subject
from mailflow.judge.people import NamedForm, Person, people_in, together
from mailflow.judge.wrapped import Section, is_complete, quoted_names
from mailflow.model.campaign import Campaign
from mailflow.model.entry import KnownEntry
from mailflow.model.facts import Facts, Role
from mailflow.model.message import Message

MOST_WITHOUT_FILES = 60
"""A longer list is no list of applicants: only those of it are meant of whom a file came."""

_NUMBERING = re.compile(r"^[\d\s.．、_()（）-]+")
_PAPERS = frozenset({Role.FORM, Role.FORM_SCAN})


def people_meant(
    message: Message,
    facts: Facts,
    campaign: Campaign,
    subject: SubjectReading,
    sections: Sequence[Section],
    *,
    forms: tuple[NamedForm, ...],
    entries: Sequence[KnownEntry],
) -> tuple[Person, ...]:
    """Who is named, each once. A subject that follows the rule (one name, one category) leaves no room for others but
    those whom forms, or the subjects of other attached mails, name.
    """
    speaking = [one for one in sections if is_complete(one.reading)]
    several = len({(one.reading.name, one.reading.names, one.reading.categories) for one in speaking}) > 1
    by_section = [person for one in speaking for person in _by_subject(one.reading, one.container)] if several else []
    on_forms = people_in(forms)
    if is_complete(subject) and not subject.names and (subject.count or 0) < 2:
        return together((*on_forms, *by_section))
    named = [*on_forms, *by_section, *_by_subject(subject), *_listed(facts, subject)]
    named += [Person(one, None) for one in quoted_names(message, campaign)]
    if not subject.name and len(entries) > 1:
        named += [Person(entry.applicant, entry.study_id) for entry in entries]
    if not subject.name or (subject.count or 0) > 1:
        named += _by_paths(message, facts, campaign)
    return together(named)


def _by_subject(reading: SubjectReading, *sections: int | None) -> Iterator[Person]:
    """Whom a subject names; what came with it is his where it names nobody else and announces nobody else."""
    said = reading.categories if len(reading.categories) == 1 else ()
    alone = reading.name is not None and (reading.count or 0) < 2
    for name in (reading.name, *reading.names):
        if name is not None and reading.categories:
            yield Person(name, None, (), said, frozenset(sections if alone else ()), announced=True)


def _listed(facts: Facts, subject: SubjectReading) -> Iterator[Person]:
    """Those on a unit's list; the subject's category counts where the list names none."""
    listed = [one for file in facts.files for one in file.listed]
    for one in listed:
        said = one.categories if len(one.categories) == 1 else subject.categories
        said = said if len(said) == 1 else ()
        yield Person(one.name, one.study_id, (), said, announced=len(listed) <= MOST_WITHOUT_FILES)


def _by_paths(message: Message, facts: Facts, campaign: Campaign) -> Iterator[Person]:
    """Whom the names of folders name, and the names of forms and scans in which nobody could be read."""
    read = {file.sha256 for file in facts.files if file.form is not None}
    papers = {file.sha256 for file in facts.files if file.role in _PAPERS}
    for one in message.attachments:
        words = list(reversed((one.folder or "").split("/"))) if one.folder else []
        if one.sha256 in papers and one.sha256 not in read:
            words.insert(0, (one.filename or "").rpartition(".")[0])
        name = next(filter(None, (_name_in(word, campaign) for word in words)), None)
        if name is not None:
            yield Person(name, None, (), _category_in(words, campaign))


def _name_in(words: str, campaign: Campaign) -> str | None:
    """The one likely person's name in a file's or folder's name."""
    idle = [word for words in campaign.role_hints.values() for word in words]
    idle += [name for one in campaign.categories for name in (one.name, *one.aliases)]
    name = person_in([_NUMBERING.sub("", words)], [*campaign.subject_noise, *idle]).name if words else None
    return name if name is not None and is_likely_name(name) else None


def _category_in(words: Iterable[str], campaign: Campaign) -> tuple[str, ...]:
    for one in words:
        categories = parse_subject(one, campaign).categories
        if len(categories) == 1:
            return categories
    return ()
