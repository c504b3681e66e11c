"""The words of a campaign's forms: labels, printed notes, titles, and where each value stands beside its label."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from mailflow.documents.values import squeeze
from mailflow.model.campaign import Campaign
from mailflow.model.form import Cell as BlankCell
from mailflow.model.form import Form

_NOTE = re.compile(r"[(（\[【][^()（）\[\]【】]*[)）\]】]")
_NUMBERING = re.compile(
    r"^\s*(?:[(（]?(?:\d{1,2}|[一二三四五六七八九十]{1,3})[)）]|(?:\d{1,2}|[一二三四五六七八九十]{1,3})\s*[、.．]|[*＊★])\s*"
)
_BEFORE = r"(?:(?:20\d\d年?|本年|今年)|学习|个人|本人|申报人|报名人|参评人|目前|当前|现|最新|累计)"
_BEHIND = r"(?:[及和、/](?:职务|职称|部门)|全称|名称|总数|分数|数|分)"
"""What people add to a label when they type a form again: 学习总积分, 2020年年度积分, 工作单位及职务."""
_ADDED = re.compile(f"^{_BEFORE}?(?P<label>.+?){_BEHIND}?$")
_SHORTEST_HINT = 3
_LONGEST_LABEL = 80


@dataclass(frozen=True, slots=True)
class FormWords:
    """One form of the campaign, prepared for reading.

    `keys` are the squeezed labels of each field; `under` the fields whose value stands below the label;
    `hints` find the notes printed in a field's own cell ("与“我的信息”页面对应"), `blanks` are those notes squeezed.
    """

    form: Form
    keys: dict[str, tuple[str, ...]]
    under: frozenset[str]
    hints: dict[str, tuple[re.Pattern[str], ...]]
    blanks: frozenset[str]
    patterns: dict[str, re.Pattern[str]]


@dataclass(frozen=True, slots=True)
class CategoryName:
    """A name or alias of a category, squeezed."""

    key: str
    category: str


@dataclass(frozen=True, slots=True)
class Title:
    """The words of a form's title that are the same for all its categories, squeezed.

    `categories` are meant wherever the words stand, where the title names no category by itself.
    """

    words: tuple[str, ...]
    categories: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """All words of a campaign's forms. `fixed` are the squeezed texts that are never a value."""

    forms: tuple[FormWords, ...]
    fixed: frozenset[str]
    inline: re.Pattern[str]
    titles: tuple[Title, ...]
    names: tuple[CategoryName, ...]

    def is_fixed(self, text: str) -> bool:
        """Whether a cell with this text is a label or printed, so that it is nobody's value."""
        return any(key in self.fixed for key in keys_of(text))

    def inline_values(self, text: str) -> list[tuple[str, str]]:
        """The pairs "label: value" within `text`: squeezed label and the text up to the next label."""
        found = list(self.inline.finditer(text))
        ends = [*(match.start() for match in found), len(text)][1:]
        return [
            (squeeze(match["label"] or match["head"]), text[match.end() : end])
            for match, end in zip(found, ends, strict=True)
        ]


@lru_cache(maxsize=2048)
def keys_of(text: str) -> tuple[str, ...]:
    """The squeezed spellings under which a cell may be a label: as it is, without notes and numbering, and without
    what people add to one.

    Remembered, since the same labels stand in every form that comes.
    """
    if len(text) > _LONGEST_LABEL:
        return ()
    key = squeeze(text)
    bare = squeeze(_NOTE.sub("", _NUMBERING.sub("", text)))
    added = _ADDED.match(bare)
    return tuple(dict.fromkeys((key, bare, added["label"] if added else bare)))


_last: tuple[Campaign, Vocabulary] | None = None


def vocabulary(campaign: Campaign) -> Vocabulary:
    """The words of `campaign`'s forms; made once for the campaign that was asked for last."""
    global _last  # noqa: PLW0603  one campaign a process: a cache of one
    if _last is None or _last[0] is not campaign:
        _last = (campaign, _make(campaign))
    return _last[1]


