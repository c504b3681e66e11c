"""What takes the looks: a child process for pictures and scans, a converter for documents."""

from __future__ import annotations

import os
from collections.abc import Sequence
from datetime import timedelta

from mailflow.errors import ReadRefused, StoreError
from mailflow.model.sight import Look, Sight
from mailflow.sight import antiword, installed, office
from mailflow.sight.look import MEMORY_BYTES, look_at
from mailflow.steps.eyes import Eyes, LookTask, unreadable
from mailflow.steps.readers import Bounds, Readers
from mailflow.store.spool import Spool

PICTURE_BOUNDS = Bounds(wall_seconds=60.0, cpu_seconds=60, memory_bytes=MEMORY_BYTES)
"""The first look of a child loads the models."""
MOST_CHILDREN = 4


def open_eyes(
    files: Spool, *, pictures: bool = True, documents: bool = True, children: int = 0, wait: timedelta | None = None
) -> Eyes:
    """Eyes for all looks that are wanted and can be taken here; `children` 0: one for each core.

    Children and converters start when first needed.
    """
    looks: set[Look] = set()
    readers = None
    if pictures and installed.missing() is None:
        looks |= {Look.PICTURE, Look.SCAN}
        count = children or min(MOST_CHILDREN, os.cpu_count() or 1)
        readers = Readers[LookTask, Sight](look_at_file, (files,), count=count, bounds=PICTURE_BOUNDS)
    if documents and None in (office.available(), antiword.available()):
        looks.add(Look.DOCUMENT)
    return Eyes(frozenset(looks), readers, convert_files, wait if wait is not None else Eyes().wait)


def look_at_file(task: LookTask, files: Spool) -> Sight:
    """In a child: what is seen in the file."""
    try:
        content = files.get(task.sha256)
    except StoreError as error:  # gone or damaged: no fault of the disk, and the same at every try
        raise ReadRefused(str(error)) from error
    return look_at(content, task.look)


def convert_files(tasks: Sequence[LookTask], files: Spool) -> list[Sight]:
    """The documents made readable; each docx is kept in `files`. Raises StoreError where the disk takes nothing."""
    there: list[tuple[LookTask, bytes]] = []
    lost: list[Sight] = []
    for task in tasks:
        try:
            there.append((task, files.get(task.sha256)))
        except StoreError as error:  # gone or damaged: it costs no other
            lost.append(unreadable(task, str(error)))
    try:
        results = office.convert([(task.sha256, content) for task, content in there])
    except OSError as error:
        raise StoreError(f"documents cannot be converted: {error.strerror}") from error
    kept = iter(files.put([one.docx for one in results if one.docx is not None]))
    return lost + [
        Sight(
            task.sha256,
            task.look,
            converted=next(kept) if one.docx is not None else None,
            problem=one.problem,
            detail=one.detail,
        )
        for (task, _), one in zip(there, results, strict=True)
    ]
