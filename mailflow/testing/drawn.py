"""Screens of telephones, drawn large enough to be read. Nobody is in them."""

from __future__ import annotations

import io
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw, ImageFont

FONT = "/usr/share/fonts/truetype/wqy/wqy-microhei.ttc"
"""A font with Chinese characters (Debian: fonts-wqy-microhei)."""
ROWS = (("总积分", "31405"), ("年度积分", "10886"), ("排名", "927"), ("答题记录", ""), ("学习记录", ""), ("设置", ""))
WORDS = ("测试甲", "学号：90017734205518", "学习组织：示例单位", "总积分", "31405", "年度积分", "10886", "排名", "927")


def available() -> str | None:
    """None if screens can be drawn here, else what is missing."""
    return None if Path(FONT).exists() else "there is no Chinese font (Debian: apt-get install fonts-wqy-microhei)"


@cache
def font(size: int) -> ImageFont.FreeTypeFont:
    """The font at a size in pixels."""
    return ImageFont.truetype(FONT, size)


def screen(width: int = 720, height: int = 1560, *, rows: Sequence[tuple[str, str]] = ROWS) -> Image.Image:
    """A page with a red head, and labels with values at the right."""
    drawn = Image.new("RGB", (width, height), "#f4f4f4")
    pen = ImageDraw.Draw(drawn)
    unit = width / 1080

    def write(x: int, y: int, text: str, size: int, colour: str) -> None:
        pen.text((x * unit, y * unit), text, fill=colour, font=font(round(size * unit)))

    pen.rectangle((0, 0, width, 500 * unit), fill="#d0281e")
    write(440, 110, "我的信息", 52, "white")
    for number, text in enumerate(WORDS[:3]):
        write(300, 240 + 80 * number, text, 60 if number == 0 else 38, "white")
    for number, (label, value) in enumerate(rows):
        top = 580 + 150 * number
        pen.rectangle((30 * unit, (top - 30) * unit, width - 30 * unit, (top + 100) * unit), fill="white")
        write(80, top, label, 46, "#222222")
        write(760, top, value, 48, "#c03020")
    return drawn


def encoded(picture: Image.Image, file_format: str = "JPEG", **how: Any) -> bytes:
    """The picture as a file."""
    written = io.BytesIO()
    picture.save(written, file_format, **how)
    return written.getvalue()
