"""Holds a picture upright: quarter turns and the skew of a page, both told by its lines of text."""

from __future__ import annotations

import cv2
import numpy as np

from mailflow.sight.cut import line_of
from mailflow.sight.ocr import Ocr, Quads
from mailflow.sight.picture import Pixels

LONG = 2.0
"""So many times as long as high, a line of text has a direction."""
ASKED = 9
"""So many of the longest lines are asked whether they stand on their heads."""
LEAST_SKEW = 0.15
MOST_SKEW = 25.0
"""Degrees between which a page is turned: below it makes no difference, above it the lines are no lines."""


def quarter_turns(ocr: Ocr, picture: Pixels, quads: Quads) -> int:
    """How often the picture must be turned left by 90 degrees to stand upright (0 to 3)."""
    widths, heights = sides(quads)
    lying, standing = widths >= LONG * heights, heights >= LONG * widths
    if heights[standing].sum() > 2 * widths[lying].sum():
        picture, quads, turns = turned_left(picture, quads), turned_left_quads(quads, picture.shape[1]), 1
        widths, heights = sides(quads)
    else:
        turns = 0
    longest = np.argsort(-widths)[:ASKED]
    on_head = sum(ocr.stands_on_its_head(line_of(picture, quads[one])) for one in longest)
    return turns + 2 if on_head * 2 > len(longest) else turns


def turned_left(picture: Pixels, quads: Quads | None = None) -> Pixels:
    """The picture turned left by 90 degrees."""
    return np.ascontiguousarray(np.rot90(picture))


def turned_left_quads(quads: Quads, width: int) -> Quads:
    """The same lines in a picture that was `width` wide and is turned left."""
    turned = np.stack([quads[:, :, 1], width - 1 - quads[:, :, 0]], axis=2)
    return np.roll(turned, -1, axis=1)


def skew(quads: Quads) -> float:
    """By how many degrees the lines fall to the right; 0 where too few are long enough to tell."""
    widths, heights = sides(quads)
    long = widths >= LONG * heights
    if long.sum() < 2:
        return 0.0
    across = quads[long, 1] - quads[long, 0] + quads[long, 2] - quads[long, 3]
    angles = np.degrees(np.arctan2(across[:, 1], across[:, 0]))
    order = np.argsort(angles)
    weights = np.cumsum(widths[long][order])
    return float(angles[order][np.searchsorted(weights, weights[-1] / 2)])


def straightened(picture: Pixels, quads: Quads, degrees: float) -> tuple[Pixels, Quads]:
    """The picture and its lines turned left by `degrees`, on a sheet large enough for all of it."""
    height, width = picture.shape[:2]
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1.0)
    cosine, sine = abs(turn[0, 0]), abs(turn[0, 1])
    new_width, new_height = int(width * cosine + height * sine), int(width * sine + height * cosine)
    turn[:, 2] += (new_width - width) / 2, (new_height - height) / 2
    sheet = cv2.warpAffine(
        picture, turn, (new_width, new_height), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )
    return sheet, (quads @ turn[:, :2].T + turn[:, 2]).astype(np.float32)


def sides(quads: Quads) -> tuple[np.ndarray, np.ndarray]:
    """The widths and heights of the lines."""
    return (
        np.linalg.norm(quads[:, 1] - quads[:, 0], axis=1),
        np.linalg.norm(quads[:, 3] - quads[:, 0], axis=1),
    )
