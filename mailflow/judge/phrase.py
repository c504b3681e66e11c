"""Sentences: looked up in the campaign's phrases and filled in, in the campaign's language."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, datetime

from mailflow.model.campaign import Campaign
from mailflow.model.facts import Value
from mailflow.model.form import Field, FieldKind, Form

LONGEST_QUOTE = 60
"""Characters of a file name or a cell that are quoted; a receipt has to stay short."""


_PLACE = re.compile(r"\{([a-z_]+)\}")


def say(campaign: Campaign, key: str, **values: object) -> str:
    """The sentence `key` with each `{name}` filled in from `values`; what a sender wrote goes through `quoted`.

    A key without a sentence gives the key, a name without a value stays as it is: neither is worth a crash
    (a test keeps the shipped sentences complete).
    """
    return _PLACE.sub(lambda place: str(values.get(place[1], place[0])), campaign.phrases.get(key, key))


def quoted(text: str) -> str:
    """What a sender wrote, fit to stand in a sentence: one line, cut at LONGEST_QUOTE characters."""
    line = " ".join(text.split())
    return line if len(line) <= LONGEST_QUOTE else line[: LONGEST_QUOTE - 1] + "…"


def listed(campaign: Campaign, parts: Iterable[str]) -> str:
    """Several parts in one line, joined as the language does."""
    return say(campaign, "list.separator").join(parts)


def minute(campaign: Campaign, instant: datetime) -> str:
    """An instant in the campaign's zone, to the minute."""
    local = instant.astimezone(campaign.zone)
    return say(
        campaign,
        "date.minute",
        year=f"{local:%Y}",
        month=local.month,
        day=local.day,
        mm=f"{local:%m}",
        dd=f"{local:%d}",
        hour=f"{local:%H}",
        minute=f"{local:%M}",
    )


def day(campaign: Campaign, of: date) -> str:
    """A day without its year."""
    return say(campaign, "date.day", year=of.year, month=of.month, day=of.day, mm=f"{of:%m}", dd=f"{of:%d}")


def shown(value: Value, field: Field | None = None) -> str:
    """A field's value as people write it: 28,345, 45%, 2020-08-24."""
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, str):
        return quoted(value)
    if field is not None and field.kind is FieldKind.PERCENT:
        return f"{value:g}%"
    return f"{value:,}" if isinstance(value, int) else f"{value:g}"


def label_of(campaign: Campaign, form: Form, field_id: str) -> str:
    """A field's label on this form, else on any other, else the phrase "label.<id>", else its id."""
    forms = (form, *campaign.forms)
    labels = (found.label for one in forms if (found := one.field(field_id)) is not None)
    return next(labels, campaign.phrases.get(f"label.{field_id}", field_id))
