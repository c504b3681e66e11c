"""Pages of a learning app on telephones of several sizes, drawn as large as they are. Nobody is in them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PIL import Image, ImageDraw

from mailflow.model.facts import Role
from mailflow.testing.drawn import font
from mailflow.testing.people import Person

SIZES = ((720, 1280), (750, 1334), (1080, 1920), (1080, 2340), (1440, 3200))
RED, GREY, INK, PALE = "#d0281e", "#8a8a8a", "#222222", "#f4f4f4"


@dataclass(frozen=True, slots=True)
class Screen:
    """A page that can be drawn: what it is, the fields that it shows, and how."""

    role: Role
    fields: tuple[str, ...]
    draw: Callable[[Person, tuple[int, int]], Image.Image]


class Pen:
    """Draws in units of a screen that is 1080 wide: texts by their middle, boxes by their edges."""

    def __init__(self, size: tuple[int, int], paper: str = PALE) -> None:
        self.picture = Image.new("RGB", size, paper)
        self.unit = size[0] / 1080
        self._pen = ImageDraw.Draw(self.picture)

    def text(self, x: float, y: float, text: str, size: float, colour: str = INK, *, anchor: str = "lm") -> None:
        place = (x * self.unit, y * self.unit)
        self._pen.text(place, text, fill=colour, font=font(round(size * self.unit)), anchor=anchor)

    def box(self, left: float, top: float, right: float, bottom: float, colour: str, *, round_by: float = 0) -> None:
        edges = tuple(edge * self.unit for edge in (left, top, right, bottom))
        self._pen.rounded_rectangle(edges, round_by * self.unit, fill=colour)

    def disc(self, x: float, y: float, radius: float, colour: str) -> None:
        edges = tuple(edge * self.unit for edge in (x - radius, y - radius, x + radius, y + radius))
        self._pen.ellipse(edges, fill=colour)

    def head(self, title: str, *, height: float = 210) -> None:
        """The status bar, and the title bar in red."""
        self.box(0, 0, 1080, height, RED)
        self.text(50, 40, "中国移动", 30, "white")
        self.text(1030, 40, "21:36", 30, "white", anchor="rm")
        self.text(50, 145, "<", 60, "white")
        self.text(540, 145, title, 50, "white", anchor="mm")

    def row(self, top: float, label: str, value: str, *, arrow: bool = True) -> None:
        """A row of a list: label left, value right, an arrow."""
        self.box(0, top, 1080, top + 128, "white")
        self.text(48, top + 64, label, 44)
        self.text(980 if arrow else 1030, top + 64, value, 42, GREY, anchor="rm")
        if arrow:
            self.text(1030, top + 64, ">", 42, "#c0c0c0", anchor="rm")


def profile_list(person: Person, size: tuple[int, int]) -> Image.Image:
    """我的信息 as a list: avatar, then labels left and values right."""
    pen = Pen(size)
    pen.head("我的信息")
    pen.box(0, 240, 1080, 400, "white")
    pen.text(48, 320, "头像", 44)
    pen.disc(950, 320, 60, "#e7c9a9")
    rows = (
        ("姓名", person.name),
        ("学号", person.study_id),
        ("学习组织", person.organisation),
        ("总积分", str(person.total_points)),
        ("全国排名", str(person.total_rank)),
        ("年度积分", str(person.annual_points)),
        ("全国排名", str(person.annual_rank)),
    )
    for number, (label, value) in enumerate(rows):
        pen.row(430 + 132 * number, label, value, arrow=number < 3)
    return pen.picture


def profile_card(person: Person, size: tuple[int, int]) -> Image.Image:
    """我的信息 with a red head that bears the names, and figures above their labels."""
    pen = Pen(size)
    pen.head("我的信息", height=560)
    pen.disc(150, 360, 95, "#e7c9a9")
    pen.text(290, 300, f"姓名：{person.name}", 46, "white")
    pen.text(290, 380, f"学号：{person.study_id}", 36, "white")
    pen.text(290, 450, f"学习组织：{person.organisation}", 32, "white")
    pen.box(40, 600, 1040, 1120, "white", round_by=24)
    figures = (
        (f"{person.total_points:,}", "总积分", 300, 690),
        (f"{person.annual_points:,}", "年度积分", 780, 690),
        (str(person.total_rank), "全国总排名", 300, 940),
        (str(person.annual_rank), "全国年度排名", 780, 940),
    )
    for value, label, x, y in figures:
        pen.text(x, y, value, 68, RED, anchor="mm")
        pen.text(x, y + 90, label, 38, GREY, anchor="mm")
    return pen.picture


def answers_page(person: Person, size: tuple[int, int]) -> Image.Image:
    """答题记录 of one day: how often, how long."""
    pen = Pen(size)
    pen.head("答题记录")
    pen.box(40, 260, 1040, 560, "#fff6ea", round_by=24)
    pen.text(540, 370, str(person.answers), 92, RED, anchor="mm")
    pen.text(540, 490, "答题次数", 40, GREY, anchor="mm")
    rows = (
        ("答题日期", person.day.strftime("%Y.%m.%d")),
        ("答题类型", "挑战答题"),
        ("答题用时", person.answer_time),
        ("正确率", "100%"),
    )
    for number, (label, value) in enumerate(rows):
        pen.row(620 + 132 * number, label, value, arrow=False)
    return pen.picture


def share_card(person: Person, size: tuple[int, int]) -> Image.Image:
    """通关分享图: praise, a date, and a pattern to be scanned."""
    pen = Pen(size, RED)
    pen.box(90, 260, 990, 1240, "#fff6ea", round_by=40)
    pen.text(540, 150, "学习强国", 72, "#ffe9b8", anchor="mm")
    pen.text(540, 400, "恭喜你", 64, RED, anchor="mm")
    pen.text(540, 510, "挑战答题通关", 84, RED, anchor="mm")
    pen.text(540, 660, f"{person.day.year}年{person.day.month}月{person.day.day}日", 48, INK, anchor="mm")
    for row in range(12):
        for column in range(12):
            if (row * 7 + column * 5 + row * column) % 3:
                pen.box(420 + 20 * column, 790 + 20 * row, 440 + 20 * column, 810 + 20 * row, INK)
    pen.text(540, 1120, "长按识别二维码", 40, GREY, anchor="mm")
    return pen.picture


_PROFILE = ("name", "study_id", "organisation", "total_points", "total_rank", "annual_points", "annual_rank")
SCREENS = (
    Screen(Role.PROFILE, _PROFILE, profile_list),
    Screen(Role.PROFILE, _PROFILE, profile_card),
    Screen(Role.ANSWERS, ("answers", "answer_time", "cleared_on"), answers_page),
    Screen(Role.SHARE, ("cleared_on",), share_card),
)
