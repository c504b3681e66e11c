"""The electronic form: there, readable, of the right category, of the right name, and filled in."""

from __future__ import annotations

import re

from mailflow.judge.found import Found, finding, together, weighed
from mailflow.judge.holding import Holding, Said, said_by
from mailflow.judge.names import folded, same_name
from mailflow.judge.people import name_field
from mailflow.judge.phrase import listed, quoted, say
from mailflow.model.campaign import Requirement, Severity
from mailflow.model.entry import Check, Finding, Mark
from mailflow.model.facts import Role

_IN_BRACKETS = re.compile(r"[(（][^()（）]*[)）]")
_FIGURE = re.compile(r"[\d一二两三四五六七八九十百千万〇零]")
_LONG_WORD = 4
"""Such a word for "no unit" says it in any sentence (本人未加入学习组织); a shorter one alone or before a note."""
_WHY_UNREADABLE = {"attachment.encrypted": "attachment.encrypted", "attachment.unsafe": "attachment.unsafe-macros"}
"""Sentences that say why a form could not be read, by its file's problem."""


def form_is_read(holding: Holding) -> bool:
    """Whether the fields of a form are known: from this mail, or from an earlier one that still counts."""
    if holding.readings:
        return True
    held = any(file.role is Role.FORM for file in holding.files)
    return held and not holding.brings_form and not holding.still("form.unreadable")


def check_form(holding: Holding, requirement: Requirement) -> Found:
    """The row of the electronic form: `form.missing`, `form.unreadable` or `form.wrong-category` where it fails."""
    campaign = holding.campaign
    names = [quoted(file.filename or "") for file in holding.files if file.role is Role.FORM]
    if not names:
        found = finding(
            campaign, "form.missing", Severity.ERROR, where=Role.FORM, form=campaign.form_title(holding.category)
        )
        detail = say(campaign, "check.missing", ask=requirement.ask)
        return weighed([found], [Check(Role.FORM, requirement.label, Mark.MISSING, detail)])
    problem = _wrong(holding, names) if form_is_read(holding) else _unreadable(holding, names)
    if problem is None:
        received = say(campaign, "check.received", files=listed(campaign, dict.fromkeys(filter(None, names))))
        return Found(checks=(Check(Role.FORM, requirement.label, Mark.MET, received),))
    return weighed([problem], [Check(Role.FORM, requirement.label, Mark.MISSING, problem.text)])


def check_name(holding: Holding) -> Found:
    """`form.name-mismatch` where the form names another applicant than the mail; of organisations a warning."""
    campaign, category = holding.campaign, holding.category
    if not holding.brings_form:
        return _again(holding, "form.name-mismatch")
    for reading in holding.readings:
        key = name_field(campaign, reading.form)
        name = str(reading.fields.get(key) or "")
        one, other = folded(name), folded(holding.applicant)
        if not one or one == other or (not category.is_person and (one in other or other in one)):
            continue
        severity = Severity.ERROR if category.is_person else Severity.WARNING
        found = finding(
            campaign,
            "form.name-mismatch",
            severity,
            where=key,
            name=quoted(name),
            applicant=quoted(holding.applicant),
        )
        return weighed([found], [_row(holding, found, key)])
    return Found()


def check_fields(holding: Holding) -> Found:
    """Required cells that are empty, cells that hold no value of their kind, and free texts that are too long."""
    if not form_is_read(holding):
        return Found()
    said_before = not holding.brings_form and holding.still("form.wrong-category")
    wrong_form = bool(said_before) or _title_of_another(holding) is not None
    found = [*_invalid(holding), *_too_long(holding)]
    told = {one.where for one in found}
    if not wrong_form:
        found.extend(
            finding(holding.campaign, "field.missing", Severity.ERROR, where=key, field=_label(holding, key))
            for key in holding.form.required
            if key not in holding.fields and key not in told
        )
    order = {one.id: at for at, one in enumerate(holding.form.fields)}
    found.sort(key=lambda one: order.get(one.where or "", len(order)))
    return weighed(found, [_row(holding, one, one.where or "") for one in found])


