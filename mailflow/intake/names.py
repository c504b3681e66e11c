"""Which of the words that are left of a subject is the applicant's name."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from mailflow.intake.charset import HAN
from mailflow.intake.courtesy import names_within, without_kin
from mailflow.intake.surnames import COMPOUND_SURNAMES, NO_NAMES, SURNAMES
from mailflow.intake.units import reads_like_unit, unit_of, without_unit

_LATIN = r"A-Za-z\u00c0-\u024f\u1e00-\u1eff"
_NAME = re.compile(f"[{HAN}](?:[{HAN}·]{{0,18}}[{HAN}])|[{_LATIN}][{_LATIN}.'’ -]{{0,58}}[{_LATIN}.]")
_SHORT_NAME = re.compile(f"[{HAN}]{{2,4}}|[{HAN}]{{1,10}}(?:·[{HAN}]{{1,10}}){{1,3}}")
_HAN_WORD = re.compile(f"[{HAN}·]+")
_ORGANISATION = re.compile(f"[{HAN}{_LATIN}0-9][{HAN}{_LATIN}0-9·.'’&() -]{{1,58}}")
_EXTENSION = re.compile(r"\.(?:docx?|wps|pdf|zip|rar|7z|xlsx?|jpe?g|png|eml)\b", re.IGNORECASE)
_SEPARATORS = re.compile(
    f'[+_|,;:/\\\\~!?。，；：、“”"*#=<>《》〈〉「」『』【】〔〕\\[\\]{{}}()]+|(?<![{_LATIN}])-|-(?![{_LATIN}])'
)
_BLANK_BY_HAN = re.compile(f"(?<=[{HAN}]) +| +(?=[{HAN}])")
_SPACED_NAME = re.compile(f"(?<![{HAN}])[{HAN}](?: +[{HAN}]{{2}}|(?: +[{HAN}]){{1,3}})(?![{HAN}])")
_SPACED_COMPOUND = re.compile(f"(?<![{HAN}])({'|'.join(sorted(COMPOUND_SURNAMES))}) +([{HAN}]{{1,2}})(?![{HAN}])")
_SPACED_LAST = re.compile(f"(?<![{HAN}])([{HAN}]{{2}}) +((?![男女])[{HAN}])(?![{HAN}])")
_LIST = re.compile(f"[{HAN}·]{{2,20}}(?:[、,，;；/][{HAN}·]{{2,20}}){{1,50}}")
_AND = re.compile(f"([{HAN}]{{2,4}}?)[和与及]([{HAN}]{{2,4}})")
_LABELS = ("外部邮件", "请注意", "垃圾邮件", "可疑邮件", "spam")
"""What mail servers put before a subject."""
_FILLERS = (
    "申报人", "填报项目", "填报单位", "报送单位", "姓名", "单位", "回执", "请查收", "请查阅", "请审核", "请审阅",
    "敬请", "您好", "你好", "谢谢", "查收", "查询", "撤回", "咨询", "附件", "我的", "我是", "我要", "本人", "同志",
    "同学", "先生", "女士", "老师", "的", "名单", "名册",
    "花名册", "汇总表", "汇总", "推荐表", "统计表", "一览表", "明细表", "党员", "receipt",
    "请问", "请教", "求助", "我想", "截图", "身份证", "证件照", "生活照", "照片", "盖章件", "盖章",
    "最终版", "修改版", *_LABELS,
)  # fmt: skip
_NOBODY = re.compile("某{1,2}人?$")
"""How a name ends that is left open: 王某, 李某某."""
_JOINTS = ("+", "-", "_", "、")
_FOREMOST = 60
_LONGEST_SURNAME_ALIKE = 5


@dataclass(frozen=True, slots=True)
class Choice:
    """The name and the unit in front of it; `count` where several were listed instead of one.

    `names` are those that were listed, where each of them reads like a person's.
    """

    name: str | None = None
    unit: str | None = None
    count: int | None = None
    names: tuple[str, ...] = ()


def person_in(pieces: Sequence[str], noise: Sequence[str], *, of_many: bool = False) -> Choice:
    """The one person named in `pieces`, the texts around the categories. Several that could be it are none.

    `of_many`: the subject announces several applicants, so that a unit's name is a unit's.
    A word that reads like a unit (水利厅) is a name only where there is no better one, since 李登科 does too.
    """
    listed = max((_listed(piece, noise) for piece in pieces), key=len, default=())
    if len(listed) > 1:
        likely = all(is_likely_name(name) for _, name in listed)
        unit = next((unit for unit, _ in listed if unit), None)
        return Choice(None, unit, len(listed), tuple(name for _, name in listed) if likely else ())
    words = [word for piece in pieces for word in _words(piece, noise) if not _NOBODY.search(word)][:_FOREMOST]
    split = [_split(word) for word in words]
    if of_many and words and not any(_is_certain(name) for _, name in split):
        return Choice(unit=unit_of(words))
    for wanted in (_is_certain, _is_possible, _is_name):
        places = [place for place, (_, name) in enumerate(split) if wanted(name)]
        if len({split[place][1] for place in places}) == 1:
            chosen = _chosen(words, split, places[0])
            return chosen if _stands(chosen.name or "", pieces) else Choice()
        if len(places) > 1:
            next_to_plus = _next_to_plus(pieces, [split[place] for place in places])
            return _chosen(words, split, places[next_to_plus]) if next_to_plus is not None else Choice()
    return Choice(unit=words[0]) if len(words) == 1 and reads_like_unit(words[0]) else Choice()


def _stands(name: str, pieces: Sequence[str]) -> bool:
    """Whether the one word left is a name: joined to the category as the rule asks, or like a person's name.

    "优秀学员怎么报名" and "优秀学员报名时间" leave a word as well, and name nobody.
    """
    if _HAN_WORD.fullmatch(name) is None or "·" in name:
        return True
    last = len(pieces) - 1
    return (is_likely_name(name) and name not in NO_NAMES) or any(
        name in "".join(piece.split())
        and ((at < last and piece.rstrip().endswith(_JOINTS)) or (at > 0 and piece.lstrip().startswith(_JOINTS)))
        for at, piece in enumerate(pieces)
    )


def organisation_in(pieces: Sequence[str], noise: Sequence[str]) -> Choice:
    """The organisation named in `pieces`: the word next to the category; what stands before it is its unit."""
    for piece, is_before in ((pieces[0], True), *((piece, False) for piece in pieces[1:])):
        words = [word for word in _words(piece, noise, edges_only=True) if _ORGANISATION.fullmatch(word)]
        if words:
            name = words[-1] if is_before or len(words) == 1 else words[0]
            unit = "".join(word for word in words if word != name) if is_before else ""
            return Choice(name, unit or None)
    return Choice()


def is_likely_name(text: str) -> bool:
    """Whether `text` reads like a Chinese person's name: a known surname and one or two characters (three at most)."""
    if _SHORT_NAME.fullmatch(text) is None or reads_like_unit(text):
        return False
    return "·" in text or (len(text) <= 3 and text[0] in SURNAMES) or (len(text) >= 3 and text[:2] in COMPOUND_SURNAMES)


