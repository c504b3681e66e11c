"""Holds a picture upright: quarter turns and the skew of a page, both told by its lines of text."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from mailflow.sight.cut import cut_out
from mailflow.sight.ocr import Ocr, Quads
from mailflow.sight.picture import Pixels

LONG = 2.0
"""So many times as long as high, a line of text has a direction."""
ASKED = 9
"""So many of the longest lines are asked whether they stand on their heads."""


def lies_on_its_side(quads: Quads) -> bool:
    """Whether the lines run up or down the picture."""
    widths, heights = sides(quads)
    lying, standing = widths >= LONG * heights, heights >= LONG * widths
    return bool(heights[standing].sum() > 2 * widths[lying].sum())


def stands_on_its_head(ocr: Ocr, picture: Pixels, quads: Quads) -> bool:
    """Whether most of the longest lines seem to stand on their heads, and are read better turned by 180 degrees."""
    longest = [cut_out(picture, quads[one]) for one in np.argsort(-sides(quads)[0])[:ASKED]]
    if sum(ocr.stands_on_its_head(line) for line in longest) * 2 <= len(longest):
        return False
    return sum(ocr.read(turned_left(line, 2))[1] for line in longest) > sum(ocr.read(line)[1] for line in longest)


def skew(quads: Quads) -> float:
    """By how many degrees the lines fall to the right; 0 where too few are long enough to tell."""
    widths, heights = sides(quads)
    long = widths >= LONG * heights
    if long.sum() < 2:
        return 0.0
    along = quads[long, 1] - quads[long, 0] + quads[long, 2] - quads[long, 3]
    angles = np.degrees(np.arctan2(along[:, 1], along[:, 0]))
    order = np.argsort(angles)
    weights = np.cumsum(widths[long][order])
    return float(angles[order][np.searchsorted(weights, weights[-1] / 2)])


def turned_left(picture: Pixels, quarters: int) -> Pixels:
    """The picture turned left by so many times 90 degrees."""
    return np.ascontiguousarray(np.rot90(picture, quarters))


def straightened(picture: Pixels, degrees: float) -> Pixels:
    """The picture turned left by `degrees`, on a sheet large enough for all of it."""
    height, width = picture.shape[:2]
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1.0)
    cosine, sine = abs(turn[0, 0]), abs(turn[0, 1])
    new_width, new_height = int(width * cosine + height * sine), int(width * sine + height * cosine)
    turn[:, 2] += (new_width - width) / 2, (new_height - height) / 2
    size = (new_width, new_height)
    return cv2.warpAffine(picture, turn, size, flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)


def sides(quads: Quads) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """The widths and heights of the lines."""
    return (
        np.linalg.norm(quads[:, 1] - quads[:, 0], axis=1).astype(np.float32),
        np.linalg.norm(quads[:, 3] - quads[:, 0], axis=1).astype(np.float32),
    )
