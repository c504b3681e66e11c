"""What is judged: everything held for one applicant in one category once a mail has been added."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from mailflow.judge.phrase import shown
from mailflow.model.campaign import Campaign, Category
from mailflow.model.entry import FiledFile, Finding
from mailflow.model.facts import Facts, FileFacts, FormReading, Role, Value
from mailflow.model.form import Form


@dataclass(frozen=True, slots=True)
class Holding:
    """`fields` and `files` are merged; `news` is what is known of this mail's own files, in its order.

    `earlier` are the findings of the version before: what they say of material that this mail does not
    replace still holds. `cloud_links` are the mail's.
    """

    campaign: Campaign
    category: Category
    applicant: str
    fields: Mapping[str, Value]
    files: tuple[FiledFile, ...]
    news: tuple[FileFacts, ...]
    earlier: tuple[Finding, ...] = ()
    cloud_links: tuple[str, ...] = ()

    @property
    def form(self) -> Form:
        """The form of the category."""
        return self.campaign.form(self.category.form)

    @property
    def readings(self) -> tuple[FormReading, ...]:
        """The electronic forms that this mail brings and that could be read, the category's own last."""
        return readings_for(self.category, self.news)

    @property
    def brings_form(self) -> bool:
        """Whether this mail brings an electronic form, readable or not: what was said of the old one is over."""
        return any(file.role is Role.FORM for file in self.news)

    def still(self, *codes: str) -> tuple[Finding, ...]:
        """What was found earlier with one of these codes."""
        return tuple(one for one in self.earlier if one.code in codes)


def readings_for(category: Category, files: tuple[FileFacts, ...]) -> tuple[FormReading, ...]:
    """The forms read in `files`; the later one's fields win, and a form of the category wins over another's."""
    readings = [file.form for file in files if file.role is Role.FORM and file.form is not None]
    return tuple(sorted(readings, key=lambda one: category.id in one.categories))


def news_of(facts: Facts, wanted: tuple[str, ...]) -> tuple[FileFacts, ...]:
    """What is known of the files with these SHA-256s, each content once."""
    chosen = {file.sha256: file for file in reversed(facts.files) if file.sha256 in set(wanted)}
    return tuple(chosen[sha256] for sha256 in dict.fromkeys(wanted) if sha256 in chosen)


@dataclass(frozen=True, slots=True)
class Said:
    """What the forms of one mail say together: values, cells that hold no value, and lengths of free texts.

    A number or day that several forms of one kind give differently is `contradicted`: no value, and all of them in
    `invalid`, since nothing tells the right one.
    """

    fields: Mapping[str, Value] = field(default_factory=dict)
    invalid: Mapping[str, str] = field(default_factory=dict)
    lengths: Mapping[str, int] = field(default_factory=dict)
    contradicted: frozenset[str] = frozenset()


def said_by(readings: tuple[FormReading, ...]) -> Said:
    """Folds several readings into one, the later over the earlier."""
    fields: dict[str, Value] = {}
    invalid: dict[str, str] = {}
    lengths: dict[str, int] = {}
    for reading in readings:
        for key in reading.fields:
            invalid.pop(key, None)
        for key in reading.invalid:
            fields.pop(key, None)
        fields.update(reading.fields)
        invalid.update(reading.invalid)
        lengths.update(reading.lengths)
    contradicted = _contradicted(readings)
    for key, text in contradicted.items():
        fields.pop(key, None)
        invalid[key] = text
    return Said(fields, invalid, lengths, frozenset(contradicted))


def _contradicted(readings: tuple[FormReading, ...]) -> dict[str, str]:
    """The figures that the forms like the last one (the category's own) give differently, with all they give."""
    alike = [one for one in readings if one.categories == readings[-1].categories and one.form == readings[-1].form]
    found: dict[str, str] = {}
    for key in dict.fromkeys(key for one in alike for key in one.fields):
        values = dict.fromkeys(one.fields[key] for one in alike if key in one.fields)
        if len(values) > 1 and all(not isinstance(one, str) or one.isdigit() for one in values):
            found[key] = " / ".join(map(shown, values))
    return found