def first_word(piece: str, noise: Sequence[str]) -> str | None:
    """The name at the head of a subject whose category is not known: only before a plus sign."""
    head, plus, _ = piece.partition("+")
    words = _words(head, noise) if plus else []
    return words[0] if len(words) == 1 and _is_name(words[0]) else None


def _split(word: str) -> tuple[str, str]:
    """The unit and the name that one word holds, titles and the like taken off."""
    unit, name = without_unit(word)
    if unit or is_likely_name(name):
        return unit, name
    within = [one for one in names_within(word) if is_likely_name(one) and one not in NO_NAMES]
    return ("", max(within, key=len)) if within else (unit, name)


def _chosen(words: Sequence[str], split: Sequence[tuple[str, str]], place: int) -> Choice:
    unit, name = split[place]
    others = words[:place] or [word for word in words[place + 1 :] if reads_like_unit(word)]
    return Choice(name, unit or unit_of(word for word in others if _HAN_WORD.match(word)))


def _words(piece: str, noise: Sequence[str], *, edges_only: bool = False) -> list[str]:
    """The words of `piece`; a blank parts Han words only, so that a Latin name stays whole."""
    text = _EXTENSION.sub(" | ", without_kin(_closed_up(piece)))
    idle = tuple(sorted({*noise, *_FILLERS}, key=len, reverse=True))
    if not edges_only:
        text = _without(text, idle)
    words = []
    for word in _SEPARATORS.split(text):
        for part in _BLANK_BY_HAN.split(word):
            bare = part.strip(" .-'’·&")
            bare = _trimmed(bare, idle) if edges_only else bare.strip("0123456789. ")
            if bare and not bare.isdigit():
                words.append(bare)
    return words


