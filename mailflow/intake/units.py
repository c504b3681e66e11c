"""Units in running text: which words read like one, and where one ends that stands right before a name."""

from __future__ import annotations

import re
from collections.abc import Iterable

from mailflow.intake.charset import HAN
from mailflow.intake.surnames import COMPOUND_SURNAMES, NO_NAMES, SURNAMES

ENDINGS = (
    "有限公司", "公司", "集团", "控股", "股份", "委员会", "办公室", "党支部", "支部", "总支", "党委", "党组", "党校",
    "机关", "工委", "团委", "总队", "大学", "学院", "中学", "小学", "学校", "医院", "法院", "检察院", "银行", "分行",
    "支行", "分局", "海关", "研究院", "研究所", "电视台", "通讯站", "中心", "协会", "学会", "商会", "工会", "联合会",
    "十字会", "妇联", "文联", "科协", "残联", "作协", "侨联", "工商联", "社科联", "政协", "街道", "社区", "电力",
    "铁路", "移动", "联通", "电信", "石油", "保险",
    "厅", "局", "委", "办", "处", "科", "院", "校", "所", "站", "部", "室", "馆", "社", "县", "区", "市", "省", "镇",
    "乡", "村", "队", "厂", "矿", "店",
)  # fmt: skip
BEGINNINGS = ("中国", "中共", "国家", "国网", "省", "市")
_LETTERS = frozenset({"函", "公函", "函件", "报告", "请示", "通知", "来信"})
"""What a unit calls its letter: 关于……的函."""
_HAN_WORD = re.compile(f"[{HAN}·]+")
_SHORTEST_UNIT = 2
_LONGEST_WITHOUT_SURNAME = 3


def unit_of(words: Iterable[str]) -> str | None:
    """The unit that these words name together, None where they read like none ("代父亲", "函")."""
    unit = "".join(word for word in words if word not in _LETTERS)
    is_known = unit.endswith(ENDINGS) or unit.startswith(BEGINNINGS)
    return unit if len(unit) >= _SHORTEST_UNIT and is_known else None


def without_unit(word: str) -> tuple[str, str]:
    """A unit written right in front of a name, and the name: 省水利厅王小明. ("", word) where there is none."""
    if len(word) < 5 or "·" in word or _HAN_WORD.fullmatch(word) is None:
        return "", word
    splits = [
        (word[:end], word[end:])
        for end in range(len(word) - 4, len(word) - 1)
        if end >= 2 and word[:end].endswith(ENDINGS) and not _is_part_of_unit(word[end:])
    ]
    by_surname = [split for split in splits if begins_with_surname(split[1])]
    if not by_surname and reads_like_unit(word):
        return "", word
    chosen = by_surname or [split for split in splits if len(split[1]) <= _LONGEST_WITHOUT_SURNAME]
    return chosen[0] if len(chosen) == 1 or by_surname else ("", word)


def _is_part_of_unit(tail: str) -> bool:
    """Whether what stands behind a unit belongs to it: 党支部, 文学院. 李登科 is a name all the same."""
    if tail in NO_NAMES or tail.endswith(tuple(one for one in ENDINGS if len(one) > 1)):
        return True
    return tail.endswith(ENDINGS) and not begins_with_surname(tail)


def begins_with_surname(name: str) -> bool:
    """Whether a known surname, single or compound, stands at its beginning."""
    return name[0] in SURNAMES or name[:2] in COMPOUND_SURNAMES


def reads_like_unit(word: str) -> bool:
    """Whether a word ends as units do, or begins as only they do (省…, 中共…)."""
    is_long = len(word) > _LONGEST_WITHOUT_SURNAME
    return len(word) >= 3 and (word.endswith(ENDINGS) or (is_long and word.startswith(BEGINNINGS)))
