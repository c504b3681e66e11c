"""Texts found at labels to a form's fields: values by kind, several cells combined, patterns in running text."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from mailflow.documents.labels import FormWords
from mailflow.documents.length import length_of
from mailflow.documents.values import clean_text, one_line, read_value, squeeze
from mailflow.errors import ReadRefused
from mailflow.model.facts import Value
from mailflow.model.form import Combine, Field, FieldKind

LONGEST_SEARCHED = 2_000
LONGEST_INVALID = 200


@dataclass(slots=True)
class Read:
    """The three mappings of a FormReading, as they grow."""

    fields: dict[str, Value] = field(default_factory=dict)
    invalid: dict[str, str] = field(default_factory=dict)
    lengths: dict[str, int] = field(default_factory=dict)


def collect(form: FormWords, texts: Mapping[str, Sequence[str]], everything: Sequence[str], year: int) -> Read:
    """Reads each field of `form` from the `texts` found for it; a `pattern` is sought in `everything`.

    `year` completes dates without one.
    """
    read = Read()
    for one in form.form.fields:
        found = list(texts.get(one.id, ()))
        if one.id in form.patterns:
            found = _by_pattern(one, form, found, everything, year) or _bare_values(found, one, year)
        if not found:
            continue
        if one.combine is Combine.COUNT:
            read.fields[one.id] = len(found)
        else:
            _read_field(one, found, year, read, is_long=is_long(one, form))
    return read


def _read_field(one: Field, found: list[str], year: int, read: Read, *, is_long: bool) -> None:
    """Reads the cells of one field; one that cannot be read makes the field invalid."""
    values: list[Value] = []
    for text in found:
        try:
            value = _value(text, one, year, is_long=is_long)
        except ReadRefused:
            read.invalid[one.id] = one_line(text)[:LONGEST_INVALID]
            return
        if value is not None:
            values.append(value)
            if one.combine is Combine.FIRST:
                break
    if not values:
        return
    numbers = [value for value in values if isinstance(value, int | float)]
    value = values[0]
    if numbers and one.combine is Combine.LOWEST:
        value = min(numbers)
    elif numbers and one.combine is Combine.HIGHEST:
        value = max(numbers)
    read.fields[one.id] = value
    if is_long and isinstance(value, str):
        read.lengths[one.id] = length_of(value)


def is_long(one: Field, form: FormWords) -> bool:
    """Whether a field takes a text of several paragraphs: it has a limit, or room below its heading."""
    return one.kind is FieldKind.TEXT and (one.max_chars is not None or one.id in form.under)


def _value(text: str, one: Field, year: int, *, is_long: bool) -> Value | None:
    if one.kind is FieldKind.TEXT:
        return (clean_text(text) if is_long else one_line(text)) or None
    return read_value(_without_label(text, one), one.kind, year)


def _without_label(text: str, one: Field) -> str:
    """A number or date without the field's own label, which some write into the cell once more: 学号10012345."""
    for label in sorted(one.labels, key=len, reverse=True):
        if text.lstrip().startswith(label):
            return text.lstrip().removeprefix(label).lstrip(" :：")
    return text


def _by_pattern(
    one: Field, form: FormWords, at_label: Sequence[str], everything: Sequence[str], year: int
) -> list[str]:
    """What stands in the pattern's group: in the texts at the label, or, as a value of its kind, anywhere.

    A pattern that is anchored to the beginning is meant for the texts at the label only.
    """
    pattern = form.patterns[one.id]
    for text in at_label:
        if group := _group(pattern, text):
            return [group]
    if pattern.pattern.startswith(("^", "\\A")):
        return []
    for text in everything:
        if (group := _group(pattern, text)) and _only_readable([group], one, year):
            return [group]
    return []


def _group(pattern: re.Pattern[str], text: str) -> str:
    """What the pattern's group takes out of `text`, as it stands or in NFKC; "" where nothing is filled in."""
    for spelling in (text[:LONGEST_SEARCHED], unicodedata.normalize("NFKC", text[:LONGEST_SEARCHED])):
        match = pattern.search(spelling)
        if match is not None and squeeze(match[1] or ""):
            return str(match[1])
    return ""


def _bare_values(found: Sequence[str], one: Field, year: int) -> list[str]:
    """Texts at the label of a field with a pattern: a number or date by itself, not the sentence around it."""
    return [] if one.kind is FieldKind.TEXT else _only_readable(found, one, year)


def _only_readable(found: Sequence[str], one: Field, year: int) -> list[str]:
    readable: list[str] = []
    for text in found:
        try:
            if read_value(text, one.kind, year) is not None:
                readable.append(text)
        except ReadRefused:
            continue
    return readable
