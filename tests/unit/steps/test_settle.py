"""settle: what the calendar alone changes is judged again, once a day, however many entries there are."""

from __future__ import annotations

import pytest

from mailflow.steps import settle as module
from mailflow.steps.settle import settle
from mailflow.testing.forms import filled_form
from mailflow.testing.office import Office
from mailflow.testing.pictures import photo

PAPERS = ("盖章扫描件.jpg", "我的信息截图.jpg", "生活工作照.jpg")


def apply(office: Office, name: str, number: int, *, total: int) -> None:
    """A whole application for outstanding-learner with so many points."""
    values = {
        "name": name,
        "study_id": f"100000000{number}",
        "organisation": "省水利厅机关党委",
        "captured_on": "2020年8月20日",
        "total_points": str(total),
        "annual_points": "9800",
        "mobile": "13800000000",
        "employer": "省水利厅",
    }
    pictures = [(paper, photo(seed=10 * number + at, kilobytes=4)) for at, paper in enumerate(PAPERS)]
    form = filled_form(office.world.campaign, "outstanding-learner", values)
    files = [("报名表.docx", form), *pictures]
    office.mail(f"applicant{number}@unit.example", f"{name}+优秀学员", files=files)


def statuses(office: Office) -> list[str]:
    return [one.status.value for one in office.ask(lambda books: books.entries.all(office.world.campaign.id))]


def test_points_below_the_line_wait_for_a_person_once_the_as_of_day_has_passed(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "GROUP", 2)
    for number, name in enumerate(("王小明", "李晓华", "张三", "李四", "王五")):
        apply(office, name, number, total=28345 if name == "张三" else 24900)
    office.judge()
    assert statuses(office) == ["incomplete", "incomplete", "accepted", "incomplete", "incomplete"]
    office.clock.set(office.at("08-30 23:59"))
    assert settle(office.world) == 0
    office.clock.set(office.at("08-31 00:01"))
    assert settle(office.world) == 4
    assert statuses(office) == ["ineligible", "ineligible", "accepted", "ineligible", "ineligible"]


def test_entries_are_judged_again_once_a_day(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    apply(office, "王小明", 1, total=24900)
    office.judge()
    asked: list[str] = []
    monkeypatch.setattr(module, "rejudge", lambda entry, *_, **__: asked.append(entry.ref))
    for moment in ("08-21 09:00", "08-21 23:59", "08-22 00:00", "08-22 00:01"):
        office.clock.set(office.at(moment))
        settle(office.world)
    assert len(asked) == 2
