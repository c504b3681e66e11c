"""Whose turn it is to be answered, and how much may go out."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from mailflow.model.due import Due
from mailflow.model.entry import Unit
from mailflow.steps.turns import turns
from mailflow.steps.world import Limits

NOON = datetime(2020, 8, 24, 4, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def due(number: int, sender: str, minutes: float, *, is_command: bool = False) -> Due:
    arrived = NOON - timedelta(hours=2) + MINUTE * minutes
    return Due(number, sender, arrived, arrived, is_command)


def numbers(mails: list[Due], **how: Any) -> list[list[int]]:
    settings: dict[str, Any] = {"now": NOON, "limits": Limits(), "had": {}, **how}
    return [[mail.id for mail in chain] for chain in turns(mails, **settings)]


def test_mails_within_the_quiet_minutes_share_an_answer() -> None:
    assert numbers([due(1, "a@b.cn", 0), due(2, "a@b.cn", 2), due(3, "a@b.cn", 4.1)]) == [[1, 2], [3]]


def test_a_command_is_answered_by_itself() -> None:
    assert numbers([due(1, "a@b.cn", 0), due(2, "a@b.cn", 1, is_command=True), due(3, "a@b.cn", 2)]) == [[1], [2], [3]]


def test_a_sender_who_may_go_on_writing_is_waited_for() -> None:
    fresh = Due(1, "a@b.cn", NOON - MINUTE, NOON - MINUTE, is_command=False)
    assert numbers([fresh]) == []
    assert numbers([fresh], at_once=True) == [[1]]
    assert numbers([due(1, "a@b.cn", 0)], busy={"a@b.cn"}) == []


def test_what_goes_beyond_the_hour_is_answered_together_in_the_last_letter() -> None:
    mails = [due(number, "a@b.cn", number * 3) for number in range(1, 7)]
    assert numbers(mails, limits=Limits(replies_per_sender_hour=3)) == [[1], [2], [3, 4, 5, 6]]
    assert numbers(mails, limits=Limits(replies_per_sender_hour=3), had={"a@b.cn": 3}) == []


def test_a_registered_unit_may_be_answered_more_often() -> None:
    mails = [due(number, "office@unit.cn", number * 3) for number in range(1, 6)]
    limits = Limits(replies_per_sender_hour=2, replies_per_unit_hour=4)
    unit = Unit("示例厅", ("office@unit.cn",))
    assert numbers(mails, limits=limits) == [[1], [2, 3, 4, 5]]
    assert numbers(mails, limits=limits, units=[unit]) == [[1], [2], [3], [4, 5]]


def test_one_domain_gets_no_more_than_its_share_and_the_rest_waits() -> None:
    mails = [due(number, f"p{number}@small.example.com", number) for number in range(1, 5)]
    assert numbers(mails, limits=Limits(replies_per_domain_hour=2)) == [[1], [2]]
    assert numbers(mails, limits=Limits(replies_per_domain_hour=2), had={"x@small.example.com": 1}) == [[1]]


def test_the_domains_of_everybody_have_no_share() -> None:
    mails = [due(number, f"p{number}@qq.com", number) for number in range(1, 5)]
    assert numbers(mails, limits=Limits(replies_per_domain_hour=2)) == [[1], [2], [3], [4]]


def test_a_limit_for_all_lets_those_through_who_came_first() -> None:
    mails = [due(1, "z@a.cn", 1), due(2, "a@b.cn", 2), due(3, "b@c.cn", 0)]
    assert numbers(sorted(mails, key=lambda one: one.sender), limits=Limits(replies_per_hour=2)) == [[3], [1]]
