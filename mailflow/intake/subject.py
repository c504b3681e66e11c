"""The subject line `姓名+填报项目`, read as people really write it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from mailflow.intake.names import Choice, first_word, organisation_in, person_in
from mailflow.model.campaign import Campaign

REF_ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
"""The characters of receipt numbers: no 0/O, 1/I/L or U, which people mix up."""

_MOST_CHARS = 500
_MOST_PREFIXES = 50
_FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_ALIKE = str.maketrans(
    {
        **{chr(code): chr(plain) for code, plain in _FULL_WIDTH.items()},
        **dict.fromkeys("\u3000\xa0\u2002\u2003\u2009\t", " "),
        **dict.fromkeys("‐‑‒–—―─━－﹣−", "-"),
        **dict.fromkeys("﹢➕✚⁺", "+"),
        **dict.fromkeys("•‧∙⋅・･", "·"),
        **dict.fromkeys("\u200b\u200c\u200d\u2060\ufeff", None),
    }
)
_REPLY = r"re|aw|回复|答复|回覆|回應|回应"
_FORWARD = r"fwd?|转发|轉寄|转寄|轉發"
_PREFIX = re.compile(
    rf"\s*(?:(?P<reply>{_REPLY})|{_FORWARD})\s{{0,3}}(?:[\[(]\d{{1,3}}[\])])?\s{{0,3}}:", re.IGNORECASE
)
_COUNT = re.compile(
    r"(?:[等共计]|合计|一共|报送|申报|上报|推荐)\s?(?P<any>\d{1,4}|[一二两三四五六七八九十百]{1,5})\s?[人名位](?!民)"
    r"|(?<![第前约近超\d.])(?P<some>\d{1,4})\s?[人名位](?!\w)"
)
_TOTAL = re.compile(r"[等共]|[合共]计|一共")
_ISSUE = re.compile(
    r"第\s?(?:\d{1,4}|[一二两三四五六七八九十百]{1,5})\s?(?:[期批次届轮季份版条位名]|季度)"
    r"|前\s?\d{1,4}\s?[名位]|(?:全国|全省|排名|名次)\s?第?\s?\d{1,7}\s?[名位]?"
)
"""What is numbered or ranked, and counts nobody: 第5期, 第三批, 全国第120名."""
_NUMBERS = re.compile(
    r"(?<!\d)(?:\+?86[- ]?)?1[3-9]\d[- ]?\d{4}[- ]?\d{4}(?!\d)"
    r"|(?<!\d)\d{4}\s?年(?:度|\s?\d{1,2}\s?月(?:份|\s?\d{1,2}\s?[日号])?)?"
    r"|(?<!\d)\d{1,2}\s?月(?:份|\s?\d{1,2}\s?[日号])?"
    r"|(?<!\d)\d{2,4}[-./]\d{1,2}[-./]\d{1,2}(?!\d)|(?<!\d)\d{1,2}\.\d{1,2}(?!\d)|(?<!\d)\d{5,}(?!\d)"
)
_LIST_TAG = re.compile(r"\s*\[[^\[\]]{1,40}\]\s*(?=\S)")
"""What a mailing list puts in front: [省直团青]. A name in such brackets has no other beside it."""
_OWN_TAG = re.compile(r"\s*[〔\[][^〔〕\[\]]{0,60}[〕\]]")


@dataclass(frozen=True, slots=True)
class SubjectReading:
    """What a subject says. `categories` are ids in the order read; more than one is undecided, none is unknown.

    `name` is the applicant (person or organisation), `names` several persons that are listed instead; `unit` is one
    that stands in front of a person's name, `refs` our receipt numbers, `count` the number of applicants a unit
    announces ("等5人").
    """

    name: str | None = None
    categories: tuple[str, ...] = ()
    unit: str | None = None
    refs: tuple[str, ...] = ()
    is_reply: bool = False
    count: int | None = None
    names: tuple[str, ...] = ()


def parse_subject(subject: str, campaign: Campaign) -> SubjectReading:
    """Reads a decoded subject by the aliases of `campaign`. Never raises; what it does not see is None or empty.

    The parts may come in any order, with any separator or none. The longest alias wins (志愿播音员 before 播音员).
    A name is given only where a category or a plus sign says that the subject is an address line at all, and never
    where several could be it.
    """
    text = subject[:_MOST_CHARS].translate(_ALIKE)
    bare, is_reply = _without_prefixes(text)
    text = _without_own_tag(bare) if len(bare) < len(text) else bare
    tag = _LIST_TAG.match(text)
    if tag is not None:
        untagged = _read(text[tag.end() :], is_reply, campaign)
        if untagged.name and untagged.categories:
            return untagged
    return _read(text, is_reply, campaign)


def _read(text: str, is_reply: bool, campaign: Campaign) -> SubjectReading:
    refs = refs_in(text, campaign.ref_prefix)
    if refs:
        text = _without_own_tag(_ref_pattern(campaign.ref_prefix).sub(" | ", text))
    text, count = _without_count(_ISSUE.sub(" | ", text))
    text = _NUMBERS.sub(" | ", text)
    aliases = _aliases(campaign)
    pattern = _pattern(tuple(alias for alias, _ in aliases))
    ids = dict(aliases)
    found = [ids[_key(match[0])] for match in pattern.finditer(text)] if pattern is not None else []
    categories = tuple(dict.fromkeys(found))
    pieces = pattern.split(text) if pattern is not None else [text]
    choice = _choice(pieces, categories, campaign, of_many=(count or 0) > 1)
    return SubjectReading(choice.name, categories, choice.unit, refs, is_reply, count or choice.count, choice.names)


def plain_subject(subject: str) -> str:
    """The subject with plain width and separators, without Re: and Fw:."""
    return _without_prefixes(subject[:_MOST_CHARS].translate(_ALIKE))[0]


def is_tagged(subject: str) -> bool:
    """Whether a subject answers one of ours, by the tag that it begins with once Re: is taken off (〔待补充2项〕)."""
    return _without_prefixes(subject[:_MOST_CHARS].translate(_ALIKE))[1] and is_own(subject)


def is_own(subject: str) -> bool:
    """Whether a subject is one of our letters', answered or not, by the tag it begins with (〔待补充2项〕)."""
    bare = plain_subject(subject).lstrip()
    return bare.startswith("〔") and _OWN_TAG.match(bare) is not None


