"""The supplement: one more letter about a mail whose pictures were read only after its receipt had left."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import TypeVar

from mailflow.letters.answered import Answered
from mailflow.letters.receipt import compose_receipt
from mailflow.model.campaign import Campaign
from mailflow.model.entry import Unit
from mailflow.model.letter import Correspondent, Letter, Part

T = TypeVar("T")


def compose_supplement(
    answered: Answered,
    concerned: Sequence[int],
    *,
    campaign: Campaign,
    correspondent: Correspondent,
    key: str,
    unit: Unit | None,
    now: datetime,
    people_first: frozenset[str],
    blank_form: Part | None = None,
) -> Letter:
    """A receipt for the submissions at the places `concerned` of the mail (none: all), which says that it supplements
    the one of that day. Raises as compose_receipt does.
    """
    judgement = answered.judgement
    places = tuple(concerned) or tuple(range(len(judgement.submissions)))
    narrowed = replace(
        answered,
        judgement=replace(judgement, submissions=_at(judgement.submissions, places), unplaced=()),
        refs=_at(answered.refs, places),
        first_arrived=_at(answered.first_arrived, places),
    )
    return compose_receipt(
        [narrowed],
        campaign=campaign,
        correspondent=correspondent,
        key=key,
        unit=unit,
        now=now,
        first_letter=False,
        blank_form=blank_form,
        people_first=people_first,
        is_supplement=True,
    )


def _at(values: tuple[T, ...], places: tuple[int, ...]) -> tuple[T, ...]:
    return tuple(values[place] for place in places if place < len(values))
