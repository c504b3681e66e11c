"""What can be wrong with categories, their rules and their order."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

from mailflow.campaign.build import form_fields
from mailflow.campaign.category_tables import CategoryTable
from mailflow.campaign.check_forms import Names, strangers, twice
from mailflow.campaign.lines import Path
from mailflow.campaign.problems import Problem, unknown
from mailflow.campaign.rules import NUMBERS, RuleError, compile_rule
from mailflow.campaign.schema import CampaignFile
from mailflow.model.form import Field, FieldKind

WHOSE_NAME = {"person": "name", "organisation": "organisation"}
"""The field that holds the applicant's name, which the form must ask."""


def category_problems(file: CampaignFile, names: Names) -> Iterator[Problem]:
    """The mistakes in [category.…], its times apart. `names` are the declared ones by table."""
    yield from _same_names(file)
    for key, one in file.category.items():
        path = ("category", key)
        if one.group not in names["group"]:
            yield unknown((*path, "group"), "group", one.group, names["group"])
        if one.form not in names["form"]:
            yield unknown((*path, "form"), "form", one.form, names["form"])
        yield from strangers((*path, "must_attach"), "requirement", one.must_attach, names["requirement"])
        yield from twice((*path, "must_attach"), one.must_attach)
        form = file.form.get(one.form)
        fields = form_fields(form, file) if form else ()
        yield from _rule_problems(one, path, file, names, fields)
        if form is not None:
            if WHOSE_NAME[one.applicant] not in form.fields:
                text = f"the form {one.form} does not ask for the name of the {one.applicant}"
                yield Problem((*path, "form"), text, f'add "{WHOSE_NAME[one.applicant]}" to its fields', one.form)
            yield from _rank_problems(one, path, fields)


def _same_names(file: CampaignFile) -> Iterator[Problem]:
    """Names and aliases tell categories apart in subjects: none may mean two."""
    seen: dict[str, str] = {}
    for key, one in file.category.items():
        places: list[tuple[Path, str]] = [(("name",), one.name)]
        places += [(("aliases", place), alias) for place, alias in enumerate(one.aliases)]
        for place, name in places:
            plain = unicodedata.normalize("NFKC", name).casefold()
            if plain in seen:
                text = f'"{name}" is the name of {seen[plain]} already'
                yield Problem(("category", key, *place), text, "choose another name", name)
            seen.setdefault(plain, key)


def _rule_problems(
    one: CategoryTable, path: Path, file: CampaignFile, names: Names, fields: tuple[Field, ...]
) -> Iterator[Problem]:
    kinds: dict[str, FieldKind | None] = dict.fromkeys(names["field"])
    kinds |= {key: field.kind for key, field in file.field.items()} | {field.id: field.kind for field in fields}
    for key, rule in one.rule.items():
        try:
            compile_rule(rule.must, kinds)
        except RuleError as error:
            yield Problem((*path, "rule", key, "must"), str(error), error.remedy)


def _rank_problems(one: CategoryTable, path: Path, fields: tuple[Field, ...]) -> Iterator[Problem]:
    kinds = {field.id: field.kind for field in fields}
    for place, step in enumerate(one.ranking):
        where = (*path, "ranking", place, "by")
        if step.by != "arrived_at" and step.by not in kinds:
            yield unknown(where, f"field of the form {one.form}", step.by, [*kinds, "arrived_at"])
        elif step.by == "arrived_at" or kinds[step.by] is FieldKind.DATE:
            if step.first not in ("earliest", "latest"):
                yield Problem(
                    (*where[:-1], "first"), f"a time is not {step.first}", 'write "earliest" or "latest"', step.first
                )
        elif kinds[step.by] not in NUMBERS:
            yield Problem(where, f'"{step.by}" is no number', "rank by numbers, days or arrived_at", step.by)
        elif step.first not in ("highest", "lowest"):
            yield Problem(
                (*where[:-1], "first"), f"a number is not {step.first}", 'write "highest" or "lowest"', step.first
            )
    yield from twice((*path, "ranking"), [step.by for step in one.ranking])
