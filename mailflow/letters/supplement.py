"""The supplement: one more letter about mails whose pictures were read only after their receipt had left."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TypeVar

from mailflow.letters.answered import Answered

T = TypeVar("T")


def narrowed(answered: Answered, concerned: Sequence[int]) -> Answered:
    """The mail with only the submissions at the places `concerned` (none: all): the others need no second letter."""
    judgement = answered.judgement
    places = tuple(concerned) or tuple(range(len(judgement.submissions)))
    return replace(
        answered,
        judgement=replace(judgement, submissions=_at(judgement.submissions, places), unplaced=()),
        refs=_at(answered.refs, places),
        first_arrived=_at(answered.first_arrived, places),
    )


def _at(values: tuple[T, ...], places: tuple[int, ...]) -> tuple[T, ...]:
    return tuple(values[place] for place in places if place < len(values))
