"""Where shipped files lie: schedules/ and templates/, in the wheel or in the checkout.

A file in the working folder wins over a shipped one.
"""

from __future__ import annotations

import os
from functools import lru_cache
from pathlib import Path

PACKAGE = Path(__file__).resolve().parent


def folders(kind: str) -> tuple[Path, ...]:
    """The existing folders named `kind` ("schedules" or "templates"), the one that wins first."""
    places = (f"{parent}/{kind}" for parent in (os.getcwd(), PACKAGE, PACKAGE.parent))
    return _distinct(tuple(place for place in places if os.path.isdir(place)))


@lru_cache(maxsize=64)
def _distinct(places: tuple[str, ...]) -> tuple[Path, ...]:
    """The folders without their links, each once. Asked for with every letter, and the answer is the same."""
    return tuple(dict.fromkeys(Path(place).resolve() for place in places))


def find(kind: str, name: str) -> Path | None:
    """The file `name` (may hold "/") in the first folder of `kind` that has it, None where none has."""
    for folder in folders(kind):
        if (folder / name).is_file():
            return folder / name
    return None
