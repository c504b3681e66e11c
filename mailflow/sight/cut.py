"""Cuts lines of text out of a picture."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from mailflow.sight.picture import Pixels


def line_of(picture: Pixels, quad: NDArray[np.float32]) -> Pixels:
    """The picture of one line, its four corners made a rectangle."""
    width = max(1, int(max(np.linalg.norm(quad[1] - quad[0]), np.linalg.norm(quad[2] - quad[3]))))
    height = max(1, int(max(np.linalg.norm(quad[3] - quad[0]), np.linalg.norm(quad[2] - quad[1]))))
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    matrix = cv2.getPerspectiveTransform(np.ascontiguousarray(quad, np.float32), corners)
    return cv2.warpPerspective(picture, matrix, (width, height), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
