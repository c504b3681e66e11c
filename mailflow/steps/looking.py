"""What takes the looks: child processes for pictures and scans."""

from __future__ import annotations

import os
from datetime import timedelta

from mailflow.model.sight import Look, Sight
from mailflow.sight import installed
from mailflow.steps.eyes import Eyes, LookTask
from mailflow.steps.readers import Bounds, Readers
from mailflow.store.spool import Spool

PICTURE_BOUNDS = Bounds(wall_seconds=60.0, cpu_seconds=60, memory_bytes=4 * 1024**3)
"""The first look of a child loads the models, and maps more memory than it uses."""
MOST_CHILDREN = 4


def open_eyes(files: Spool, *, pictures: bool = True, children: int = 0, wait: timedelta | None = None) -> Eyes:
    """Eyes for all looks that are wanted and can be taken here; `children` 0: one for each core.

    Children start when first needed.
    """
    looks: set[Look] = set()
    readers = None
    if pictures and installed.missing() is None:
        looks |= {Look.PICTURE, Look.SCAN}
        count = children or min(MOST_CHILDREN, os.cpu_count() or 1)
        readers = Readers[LookTask, Sight](look_at_file, (files,), count=count, bounds=PICTURE_BOUNDS)
    return Eyes(frozenset(looks), readers, wait=wait if wait is not None else Eyes().wait)


def look_at_file(task: LookTask, files: Spool) -> Sight:
    """In a child: what is seen in the file."""
    from mailflow.sight.look import look_at

    return look_at(files.get(task.sha256), task.look)
