"""The same picture or 学号 under another applicant: the reviewer is told, nobody else, and no status changes."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from mailflow.campaign.load import load_campaign
from mailflow.judge.judge import judge
from mailflow.judge.reuse import traces_to_ask_for
from mailflow.model.campaign import Severity
from mailflow.model.entry import Finding, Known, Submission, Verdict
from mailflow.model.facts import FormReading, Role, Shown
from mailflow.model.judgement import Disposition, Draft, Route
from mailflow.model.sight import Seal
from mailflow.model.trace import Trace, Use
from mailflow.testing.desk import Desk, File, facts_of, file, form_file, looked_into, mail, papers_for, values_for

ZONE = ZoneInfo("Asia/Shanghai")
MONDAY = datetime(2020, 8, 24, 10, 32, tzinfo=ZONE)
LEARNER = "outstanding-learner"
PIXELS = "c" * 64


class Bookkeeper(Desk):
    """A desk whose books answer who else bears a trace, as the store does."""

    @property
    def known(self) -> Known:
        entries = tuple(self.entries.values())
        uses = [
            Use(trace, entry.ref, entry.applicant, entry.category)
            for entry in entries
            for trace in traces_to_ask_for(facts_of(()), (), (entry,))
        ]
        return Known(entries, self.units, tuple(uses))


@pytest.fixture
def desk() -> Bookkeeper:
    return Bookkeeper(load_campaign("shanxi-2020"))


def form(desk: Desk, name: str, study_id: str) -> File:
    values = values_for(desk.campaign, LEARNER, name=name, study_id=study_id)
    return form_file("learner", [LEARNER], values, filename=f"{name}.docx")


def picture(name: str, *, content: str = "", pixels: str | None = None, role: Role = Role.PROFILE) -> File:
    return looked_into(file(role, name, content=content), shown=Shown(role), pixels=pixels)


def send(desk: Desk, applicant: str, study_id: str, *files: File, days: int = 0) -> Submission:
    papers = [form(desk, applicant, study_id), *files]
    return desk.send(papers, at=MONDAY + timedelta(days=days), applicant=applicant, sender=f"{study_id}@a.example")


def reused(submission: Submission) -> list[Finding]:
    return [one for one in submission.findings if one.code == "evidence.reused"]


def test_the_same_picture_under_another_applicant_is_told_to_the_reviewer_alone(desk: Bookkeeper) -> None:
    page = picture("我的信息.jpg")
    first = send(desk, "王小明", "1000000001", page)
    second = send(desk, "李晓华", "1000000002", page)
    (told,) = reused(second)
    assert (told.severity, told.for_reviewer, told.where) == (Severity.WARNING, True, "profile-screenshot")
    assert "我的信息.jpg 与 王小明（SX20-0001） 的图片完全相同" in told.text
    assert second.verdict is first.verdict
    assert not reused(first)


def test_the_same_pixels_in_other_bytes_are_the_same_picture(desk: Bookkeeper) -> None:
    send(desk, "王小明", "1000000001", picture("a.jpg", pixels=PIXELS))
    (told,) = reused(send(desk, "李晓华", "1000000002", picture("b.png", pixels=PIXELS)))
    assert "b.png 与 王小明（SX20-0001） 的图片画面相同" in told.text


def test_a_study_id_under_another_name_is_told(desk: Bookkeeper) -> None:
    send(desk, "王小明", "1000000001")
    (told,) = reused(send(desk, "李晓华", "1000000001"))
    assert told.where == "study_id"
    assert "学号 1000000001 与 王小明（SX20-0001） 的相同" in told.text


def test_another_persons_page_is_known_by_the_study_id_on_it_though_it_was_stored_again(desk: Bookkeeper) -> None:
    send(desk, "王小明", "1000000001")
    shown = Shown(Role.PROFILE, {"study_id": "1000000001", "total_points": 28345})
    page = looked_into(file(Role.PROFILE, "截图.jpg"), shown=shown, pixels=PIXELS)
    assert "王小明" in reused(send(desk, "李晓华", "1000000002", page))[0].text


def test_one_applicant_may_send_a_picture_twice_and_in_two_categories(desk: Bookkeeper) -> None:
    page = picture("我的信息.jpg", pixels=PIXELS)
    assert not reused(send(desk, "王小明", "1000000001", page))
    assert not reused(send(desk, "王小明", "1000000001", page, days=1))
    papers = [*papers_for(desk.campaign, "proofreader", without=[Role.PROFILE]), page]
    other = desk.send(papers, at=MONDAY, category="proofreader", sender="unit@b.example")
    assert not reused(other)


@pytest.mark.parametrize("role", [Role.EVIDENCE, Role.UNKNOWN, Role.FORM])
def test_what_may_be_many_peoples_is_no_reuse(desk: Bookkeeper, role: Role) -> None:
    shared = file(role, "活动.jpg")
    send(desk, "王小明", "1000000001", shared)
    assert not reused(send(desk, "李晓华", "1000000002", shared))


def test_a_photograph_of_a_blank_form_is_nobodys(desk: Bookkeeper) -> None:
    blank = looked_into(file(Role.FORM_SCAN, "报名表.jpg"), scan=FormReading("learner"), seal=Seal.ABSENT)
    send(desk, "王小明", "1000000001", blank)
    assert not reused(send(desk, "李晓华", "1000000002", blank))


def test_a_stamped_form_is_one_applicants(desk: Bookkeeper) -> None:
    stamped = looked_into(file(Role.FORM_SCAN, "盖章.jpg"), seal=Seal.PRESENT)
    send(desk, "王小明", "1000000001", stamped)
    assert reused(send(desk, "李晓华", "1000000002", stamped))


def test_a_form_that_comes_alone_is_asked_about_with_the_picture_that_is_kept(desk: Bookkeeper) -> None:
    send(desk, "李晓华", "1000000002", picture("我的信息.jpg"))
    send(desk, "王小明", "1000000001", picture("别的.jpg"))
    assert not reused(send(desk, "李晓华", "1000000002", days=1))
    send(desk, "赵六", "1000000003", picture("我的信息.jpg"))
    assert reused(send(desk, "李晓华", "1000000002", days=2))


def test_two_applicants_of_one_mail_with_one_picture_are_both_told_of(desk: Bookkeeper) -> None:
    files = [form(desk, "王小明", "1000000001"), form(desk, "李晓华", "1000000002"), picture("我的信息.jpg")]
    shas = [one.attachment.sha256 for one in files]
    drafts = (
        Draft("王小明", LEARNER, "1000000001", None, (shas[0], shas[2])),
        Draft("李晓华", LEARNER, "1000000002", None, (shas[1], shas[2])),
    )
    route = Route(Disposition.ENTRY, drafts=drafts)
    one, other = judge(route, mail(files), facts_of(files), desk.campaign, Known(), arrived_at=MONDAY).submissions
    assert "李晓华" in reused(one)[0].text
    assert "王小明" in reused(other)[0].text


def test_nothing_changes_for_the_verdict(desk: Bookkeeper) -> None:
    papers = papers_for(desk.campaign, LEARNER)
    desk.send(papers, at=MONDAY)
    again = desk.send(
        [form(desk, "李晓华", "1000000001"), *papers[1:]], at=MONDAY, applicant="李晓华", sender="x@b.example"
    )
    assert reused(again)
    assert again.verdict is Verdict.ACCEPTED


def test_what_is_asked_of_the_books_is_what_came_and_what_is_kept(desk: Bookkeeper) -> None:
    page, kept = picture("新.jpg", pixels=PIXELS), picture("旧.jpg")
    send(desk, "王小明", "1000000001", kept)
    asked = traces_to_ask_for(facts_of([page, form(desk, "王小明", "1000000009")]), (None,), desk.entries.values())
    keys = {one.key for one in asked if isinstance(one, Trace)}
    assert keys == {
        page.facts.sha256,
        PIXELS,
        kept.facts.sha256,
        "1000000001",
        "1000000009",
    }
