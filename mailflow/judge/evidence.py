"""What the form says beside what a picture shows, field by field. Nothing read in a picture is used but for this."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from mailflow.judge.holding import Holding
from mailflow.judge.names import folded
from mailflow.judge.people import NAME, ORGANISATION, STUDY_ID
from mailflow.judge.phrase import label_of, listed, say, shown
from mailflow.judge.standing import same_value
from mailflow.model.campaign import Campaign
from mailflow.model.entry import Compared
from mailflow.model.facts import Value
from mailflow.model.form import Field, FieldKind

AMOUNTS = frozenset({FieldKind.INTEGER, FieldKind.NUMBER, FieldKind.PERCENT})
_EXACT = AMOUNTS | {FieldKind.DATE, FieldKind.DIGITS, FieldKind.MOBILE}
_IDENTITY = frozenset({NAME, STUDY_ID, ORGANISATION})
_SHORTEST_PART = 4
"""Characters from which a name of an organisation may be part of a longer one: 省水利厅 of 省水利厅机关党委."""
_MOST_VALUES = 6

_MISMATCH = {
    NAME: "evidence.name-mismatch",
    STUDY_ID: "evidence.study-id-mismatch",
    ORGANISATION: "evidence.organisation-mismatch",
}


def compare(holding: Holding, seen: Iterable[Mapping[str, Value]]) -> tuple[Compared, ...]:
    """Each field that stands in `seen` (what several pictures of one page show), beside what the form says.

    A field agrees where one of the pictures has it as the form does. Free texts are not compared: a picture breaks
    them into lines. In the form's order, then what the form has no place for.
    """
    pages = tuple(seen)
    order = {one.id: at for at, one in enumerate(holding.form.fields)}
    keys = sorted(dict.fromkeys(key for page in pages for key in page), key=lambda key: order.get(key, len(order)))
    return tuple(
        _beside(holding, key, [page[key] for page in pages if key in page])
        for key in keys
        if _is_compared(key, holding.form.field(key))
    )


def mismatch_of(holding: Holding, pair: Compared) -> str:
    """The finding code for a pair that disagrees."""
    if pair.field in _MISMATCH:
        return _MISMATCH[pair.field]
    asked = holding.form.field(pair.field)
    is_day = asked is not None and asked.kind is FieldKind.DATE
    return "evidence.date-mismatch" if is_day else "evidence.points-mismatch"


def is_exact(holding: Holding, pair: Compared) -> bool:
    """Whether it is a figure or a day, and no name: those alone show that a picture was read right."""
    asked = holding.form.field(pair.field)
    return asked is not None and asked.kind in _EXACT


def in_words(campaign: Campaign, pairs: Iterable[Compared], *, phrase: str) -> str:
    """Both sides of each pair in one sentence: 总积分：报名表 28,345，截图 26,345."""
    said = (say(campaign, phrase, label=one.label, form=one.form, picture=one.picture) for one in pairs)
    return say(campaign, "check.pair-separator").join(said)


def agreed(holding: Holding, pairs: Iterable[Compared]) -> str:
    """What agrees: the figures with their values, all else by its label."""
    campaign, values, labels = holding.campaign, [], []
    for one in pairs:
        asked = holding.form.field(one.field)
        if asked is not None and asked.kind in AMOUNTS and asked.beside is None:
            values.append(say(campaign, "check.value", label=one.label, value=one.form))
        else:
            labels.append(one.label)
    return say(campaign, "check.value-separator").join([*values, *([listed(campaign, labels)] if labels else [])])


def alone(campaign: Campaign, pairs: Iterable[Compared]) -> str:
    """What only a picture says, the first few of many."""
    values = [say(campaign, "check.value", label=one.label, value=one.picture) for one in pairs]
    return say(campaign, "check.value-separator").join(values[:_MOST_VALUES])


def _is_compared(key: str, asked: Field | None) -> bool:
    return asked is None or key in _IDENTITY or asked.kind in _EXACT


def _beside(holding: Holding, key: str, pictures: list[Value]) -> Compared:
    asked, said = holding.form.field(key), holding.fields.get(key)
    label = _label(holding, key, asked)
    if said is None:
        return Compared(key, label, "", shown(pictures[0], asked))
    agreeing = next((one for one in pictures if _agree(key, said, one)), None)
    picture = agreeing if agreeing is not None else pictures[0]
    return Compared(key, label, shown(said, asked), shown(picture, asked), agreeing is not None)


def _agree(key: str, said: Value, picture: Value) -> bool:
    if same_value(said, picture):
        return True
    if key != ORGANISATION:
        return False
    short, long = sorted((folded(str(said)), folded(str(picture)).rstrip("….")), key=len)
    return len(short) >= _SHORTEST_PART and short in long


def _label(holding: Holding, key: str, asked: Field | None) -> str:
    """The field's label; where the form has it twice (全国排名), with that of the field it stands beside."""
    label = label_of(holding.campaign, holding.form, key)
    beside = holding.form.field(asked.beside) if asked is not None and asked.beside else None
    if beside is None or sum(one.label == label for one in holding.form.fields) < 2:
        return label
    return say(holding.campaign, "check.label-beside", beside=beside.label, label=label)