def _make(campaign: Campaign) -> Vocabulary:
    fixed: set[str] = set()
    labels: set[str] = set()
    for form in campaign.forms:
        labels.update(label for one in form.fields for label in one.labels)
        for row in form.rows:
            fixed.update(squeeze(cell.text) for cell in row if cell.field is None)
    fixed.update(squeeze(category.form_note) for category in campaign.categories)
    fixed.update(key for label in labels for key in keys_of(label))
    names = {
        CategoryName(squeeze(name), category.id)
        for category in campaign.categories
        for name in (category.name, *category.aliases)
    }
    return Vocabulary(
        forms=tuple(_form_words(form) for form in campaign.forms),
        fixed=frozenset(fixed - {""}),
        inline=_inline_pattern(labels),
        titles=tuple(_title(form, campaign) for form in campaign.forms),
        names=tuple(sorted(names, key=lambda name: (-len(name.key), name.key, name.category))),
    )


def _title(form: Form, campaign: Campaign) -> Title:
    words = tuple(filter(None, map(squeeze, form.title.split("{category}"))))
    named = "{category}" in form.title
    return Title(words, () if named else tuple(c.id for c in campaign.categories if c.form == form.id))


def _form_words(form: Form) -> FormWords:
    hints: dict[str, list[re.Pattern[str]]] = {}
    for cell in (cell for row in form.rows for cell in row):
        if cell.field is not None and len(squeeze(cell.text)) >= _SHORTEST_HINT:
            hints.setdefault(cell.field, []).append(_loose(squeeze(cell.text)))
    return FormWords(
        form=form,
        keys={one.id: tuple(dict.fromkeys(k for label in one.labels for k in keys_of(label))) for one in form.fields},
        under=frozenset(_fields_under(form)),
        hints={field_id: tuple(patterns) for field_id, patterns in hints.items()},
        blanks=frozenset(squeeze(cell.text) for row in form.rows for cell in row if cell.field is not None),
        patterns={one.id: re.compile(one.pattern) for one in form.fields if one.pattern},
    )


def _loose(key: str) -> re.Pattern[str]:
    """Finds a printed note whatever blanks and marks stand between its letters, and the brackets around it.

    What may stand before it is bounded: else a cell full of blanks would take quadratic time.
    """
    return re.compile(r"[(（\[“\s]{0,6}" + r"[\W_]*".join(map(re.escape, key)) + r"[\W_]*", re.I)


def _inline_pattern(labels: Iterable[str]) -> re.Pattern[str]:
    """Finds "label:" anywhere at a word's beginning, and at a line's beginning also a label with only a blank after.

    A Latin label needs its colon: any sentence may begin with "Name".
    """
    spellings = {unicodedata.normalize("NFKC", label) for label in labels} | set(labels)
    spellings |= {_NOTE.sub("", label) for label in spellings}
    known = sorted(filter(squeeze, spellings), key=lambda label: (-len(label), label))
    if not known:
        return re.compile(r"(?P<label>(?!))")
    any_label = "|".join(r"\s*".join(re.escape(c) for c in label if not c.isspace()) for label in known)
    note = r"(?:[ \t]*[(（\[][^()（）\[\]\n]{0,30}[)）\]])?"
    blank = r"(?<![A-Za-z])(?:[ \t\u3000]+|(?=\n))"
    return re.compile(
        rf"(?<!\w){_BEFORE}?(?P<label>{any_label}){_BEHIND}?{note}\s*[:：]"
        rf"|^[ \t\u3000]*{_BEFORE}?(?P<head>{any_label}){_BEHIND}?{note}{blank}",
        re.I | re.M,
    )


def _fields_under(form: Form) -> Iterator[str]:
    """The fields whose room in the blank form stands below the label and not to its right."""
    labels = {one.id: {key for label in one.labels for key in keys_of(label)} for one in form.fields}
    placed = list(place(form.rows))
    for row, column, cell in placed:
        if cell.field is None:
            continue
        own = labels.get(cell.field, set())
        mine = [(r, c, one) for r, c, one in placed if own.intersection(keys_of(one.text)) and one is not cell]
        beside = any(r <= row < r + one.down and c < column for r, c, one in mine)
        above = any(r + one.down == row and c <= column < c + one.across for r, c, one in mine)
        if above and not beside:
            yield cell.field


def place(rows: Iterable[Iterable[BlankCell]]) -> Iterator[tuple[int, int, BlankCell]]:
    """Row, column and cell of a blank form, as merged cells leave room."""
    taken: set[tuple[int, int]] = set()
    for row, cells in enumerate(rows):
        column = 0
        for cell in cells:
            while (row, column) in taken:
                column += 1
            yield row, column, cell
            taken.update((row + down, column + across) for down in range(cell.down) for across in range(cell.across))
            column += cell.across
