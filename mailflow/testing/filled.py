"""A text for each field of a form, and what must be read from it: for tests that fill a form in and read it back."""

from __future__ import annotations

from mailflow.model.campaign import Campaign, Category
from mailflow.model.facts import Value
from mailflow.model.form import Combine, FieldKind

UNIT = "虚构的单位"


def written(campaign: Campaign, category: Category) -> dict[str, str]:
    """A text for each field that the form has room for, all different."""
    form = campaign.form(category.form)
    room = {cell.field for row in form.rows for cell in row}
    texts: dict[str, str] = {}
    for number, one in enumerate(form.fields, start=1):
        if one.id not in room:
            continue
        texts[one.id] = {
            FieldKind.TEXT: f"虚构的内容{number}" if campaign.language == "zh" else f"Invented {number}",
            FieldKind.INTEGER: f"{number},345",
            FieldKind.NUMBER: f"{number}.25",
            FieldKind.PERCENT: f"{number + 0.5}%",
            FieldKind.DATE: f"2020-08-{number:02}",
            FieldKind.DIGITS: f"1401 {number:08}",
            FieldKind.MOBILE: f"138 0000 {number:04}",
        }[one.kind]
        if one.combine is Combine.COUNT:
            texts[one.id] = "一篇"
        elif one.pattern and one.kind is FieldKind.INTEGER:
            texts[one.id] = str(number)
        elif one.pattern and one.kind is FieldKind.TEXT:
            texts[one.id] = f"情况属实，同意报送。{UNIT}"
    return texts


def expected(campaign: Campaign, category: Category) -> dict[str, Value]:
    """What must be read from `written`."""
    form = campaign.form(category.form)
    values: dict[str, Value] = {}
    filled = written(campaign, category)
    by_label = {label: one.id for one in form.fields if one.id in filled and not one.beside for label in one.labels}
    for one in form.fields:
        source = one.id if one.id in filled else next(filter(None, map(by_label.get, one.labels)), None)
        if source is None:
            continue
        text = filled[source]
        if one.combine is Combine.COUNT:
            values[one.id] = 1
        elif one.kind is FieldKind.INTEGER:
            values[one.id] = int(text.replace(",", ""))
        elif one.kind is FieldKind.NUMBER:
            values[one.id] = float(text)
        elif one.kind is FieldKind.PERCENT:
            values[one.id] = float(text.rstrip("%"))
        elif one.kind is FieldKind.DATE:
            values[one.id] = campaign.opens.date().replace(year=2020, month=8, day=int(text[-2:]))
        elif one.pattern:
            values[one.id] = UNIT
        else:
            values[one.id] = text.replace(" ", "") if one.kind is not FieldKind.TEXT else text
    return values
