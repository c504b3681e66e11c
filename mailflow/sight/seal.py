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
COLOURED = 24
"""Less than so much between its channels, a pixel is grey."""


def look_for_seal(picture: Pixels) -> Seal:
    """Whether a seal stands on the page."""
    height, width = picture.shape[:2]
    scale = min(1.0, LOOKED_AT / max(height, width))
    small = cv2.resize(
        picture, (max(1, round(width * scale)), max(1, round(height * scale))), interpolation=cv2.INTER_AREA
    )
    if _is_grey(small):
        return Seal.UNKNOWN
    mask = red(small)
    closed = cv2.morphologyEx(mask, cv2.MORPH_CLOSE, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (9, 9)))
    count, _, stats, _ = cv2.connectedComponentsWithStats(closed)
    long = max(small.shape[:2])
    for left, top, across, down, _area in stats[1:count]:
        if (
            SMALLEST * long <= min(across, down)
            and max(across, down) <= LARGEST * long
            and _is_seal(mask[top : top + down, left : left + across])
        ):
            return Seal.PRESENT
    return Seal.ABSENT


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
