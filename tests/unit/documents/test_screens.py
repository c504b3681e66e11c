"""What a picture shows: which page it is, the values on it, and nothing that was not seen."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from mailflow import resources
from mailflow.campaign.load import load_campaign, parse_campaign
from mailflow.documents.screens import has_few_words, read_screen
from mailflow.model.facts import Role, Shown, Value
from mailflow.model.sight import Page
from mailflow.testing.sights import line, list_page, screen

CAMPAIGN = load_campaign("shanxi-2020")
ROWS = (
    ("姓名", "王小明"),
    ("学号", "90010012345678"),
    ("学习组织", "示例厅机关党委"),
    ("总积分", "28345"),
    ("全国排名", "120345"),
    ("年度积分", "10234"),
    ("全国排名", "98765"),
)
VALUES: dict[str, Value] = {
    "name": "王小明",
    "study_id": "90010012345678",
    "organisation": "示例厅机关党委",
    "total_points": 28345,
    "total_rank": 120345,
    "annual_points": 10234,
    "annual_rank": 98765,
}


def read(page: Page) -> Shown:
    return read_screen(page, CAMPAIGN)


def values(*rows: tuple[str, str]) -> dict[str, Value]:
    return dict(read(list_page(*rows)).values)


def test_values_stand_right_of_their_labels() -> None:
    assert read(list_page(*ROWS)) == Shown(Role.PROFILE, VALUES)


def test_values_stand_in_one_line_with_their_labels_however_they_were_joined() -> None:
    page = screen(
        line("我的信息", 440, 100),
        line("姓名王小明", 60, 300),
        line("学号：90010012345678", 60, 400),
        line("学习组织 示例厅机关党委", 60, 500),
        line("总积分28345全国排名120345", 60, 600),
        line("年度积分：10,234分 全国排名：第98765名", 60, 700),
    )
    assert read(page) == Shown(Role.PROFILE, VALUES)


def test_a_label_that_was_parted_is_found() -> None:
    page = screen(
        line("我的信息", 440, 100),
        line("总", 60, 300),
        line("积分", 110, 302),
        line("28345", 560, 298),
        line("年 度 积 分", 60, 400),
        line("10234", 560, 400),
        line("学号", 60, 500),
    )
    assert read(page).values == {"total_points": 28345, "annual_points": 10234}


@pytest.mark.parametrize("over", [True, False])
def test_values_stand_above_or_under_their_labels_as_the_page_has_it(over: bool) -> None:
    first, second = (("28345", "10234"), ("总积分", "年度积分"))
    third, fourth = (("120345", "98765"), ("全国排名", "全国排名"))
    if not over:
        first, second, third, fourth = second, first, fourth, third
    lines = [line("我的信息", 440, 100), line("学号：90010012345678", 60, 200)]
    for number, texts in enumerate((first, second, third, fourth)):
        lines += [line(text, 100 + 500 * at, 400 + 70 * number) for at, text in enumerate(texts)]
    shown = read(screen(*lines))
    wanted = ("study_id", "total_points", "total_rank", "annual_points", "annual_rank")
    assert shown.values == {key: VALUES[key] for key in wanted}


def test_where_a_page_does_not_tell_whether_values_are_above_or_under_none_is_taken() -> None:
    page = screen(
        line("我的信息", 440, 100),
        line("学号 年度积分", 60, 200),
        line("28345", 500, 400),
        line("总积分", 500, 460),
        line("120345", 500, 520),
    )
    assert "total_points" not in read(page).values


def test_a_long_name_of_an_organisation_wraps() -> None:
    page = list_page(*ROWS[:2], *ROWS[3:])
    wrapped = (
        line("学习组织", 60, 1400),
        line("示例市示例县第二十一", 560, 1372),
        line("党支部 >", 560, 1420),
        line("设置", 60, 1600),
    )
    shown = read(replace(page, lines=(*page.lines, *wrapped)))
    assert shown.values["organisation"] == "示例市示例县第二十一党支部"


def test_the_next_row_is_no_part_of_a_text_however_close_it_stands() -> None:
    page = screen(
        line("答题记录", 440, 100),
        line("答题用时", 60, 300),
        line("39分06秒", 700, 300),
        line("正确率", 60, 352),
        line("100%", 760, 352),
    )
    assert read(page).values == {"answer_time": "39分06秒"}


def test_what_can_be_touched_beside_a_value_is_no_part_of_it() -> None:
    page = screen(
        line("我的信息", 440, 100),
        line("学号", 60, 300),
        line("90010012345678", 400, 300),
        line("复制", 900, 300),
        line("姓名", 60, 400),
        line("王小明", 400, 400),
        line("去认证 >", 900, 400),
        line("总积分", 60, 500),
        line("28345 >", 400, 500),
    )
    assert read(page).values == {"study_id": "90010012345678", "name": "王小明", "total_points": 28345}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("28,345", 28345),
        ("２８３４５", 28345),
        ("28 345", 28345),
        ("2.8万", 28000),
        ("两万八", 28000),
        ("28345 分", 28345),
    ],
)
def test_numbers_are_read_in_the_spellings_of_a_form(text: str, value: int) -> None:
    assert values(("总积分", text), *ROWS[:3])["total_points"] == value


@pytest.mark.parametrize("text", ["2834O", "28l45", "28.345.1", "283 45", "28345 10234", "3万多", "--"])
def test_a_number_that_was_misread_is_never_mended(text: str) -> None:
    shown = read(list_page(("总积分", text), *ROWS[:3]))
    assert "total_points" not in shown.values
    assert shown.blurred is (text != "--")


def test_a_number_is_not_put_together_from_two_that_stand_apart() -> None:
    parts = (line("总积分", 60, 300), line("28", 400, 300), line("学号", 60, 400), line("姓名", 60, 500))
    assert read(screen(*parts, line("345", 450, 300))).values == {"total_points": 28345}
    assert read(screen(*parts, line("345", 800, 300))) == Shown(Role.PROFILE, blurred=True)


def test_a_study_number_with_a_letter_in_it_is_not_read() -> None:
    shown = read(list_page(("学号", "9001O012345678"), ("姓名", "王小明"), ("总积分", "28345")))
    assert "study_id" not in shown.values
    assert shown.blurred


def test_a_label_without_a_value_has_none_and_takes_no_others() -> None:
    found = values(("姓名", ""), ("学号", "90010012345678"), ("总积分", ""), ("年度积分", "10234"), ("设置", ""))
    assert found == {"study_id": "90010012345678", "annual_points": 10234}


def test_one_rank_on_a_page_of_two_points_is_nobodys() -> None:
    found = values(*ROWS[:4], ("年度积分", "10234"), ("全国排名", "98765"))
    assert "total_rank" not in found
    assert "annual_rank" not in found


@pytest.mark.parametrize(
    "text", ["2019年度积分 8000", "上年度积分：8000", "省内排名：12", "今日总积分 30", "总积分 28345 2019年度积分 8000"]
)
def test_a_longer_label_is_another_one(text: str) -> None:
    found = read(screen(line("我的信息", 440, 100), line("学号", 60, 200), line("姓名", 60, 300), line(text, 60, 400)))
    assert set(found.values) <= {"total_points"}
    assert found.values.get("total_points") in (None, 28345)


def test_two_different_values_at_one_label_contradict_each_other() -> None:
    assert "total_points" not in values(*ROWS, ("总积分", "28346"))
    assert values(*ROWS, ("总积分", "28,345"))["total_points"] == 28345


def test_a_sentence_that_begins_with_a_label_is_no_value_beside_a_real_one() -> None:
    assert values(*ROWS, ("姓名须与身份证一致", ""))["name"] == "王小明"


def test_the_records_of_answers_show_day_count_and_time() -> None:
    page = list_page(("答题次数", "1203"), ("答题用时", "45分12秒"), ("答题日期", "2020.08.18"), title="答题记录")
    assert read(page) == Shown(
        Role.ANSWERS, {"answers": 1203, "answer_time": "45分12秒", "cleared_on": date(2020, 8, 18)}
    )


def share(*lines: str) -> Page:
    texts = ("学习强国", "挑战答题", "恭喜你通关", *lines, "长按识别二维码")
    return screen(*(line(text, 300, 200 + 150 * number) for number, text in enumerate(texts)))


def test_the_only_day_on_a_page_that_has_no_label_for_it_is_its_day() -> None:
    assert read(share("2020年8月18日 21:30")) == Shown(Role.SHARE, {"cleared_on": date(2020, 8, 18)})


@pytest.mark.parametrize("lines", [("8月18日", "8月19日"), ("20200818",), ("21:30",), ("2020年13月40日",), ()])
def test_no_day_is_taken_from_several_or_from_mere_digits(lines: tuple[str, ...]) -> None:
    assert read(share(*lines)) == Shown(Role.SHARE)


@pytest.mark.parametrize(
    "page",
    [
        screen(),
        screen(line("总积分", 60, 300), line("28345", 560, 300)),
        screen(
            *(
                line(text, 60, 100 * number)
                for number, text in enumerate(("今天天气很好", "大家一起去爬山", "三点集合"))
            )
        ),
        screen(line("学习强国", 60, 100), line("一篇好文章", 60, 200), line("分享 扫码 长按识别二维码", 60, 300)),
        screen(
            *(line(text, 60 + 230 * at, 100) for at, text in enumerate(("序号", "姓名", "学号", "总积分", "年度积分"))),
            *(line(text, 60 + 230 * at, 160) for at, text in enumerate(("1", "赵甲", "9001", "28345", "10234"))),
            *(line(text, 60 + 230 * at, 220) for at, text in enumerate(("2", "钱乙", "9002", "26000", "9000"))),
        ),
        list_page(("微信", "已登录"), ("姓名", "王小明"), title="设置"),
    ],
)
def test_a_picture_without_enough_of_a_pages_words_is_none_of_them(page: Page) -> None:
    assert read(page) == Shown(Role.UNKNOWN)


def test_a_blurred_picture_says_that_more_may_stand_in_it() -> None:
    assert read(list_page(*ROWS, blurred=True)).blurred
    assert read(screen(blurred=True)) == Shown(Role.UNKNOWN, blurred=True)


def test_a_mark_within_a_longer_one_counts_once() -> None:
    assert read(screen(line("答题用时", 60, 100), line("没有别的字", 60, 300))).role is Role.UNKNOWN


def test_a_banner_in_a_photograph_is_few_words_and_a_page_is_not() -> None:
    assert has_few_words(screen(line("主题党日活动合影留念", 60, 100)))
    assert not has_few_words(list_page(*ROWS))


def test_a_page_full_of_labels_costs_bounded_time() -> None:
    crowded = screen(*(line("姓名1总积分2学号3全国排名" * 20, 0, 50 * number) for number in range(2_000)))
    assert read(crowded).role is Role.PROFILE


PAGE = """
[picture.profile-screenshot]
marks  = ["My account", "Amount", "Points"]
fewest = 2
fields = ["amount", "age"]

[picture.profile-screenshot.field.amount]
labels = ["Amount"]

[picture.profile-screenshot.field.age]
labels  = []
pattern = 'No\\. (\\d+) of'
"""


def test_another_campaign_has_pages_of_its_own() -> None:
    village = resources.find("schedules", "village-grants.toml")
    assert village is not None
    campaign = parse_campaign(village.read_text(encoding="utf-8") + PAGE, source="grants.toml", phrases={})
    page = screen(
        line("My account", 100, 100),
        line("Amount", 100, 300),
        line("1,250", 700, 300),
        line("You are No. 17 of 40", 100, 400),
    )
    assert read_screen(page, campaign) == Shown(Role.PROFILE, {"amount": 1250, "age": 17})
    quote = screen(line("QUOTATION no. 5", 100, 100), line("Subtotal 100.00", 100, 300), line("VAT 20.00", 100, 400))
    assert read_screen(quote, campaign) == Shown(Role.EVIDENCE)
