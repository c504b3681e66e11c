from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser

import pytest

from mailflow.letters.answered import Answered
from mailflow.letters.mime import to_bytes
from mailflow.letters.receipt import LARGEST
from mailflow.model.campaign import Campaign, Severity
from mailflow.model.entry import Check, Finding, Mark, Relation, Submission, Unit, Verdict
from mailflow.model.letter import Correspondent, Letter, LetterKind, Part

MONDAY = datetime(2020, 8, 24, 2, 32, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
UNIT = Unit("省水利厅", ("wxm@qq.example",))
FORM = Part("优秀学员报名表.docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document", b"blank")

Compose = Callable[..., Letter]
Answer = Callable[..., Answered]
Make = Callable[..., Submission]


class Tags(HTMLParser):
    """The tags of a page in their order, with the names of their attributes."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, tuple[str, ...]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, tuple(name for name, _ in attrs)))


def size(letter: Letter, correspondent: Correspondent) -> int:
    bare = replace(letter, parts=())
    return len(to_bytes(bare, correspondent, message_id="<r@example.cn>", date=MONDAY))


def test_how_it_stands_comes_first_in_the_subject(compose: Compose, answer: Answer, submission: Make) -> None:
    assert compose(answer(submission())).subject == "〔待补充2项〕王小明+优秀学员 回执 SX20-7K4M1Q"
    complete = compose(answer(submission(verdict=Verdict.ACCEPTED)))
    assert complete.subject == "〔已受理〕王小明+优秀学员 回执 SX20-7K4M1Q"


def test_what_is_missing_and_until_when_is_said_in_text_and_html(
    compose: Compose, answer: Answer, submission: Make
) -> None:
    letter = compose(answer(submission()))
    for said in (
        "还缺 2 项",
        "8月30日（周日）24时前有效",
        "未收到。请将加盖公章的报名表扫描或拍照发来",
        "总积分 28,345，年度积分 10,234",
        "8月24日 10:32",
        "本邮件由系统自动发送，直接回复可转工作人员",
        "联系人：李老师",
        "2020年8月24日",
    ):
        assert said in letter.text
        assert said in letter.html
    assert "SX20-7K4M1Q" in letter.text


@pytest.mark.parametrize(
    ("sender_name", "unit", "applicant", "category", "said"),
    [
        ("王小明", None, "王小明", "outstanding-learner", "王小明同志："),
        ("", None, "王小明", "outstanding-learner", "王小明同志："),
        ("wxm@qq.example", None, "王小明", "outstanding-learner", "王小明同志："),
        ("wxm", None, "王小明", "outstanding-learner", "王小明同志："),
        ("Wang Xiaoming", None, "王小明", "outstanding-learner", "王小明同志："),
        ("13800000000", None, "王小明", "outstanding-learner", "王小明同志："),
        ("王 小 明", None, "王小明", "outstanding-learner", "王小明同志："),
        ("水利厅王小明", None, "王小明", "outstanding-learner", "王小明同志："),
        ("李晓华", None, "王小明", "outstanding-learner", "贵单位报送的王小明同志优秀学员报名材料"),
        ("省水利厅办公室", None, "王小明", "outstanding-learner", "贵单位报送的王小明同志优秀学员报名材料"),
        ("王小明", UNIT, "王小明", "outstanding-learner", "贵单位报送的王小明同志优秀学员报名材料"),
        ("李晓华", None, "第一党支部", "model-organisation", "贵单位报送的“第一党支部”模范学习组织报名材料"),
        ("第一党支部", None, "第一党支部", "model-organisation", "贵单位报送的“第一党支部”模范学习组织报名材料"),
    ],
)
def test_the_one_who_wrote_is_addressed(  # noqa: PLR0917 - a table and three fixtures
    sender_name: str,
    unit: Unit | None,
    applicant: str,
    category: str,
    said: str,
    compose: Compose,
    answer: Answer,
    submission: Make,
) -> None:
    letter = compose(answer(submission(applicant, category), name=sender_name), unit=unit)
    assert said in letter.text
    assert said in letter.html
    assert ("您好：" in letter.text) is ("贵单位" in said)
    assert "党支部同志" not in letter.text


REVIEWERS = [
    Finding("evidence.reused", Severity.WARNING, "甲", "photo"),
    Finding("conflict.other-sender", Severity.ERROR, "甲"),
    Finding("person.other-category", Severity.WARNING, "甲"),
    Finding("person.phone-outside-province", Severity.NOTE, "甲", "mobile"),
    Finding("sender.unauthenticated", Severity.WARNING, "甲"),
    Finding("rule.advice", Severity.WARNING, "甲", for_reviewer=True),
]


@pytest.mark.parametrize("finding", REVIEWERS, ids=lambda one: one.code)
@pytest.mark.parametrize("verdict", list(Verdict))
def test_what_is_for_reviewers_never_reaches_the_sender(
    finding: Finding, verdict: Verdict, compose: Compose, answer: Answer, submission: Make
) -> None:
    judged = answer(submission(verdict=verdict, findings=(finding,)), findings=(finding,))
    batch = answer(submission("李晓华", verdict=verdict, findings=(finding,)), submission("张三"), findings=(finding,))
    for letter in (compose(judged), compose(batch), compose(answer(findings=(finding,)))):
        assert "甲" not in letter.text
        assert "甲" not in letter.html


def test_a_finding_without_a_check_gets_a_line_of_its_own(compose: Compose, answer: Answer, submission: Make) -> None:
    findings = (
        Finding(
            "evidence.points-mismatch", Severity.WARNING, "两处数字不同，请核对：28,345 与 26,345。", "total_points"
        ),
        Finding("attachment.missing", Severity.ERROR, "未收到。", "photo"),
    )
    text = compose(answer(submission(findings=findings))).text
    assert "! 请核对｜数据核对｜两处数字不同，请核对：28,345 与 26,345。" in text
    assert text.count("生活工作照1张") == 1


def test_a_cloud_link_comes_first_and_is_not_counted_beside_the_missing_files(
    compose: Compose, answer: Answer, submission: Make
) -> None:
    finding = Finding("attachment.cloud-link", Severity.ERROR, "收到的只有下载链接，文件本身未送达。")
    letter = compose(answer(submission(findings=(finding,))))
    assert letter.subject.startswith("〔待补充2项〕")
    assert letter.text.index("✗ 请重发｜附件｜收到的只有下载链接") < letter.text.index("电子版报名表")


def test_the_empty_fields_of_a_form_are_one_line(compose: Compose, answer: Answer, submission: Make) -> None:
    ids = ("mobile", "employer")
    rows = tuple(
        Check(one, label, Mark.MISSING, "未填写") for one, label in zip(ids, ("手机号码", "工作单位"), strict=True)
    )
    findings = tuple(Finding("field.missing", Severity.ERROR, "未填写", one) for one in ids)
    letter = compose(answer(submission(checks=rows, findings=findings)))
    assert letter.subject.startswith("〔待补充1项〕")
    assert "报名表｜“手机号码”“工作单位”未填写" in letter.text


def test_points_that_may_still_grow_are_called_to_be_updated(
    compose: Compose, answer: Answer, submission: Make
) -> None:
    low = Check("rule.points", "总积分25000分以上", Mark.UNSURE, "暂未达到报名参考线。以8月30日的数据为准")
    finding = Finding("rule.points", Severity.ERROR, "暂未达到报名参考线", "rule.points")
    letter = compose(answer(submission(checks=(low,), findings=(finding,))))
    assert letter.subject.startswith("〔待更新〕")
    assert "! 待更新｜总积分25000分以上｜暂未达到报名参考线" in letter.text


@pytest.mark.parametrize("verdict", list(Verdict))
def test_nobody_is_told_that_he_does_not_qualify(
    verdict: Verdict, compose: Compose, answer: Answer, submission: Make
) -> None:
    low = Check("rule.points", "总积分25000分以上", Mark.MISSING, "暂未达到报名参考线，以审核为准")
    letter = compose(answer(submission(verdict=verdict, checks=(low,))))
    assert "不符合" not in letter.subject + letter.text + letter.html
    if verdict is Verdict.INELIGIBLE:
        assert letter.subject.startswith("〔已收到，待审核〕")
        assert "! 待审核｜总积分25000分以上" in letter.text
        assert "✗" not in letter.text


def test_a_late_mail_is_registered_and_goes_to_a_person(compose: Compose, answer: Answer, submission: Make) -> None:
    at = datetime(2020, 8, 31, 0, 12, tzinfo=UTC)
    letter = compose(answer(submission(verdict=Verdict.LATE), at=at), now=at + MINUTE)
    assert "已于 8月31日 08:12 收到，已过截止时间（8月30日（周日）24时）。收到时间已登记，转工作人员处理" in letter.text
    assert "请直接回复本邮件补充" not in letter.text


def test_what_comes_too_late_for_a_complete_entry_leaves_it_as_it_is(
    compose: Compose, answer: Answer, submission: Make
) -> None:
    letter = compose(answer(submission(relation=Relation.KEPT_ASIDE, verdict=Verdict.LATE)))
    assert "此前受理的材料保持不变；本次来信另行登记" in letter.text


@pytest.mark.parametrize(
    "more",
    [{"relation": Relation.CONFLICT}, {"findings": (Finding("conflict.other-sender", Severity.ERROR, "学号不同"),)}],
)
def test_a_conflict_is_told_as_received_and_nothing_else(
    more: dict[str, object], compose: Compose, answer: Answer, submission: Make
) -> None:
    letter = compose(answer(submission(verdict=Verdict.HELD, **more)))
    assert letter.subject.startswith("〔已收到，转人工〕")
    assert "转工作人员核对" in letter.text
    for word in ("材料与条件", "盖章扫描件", "28,345", "学号不同", "其他", "冲突"):
        assert word not in letter.text + letter.html


def test_a_linked_mail_is_answered_about_itself_only(compose: Compose, answer: Answer, submission: Make) -> None:
    earlier = MONDAY - timedelta(days=3)
    letter = compose(answer(submission(relation=Relation.LINKED), first=earlier))
    assert "本回执只说明这一封来信中的材料" in letter.text
    assert "8月21日" not in letter.text + letter.html


def test_a_name_that_people_look_at_first_gets_received_and_nothing_more(
    compose: Compose, answer: Answer, submission: Make
) -> None:
    letter = compose(answer(submission("王 小明")), people_first=("王小明",))
    assert letter.subject.startswith("〔已收到〕")
    for word in ("缺", "补充", "盖章", "群", "公示", "审核"):
        assert word not in letter.text + letter.html
    assert letter.parts == ()


def test_two_mails_within_minutes_get_one_checklist_of_the_later_state(
    compose: Compose, answer: Answer, submission: Make
) -> None:
    first = answer(submission(), message_id="<1@qq.example>", references=("<0@qq.example>",))
    second = answer(
        submission(verdict=Verdict.ACCEPTED, relation=Relation.VERSION),
        at=MONDAY + MINUTE,
        first=MONDAY,
        message_id="<2@qq.example>",
    )
    letter = compose(second, first)
    assert letter.subject == "〔已受理〕王小明+优秀学员 回执 SX20-7K4M1Q"
    assert letter.in_reply_to == ("<1@qq.example>", "<2@qq.example>")
    assert letter.references == ("<1@qq.example>", "<2@qq.example>")
    assert letter.ref == "SX20-7K4M1Q"


def test_one_mail_is_threaded_after_what_it_answered(compose: Compose, answer: Answer, submission: Make) -> None:
    letter = compose(answer(submission(), references=("<0@qq.example>",)))
    assert letter.kind is LetterKind.RECEIPT
    assert letter.in_reply_to == ("<mail-1@qq.example>",)
    assert letter.references == ("<0@qq.example>", "<mail-1@qq.example>")


def test_a_mail_without_a_message_id_is_answered_without_a_thread(
    compose: Compose, answer: Answer, submission: Make
) -> None:
    letter = compose(answer(submission(), message_id=None))
    assert letter.in_reply_to == ()


def test_the_privacy_notice_goes_with_the_first_letter_only(compose: Compose, answer: Answer, submission: Make) -> None:
    assert "只用于本次活动" in compose(answer(submission())).text
    assert "只用于本次活动" not in compose(answer(submission()), first_letter=False).text


def test_the_picture_for_joining_is_inside_and_the_blank_form_beside(
    compose: Compose, answer: Answer, submission: Make
) -> None:
    letter = compose(answer(submission()), blank_form=FORM)
    assert [part.content_id for part in letter.parts] == ["group-qr", None]
    assert 'src="cid:group-qr"' in letter.html
    assert "附件《优秀学员报名表.docx》是空白报名表" in letter.text
    assert "http" not in letter.html.replace("http-equiv", "")


def test_without_a_text_about_joining_there_is_no_picture(
    compose: Compose, answer: Answer, submission: Make, campaign: Campaign
) -> None:
    letter = compose(answer(submission()), campaign=replace(campaign, texts={}))
    assert letter.parts == ()


def test_a_held_entry_may_still_be_completed(compose: Compose, answer: Answer, submission: Make) -> None:
    rows = (Check("photo", "生活工作照1张", Mark.MISSING, "未收到。"),)
    letter = compose(answer(submission(verdict=Verdict.HELD, checks=rows)))
    assert letter.subject.startswith("〔已收到，转人工〕")
    assert "表中待补充的材料可以直接回复本邮件补充" in letter.text


def test_without_a_receipt_number_none_is_made_up(compose: Compose, answer: Answer, submission: Make) -> None:
    letter = compose(answer(submission(), refs=(None,)))
    assert "回执" not in letter.subject
    assert letter.ref is None


def test_an_older_state_says_that_a_newer_receipt_counts(compose: Compose, answer: Answer, submission: Make) -> None:
    assert "请以最近一封回执为准" in compose(answer(submission(), current=False)).text


def test_a_held_mail_hears_why_and_how_to_write_the_subject(compose: Compose, answer: Answer) -> None:
    finding = Finding("subject.category-unknown", Severity.ERROR, "未能从标题和附件中识别填报项目。")
    letter = compose(answer(findings=(finding,), held_ref="SX20-3T8W5K"))
    assert letter.subject == "〔已收到，转人工〕回执 SX20-3T8W5K"
    assert "来信时间（8月24日 10:32）已登记，已转工作人员处理" in letter.text
    assert "未能从标题和附件中识别填报项目" in letter.text
    assert "请以“姓名+填报项目”为标题重新发送，例如：王小明+优秀学员" in letter.text
    assert letter.ref == "SX20-3T8W5K"
    assert "回执编号：SX20-3T8W5K" in letter.text


def test_a_mail_that_is_too_large_hears_what_to_do_and_nothing_of_subjects(compose: Compose, answer: Answer) -> None:
    finding = Finding("attachment.too-large", Severity.ERROR, "邮件过大，未能接收。请分几封发送。")
    letter = compose(answer(findings=(finding,)))
    assert "请分几封发送" in letter.text
    assert "为标题重新发送" not in letter.text


def test_nothing_to_answer_is_refused(compose: Compose) -> None:
    with pytest.raises(ValueError, match="answered"):
        compose()


HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    '"><a href="http://evil.example">x</a>',
    "{{ 7*7 }}{% raw %}",
    "</td></tr></table><h1>",
    "王\u202e小明\u200b",
    ' class="band alarm"',
    "<!--",
]


@pytest.mark.parametrize("hostile", HOSTILE)
def test_what_a_sender_wrote_changes_no_tag(hostile: str, compose: Compose, answer: Answer, submission: Make) -> None:
    def page(text: str) -> Letter:
        findings = (Finding("form.name-mismatch", Severity.WARNING, text),)
        rows = (Check("form", text, Mark.MET, text), Check("photo", "照片", Mark.MISSING, text))
        one = submission(text, checks=rows, findings=findings)
        return compose(
            answer(one, unplaced=(text,)), answer(findings=(Finding("subject.unreadable", Severity.ERROR, text),))
        )

    hostile_page, plain = page(hostile), page("王小明甲乙丙丁")
    assert Tags(hostile_page.html).found == Tags(plain.html).found
    assert "49" not in hostile_page.text.replace("1449", "")
    assert "\u202e" not in hostile_page.text + hostile_page.html


def test_numbers_of_people_are_masked(compose: Compose, answer: Answer, submission: Make) -> None:
    rows = (Check("form", "电子版报名表", Mark.MET, "王小明13800000000.docx，学号 140100123456"),)
    letter = compose(answer(submission(checks=rows), unplaced=("13900000001.jpg",)))
    for number in ("13800000000", "140100123456", "13900000001"):
        assert number not in letter.text + letter.html
    assert "王小明138****0000.docx" in letter.text


def test_a_receipt_stays_small_whatever_was_found(
    compose: Compose, answer: Answer, submission: Make, correspondent: Correspondent
) -> None:
    for mark in Mark:
        rows = tuple(Check(f"c{number}", f"第{number}项" + "长" * 300, mark, "细" * 1000) for number in range(120))
        letter = compose(answer(submission("王" * 500, checks=rows), unplaced=("名" * 500,) * 3))
        assert size(letter, correspondent) <= LARGEST


def test_the_english_campaign_is_answered_in_english(
    compose: Compose, answer: Answer, submission: Make, campaign: Campaign
) -> None:
    english = replace(campaign, language="en", texts={}, subject_example="Jane Doe - Small Grant")
    letter = compose(answer(submission("Jane Doe"), name="Jane Doe"), campaign=english)
    assert letter.subject.startswith("[2 items missing] Jane Doe, ")
    assert "Dear Jane Doe," in letter.text
    assert "before Sunday 30 August, 24:00" in letter.text
    assert "This letter was written automatically" in letter.text
    other = compose(answer(submission("Jane Doe"), name="John Roe"), campaign=english)
    assert "The application of Jane Doe" in other.text
