"""Pages of forms as a scanner or a camera gives them, drawn: ruled tables, a red seal, skew, shade and noise."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence

from PIL import Image, ImageChops, ImageDraw, ImageFilter

from mailflow.documents.grid import Grid, GridCell
from mailflow.testing.drawn import font

INK, SEAL_INK = "#202020", (214, 30, 38)
A4 = (8.27, 11.69)
"""Inches."""

FORM = Grid(
    (
        GridCell("姓名", 0, 0),
        GridCell("测试甲", 0, 1),
        GridCell("学号", 0, 2),
        GridCell("90017734205518", 0, 3),
        GridCell("照片", 0, 4, down=4),
        GridCell("学习组织", 1, 0),
        GridCell("示例市示例区学习平台示例单位第三支部", 1, 1, across=3),
        GridCell("截图时间", 2, 0),
        GridCell("2020年8月19日", 2, 1, across=3),
        GridCell("总积分", 3, 0),
        GridCell("31405", 3, 1),
        GridCell("全国排名", 3, 2),
        GridCell("927", 3, 3),
        GridCell("年度积分", 4, 0),
        GridCell("10886", 4, 1),
        GridCell("手机号码", 4, 2),
        GridCell("13900000000", 4, 3, across=2),
        GridCell("主要事迹", 5, 0),
        GridCell("坚持每天学习，记下笔记三本；在单位组织读书会，带动同事一起学习。", 5, 1, across=4),
        GridCell("报送单位核实意见", 6, 0),
        GridCell("情况属实。", 6, 1, across=4),
    )
)
"""A filled form of nobody's, with cells merged both ways."""
WIDTHS = (0.16, 0.2, 0.14, 0.26, 0.24)
"""Columns, as shares of the table's width."""
HEIGHTS = (1.0, 1.0, 1.0, 1.0, 1.0, 3.0, 3.4)
"""Rows, in lines of 0.5 inch."""


def form_page(
    grid: Grid = FORM,
    *,
    title: str = "优秀学员报名表",
    dpi: int = 200,
    widths: Sequence[float] = WIDTHS,
    heights: Sequence[float] = HEIGHTS,
    seal: bool = True,
) -> Image.Image:
    """An A4 page with the table ruled in thin lines, its texts wrapped in their cells, and a seal in the last row."""
    page = Image.new("RGB", (round(A4[0] * dpi), round(A4[1] * dpi)), "#fdfdfb")
    pen = ImageDraw.Draw(page)
    size = round(dpi * 14 / 72)
    pen.text((page.width / 2, 0.9 * dpi), title, fill=INK, font=font(round(dpi * 20 / 72)), anchor="mm")
    left, top, across = 0.8 * dpi, 1.4 * dpi, (A4[0] - 1.6) * dpi
    columns = [left + across * sum(widths[:number]) for number in range(len(widths) + 1)]
    rows = [top + 0.5 * dpi * sum(heights[:number]) for number in range(len(heights) + 1)]
    for cell in grid.cells:
        box = (columns[cell.column], rows[cell.row], columns[cell.column + cell.across], rows[cell.row + cell.down])
        pen.rectangle(tuple(map(round, box)), outline=INK, width=max(1, dpi // 90))
        _write(pen, cell.text, box, size)
    return stamped(page, (columns[-1] - 1.1 * dpi, rows[-1] - 0.8 * dpi), radius=0.8 * dpi) if seal else page


def _write(pen: ImageDraw.ImageDraw, text: str, box: tuple[float, float, float, float], size: int) -> None:
    """The text in the middle of its cell, in as many lines as it takes."""
    room = max(1, int((box[2] - box[0] - size * 0.6) // font(size).getlength("国")))
    lines, line = [], ""
    for character in text:
        if font(size).getlength(line + character) > room * font(size).getlength("国"):
            lines.append(line)
            line = ""
        line += character
    lines.append(line)
    top = (box[1] + box[3]) / 2 - len(lines) * size * 0.65
    for number, one in enumerate(lines):
        pen.text(
            ((box[0] + box[2]) / 2, top + size * 1.3 * (number + 0.5)), one, fill=INK, font=font(size), anchor="mm"
        )


def stamped(
    page: Image.Image, centre: tuple[float, float], *, radius: float, words: str = "示例市示例单位"
) -> Image.Image:
    """The page with a round red seal over what stands there: a ring, a star, and words along the ring."""
    ink = Image.new("RGB", page.size, "white")
    pen = ImageDraw.Draw(ink)
    x, y = centre
    pen.ellipse((x - radius, y - radius, x + radius, y + radius), outline=SEAL_INK, width=max(2, round(radius * 0.06)))
    pen.regular_polygon((x, y, radius * 0.3), 5, fill=SEAL_INK)
    for number, character in enumerate(words):
        degrees = -150 + number * 120 / max(1, len(words) - 1)
        place = (
            x + 0.74 * radius * math.cos(math.radians(degrees)),
            y + 0.74 * radius * math.sin(math.radians(degrees)),
        )
        glyph = Image.new("RGBA", (round(radius * 0.4),) * 2)
        ImageDraw.Draw(glyph).text(
            (glyph.width / 2, glyph.height / 2), character, fill=SEAL_INK, font=font(round(radius * 0.26)), anchor="mm"
        )
        glyph = glyph.rotate(-degrees - 90, resample=Image.Resampling.BICUBIC)
        ink.paste(glyph, (round(place[0] - glyph.width / 2), round(place[1] - glyph.height / 2)), glyph)
    return ImageChops.multiply(page, ink)


def scanned(
    page: Image.Image, *, degrees: float = 0.0, blur: float = 0.5, noise: int = 6, seed: int = 0
) -> Image.Image:
    """The page as a scanner gives it: turned left by `degrees`, a little soft, with grain."""
    turned = page.rotate(degrees, resample=Image.Resampling.BICUBIC, expand=True, fillcolor="#f4f4f2")
    soft = turned.filter(ImageFilter.GaussianBlur(blur))
    grain = random.Random(seed).randbytes(soft.width * soft.height)  # noqa: S311  grain, not a secret
    shade = Image.frombytes("L", soft.size, grain).point(lambda value: 255 - value * noise // 255)
    return ImageChops.multiply(soft, Image.merge("RGB", (shade,) * 3))


def photographed(page: Image.Image, *, tilt: float = 0.06) -> Image.Image:
    """The page as a hand-held camera sees it: its far edge shorter by `tilt` at both sides, light falling off."""
    width, height = page.size
    drawn = Image.new("RGB", (round(width * 1.2), round(height * 1.15)), "#6b5a48")
    drawn.paste(page, (round(width * 0.1), round(height * 0.07)))
    into = (tilt * drawn.width, 0.0)
    corners = (-into[0], 0, 0, drawn.height, drawn.width, drawn.height, drawn.width + into[0], 0)
    seen = drawn.transform(drawn.size, Image.Transform.QUAD, corners, resample=Image.Resampling.BICUBIC)
    light = Image.linear_gradient("L").resize(seen.size).point(lambda value: 255 - value * 70 // 255)
    return ImageChops.multiply(seen, Image.merge("RGB", (light,) * 3))


def as_pdf(pages: Sequence[Image.Image], *, dpi: int = 200) -> bytes:
    """The pages as a PDF that holds pictures only."""
    import io

    written = io.BytesIO()
    pages[0].save(written, "PDF", resolution=float(dpi), save_all=True, append_images=list(pages[1:]), quality=75)
    return written.getvalue()
