"""The one door to RapidOCR: finds lines of text in a picture and reads them. Models come with its wheel.

The models are named by their files, so that nothing is ever fetched, whatever a file looks like.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from mailflow.sight.picture import Pixels

MODELS = {
    "Det": "PP-OCRv6_det_small.onnx",
    "Cls": "ch_ppocr_mobile_v2.0_cls_mobile.onnx",
    "Rec": "PP-OCRv6_rec_small.onnx",
}
SETTINGS = {
    "Global.log_level": "critical",
    "Global.use_preprocess_img": False,
    "EngineConfig.onnxruntime.intra_op_num_threads": 1,
    "EngineConfig.onnxruntime.inter_op_num_threads": 1,
    "Det.limit_type": "max",
    "Det.limit_side_len": 4000,
    # Lines are read one by one, and never padded to more than they need: half the time of the default, the same text.
    "Rec.rec_batch_num": 1,
    "Rec.rec_img_shape": [3, 48, 64],
}
READ_HEIGHT = 48
"""The height at which the model reads a line."""
LONGEST_LINE = 60
"""Lines longer than so many times their height are cut off: no line of a form or screen is."""
SMALLEST_SIDE = 32

Quads = NDArray[np.float32]
"""Lines of text by their corners, n x 4 x 2: x and y of top left, top right, bottom right, bottom left."""


@dataclass(frozen=True, slots=True)
class Ocr:
    """RapidOCR with its models."""

    engine: Any

    def find(self, picture: Pixels, scale: float) -> Quads:
        """The lines of text in `picture`, looked for in a copy of it that is `scale` times as large."""
        height, width = picture.shape[:2]
        size = (max(SMALLEST_SIDE, round(width * scale)), max(SMALLEST_SIDE, round(height * scale)))
        small = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
        found = self.engine(small, use_det=True, use_cls=False, use_rec=False)
        if found.boxes is None or len(found.boxes) == 0:
            return np.zeros((0, 4, 2), np.float32)
        quads = np.asarray(found.boxes, np.float32)
        return quads * np.array([width / size[0], height / size[1]], np.float32)

    def read(self, line: Pixels) -> tuple[str, float]:
        """What stands in the picture of one line, and how sure the model is."""
        line = line[:, : len(line) * LONGEST_LINE]
        read = self.engine(line, use_det=False, use_cls=False, use_rec=True)
        if not read.txts:
            return "", 0.0
        return read.txts[0], float(read.scores[0])

    def stands_on_its_head(self, line: Pixels) -> bool:
        """Whether the line would have to be turned by 180 degrees to be read."""
        told = self.engine(line, use_det=False, use_cls=True, use_rec=False)
        return bool(told.cls_res) and told.cls_res[0][0] == "180"


@cache
def the_ocr() -> Ocr:
    """The one of this process. Loading takes a second or two of CPU."""
    import rapidocr

    cv2.setNumThreads(1)
    logging.getLogger("RapidOCR").setLevel(logging.CRITICAL)
    folder = Path(rapidocr.__file__).parent / "models"
    models = {f"{kind}.model_path": str(folder / name) for kind, name in MODELS.items()}
    return Ocr(rapidocr.RapidOCR(params={**SETTINGS, **models}))
