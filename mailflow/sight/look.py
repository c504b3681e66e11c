"""One look at one file: its bytes to a Sight. Never an exception for what is in a file."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import TypeVar

from mailflow.errors import MailflowError, ReadRefused
from mailflow.model.sight import Look, Sight
from mailflow.sight.installed import missing

T = TypeVar("T")

MEMORY_BYTES = 1536 * 2**20
"""The address space (RLIMIT_AS) in which every picture within the bounds can be looked at; half of it is ever used."""
_SHORT_OF_MEMORY = re.compile("bad.?alloc|insufficient memory|failed to allocate", re.I)
"""How native libraries say it."""


def look_at(content: bytes, look: Look) -> Sight:
    """What a PICTURE or SCAN shows. A file that cannot be looked at is a Sight with a `problem`.

    Raises MailflowError only where this host lacks the extra `ocr`.
    """
    lacking = missing()
    if lacking:
        raise MailflowError(lacking)
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # before NumPy: each thread would take address space
    blank = Sight(hashlib.sha256(content).hexdigest(), look)
    from mailflow.sight.picture import TooLarge
    from mailflow.sight.scan import Locked

    try:
        return _picture(blank, content) if look is Look.PICTURE else _scan(blank, content)
    except TooLarge as error:
        return replace(blank, problem="attachment.too-large", detail=str(error))
    except Locked as error:
        return replace(blank, problem="attachment.encrypted", detail=str(error))
    except ReadRefused as error:
        return replace(blank, problem="attachment.unreadable", detail=str(error))
    except Exception as error:  # native libraries let any error of a damaged file through
        if isinstance(error, MemoryError) or _SHORT_OF_MEMORY.search(str(error)):
            return replace(blank, problem="attachment.too-large", detail="it takes more memory than one look may")
        return replace(blank, problem="attachment.unreadable", detail=f"{type(error).__name__} while looking at it")


def _picture(blank: Sight, content: bytes) -> Sight:
    from mailflow.sight.ocr import the_ocr
    from mailflow.sight.page import read_page
    from mailflow.sight.picture import decode

    pages, hashes = [], []
    for picture in _up_to_damage(decode(content)):
        hashes.append(picture.sha256)
        pages.append(read_page(the_ocr(), picture.pixels))
    together = hashes[0] if len(hashes) == 1 else hashlib.sha256("".join(hashes).encode()).hexdigest()
    return replace(blank, pages=tuple(pages), pixels=together)


def _scan(blank: Sight, content: bytes) -> Sight:
    from mailflow.sight.ocr import the_ocr
    from mailflow.sight.page import read_page
    from mailflow.sight.scan import pages

    return replace(blank, pages=tuple(read_page(the_ocr(), page) for page in _up_to_damage(pages(content))))


def _up_to_damage(pages: Iterator[T]) -> Iterator[T]:
    """The pages before the first damaged one. Raises ReadRefused where that is the very first."""
    number = 0
    try:
        for number, page in enumerate(pages, 1):  # noqa: B007  it tells whether there was one
            yield page
    except ReadRefused:
        if number == 0:
            raise
