"""The ruled frame of a table, or the edge of a sheet: seen askew, it tells how the page must be pulled straight."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from mailflow.sight.picture import Pixels

LEAST_WIDTH = 0.35
"""A frame takes at least so much of the picture's width."""
MOST_LEAN = 20.0
"""A corner of a frame that is further from a right angle (degrees) is no corner of a frame."""
INKED = 0.75
"""So much of each side of a frame must be ruled."""
STRAIGHT = 1.5
"""Pixels; a frame whose corners are nearer to a rectangle's is left as it is."""
MOST_GROWTH = 1.4
"""So much larger a page may become by being pulled straight."""

Corners = NDArray[np.float32]
"""Top left, top right, bottom right, bottom left: 4 x 2."""


def ink(picture: Pixels) -> Pixels:
    """255 where something dark is printed or drawn, else 0. Red counts as paper: seals are left out."""
    return cv2.adaptiveThreshold(picture[:, :, 2], 255, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY_INV, 31, 12)


def frame_of(picture: Pixels) -> Corners | None:
    """The largest frame in the picture, None where there is none."""
    inked = cv2.dilate(ink(picture), np.ones((3, 3), np.uint8))
    count, labels, stats, _ = cv2.connectedComponentsWithStats(inked)
    width = picture.shape[1]
    large = [one for one in range(1, count) if stats[one, cv2.CC_STAT_WIDTH] >= LEAST_WIDTH * width]
    large.sort(key=lambda one: -int(stats[one, cv2.CC_STAT_WIDTH]) * int(stats[one, cv2.CC_STAT_HEIGHT]))
    for one in large[:3]:
        left, top, across, down = stats[one, :4]
        part = (labels[top : top + down, left : left + across] == one).astype(np.uint8)
        corners = _corners(part)
        if corners is not None:
            return corners + np.array([left, top], np.float32)
    return None


def _corners(part: Pixels) -> Corners | None:
    """The four corners of one connected thing, where its outline is a ruled quadrangle."""
    outlines, _ = cv2.findContours(part, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    hull = cv2.convexHull(np.concatenate(outlines))
    shape = cv2.approxPolyDP(hull, 0.02 * cv2.arcLength(hull, True), True)
    if len(shape) != 4 or cv2.contourArea(shape) < 0.9 * cv2.contourArea(hull):
        return None
    corners = _in_order(shape.reshape(4, 2).astype(np.float32))
    return corners if _is_upright(corners) and _is_ruled(part, corners) else None


def _in_order(points: Corners) -> Corners:
    """Clockwise from top left."""
    middle = points.mean(axis=0)
    around = points[np.argsort(np.arctan2(points[:, 1] - middle[1], points[:, 0] - middle[0]))]
    return np.roll(around, -int(np.argmin(around.sum(axis=1))), axis=0)


def _is_upright(corners: Corners) -> bool:
    """Whether its sides run across and down, nearly."""
    along = np.roll(corners, -1, axis=0) - corners
    lean = np.degrees(np.arctan2(along[:, 1], along[:, 0])) - np.array([0, 90, 180, 270])
    return bool((np.abs((lean + 180) % 360 - 180) <= MOST_LEAN).all())


def _is_ruled(part: Pixels, corners: Corners) -> bool:
    near = cv2.dilate(part, np.ones((9, 9), np.uint8))
    for begin, end in zip(corners, np.roll(corners, -1, axis=0), strict=True):
        steps = np.linspace(0.02, 0.98, 200)[:, None]
        places = np.round(begin + (end - begin) * steps).astype(int)
        x = places[:, 0].clip(0, part.shape[1] - 1)
        y = places[:, 1].clip(0, part.shape[0] - 1)
        if (near[y, x] > 0).mean() < INKED:
            return False
    return True


def is_straight(corners: Corners) -> bool:
    """Whether the corners are those of a rectangle, nearly."""
    return float(np.abs(_rectangle(corners) - corners).max()) <= STRAIGHT


def pulled_straight(picture: Pixels, corners: Corners) -> Pixels:
    """The picture, so that the frame with these `corners` is a rectangle, on a sheet large enough for all of it."""
    pull = cv2.getPerspectiveTransform(corners, _rectangle(corners))
    height, width = picture.shape[:2]
    page = np.array([[[0, 0], [width, 0], [width, height], [0, height]]], np.float32)
    edge = cv2.perspectiveTransform(page, pull)[0]
    room = np.array([width, height]) * (MOST_GROWTH - 1)
    low = np.maximum(np.floor(edge.min(axis=0)), -room)
    high = np.minimum(np.ceil(edge.max(axis=0)), np.array([width, height]) + room)
    move = np.array([[1, 0, -low[0]], [0, 1, -low[1]], [0, 0, 1]])
    size = (int(high[0] - low[0]), int(high[1] - low[1]))
    return cv2.warpPerspective(picture, move @ pull, size, flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)


def _rectangle(corners: Corners) -> Corners:
    left, right = corners[[0, 3], 0].mean(), corners[[1, 2], 0].mean()
    top, bottom = corners[[0, 1], 1].mean(), corners[[2, 3], 1].mean()
    return np.array([[left, top], [right, top], [right, bottom], [left, bottom]], np.float32)
