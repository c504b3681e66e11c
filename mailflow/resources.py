"""Where shipped files lie: schedules/ and templates/, in the wheel or in the checkout.

A file in the working folder wins over a shipped one.
"""

from __future__ import annotations

from pathlib import Path

PACKAGE = Path(__file__).resolve().parent


def folders(kind: str) -> tuple[Path, ...]:
    """The existing folders named `kind` ("schedules" or "templates"), the one that wins first."""
    places = (Path.cwd() / kind, PACKAGE / kind, PACKAGE.parent / kind)
    found: list[Path] = []
    for place in places:
        if place.is_dir() and place.resolve() not in found:
            found.append(place.resolve())
    return tuple(found)


def find(kind: str, name: str) -> Path | None:
    """The file `name` (may hold "/") in the first folder of `kind` that has it, None where none has."""
    for folder in folders(kind):
        if (folder / name).is_file():
            return folder / name
    return None