def _closed_up(piece: str) -> str:
    """Without the blanks that people put into a name: 王 小 明, 欧阳 靖."""
    closed = _SPACED_COMPOUND.sub(r"\1\2", _SPACED_NAME.sub(lambda match: match[0].replace(" ", ""), piece))
    return _SPACED_LAST.sub(lambda match: match[1] + match[2] if match[1][0] in SURNAMES else match[0], closed)


def _without(text: str, idle: Iterable[str]) -> str:
    """`text` with each idle word made a separator, unless it would tear a name and leave a single character of it."""
    for word in idle:
        if word.isascii():
            pattern = rf"(?P<given>[A-Z][a-z'’-]+ )?(?<![A-Za-z])(?P<idle>{re.escape(word)})(?![A-Za-z])(?! [A-Za-z])"
            text = re.sub(pattern, _keep_surname, text, flags=re.IGNORECASE)
            text = re.sub(rf"(?<![A-Za-z]){re.escape(word)}(?= [A-Za-z])", " | ", text, flags=re.IGNORECASE)
        elif word in text:
            text = re.sub(rf"(?<![{HAN}])([{HAN}]){re.escape(word)}(?![{HAN}])|{re.escape(word)}", _keep_torn, text)
    return text


def _keep_torn(match: re.Match[str]) -> str:
    return match[0] if match[1] else " | "


def _keep_surname(match: re.Match[str]) -> str:
    """Keeps a short idle word that stands, with a capital, after a given name: Ann New is a name."""
    given = match["given"] or ""
    is_surname = given[:1].isupper() and match["idle"][:1].isupper() and len(match["idle"]) <= _LONGEST_SURNAME_ALIKE
    return match[0] if is_surname else given + " | "


def _trimmed(word: str, idle: Iterable[str]) -> str:
    for one in idle:
        if one.isascii():
            word = re.sub(rf"^{re.escape(one)}(?![A-Za-z])", "", word, flags=re.IGNORECASE).strip()
        else:
            word = word.removeprefix(one).removesuffix(one).strip()
    return word


def _listed(piece: str, noise: Sequence[str]) -> tuple[tuple[str, str], ...]:
    """The units and names in a list ("王小明、李晓华", "王小明和李晓华"); () where it is no list of names."""
    text = _without(piece, (*noise, *_LABELS))
    for match in _LIST.finditer(text):
        split = [without_unit(word) for word in re.split(r"[、,，;；/]", match[0])]
        names = {name: (unit, name) for unit, name in split if _is_certain(name)}
        if len(names) > 1:
            return tuple(names.values())
    for word in _words(piece, noise):
        both = _AND.fullmatch(word)
        if both is not None and len(word) > 4:
            return without_unit(both[1]), ("", both[2])
    return ()


def _next_to_plus(pieces: Sequence[str], candidates: Sequence[tuple[str, str]]) -> int | None:
    """Which candidate stands right before the plus sign that joins it to the category, as the announcement asks."""
    head = pieces[0].rstrip()
    if not head.endswith("+"):
        return None
    joined = head.rstrip("+ ")
    found = [index for index, (_, name) in enumerate(candidates) if joined.endswith(name)]
    return found[0] if len(found) == 1 else None


def _is_certain(name: str) -> bool:
    return _is_short(name) and not reads_like_unit(name)


def _is_possible(name: str) -> bool:
    """A short word that may be a name; one that reads like a unit only where it begins as a name does: 李登科."""
    return _is_short(name) and (not reads_like_unit(name) or (len(name) <= 3 and name[0] in SURNAMES))


def _is_short(name: str) -> bool:
    return _SHORT_NAME.fullmatch(name) is not None and not _is_part(name)


def _is_part(name: str) -> bool:
    """Whether the given name is left open, or not there: 王某, 欧阳."""
    return _NOBODY.search(name) is not None or name in COMPOUND_SURNAMES


def _is_name(name: str) -> bool:
    return (
        _NAME.fullmatch(name) is not None
        and not _is_part(name)
        and (len(name) <= 3 or not reads_like_unit(name))
        and (not _is_short(name) or _is_possible(name))
    )
