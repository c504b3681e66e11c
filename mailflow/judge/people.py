"""Whom the forms of a mail name, and which of its files belong to whom."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from mailflow.judge.names import folded, same_name, tidied
from mailflow.model.campaign import Campaign
from mailflow.model.facts import Facts, FormReading, Role, Value
from mailflow.model.message import Attachment, Message

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
    """Somebody (or an organisation) a mail is about, with the forms that name him."""

    name: str
    study_id: str | None
    forms: tuple[NamedForm, ...] = ()

    def categories(self) -> tuple[str, ...]:
        """The categories his forms' titles name, each once."""
        return tuple(dict.fromkeys(form.category for form in self.forms if form.category))


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
    """The electronic forms of a mail that could be read, each content once."""
    forms: dict[str, NamedForm] = {}
    for file in facts.files:
        reading = file.form
        if file.role is not Role.FORM or reading is None or file.sha256 in forms:
            continue
        forms[file.sha256] = NamedForm(
            file.sha256,
            reading,
            tidied(text_of(reading.fields.get(name_field(campaign, reading.form))) or "") or None,
            text_of(reading.fields.get(STUDY_ID)),
            reading.categories[0] if len(reading.categories) == 1 else None,
        )
    return tuple(forms.values())


def people_in(forms: Iterable[NamedForm]) -> tuple[Person, ...]:
    """Who is named, in the order of the mail. One name with two 学号 is two people."""
    people: list[Person] = []
    for form in forms:
        if form.name is None:
            continue
        for at, person in enumerate(people):
            ids = {one for one in (person.study_id, form.study_id) if one}
            if same_name(person.name, form.name) and len(ids) < 2:
                people[at] = Person(person.name, person.study_id or form.study_id, (*person.forms, form))
                break
        else:
            people.append(Person(form.name, form.study_id, (form,)))
    return tuple(people)


def place(
    message: Message, facts: Facts, people: Sequence[Person]
) -> tuple[tuple[tuple[str, ...], ...], tuple[str, ...]]:
    """Which files (SHA-256) belong to each of `people`, and which belong to nobody that can be told.

    A form belongs to whom it names; any other file to the one whom it names inside, or whose name stands in its own
    or its folder's name, else to the one whose form came in the same folder or message. Nothing is guessed.
    """
    roles = {file.sha256: file.role for file in facts.files}
    names = {file.sha256: text_of(file.form.fields.get(NAME)) for file in facts.files if file.form is not None}
    homes = _homes(message, people)
    placed: list[dict[str, None]] = [{} for _ in people]
    unplaced: dict[str, None] = {}
    for attachment in message.attachments:
        owner = _owner(attachment, names.get(attachment.sha256), people, homes)
        if owner is not None:
            placed[owner][attachment.sha256] = None
        elif roles.get(attachment.sha256) not in CONTAINERS:
            unplaced[attachment.sha256] = None
    somewhere = {sha256 for files in placed for sha256 in files}
    return tuple(tuple(files) for files in placed), tuple(one for one in unplaced if one not in somewhere)


def _homes(message: Message, people: Sequence[Person]) -> dict[str, set[int]]:
    """Whose forms came in which archive, folder or message."""
    homes: dict[str, set[int]] = {}
    for at, person in enumerate(people):
        forms = {form.sha256 for form in person.forms}
        for attachment in message.attachments:
            if attachment.sha256 in forms and _home(attachment):
                homes.setdefault(_home(attachment), set()).add(at)
    return homes


def _home(attachment: Attachment) -> str:
    """The archive or message a file came in, and its folder there; "" for a file attached by itself."""
    return "/".join(filter(None, (attachment.inside, attachment.folder)))


def _owner(
    attachment: Attachment, name: str | None, people: Sequence[Person], homes: dict[str, set[int]]
) -> int | None:
    named = [at for at, person in enumerate(people) if any(f.sha256 == attachment.sha256 for f in person.forms)]
    if not named and name is not None:
        named = [at for at, person in enumerate(people) if same_name(person.name, name)]
        return named[0] if len(named) == 1 else None
    if not named:
        named = _named_in(f"{_home(attachment)}/{attachment.filename or ''}", people)
    if not named:
        named = sorted(homes.get(_home(attachment), ()))
    return named[0] if len(named) == 1 else None


def _named_in(path: str, people: Sequence[Person]) -> list[int]:
    """Whose name stands in `path`; 王小 is not named where 王小明 is."""
    where = folded(path)
    found = [at for at, person in enumerate(people) if folded(person.name) in where]
    names = {at: folded(people[at].name) for at in found}
    return [at for at in found if not any(names[at] != other and names[at] in other for other in names.values())]
