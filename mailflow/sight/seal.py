"""Looks for a round red seal on a page. Of a page without colour nobody can tell."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from mailflow.model.sight import Seal
from mailflow.sight.picture import Pixels

LOOKED_AT = 900
"""Pixels of the longer side at which a seal is looked for."""
SMALLEST, LARGEST = 0.045, 0.4
"""A seal's width as a share of the page's longer side: 42 mm on A4 are 0.14."""
ROUND = 0.78
"""A seal's blob is at least so round: the shorter side of the frame around it by the longer."""
RING = 0.7
"""So much of the circle around a seal is red."""
EDGE = 2
"""Pixels around a seal that still bear its ink."""
INK_VARIES = 30
COLOURED = 24
"""Less than so much between its channels, a pixel is grey."""


def look_for_seal(picture: Pixels) -> tuple[Seal, Pixels]:
    """Whether a seal stands on the page, and the page without its seals, so that the text under them shows."""
    height, width = picture.shape[:2]
    scale = min(1.0, LOOKED_AT / max(height, width))
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    small = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
    if _is_grey(small):
        return Seal.UNKNOWN, picture
    found = _seals(red(small))
    if not found:
        return Seal.ABSENT, picture
    cleared = picture.copy()
    for left, top, across, down in found:
        _clear(
            cleared[
                max(0, int((top - EDGE) / scale)) : int((top + down + EDGE) / scale),
                max(0, int((left - EDGE) / scale)) : int((left + across + EDGE) / scale),
            ]
        )
    return Seal.PRESENT, cleared


def _clear(part: Pixels) -> None:
    """Takes the red ink out, in place. In red light it is nearly as bright as paper, and black ink stays black."""
    light = part[:, :, 2]
    ink, paper = np.median(light[red(part) > 0]), np.percentile(light, 90)
    part[:] = np.where(light >= ink - INK_VARIES, max(ink, paper), light)[:, :, None]


def _seals(mask: Pixels) -> list[tuple[int, int, int, int]]:
    """Left, top, width and height of each round red blob that looks like a seal."""
    closed = cv2.morphologyEx(mask, cv2.MORPH_CLOSE, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (9, 9)))
    count, _, stats, _ = cv2.connectedComponentsWithStats(closed)
    long = max(mask.shape)
    return [
        (left, top, across, down)
        for left, top, across, down, _ in stats[1:count].tolist()
        if SMALLEST * long <= min(across, down)
        and max(across, down) <= LARGEST * long
        and _is_seal(mask[top : top + down, left : left + across])
    ]


def red(picture: Pixels) -> Pixels:
    """255 where the picture is as red as a seal's ink, else 0."""
    shades = cv2.cvtColor(picture, cv2.COLOR_BGR2HSV)
    low = cv2.inRange(shades, (0, 60, 70), (12, 255, 255))
    high = cv2.inRange(shades, (160, 60, 70), (180, 255, 255))
    return cv2.bitwise_or(low, high)


def _is_seal(mask: Pixels) -> bool:
    """Whether a red blob is a ring with something in it: round, its rim red, its corners not, and not all filled."""
    down, across = mask.shape
    if min(across, down) < ROUND * max(across, down):
        return False
    ring, inside, corners = _shapes(across, down)
    rim = cv2.dilate(mask, np.ones((3, 3), np.uint8)) > 0
    angles = _angles(across, down)[ring & rim]
    covered = len(np.unique(angles)) / 72
    red_inside = (mask[inside] > 0).mean()
    return bool(covered >= RING and 0.04 <= red_inside <= 0.6 and (mask[corners] > 0).mean() < 0.12)


def _shapes(across: int, down: int) -> tuple[NDArray[np.bool_], NDArray[np.bool_], NDArray[np.bool_]]:
    distance = _distance(across, down)
    return (distance > 0.8) & (distance <= 1.05), distance < 0.72, distance > 1.15


def _distance(across: int, down: int) -> NDArray[np.float64]:
    """How far each place is from the middle; 1 on the rim."""
    y, x = np.mgrid[0:down, 0:across]
    return np.asarray(np.hypot((x - (across - 1) / 2) / (across / 2), (y - (down - 1) / 2) / (down / 2)))


def _angles(across: int, down: int) -> NDArray[np.int64]:
    """The direction from the middle, in steps of five degrees."""
    y, x = np.mgrid[0:down, 0:across]
    turned = np.degrees(np.arctan2(y - (down - 1) / 2, x - (across - 1) / 2)) + 180
    return np.asarray(turned // 5 % 72, np.int64)


def _is_grey(picture: Pixels) -> bool:
    spread = picture.max(axis=2).astype(np.int16) - picture.min(axis=2)
    return bool((spread > COLOURED).mean() < 0.0002)
