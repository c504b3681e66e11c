"""What becomes of a screen on its way into a mail: compressed, made smaller, turned, photographed, blurred."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Mapping

from PIL import Image, ImageChops, ImageFilter

from mailflow.testing.drawn import encoded

Treatment = Callable[[Image.Image, int], bytes]
"""A picture and a seed to the bytes of a file."""


def narrowed(picture: Image.Image, width: int) -> Image.Image:
    """The picture made so many pixels wide, as a messenger does."""
    height = round(picture.height * width / picture.width)
    return picture.resize((width, height), Image.Resampling.LANCZOS)


def tilted(picture: Image.Image, degrees: float) -> Image.Image:
    """The picture turned left on a dark table."""
    return picture.rotate(degrees, resample=Image.Resampling.BICUBIC, expand=True, fillcolor="#5c5048")


def moved(picture: Image.Image, length: int) -> Image.Image:
    """The picture as a hand that moved took it: each point drawn out to the right."""
    kernel = [1.0 if row == 2 else 0.0 for row in range(5) for _ in range(5)]
    for _ in range(max(1, length // 4)):
        picture = picture.filter(ImageFilter.Kernel((5, 5), kernel, scale=5))
    return picture


def photographed_screen(picture: Image.Image, seed: int) -> Image.Image:
    """A telephone's screen taken with another telephone: its lines, a tilt, uneven light, grain, a little blur."""
    dice = random.Random(seed)  # noqa: S311  a picture, not a secret
    width, height = picture.size
    turn, pitch = math.radians(dice.uniform(4, 12)), dice.uniform(5.0, 7.5)
    side = 2 * max(width, height)
    rows = bytes(round(236 + 19 * math.sin(2 * math.pi * place / pitch)) for place in range(side))
    lines = Image.frombytes("L", (1, side), rows).resize((side, side))
    lines = lines.rotate(math.degrees(turn), resample=Image.Resampling.BILINEAR)
    lines = lines.crop((side // 4, side // 4, side // 4 + width, side // 4 + height))
    shot = ImageChops.multiply(picture, Image.merge("RGB", (lines,) * 3))
    into = dice.uniform(0.01, 0.03) * width
    corners = (-into, 0, 0, height, width, height, width + into, 0)
    shot = shot.transform(shot.size, Image.Transform.QUAD, corners, resample=Image.Resampling.BICUBIC)
    shot = tilted(shot, dice.uniform(-3.0, 3.0))
    light = Image.linear_gradient("L").resize(shot.size).point(lambda value: 255 - value * 60 // 255)
    grain = Image.frombytes("L", shot.size, dice.randbytes(shot.width * shot.height))
    grain = grain.point(lambda value: 255 - value * 24 // 255)
    for shade in (light, grain):
        shot = ImageChops.multiply(shot, Image.merge("RGB", (shade,) * 3))
    return shot.filter(ImageFilter.GaussianBlur(width / 1080))


TREATMENTS: Mapping[str, Treatment] = {
    "as it is (PNG)": lambda picture, _: encoded(picture, "PNG"),
    "JPEG, quality 60": lambda picture, _: encoded(picture, quality=60),
    "720 px wide, JPEG 35": lambda picture, _: encoded(narrowed(picture, 720), quality=35),
    "540 px wide, JPEG 20": lambda picture, _: encoded(narrowed(picture, 540), quality=20),
    "400 px wide, JPEG 50": lambda picture, _: encoded(narrowed(picture, 400), quality=50),
    "300 px wide, JPEG 50": lambda picture, _: encoded(narrowed(picture, 300), quality=50),
    "turned by 3°": lambda picture, seed: encoded(tilted(picture, 3.0 if seed % 2 else -3.0), quality=70),
    "turned by 90°": lambda picture, seed: encoded(picture.rotate(90 if seed % 2 else 270, expand=True), quality=70),
    "photographed from the screen": lambda picture, seed: encoded(photographed_screen(picture, seed), quality=75),
    "shaken": lambda picture, _: encoded(moved(picture, 8), quality=70),
    "badly blurred": lambda picture, _: encoded(
        picture.filter(ImageFilter.GaussianBlur(picture.width / 110)), quality=70
    ),
}
"""Ways of a screenshot into a mail, by what people would call them."""
