"""What a slow look at a file saw: words in a picture and where they stand, or a document made readable by a converter.

A sight says what is there, not what it means: that is told from it, with the campaign, by `documents`.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Look(StrEnum):
    """What kind of slow look a file needs."""

    PICTURE = "picture"  # a screenshot or photograph: its words, and whether there is a seal
    SCAN = "scan"  # a PDF without text: each page as a picture
    DOCUMENT = "document"  # an older or foreign text format: converted to docx


class Seal(StrEnum):
    """Whether a red seal stands on a page. Of a grey scan nobody can tell."""

    PRESENT = "present"
    ABSENT = "absent"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Line:
    """A run of words on a page. Edges in pixels of the page as it is held upright; `score` is the reader's own, 0 to 1.

    The score is no proof: a wrong number may come with a high one.
    """

    text: str
    left: int
    top: int
    right: int
    bottom: int
    score: float = 1.0


@dataclass(frozen=True, slots=True)
class Box:
    """A cell of a table that is ruled on a page: its place in the table, and its edges in pixels of the page."""

    row: int
    column: int
    across: int
    down: int
    left: int
    top: int
    right: int
    bottom: int


@dataclass(frozen=True, slots=True)
class Page:
    """One page or picture, upright and deskewed: size in pixels, lines from top to bottom, the cells of its table.

    `blurred`: so unsharp, or so small, that what was not read in it may stand there all the same.
    """

    width: int
    height: int
    lines: tuple[Line, ...] = ()
    boxes: tuple[Box, ...] = ()
    seal: Seal = Seal.UNKNOWN
    blurred: bool = False


@dataclass(frozen=True, slots=True)
class Sight:
    """What looking at one file (by its SHA-256) showed.

    `converted` is the SHA-256 of the docx that a converter made of it. `pixels` is the SHA-256 of a picture's decoded
    pixels, the same for copies that differ in bytes only. `problem` is a finding code where the file could not be
    looked at, `detail` says why (English, for the log and `show`).
    """

    sha256: str
    look: Look
    pages: tuple[Page, ...] = ()
    converted: str | None = None
    pixels: str | None = None
    problem: str | None = None
    detail: str = ""
