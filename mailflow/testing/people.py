"""Applicants who are nobody: names of counting words, numbers of no range that is given out."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from mailflow.model.facts import Value

SURNAMES = "赵钱孙李周吴郑王冯陈"
GIVEN = "甲乙丙丁戊己庚辛壬癸"
PLACES = ("示例市", "样板县", "虚构区", "假定镇")
HOUSES = ("第一中学", "水务局", "图书馆", "人民医院", "供电公司", "住房公积金管理中心")
BODIES = ("党支部", "机关党委", "第三党支部", "离退休干部党支部", "学习平台")
AUGUST = date(2020, 8, 1)


@dataclass(frozen=True, slots=True)
class Person:
    """One applicant and what the screens of a telephone would show of him."""

    name: str
    study_id: str
    organisation: str
    total_points: int
    total_rank: int
    annual_points: int
    annual_rank: int
    mobile: str
    answers: int
    minutes: int
    seconds: int
    day: date

    @property
    def answer_time(self) -> str:
        """The time used, as the page says it."""
        return f"{self.minutes}分{self.seconds:02}秒"

    @property
    def values(self) -> Mapping[str, Value]:
        """All of it, by field id."""
        return {
            **{key: getattr(self, key) for key in ("name", "study_id", "organisation", "mobile", "answers")},
            **{key: getattr(self, key) for key in ("total_points", "total_rank", "annual_points", "annual_rank")},
            "answer_time": self.answer_time,
            "cleared_on": self.day,
            "captured_on": self.day,
        }


def nobody(seed: int) -> Person:
    """An invented applicant; the same `seed` gives the same one."""
    dice = random.Random(seed)  # noqa: S311  invented people, not secrets
    return Person(
        name=dice.choice(SURNAMES) + "".join(dice.sample(GIVEN, dice.choice((1, 2, 2)))),
        study_id="9" + "".join(dice.choices("0123456789", k=13)),
        organisation=dice.choice(PLACES) + dice.choice(HOUSES) + dice.choice(BODIES),
        total_points=dice.randint(5_000, 60_000),
        total_rank=dice.randint(900, 900_000),
        annual_points=dice.randint(900, 15_000),
        annual_rank=dice.randint(900, 900_000),
        mobile="139" + "".join(dice.choices("0123456789", k=8)),
        answers=dice.randint(300, 4_000),
        minutes=dice.randint(5, 80),
        seconds=dice.randint(0, 59),
        day=AUGUST + timedelta(days=dice.randint(0, 30)),
    )


def false_form(person: Person, seed: int) -> Mapping[str, Value]:
    """What a form of that person says where every value differs from the truth, by a digit or a character."""
    dice = random.Random(seed)  # noqa: S311
    return {key: _altered(value, dice) for key, value in person.values.items()}


def _altered(value: Value, dice: random.Random) -> Value:
    if isinstance(value, date):
        return value + timedelta(days=dice.choice((-10, -1, 1, 10)))
    text = str(value)
    places = [place for place, char in enumerate(text) if char.isdigit()]
    if not places:
        place = dice.randrange(len(text))
        other = dice.choice([one for one in GIVEN if one != text[place]])
        return text[:place] + other + text[place + 1 :]
    place = dice.choice(places)
    digit = dice.choice([one for one in "123456789" if one != text[place]])
    altered = text[:place] + digit + text[place + 1 :]
    return int(altered) if isinstance(value, int) else altered
