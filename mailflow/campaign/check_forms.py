"""What can be wrong with fields, forms and files to attach."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from mailflow.campaign.build import form_fields
from mailflow.campaign.form_tables import CellTable, FormTable
from mailflow.campaign.lines import Path
from mailflow.campaign.problems import Problem, nearest, unknown
from mailflow.campaign.rules import NUMBERS
from mailflow.campaign.schema import CampaignFile
from mailflow.model.facts import Role
from mailflow.model.form import Combine, Field

Names = Mapping[str, tuple[str, ...]]


def form_problems(file: CampaignFile, names: Names) -> Iterator[Problem]:
    """The mistakes in [form.…], the fields they use, and [requirement.…]. `names` are the declared ones by table."""
    for key, form in file.form.items():
        path = ("form", key)
        yield from twice((*path, "fields"), form.fields)
        yield from strangers((*path, "fields"), "field", form.fields, names["field"])
        yield from strangers((*path, "required"), "field of this form", form.required, form.fields)
        yield from (unknown((*path, "field", one), "field of this form", one, form.fields)
                    for one in form.field if one not in form.fields)  # fmt: skip
        fields = form_fields(form, file)
        for one in fields:
            inner = (*path, "field", one.id) if one.id in form.field else ("field", one.id)
            yield from field_problems(one, inner, form.fields)
        yield from alike(fields, path)
        yield from _row_problems(form, path)
        yield from _title_problems(form, path)
    for key, requirement in file.requirement.items():
        if requirement.role is None and key not in set(Role):
            yield Problem(
                ("requirement", key), "says no role", f"name it after its role, or add role = {nearest(key, Role)}"
            )


def strangers(path: Path, what: str, mentioned: Sequence[str], known: Sequence[str]) -> Iterator[Problem]:
    """The names in a list that are not known."""
    for place, one in enumerate(mentioned):
        if one not in known:
            yield unknown((*path, place), what, one, known)


def twice(path: Path, mentioned: Sequence[str]) -> Iterator[Problem]:
    """The names that stand in a list more than once."""
    for place, one in enumerate(mentioned):
        if one in mentioned[:place]:
            yield Problem((*path, place), f'"{one}" stands here twice', "leave out one of them", one)


def field_problems(one: Field, path: Path, in_form: Sequence[str]) -> Iterator[Problem]:
    """What is wrong with one field of a form or page that has the fields `in_form`."""
    if one.beside is not None and (one.beside not in in_form or one.beside == one.id):
        yield unknown((*path, "beside"), "field of this form", one.beside, [key for key in in_form if key != one.id])
    if one.combine in (Combine.LOWEST, Combine.HIGHEST) and one.kind not in NUMBERS:
        yield Problem((*path, "combine"), f"only numbers have a {one.combine}", 'write kind = "integer" or "percent"')
    if one.pattern is not None:
        try:
            groups = re.compile(one.pattern).groups
        except re.error as error:
            yield Problem((*path, "pattern"), f"not a regular expression: {error}", "correct it, or leave it out")
        else:
            if groups != 1:
                yield Problem(
                    (*path, "pattern"), f"has {groups} groups", "put ( ) around the value only, (?: ) elsewhere"
                )


def alike(fields: Sequence[Field], path: Path) -> Iterator[Problem]:
    """Two fields that would read the same cell."""
    seen: dict[tuple[object, ...], str] = {}
    for one in fields:
        for label in one.labels:
            place = (label, one.beside, one.combine)
            first = seen.setdefault(place, one.id)
            if first != one.id:
                text = f'the label "{label}" stands for {first} and for {one.id}'
                yield Problem((*path, "fields"), text, "say beside which field each of them stands", one.id)


def _row_problems(form: FormTable, path: Path) -> Iterator[Problem]:
    taken: dict[tuple[int, int], bool] = {}
    widths: list[int] = []
    for number, row in enumerate(form.rows):
        for place, cell in enumerate(row):
            if cell.field is not None and cell.field not in form.fields:
                yield unknown((*path, "rows", number, place), "field of this form", cell.field, form.fields)
            _lay(cell, number, taken)
        widths.append(sum(1 for at in taken if at[0] == number))
    for number, width in enumerate(widths):
        if width != widths[0]:
            text = f"row {number + 1} has {width} columns and row 1 has {widths[0]}"
            yield Problem((*path, "rows"), text, "let across and down add up to the same number in each row")
            return
    if any(at[0] >= len(widths) for at in taken):
        yield Problem((*path, "rows"), "a cell reaches below the last row", "lower its down")


def _lay(cell: CellTable, row: int, taken: dict[tuple[int, int], bool]) -> None:
    """Puts a cell at the first free column of its row."""
    column = 0
    while (row, column) in taken:
        column += 1
    for across in range(cell.across):
        for down in range(cell.down):
            taken[row + down, column + across] = True


def _title_problems(form: FormTable, path: Path) -> Iterator[Problem]:
    for found in re.findall(r"\{([^}]*)\}", form.title):
        if found != "category":
            yield Problem(
                (*path, "title"), f"{{{found}}} means nothing here", "write {category} for the category's name"
            )