def _invalid(holding: Holding) -> list[Finding]:
    campaign = holding.campaign
    if not holding.brings_form:
        return [one for one in holding.still("field.invalid") if one.where not in holding.fields]
    said = said_by(holding.readings)
    return [
        finding(
            campaign,
            "field.invalid",
            Severity.ERROR if key in holding.form.required else Severity.WARNING,
            where=key,
            phrase=_phrase_of_invalid(holding, key, said),
            field=_label(holding, key),
            value=quoted(text),
        )
        for key, text in said.invalid.items()
        if holding.form.field(key) is not None and not _says_nothing(holding, key, text)
    ]


def _phrase_of_invalid(holding: Holding, key: str, said: Said) -> str:
    if key in said.contradicted:
        return "field.contradicts"
    return "" if key in holding.form.required else "field.invalid-optional"


def _says_nothing(holding: Holding, key: str, text: str) -> bool:
    """Whether a cell that is never asked for holds a word in place of its figure (未显示): it is as good as empty."""
    return key not in holding.form.required and _FIGURE.search(text) is None


def _too_long(holding: Holding) -> list[Finding]:
    if not holding.brings_form:
        return list(holding.still("field.too-long"))
    found = []
    for key, length in said_by(holding.readings).lengths.items():
        asked = holding.form.field(key)
        if asked is None or asked.max_chars is None or length <= asked.max_chars:
            continue
        found.append(
            finding(
                holding.campaign,
                "field.too-long",
                Severity.WARNING,
                where=key,
                field=asked.label,
                most=asked.max_chars,
                length=length,
            )
        )
    return found


def _unreadable(holding: Holding, names: list[str]) -> Finding:
    """No form could be read. Where an earlier mail's could not and this one brings none, it is said again."""
    if not holding.brings_form:
        return holding.still("form.unreadable")[0]
    forms = [file for file in holding.news if file.role is Role.FORM]
    problems = {file.problem for file in forms}
    return finding(
        holding.campaign,
        "form.unreadable",
        Severity.ERROR,
        where=Role.FORM,
        phrase=_WHY_UNREADABLE.get(next(iter(problems)) or "", "") if len(problems) == 1 else "",
        file=listed(holding.campaign, dict.fromkeys(filter(None, names))),
    )


def _wrong(holding: Holding, names: list[str]) -> Finding | None:
    """The form was read: is it this category's?"""
    if not holding.brings_form:
        return next(iter(holding.still("form.wrong-category")), None)
    title = _title_of_another(holding)
    if title is None:
        return None
    return finding(
        holding.campaign,
        "form.wrong-category",
        Severity.ERROR,
        where=Role.FORM,
        title=title,
        category=holding.category.name,
        form=holding.campaign.form_title(holding.category),
    )


def _title_of_another(holding: Holding) -> str | None:
    """The categories that this mail's forms name, where none is the right one."""
    titled = [reading.categories for reading in holding.readings if reading.categories]
    if not titled or any(holding.category.id in one for one in titled):
        return None
    named = dict.fromkeys(category for one in titled for category in one)
    return listed(holding.campaign, (holding.campaign.category(one).name for one in named))


def _again(holding: Holding, code: str) -> Found:
    found = holding.still(code)
    return together([weighed([one], [_row(holding, one, one.where or "")]) for one in found])


def _row(holding: Holding, found: Finding, field_id: str) -> Check:
    mark = Mark.MISSING if found.severity is Severity.ERROR else Mark.UNSURE
    return Check(field_id, _label(holding, field_id), mark, found.text)


def _label(holding: Holding, field_id: str) -> str:
    asked = holding.form.field(field_id)
    return asked.label if asked is not None else field_id


def is_without_unit(holding: Holding, organisation: str) -> bool:
    """Whether the form says that the applicant belongs to no unit, by silence or by one of the campaign's words."""
    if not form_is_read(holding):
        return False
    said = str(holding.fields.get(organisation) or "")
    words = holding.campaign.no_unit_words
    alone = any(same_name(one, word) for one in (said, _IN_BRACKETS.sub("", said)) for word in words)
    return alone or not said.strip() or any(folded(one) in folded(said) for one in words if len(one) >= _LONG_WORD)
