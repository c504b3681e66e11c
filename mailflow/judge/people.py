"""Whom a mail names: in its forms, and beside them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from mailflow.judge.names import same_name, tidied
from mailflow.model.campaign import Campaign
from mailflow.model.facts import Facts, FileFacts, FormReading, Role, Value

NAME, STUDY_ID, ORGANISATION, MOBILE, UNIT = "name", "study_id", "organisation", "mobile", "unit"
"""Field ids that say who somebody is; every campaign file uses these ids for them."""

CONTAINERS = frozenset({Role.ARCHIVE, Role.MESSAGE})


@dataclass(frozen=True, slots=True)
class NamedForm:
    """A form that was read: its file, whom it names, and the category its title names, where it is one."""

    sha256: str
    reading: FormReading
    name: str | None
    study_id: str | None
    category: str | None


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody (or an organisation) a mail is about, with the forms that name him.

    `said` are categories told beside his name: by the subject of his mail, in a list, in a folder's name. `sections`
    are the attached mails (None: the mail itself) whose subject names him. `announced`: named by a subject or a list,
    so that he has an entry even where no file of his came.
    """

    name: str
    study_id: str | None
    forms: tuple[NamedForm, ...] = ()
    said: tuple[str, ...] = ()
    sections: frozenset[int | None] = frozenset()
    announced: bool = False

    def categories(self) -> tuple[str, ...]:
        """The one category said beside his name, else those that his forms' titles name; both where they agree."""
        titled = tuple(dict.fromkeys(form.category for form in self.forms if form.category))
        return self.said if len(self.said) == 1 and self.said[0] not in titled else titled


def name_field(campaign: Campaign, form_id: str) -> str:
    """The field that names the applicant on a form: of a person `name`, of an organisation `organisation`."""
    owners = [one for one in campaign.categories if one.form == form_id]
    form = next((one for one in campaign.forms if one.id == form_id), None)
    if owners and not any(one.is_person for one in owners) and form is not None and form.field(NAME) is None:
        return ORGANISATION
    return NAME


def text_of(value: Value | None) -> str | None:
    """A field's value as text, None where it is empty."""
    return (str(value).strip() or None) if value is not None else None


def forms_in(facts: Facts, campaign: Campaign) -> tuple[NamedForm, ...]:
    """The electronic forms of a mail that could be read, each content once, a file with several forms as several."""
    forms: list[NamedForm] = []
    seen: set[str] = set()
    for file in facts.files:
        if file.role is Role.FORM and file.form is not None and file.sha256 not in seen:
            seen.add(file.sha256)
            forms.extend(_named(file.sha256, one, campaign) for one in (file.form, *file.more_forms))
    return tuple(forms)


def _named(sha256: str, reading: FormReading, campaign: Campaign) -> NamedForm:
    return NamedForm(
        sha256,
        reading,
        tidied(text_of(reading.fields.get(name_field(campaign, reading.form))) or "") or None,
        text_of(reading.fields.get(STUDY_ID)),
        reading.categories[0] if len(reading.categories) == 1 else None,
    )


def own_form(file: FileFacts, campaign: Campaign, applicant: str, study_id: str | None, category: str) -> FileFacts:
    """`file` with the one of its forms that is the applicant's for this category; itself where none names him."""
    if not file.more_forms or file.form is None:
        return file
    forms = [_named(file.sha256, one, campaign) for one in (file.form, *file.more_forms)]
    mine = [one for one in forms if one.name and same_name(one.name, applicant)]
    mine.sort(key=lambda one: (one.study_id != study_id, category not in one.reading.categories))
    return replace(file, form=mine[0].reading if mine else file.form, more_forms=())


def people_in(forms: Iterable[NamedForm]) -> tuple[Person, ...]:
    """Who is named, in the order of the mail. One name with two 学号 is two people."""
    return together(Person(form.name, form.study_id, (form,)) for form in forms if form.name is not None)


def together(named: Iterable[Person]) -> tuple[Person, ...]:
    """Each person once, with all that is said of him; who has another 学号 is somebody else of that name."""
    people: list[Person] = []
    for one in named:
        at = next((at for at, person in enumerate(people) if _may_be_one(person, one)), None)
        if at is None:
            people.append(one)
        else:
            people[at] = _merged(people[at], one)
    return tuple(people)


def _may_be_one(one: Person, other: Person) -> bool:
    ids = {study_id for study_id in (one.study_id, other.study_id) if study_id}
    return same_name(one.name, other.name) and len(ids) < 2


def _merged(one: Person, other: Person) -> Person:
    return Person(
        one.name,
        one.study_id or other.study_id,
        (*one.forms, *other.forms),
        one.said or other.said,
        one.sections | other.sections,
        one.announced or other.announced,
    )
