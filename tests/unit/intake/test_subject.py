"""Subject lines as people write them."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailflow.campaign.load import load_campaign
from mailflow.intake.subject import REF_ALPHABET, SubjectReading, announced_count, parse_subject, refs_in
from mailflow.model.campaign import Campaign, Category

LEARNER = ("outstanding-learner",)


@cache
def shanxi() -> Campaign:
    return load_campaign("shanxi-2020")


def grants() -> Campaign:
    """A campaign of another kind: English, its own names, its own prefix."""
    tools = Category("tools", "Tool library", ("tools", "tool library grant"), "person", "grants", "grant")
    garden = Category("garden", "Community garden", ("garden",), "organisation", "grants", "grant")
    return replace(
        shanxi(),
        ref_prefix="GR26",
        categories=(tools, garden),
        subject_noise=("application", "for", "new", "grant round"),
    )


@pytest.mark.parametrize(
    "subject",
    [
        "王小明+优秀学员",
        "王小明＋优秀学员",
        "王小明 + 优秀学员",
        "王小明-优秀学员",
        "王小明—优秀学员",
        "王小明－优秀学员",
        "王小明_优秀学员",
        "王小明、优秀学员",
        "王小明/优秀学员",
        "王小明，优秀学员",
        "王小明：优秀学员",
        "王小明 优秀学员",
        "王小明　优秀学员",
        "王小明优秀学员",
        "王小明优秀学员报名表",
        "王小明《优秀学员报名表》",
        "王小明（优秀学员）",
        "（王小明）+（优秀学员）",
        "【王小明】优秀学员",
        "〔王小明〕【优秀学员】",
        "[王小明][优秀学员]",
        "优秀学员+王小明",
        "优秀学员王小明",
        "优秀学员：王小明",
        "优秀学员报名材料（王小明）",
        "Re: 王小明+优秀学员",
        "RE：王小明+优秀学员",
        "Fw: 王小明+优秀学员",
        "回复：转发：Re: Fw: 答复: 王小明+优秀学员",
        "Re[2]: 王小明+优秀学员",
        "王小明 13800000000 优秀学员",
        "王小明+优秀学员+138-0000-0000",
        "王小明+优秀学员（2020年8月24日）",
        "王小明+优秀学员 8月24日",
        "20200824 王小明+优秀学员",
        "2020-08-24 王小明+优秀学员",
        "2020年度优秀学员 王小明",
        "王小明同志优秀学员报名表.docx",
        "关于报送王小明同志优秀学员材料",
        "姓名：王小明 填报项目：优秀学员",
        "报名：王小明，优秀学员，13800000000",
        "优秀 学员 王小明",
        "王小明\u200b+优秀学员",
        "请查收：王小明优秀学员报名表",
        "〔待补充2项〕王小明+优秀学员　回执 SX20-7K4M2Q",
        "回复：〔待补充2项〕王小明+优秀学员　回执 SX20-7K4M2Q",
        "〔已受理〕王小明+优秀学员　回执 SX20-7K4M2Q",
    ],
)
def test_every_way_to_write_the_same_subject_is_read_alike(subject: str) -> None:
    reading = parse_subject(subject, shanxi())
    assert (reading.name, reading.categories) == ("王小明", LEARNER)


@pytest.mark.parametrize(
    ("subject", "expected"),
    [
        ("水利厅+王小明+优秀学员", SubjectReading("王小明", LEARNER, "水利厅")),
        ("水利厅-王小明-优秀学员", SubjectReading("王小明", LEARNER, "水利厅")),
        ("省水利厅王小明+优秀学员", SubjectReading("王小明", LEARNER, "省水利厅")),
        ("山西省人民医院张三优秀学员", SubjectReading("张三", LEARNER, "山西省人民医院")),
        ("水利厅 王小明 优秀学员", SubjectReading("王小明", LEARNER, "水利厅")),
        ("优秀学员 水利厅 王小明", SubjectReading("王小明", LEARNER, "水利厅")),
        ("太原 王小明+优秀学员", SubjectReading("王小明", LEARNER)),
        ("教育厅李登科+优秀学员", SubjectReading("李登科", LEARNER, "教育厅")),
        ("李登科+优秀学员", SubjectReading("李登科", LEARNER)),
        ("水利厅报送优秀学员5人", SubjectReading(None, LEARNER, "水利厅", count=5)),
        ("王小明等5人+优秀学员", SubjectReading("王小明", LEARNER, count=5)),
        ("王小明等五人优秀学员", SubjectReading("王小明", LEARNER, count=5)),
        ("共12人优秀学员报名", SubjectReading(None, LEARNER, count=12)),
        ("王小明、李晓华+优秀学员", SubjectReading(None, LEARNER, count=2, names=("王小明", "李晓华"))),
        ("王某等3人优秀学员", SubjectReading(None, LEARNER, count=3)),
        ("李某某+优秀学员", SubjectReading(None, LEARNER)),
        ("王小明和李晓华+优秀学员", SubjectReading(None, LEARNER, count=2, names=("王小明", "李晓华"))),
        (
            "省水利厅王小明、李晓华+优秀学员",
            SubjectReading(None, LEARNER, unit="省水利厅", count=2, names=("王小明", "李晓华")),
        ),
        ("省水利厅报送优秀学员", SubjectReading(None, LEARNER, unit="省水利厅")),
        ("优秀学员名单", SubjectReading(None, LEARNER)),
        ("汇总：优秀学员3名", SubjectReading(None, LEARNER, count=3)),
        ("党员王小明+优秀学员", SubjectReading("王小明", LEARNER)),
        ("山西、太原+优秀学员", SubjectReading(None, LEARNER, count=2)),
        ("王和平+优秀学员", SubjectReading("王和平", LEARNER)),
        ("学员标兵/优秀学员", SubjectReading(None, ("model-learner", "outstanding-learner"))),
        ("王小明+学员标兵/优秀学员", SubjectReading("王小明", ("model-learner", "outstanding-learner"))),
        ("李晓华+志愿播音员", SubjectReading("李晓华", ("announcer",))),
        ("李晓华+播音员", SubjectReading("李晓华", ("announcer",))),
        ("李晓华+志愿出题员", SubjectReading("李晓华", ("question-writer",))),
        ("李晓华+志愿命题员", SubjectReading("李晓华", ("question-writer",))),
        ("省水利厅关于报送优秀学员的函（3人）", SubjectReading(None, LEARNER, "省水利厅", count=3)),
        ("王 明+优秀学员", SubjectReading("王明", LEARNER)),
        ("王小 明+优秀学员", SubjectReading("王小明", LEARNER)),
        ("欧阳 明+优秀学员", SubjectReading("欧阳明", LEARNER)),
        ("欧阳老师+优秀学员", SubjectReading(None, LEARNER)),
        ("王小明科长+优秀学员", SubjectReading("王小明", LEARNER)),
        ("办公室主任王小明优秀学员报名", SubjectReading("王小明", LEARNER)),
        ("退休教师王小明+优秀学员", SubjectReading("王小明", LEARNER)),
        ("推荐王小明为优秀学员", SubjectReading("王小明", LEARNER)),
        ("替王小明报优秀学员", SubjectReading("王小明", LEARNER)),
        ("王小明爸爸报名优秀学员", SubjectReading(None, LEARNER)),
        ("替爱人报名 王小明 优秀学员", SubjectReading("王小明", LEARNER)),
        ("替我爸王小明报名优秀学员", SubjectReading("王小明", LEARNER)),
        ("代父亲报名：王小明+优秀学员", SubjectReading("王小明", LEARNER)),
        ("中共省文物局机关委员会+优秀学员", SubjectReading(None, LEARNER, "中共省文物局机关委员会")),
        ("省图书馆党总支+优秀学员", SubjectReading(None, LEARNER, "省图书馆党总支")),
        ("某某大学文学院+优秀学员", SubjectReading(None, LEARNER, "某某大学文学院")),
        ("省科协王小明+优秀学员", SubjectReading("王小明", LEARNER, "省科协")),
        ("[省直团青] 王小明+优秀学员", SubjectReading("王小明", LEARNER)),
        ("【外部邮件，请注意】王小明+优秀学员", SubjectReading("王小明", LEARNER)),
        ("优秀学员（阙小明）", SubjectReading("阙小明", LEARNER)),
        ("王 小 明 + 优秀学员", SubjectReading("王小明", LEARNER)),
        ("王 小明 优秀学员", SubjectReading("王小明", LEARNER)),
        ("欧阳娜娜志愿审读员", SubjectReading("欧阳娜娜", ("proofreader",))),
        ("阿卜杜拉·买买提+挑战达人", SubjectReading("阿卜杜拉·买买提", ("challenge-master",))),
        ("阿卜杜拉•买买提+挑战达人", SubjectReading("阿卜杜拉·买买提", ("challenge-master",))),
        ("𠮷小明+优秀学员", SubjectReading("𠮷小明", LEARNER)),
        ("毛茅+优秀学员", SubjectReading("毛茅", LEARNER)),
        ("Ann Example + 优秀学员", SubjectReading("Ann Example", LEARNER)),
        ("水利厅机关党委+模范学习组织", SubjectReading("水利厅机关党委", ("model-organisation",))),
        ("太原市第5中学+模范学习组织", SubjectReading("太原市第5中学", ("model-organisation",))),
        ("模范学习组织：水利厅机关党委", SubjectReading("水利厅机关党委", ("model-organisation",))),
        ("优秀学员", SubjectReading(None, LEARNER)),
        ("优秀学员报名表", SubjectReading(None, LEARNER)),
        ("请查收优秀学员", SubjectReading(None, LEARNER)),
        ("王小明 太原 优秀学员", SubjectReading(None, LEARNER)),
        ("王小明+优秀", SubjectReading("王小明")),
        ("你好", SubjectReading()),
        ("报名材料", SubjectReading()),
        ("", SubjectReading()),
        ("查询 SX20-7K4M2Q", SubjectReading(refs=("SX20-7K4M2Q",))),
        ("Re: sx20－7k4m2q", SubjectReading(refs=("SX20-7K4M2Q",), is_reply=True)),
    ],
)
def test_a_subject_says_who_what_and_from_where(subject: str, expected: SubjectReading) -> None:
    assert parse_subject(subject, shanxi()) == expected


@pytest.mark.parametrize(
    ("subject", "name", "categories"),
    [
        ("Ann Example + Tool library", "Ann Example", ("tools",)),
        ("ann example + TOOL LIBRARY", "ann example", ("tools",)),
        ("Ann Example + tools", "Ann Example", ("tools",)),
        ("Re: Ann Example - Tool library", "Ann Example", ("tools",)),
        ("Application for Tool library: Ann Example", "Ann Example", ("tools",)),
        ("Mary-Jane O'Example + tools", "Mary-Jane O'Example", ("tools",)),
        ("José Example + tools", "José Example", ("tools",)),
        ("Ann New + tools", "Ann New", ("tools",)),
        ("new application Ann Example + tools", "Ann Example", ("tools",)),
        ("Ann Example application + tools", "Ann Example", ("tools",)),
        ("Friends for the Green + Community garden", "Friends for the Green", ("garden",)),
        ("application: Example Green Club + garden", "Example Green Club", ("garden",)),
        ("Example Green Club + Community garden", "Example Green Club", ("garden",)),
        ("Toolsmith Example + garden", "Toolsmith Example", ("garden",)),
        ("tools", None, ("tools",)),
    ],
)
def test_a_campaign_in_english_is_read_by_the_same_grammar(
    subject: str, name: str | None, categories: tuple[str, ...]
) -> None:
    reading = parse_subject(subject, grants())
    assert (reading.name, reading.categories) == (name, categories)


def test_the_shipped_campaign_in_english_is_read_too() -> None:
    campaign = load_campaign("village-grants")
    reading = parse_subject(f"Re: {campaign.subject_example}", campaign)
    assert reading == SubjectReading("Little Mallow Allotments", ("project-grant",), is_reply=True)


def test_receipt_numbers_are_found_anywhere_once_and_in_capitals() -> None:
    text = "回执 sx20-7k4m2q，另：SX20－9Q2C3D、SX20-7K4M2Q；不是：XSX20-7K4M2Q SX20-7K4M2QQ SX20-0O1ILU AB-7K4M2Q"
    assert refs_in(text, "SX20") == ("SX20-7K4M2Q", "SX20-9Q2C3D")


@settings(max_examples=100, deadline=None)
@given(
    st.text(alphabet="王小明优秀学员志愿播音+＋-—_、/ （）【】《》:：Re回复等5人共13年月日.Ab\u200b\ue000", max_size=60)
)
def test_no_subject_breaks_the_reading(subject: str) -> None:
    reading = parse_subject(subject, shanxi())
    assert reading.name is None or 1 < len(reading.name) <= 60


@pytest.mark.parametrize(
    "unit", ["Re:", "回复：", "【", "王小明、", "1", "a ", "8月", "+-", "优秀学员", "SX20-", "等5人", "·王", "和王李"]
)
def test_a_hostile_subject_is_read_as_quickly_as_any(unit: str) -> None:
    reading = parse_subject(unit * 20_000, shanxi())  # an expression that blows up would never come back
    assert reading.name is None or len(reading.name) <= 60


NAME_CHARACTERS = st.one_of(
    st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5, exclude_characters="和与及的等共厅局处科"),
    st.characters(min_codepoint=0x20000, max_codepoint=0x2A6DF),
)


@settings(max_examples=100, deadline=None)
@given(st.text(NAME_CHARACTERS, min_size=2, max_size=4), st.sampled_from("+＋-—_ "))
def test_any_name_before_a_separator_is_read_or_left_to_a_person(name: str, separator: str) -> None:
    reading = parse_subject(f"{name}{separator}志愿审读员", shanxi())
    assert reading.name in (name, None)


def test_the_alphabet_of_receipt_numbers_has_no_look_alikes() -> None:
    assert not set(REF_ALPHABET) & set("01OILU")
    assert len(REF_ALPHABET) == 30


@pytest.mark.parametrize(
    "subject",
    [
        "请问优秀学员报名截止到什么时候？",
        "优秀学员怎么报名",
        "优秀学员报名时间",
        "挑战达人截图在哪里找",
        "优秀学员报名表下载",
        "关于优秀学员报名的问题",
        "优秀学员名额还有吗",
        "优秀学员何时公示",
        "志愿播音员普通话要求",
        "我想参加挑战达人",
        "求助 优秀学员",
        "优秀学员通知",
        "优秀学员收到请回复",
    ],
)
def test_a_question_names_nobody(subject: str) -> None:
    reading = parse_subject(subject, shanxi())
    assert (reading.name, reading.unit, reading.count) == (None, None, None)


@pytest.mark.parametrize(
    "subject",
    [
        "优秀学员第5期 王小明",
        "优秀学员第三批 王小明",
        "优秀学员（第二次）王小明",
        "王小明 优秀学员 全国第120名",
        "1.王小明+优秀学员",
        "Re: 〔待补充2项〕王小明+优秀学员",
        "王小明 优秀学员 身份证",
        "优秀学员前100名 王小明",
    ],
)
def test_what_is_numbered_or_ranked_is_no_unit_and_counts_nobody(subject: str) -> None:
    reading = parse_subject(subject, shanxi())
    assert (reading.name, reading.count) == ("王小明", None)
    assert reading.unit is None


@pytest.mark.parametrize(
    ("subject", "announced"),
    [
        ("省水利厅报送优秀学员、志愿播音员共5人", 5),
        ("王小明等五人优秀学员", 5),
        ("优秀学员5名", 5),
        ("水利厅优秀学员材料（4人）", 4),
        ("推荐2名志愿播音员", 2),
        ("水利厅报送优秀学员1人、播音员2人、命题员1人", 4),
        ("优秀学员3人、播音员2人（共5人）", 5),
        ("Re: 〔3人已受理，2人待补充〕水利厅报送优秀学员5人", 5),
        ("优秀学员第5期", None),
        ("优秀学员 13800000000", None),
        ("2020年8月20日 优秀学员", None),
        ("优秀学员 8.20", None),
        ("优秀学员全国第120名", None),
        ("优秀学员前100名", None),
        ("第5人民医院优秀学员", None),
        ("王小明+优秀学员", None),
        ("", None),
    ],
)
def test_a_count_is_announced_by_its_words_only(subject: str, announced: int | None) -> None:
    assert announced_count(subject) == announced
