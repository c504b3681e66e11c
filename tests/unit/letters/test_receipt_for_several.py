from __future__ import annotations

import csv
import io
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from mailflow.letters.answered import Answered
from mailflow.letters.mime import to_bytes
from mailflow.letters.receipt import LARGEST
from mailflow.model.campaign import Severity
from mailflow.model.entry import Finding, Submission, Unit, Verdict
from mailflow.model.letter import Correspondent, Letter

MONDAY = datetime(2020, 8, 24, 2, 32, tzinfo=UTC)
UNIT = Unit("省水利厅", ("wxm@qq.example",))

Compose = Callable[..., Letter]
Answer = Callable[..., Answered]
Make = Callable[..., Submission]


def test_a_line_for_each_and_what_is_missing_once_for_all(compose: Compose, answer: Answer, submission: Make) -> None:
    people = (submission("王小明", verdict=Verdict.ACCEPTED), submission("李晓华"), submission("张三"))
    letter = compose(answer(*people, unplaced=("扫描0003.jpg", "扫描0004.jpg")), unit=UNIT)
    assert letter.subject == "〔1人已受理，2人待补充〕省水利厅报送优秀学员3人"
    assert "1. 王小明｜优秀学员｜SX20-7K4M1Q｜✓ 已受理" in letter.text
    assert "2. 李晓华｜优秀学员｜SX20-7K4M2Q｜✗ 缺盖章扫描件、生活工作照1张" in letter.text
    assert "· 盖章扫描件（李晓华、张三）：未收到。请将加盖公章的报名表扫描或拍照发来" in letter.text
    assert "优秀学员请在 8月30日（周日）24时前补充" in letter.text
    assert "以下文件未能确认属于哪位同志：扫描0003.jpg、扫描0004.jpg" in letter.text
    assert letter.ref is None


def test_mails_within_minutes_share_the_table_and_are_all_named(
    compose: Compose, answer: Answer, submission: Make
) -> None:
    mails = [
        answer(
            submission(f"甲{number}"),
            at=MONDAY + timedelta(minutes=number),
            message_id=f"<{number}@qq.example>",
            refs=(f"SX20-AAAA{number}",),
        )
        for number in range(4)
    ]
    letter = compose(*mails)
    assert letter.subject == "〔4人待补充〕优秀学员4人"
    assert letter.references == tuple(f"<{number}@qq.example>" for number in range(4))
    assert all(f"SX20-AAAA{number}" in letter.text for number in range(4))


def test_one_applicant_in_two_categories_is_two_papers_and_not_two_people(
    compose: Compose, answer: Answer, submission: Make
) -> None:
    letter = compose(answer(submission(), submission(category="challenge-master")))
    assert letter.subject == "〔2份待补充〕报名材料2份"
    assert "挑战达人请在 8月28日（周五）18:00前补充，之后补齐的计入下期" in letter.text


def test_a_held_mail_beside_is_not_forgotten(compose: Compose, answer: Answer, submission: Make) -> None:
    held = answer(findings=(Finding("subject.category-unknown", Severity.ERROR, "未能识别填报项目。"),))
    one = compose(answer(submission()), held)
    several = compose(answer(submission(), submission("李晓华")), held)
    for letter in (one, several):
        assert "另外，8月24日 10:32 收到的邮件未能自动识别，已登记并转工作人员处理。未能识别填报项目。" in letter.text
        assert "未能识别填报项目" in letter.html


def test_who_is_looked_at_by_people_first_is_only_received_in_a_table(
    compose: Compose, answer: Answer, submission: Make
) -> None:
    letter = compose(answer(submission("王小明"), submission("李晓华")), people_first=("李晓华",))
    assert "2. 李晓华｜优秀学员｜SX20-7K4M2Q｜已收到\n" in letter.text
    assert letter.subject == "〔1人待补充，1人已收到〕优秀学员2人"


def test_a_long_table_goes_as_a_file(
    compose: Compose, answer: Answer, submission: Make, correspondent: Correspondent
) -> None:
    names = [f"=王小明{number}" for number in range(90)]
    letter = compose(answer(*(submission(name) for name in names)), unit=UNIT)
    (table,) = [part for part in letter.parts if part.content_id is None]
    assert table.filename == "90份材料情况.csv"
    assert "每份材料的情况见附件《90份材料情况.csv》" in letter.text
    rows = list(csv.reader(io.StringIO(table.content.decode("utf-8-sig"))))
    assert rows[0] == ["姓名", "项目", "回执", "情况", "需要补充或核对"]
    assert [row[0] for row in rows[1:]] == ["'" + name for name in names]
    assert "生活工作照1张" in rows[1][4]
    bare = replace(letter, parts=())
    assert len(to_bytes(bare, correspondent, message_id="<r@example.cn>", date=MONDAY)) <= LARGEST


def test_a_long_batch_of_long_wishes_stays_small(
    compose: Compose, answer: Answer, submission: Make, correspondent: Correspondent
) -> None:
    people = [
        submission("长" * 60, findings=(Finding("form.name-mismatch", Severity.ERROR, f"{n}" + "细" * 900),))
        for n in range(60)
    ]
    letter = compose(answer(*people, unplaced=tuple(f"{n}" + "名" * 300 for n in range(99))), unit=UNIT)
    bare = replace(letter, parts=())
    assert len(to_bytes(bare, correspondent, message_id="<r@example.cn>", date=MONDAY)) <= LARGEST
