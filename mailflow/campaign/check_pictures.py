"""What can be wrong with the pages that pictures show."""

from __future__ import annotations

from collections.abc import Iterator

from mailflow.campaign.build import picture_fields
from mailflow.campaign.check_forms import Names, alike, field_problems, strangers, twice
from mailflow.campaign.lines import Path
from mailflow.campaign.picture_tables import PictureTable
from mailflow.campaign.problems import Problem, nearest, unknown
from mailflow.campaign.schema import CampaignFile
from mailflow.model.facts import Role
from mailflow.model.form import Field, FieldKind

PICTURED = (Role.PROFILE, Role.ANSWERS, Role.SHARE, Role.PHOTO, Role.EVIDENCE)
"""Roles that a page can have. A form is told by its own labels, an archive or a message by its bytes."""


def picture_problems(file: CampaignFile, names: Names) -> Iterator[Problem]:
    """The mistakes in [picture.…]. `names` are the declared ones by table."""
    for role, page in file.picture.items():
        path: Path = ("picture", role.value)
        if role not in PICTURED:
            yield Problem(path, f'"{role}" is told without words', f"write {nearest(role, PICTURED)}", role.value)
        yield from twice((*path, "marks"), page.marks)
        if page.fewest > len(page.marks):
            text = f"asks for {page.fewest} marks, and there are {len(page.marks)}"
            yield Problem((*path, "fewest"), text, f"write {len(page.marks)} or less, or name more marks")
        yield from twice((*path, "fields"), page.fields)
        yield from strangers((*path, "fields"), "field", page.fields, names["field"])
        yield from (unknown((*path, "field", one), "field of this page", one, page.fields)
                    for one in page.field if one not in page.fields)  # fmt: skip
        yield from _fields(page, picture_fields(page, file), path)


def _fields(page: PictureTable, fields: tuple[Field, ...], path: Path) -> Iterator[Problem]:
    for one in fields:
        inner = (*path, "field", one.id) if one.id in page.field else (*path, "fields")
        yield from field_problems(one, inner, page.fields)
        if not one.labels and one.pattern is None and one.kind is not FieldKind.DATE:
            text = f"{one.id} has neither labels nor a pattern"
            yield Problem((*inner, "labels"), text, "name the words beside it; only a day can stand alone", one.id)
    yield from alike(fields, path)
