"""Pictures that are sent along and are none of the pages that are asked for. Nobody is in them."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping

from PIL import Image, ImageDraw, ImageFilter

from mailflow.testing.drawn import font
from mailflow.testing.people import Person, nobody
from mailflow.testing.screens import Pen, profile_card

WIDE, TALL = (1600, 1200), (1080, 1920)
_TALK = (
    "大家好，我是学习组织管理员",
    "请把报名表和截图发给我",
    "“我的信息”页面怎么截图？",
    "打开“我的”就能看到",
    "收到，谢谢",
)
_NOTICE = "各学习组织请于本月二十八日前将报名材料报送到指定邮箱，报名表须加盖公章，逾期不予受理。"


def portrait(seed: int) -> Image.Image:
    """A head and shoulders before a wall."""
    dice = random.Random(seed)  # noqa: S311  a picture, not a secret
    drawn = Image.new("RGB", (900, 1200), dice.choice(("#d8dde3", "#bcd0e0", "#c94a3f")))
    pen = ImageDraw.Draw(drawn)
    pen.ellipse((130, 800, 770, 1500), fill=dice.choice(("#22304a", "#5a5a5a", "#7a2a2a")))
    pen.ellipse((300, 300, 600, 720), fill="#e2bb96")
    pen.pieslice((280, 250, 620, 620), 180, 360, fill="#2a2320")
    for x in (380, 490):
        pen.ellipse((x, 480, x + 30, 505), fill="#2a2320")
    return drawn.filter(ImageFilter.GaussianBlur(2))


def gathering(seed: int) -> Image.Image:
    """People under a banner with a few words."""
    dice = random.Random(seed)  # noqa: S311
    drawn = Image.new("RGB", WIDE, "#9fb6a4")
    pen = ImageDraw.Draw(drawn)
    pen.rectangle((100, 120, 1500, 300), fill="#c8281e")
    pen.text(
        (800, 210),
        dice.choice(("主题党日活动", "读书分享会", "志愿服务队")),
        fill="#ffe08a",
        font=font(96),
        anchor="mm",
    )
    for place in range(9):
        x = 120 + 160 * place + dice.randint(-20, 20)
        pen.ellipse((x, 560, x + 90, 680), fill="#e2bb96")
        pen.rectangle((x - 30, 680, x + 120, 1080), fill=dice.choice(("#2c4770", "#803030", "#444444")))
    return drawn.filter(ImageFilter.GaussianBlur(1.5))


def talk(seed: int) -> Image.Image:
    """A group chat about the very pages that are asked for."""
    pen = Pen(TALL, "#ededed")
    pen.text(540, 120, f"学习群({seed % 90 + 10})", 48, anchor="mm")
    for number, text in enumerate(_TALK):
        pen.disc(90, 330 + 220 * number, 50, "#88aacc")
        pen.box(170, 270 + 220 * number, 1000, 390 + 220 * number, "white", round_by=16)
        pen.text(200, 330 + 220 * number, text, 40)
    return pen.picture


def menu(seed: int) -> Image.Image:
    """The page of the app that leads to the one asked for."""
    person = nobody(seed)
    pen = Pen(TALL)
    pen.head("我的", height=420)
    pen.disc(150, 310, 80, "#e7c9a9")
    pen.text(280, 310, person.name, 52, "white")
    for number, label in enumerate(("我的信息", "我的收藏", "我的订阅", "历史", "设置", "意见反馈")):
        pen.row(470 + 132 * number, label, "")
    return pen.picture


def notice(seed: int) -> Image.Image:
    """A page of running text, photographed."""
    pen = Pen((1240, 1754), "#fbfbf8")
    pen.text(540, 180, "关于报送报名材料的通知", 54, anchor="mm")
    text = _NOTICE * 6
    for number in range(0, len(text), 24):
        pen.text(80, 320 + 3 * number, text[number : number + 24], 38)
    pen.text(1000, 1400, f"〔{2000 + seed % 20}〕", 38, anchor="rm")
    return pen.picture


def half_a_page(seed: int) -> Image.Image:
    """Only the top of the page asked for: too little to tell it."""
    person: Person = nobody(seed)
    return profile_card(person, TALL).crop((0, 0, 1080, 230))


SCENES: Mapping[str, Callable[[int], Image.Image]] = {
    "a portrait": portrait,
    "people under a banner": gathering,
    "talk in a chat": talk,
    "another page of the app": menu,
    "a notice": notice,
    "a strip of the page": half_a_page,
}
