"""Words written right against a name, before or behind it: titles, callings, and what is done for whom."""

from __future__ import annotations

import re

from mailflow.intake.charset import HAN

_TITLES = (
    "主任", "书记", "科长", "处长", "局长", "厅长", "部长", "校长", "院长", "站长", "馆长", "所长", "队长", "组长",
    "镇长", "乡长", "村长", "社长", "会长", "秘书", "干事", "经理", "教授", "老师", "教师", "医生", "护士", "工程师",
    "师傅", "研究员",
)  # fmt: skip
_CALLINGS = ("干部", "党员", "职工", "员工", "学生", "农民", "军人", "人员", "同志", *_TITLES)
_DOING = ("关于", "推荐", "推选", "选送", "报送", "再次", "重新", "现将", "现报送", "替", "帮", "代", "为", "给", "请")
_DONE = ("为", "的", "报", "及", "等", "同志", "最新版", "最新", "定稿", "终稿", "报告", "请示", "的函", *_TITLES)
_BEFORE = re.compile(f"(?:{'|'.join(_DOING)}|[{HAN}]{{0,8}}(?:{'|'.join(_CALLINGS)}))")
_BEHIND = re.compile(f"(?:{'|'.join(sorted(_DONE, key=len, reverse=True))})+")
_LONGEST_NAME = 3
_FOR_KIN = re.compile(
    "[替帮代为给]我?的?(?:爱人|家人|家属|老伴|丈夫|妻子|老公|老婆|父亲|母亲|爸爸?|妈妈?|爷爷|奶奶|姥姥|姥爷|外公|外婆"
    "|哥哥|姐姐|弟弟|妹妹|儿子|女儿|同事|朋友|邻居)(?:报名|报送|报|发送|发)?"
)


def without_kin(text: str) -> str:
    """`text` without for whom its sender writes (替爱人报名), parted there: the name is another word."""
    return _FOR_KIN.sub(" | ", text)


def names_within(word: str) -> tuple[str, ...]:
    """The shortest texts that could be a name within `word` once such words are taken off: 推荐王小明同志为 has 王小明.

    Whose mother or child somebody is, or who sends for whom, is not taken off: it says who is not meant.
    """
    found = []
    for length in range(2, _LONGEST_NAME + 1):
        for start in range(len(word) - length + 1):
            before, behind = word[:start], word[start + length :]
            if not before and not behind:
                continue
            if (not before or _BEFORE.fullmatch(before)) and (not behind or _BEHIND.fullmatch(behind)):
                found.append(word[start : start + length])
    return tuple(found)