def announced_count(subject: str) -> int | None:
    """How many applicants a subject says it brings ("共5人", "等五人", "5名"), None where it gives no number."""
    text, _ = _without_prefixes(subject[:_MOST_CHARS].translate(_ALIKE))
    return _without_count(_ISSUE.sub(" | ", _without_own_tag(text)))[1]


def bare_subject(subject: str) -> str:
    """The plain subject without the tag that our own subjects begin with (〔待补充2项〕)."""
    text = plain_subject(subject)
    tag = _OWN_TAG.match(text)
    return text[tag.end() :].strip() if tag is not None else text.strip()


def _choice(pieces: list[str], categories: tuple[str, ...], campaign: Campaign, *, of_many: bool) -> Choice:
    if not categories:
        return Choice(first_word(pieces[0], campaign.subject_noise))
    if any(campaign.category(one).is_person for one in categories):
        return person_in(pieces, campaign.subject_noise, of_many=of_many)
    return organisation_in(pieces, campaign.subject_noise)


def refs_in(text: str, prefix: str) -> tuple[str, ...]:
    """The receipt numbers of the campaign in `text`, in capitals, each once, in their order."""
    found = _ref_pattern(prefix).findall(text.translate(_ALIKE))
    return tuple(dict.fromkeys(f"{prefix.upper()}-{one.upper()}" for one in found))


@lru_cache(maxsize=32)
def _ref_pattern(prefix: str) -> re.Pattern[str]:
    number = rf"(?<![A-Z0-9]){re.escape(prefix)}\s?-\s?([{REF_ALPHABET}]{{6}})(?![A-Z0-9])"
    return re.compile(number, re.IGNORECASE | re.ASCII)


def _without_own_tag(text: str) -> str:
    """Without the tag that our own subjects begin with (〔待补充2项〕), where something is left."""
    tag = _OWN_TAG.match(text)
    return text[tag.end() :] if tag is not None and text[tag.end() :].strip(" |") else text


def _without_prefixes(text: str) -> tuple[str, bool]:
    """Without Re:, Fw:, 回复：, 转发： in chains; whether one of them was a reply's."""
    position = 0
    is_reply = False
    for _ in range(_MOST_PREFIXES):
        match = _PREFIX.match(text, position)
        if match is None:
            break
        is_reply |= match["reply"] is not None
        position = match.end()
    return text[position:], is_reply


def _without_count(text: str) -> tuple[str, int | None]:
    """The text without the numbers of people in it, and how many they are: the total where one is given (共4人), else
    all together (优秀学员1人、播音员2人).
    """
    matches = list(_COUNT.finditer(text))
    numbers = [(_TOTAL.match(one[0]) is not None, _number(one["any"] or one["some"])) for one in matches]
    totals = [number for is_total, number in numbers if is_total and number] or [n for _, n in numbers if n]
    for match in reversed(matches):
        text = text[: match.start()] + " | " + text[match.end() :]
    if not totals:
        return text, None
    return text, totals[0] if any(is_total for is_total, _ in numbers) else sum(totals)


def _number(text: str) -> int | None:
    if text.isascii():
        return int(text) or None
    from cn2an import cn2an  # 40 ms to import, and rarely needed

    try:
        return int(cn2an(text, "smart"))
    except ValueError:
        return None


def _aliases(campaign: Campaign) -> tuple[tuple[str, str], ...]:
    return tuple((_key(alias), one.id) for one in campaign.categories for alias in (one.name, *one.aliases))


def _key(text: str) -> str:
    """An alias as it is compared: width, case and blanks make no difference."""
    return "".join(text.translate(_ALIKE).split()).casefold()


@lru_cache(maxsize=32)
def _pattern(keys: tuple[str, ...]) -> re.Pattern[str] | None:
    """All aliases as one expression, the longest first; a blank may stand between any two characters."""
    longest_first = sorted(filter(None, keys), key=len, reverse=True)
    if not longest_first:
        return None
    spellings = (r"[ ]?".join(map(re.escape, key)) for key in longest_first)
    bounded = (
        (r"(?<![a-z0-9])" if key[0].isascii() else "") + spelling + (r"(?![a-z0-9])" if key[-1].isascii() else "")
        for key, spelling in zip(longest_first, spellings, strict=True)
    )
    return re.compile("|".join(bounded), re.IGNORECASE)
