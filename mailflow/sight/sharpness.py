"""Whether a picture is so unsharp or so small that words in it may have been missed or misread."""

from __future__ import annotations

import cv2
import numpy as np

from mailflow.sight.cut import cut_out
from mailflow.sight.ocr import READ_HEIGHT, Quads
from mailflow.sight.picture import Pixels
from mailflow.sight.upright import sides

LEAST_SHARPNESS = 0.16
"""The steepest step from dark to light between neighbours, by the contrast. Drawn screens and forms were read down to
0.13, and not at all below 0.1."""
SMALLEST_PRINT = 28
"""Pixels: the height of a line's frame in a telephone's screen that is some 450 pixels wide."""
SMALLEST_SCREEN = 500
SCREEN_SHAPE = 1.6
"""So much longer than wide, a picture without a word may be a screen."""
ASKED = 12
FLAT = 25
"""Steps of brightness. With less contrast nothing is written there."""


def is_blurred(picture: Pixels, quads: Quads) -> bool:
    """Whether what was not read in the picture may stand there all the same."""
    if not len(quads):
        long, short = max(picture.shape[:2]), min(picture.shape[:2])
        return (short < SMALLEST_SCREEN and long > SCREEN_SHAPE * short) or _is_unsharp([_small(picture)], 99.8)
    widths, heights = sides(quads)
    if np.median(heights) < SMALLEST_PRINT:
        return True
    return _is_unsharp([_at_height(cut_out(picture, quads[one])) for one in np.argsort(-widths)[:ASKED]], 98)


def _is_unsharp(parts: list[Pixels], percentile: float) -> bool:
    steps = []
    for part in parts:
        grey = cv2.cvtColor(part, cv2.COLOR_BGR2GRAY).astype(np.float32)
        dark, light = np.percentile(grey, (2, 98))
        if light - dark >= FLAT:
            steps.append(np.percentile(np.abs(np.diff(grey, axis=1)), percentile) / (light - dark))
    return bool(steps) and float(np.median(steps)) < LEAST_SHARPNESS


def _at_height(line: Pixels) -> Pixels:
    """The line as it is read."""
    width = max(8, round(line.shape[1] * READ_HEIGHT / line.shape[0]))
    return cv2.resize(line, (width, READ_HEIGHT), interpolation=cv2.INTER_AREA)


def _small(picture: Pixels) -> Pixels:
    scale = min(1.0, 736 / max(picture.shape[:2]))
    size = (max(8, round(picture.shape[1] * scale)), max(8, round(picture.shape[0] * scale)))
    return cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
