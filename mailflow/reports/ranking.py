"""The reference order among a category's entries, with the reason for each place (announcement §四.1(3)).

It is a reference for people: the mailbox sees only its own part of the field, and nobody is chosen by it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby

from mailflow.model.campaign import Campaign, Category, RankKey
from mailflow.model.entry import REPORTABLE, KnownEntry
from mailflow.model.facts import Value
from mailflow.reports.words import Words, headings, words_of

ARRIVED = "arrived_at"


@dataclass(frozen=True, slots=True)
class Place:
    """A place in the reference order, from 1; entries that are equal in everything share one."""

    place: int
    entry: KnownEntry
    reason: str


def rank(campaign: Campaign, category: Category, entries: Sequence[KnownEntry]) -> tuple[Place, ...]:
    """Orders what is accepted or approved of `entries` in `category`; other entries are left out.

    Each key of `category.ranking` breaks the ties of those before it; a missing value goes last. Without
    ranking the order is that of first arrival. Reasons are in the campaign's language.
    """
    words = words_of(campaign)
    own = [one for one in entries if one.category == category.id and one.status in REPORTABLE]
    own.sort(key=lambda one: (one.arrived_at, one.ref))
    if not category.ranking:
        reason = words.say("ranking.by-people")
        return tuple(Place(number, entry, reason) for number, entry in enumerate(own, start=1))
    own.sort(key=lambda one: tuple(_sort_key(one, key) for key in category.ranking))
    labels = {**headings(campaign.form(category.form).fields), ARRIVED: words.say("ranking.arrived")}
    return _Reasons(words, category.ranking, labels).places(own)


@dataclass(frozen=True, slots=True)
class _Reasons:
    words: Words
    keys: tuple[RankKey, ...]
    labels: dict[str, str]

    def places(self, ordered: list[KnownEntry]) -> tuple[Place, ...]:
        groups = [list(same) for _, same in groupby(ordered, key=self._standing)]
        firsts = [1]
        for group in groups:
            firsts.append(firsts[-1] + len(group))
        found: list[Place] = []
        for index, group in enumerate(groups):
            before = (groups[index - 1][0], firsts[index - 1]) if index else None
            after = (groups[index + 1][0], firsts[index + 1]) if index + 1 < len(groups) else None
            reason = self._reason(group[0], before, after)
            if len(group) > 1:
                reason = self.words.say("ranking.shared", place=firsts[index], number=len(group), reason=reason)
            found.extend(Place(firsts[index], entry, reason) for entry in group)
        return tuple(found)

    def _standing(self, entry: KnownEntry) -> tuple[object, ...]:
        return tuple(_sort_key(entry, key) for key in self.keys)

    def _reason(
        self, entry: KnownEntry, before: tuple[KnownEntry, int] | None, after: tuple[KnownEntry, int] | None
    ) -> str:
        first = self.keys[0]
        if _value(entry, first) is None:
            return self.words.say("ranking.missing", label=self.labels[first.field])
        other, is_ahead = (after, True) if after is not None else (before, False)
        if other is None:
            return self.words.say("ranking.only", label=self.labels[first.field], value=self._shown(entry, first))
        return self._compared(entry, *other, is_ahead=is_ahead)

    def _compared(self, entry: KnownEntry, other: KnownEntry, place: int, *, is_ahead: bool) -> str:
        """Why `entry` stands ahead of `other` (or behind it): the first key in which they differ."""
        equal = 0
        while _sort_key(entry, self.keys[equal]) == _sort_key(other, self.keys[equal]):
            equal += 1
        key = self.keys[equal]
        same = self.words.list(tuple(self.labels[one.field] for one in self.keys[:equal]))
        difference = self.words.say(
            f"ranking.{self._difference(entry, other, key, is_ahead)}",
            label=self.labels[key.field],
            value=self._shown(entry, key),
            other=self._shown(other, key),
            place=place,
        )
        if not equal:
            return difference
        which = "ranking.same-one" if equal == 1 else "ranking.same-all"
        return self.words.say(which, labels=same, place=place, difference=difference)

    @staticmethod
    def _difference(entry: KnownEntry, other: KnownEntry, key: RankKey, is_ahead: bool) -> str:
        if _value(entry, key) is None:
            return "unknown"
        if _value(other, key) is None:
            return "other-unknown"
        if key.field == ARRIVED:
            return "earlier" if is_ahead != key.descending else "later"
        return "higher" if is_ahead == key.descending else "lower"

    def _shown(self, entry: KnownEntry, key: RankKey) -> str:
        value = _value(entry, key)
        return self.words.instant(value) if isinstance(value, datetime) else self.words.value(value)


def _value(entry: KnownEntry, key: RankKey) -> Value | None:
    return entry.arrived_at if key.field == ARRIVED else entry.fields.get(key.field)


def _sort_key(entry: KnownEntry, key: RankKey) -> tuple[bool, float, str]:
    """Ascending in the order of places: a missing value last, whatever the direction."""
    value = _value(entry, key)
    if value is None:
        return True, 0.0, ""
    if isinstance(value, datetime):
        amount = value.timestamp()
    elif isinstance(value, date):
        amount = float(value.toordinal())
    elif isinstance(value, str):
        return False, 0.0, value
    else:
        amount = float(value)
    return False, -amount if key.descending else amount, ""
