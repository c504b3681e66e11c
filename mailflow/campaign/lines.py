"""Where a key stands in a TOML text. tomllib gives values without places; errors should name a line."""

from __future__ import annotations

import re
from collections.abc import Iterator

Path = tuple[str | int, ...]

KEY = r"""(?:[\w-]+|"[^"\n]*"|'[^'\n]*')"""
KEYS = re.compile(KEY)
DOTTED = rf"{KEY}(?:\s*\.\s*{KEY})*"
HEADER = re.compile(rf"\s*(\[\[?)\s*({DOTTED})\s*\]\]?\s*(?:#.*)?$")
ASSIGNMENT = re.compile(rf"\s*({DOTTED})\s*=(.*)$")
TOKENS = re.compile(r"""\"{3}|'{3}|"(?:\\.|[^"\\])*"|'[^']*'|\#.*|[\[\]{}]""")


class Lines:
    """The lines (from 1) on which tables and keys of a TOML text begin."""

    def __init__(self, text: str) -> None:
        self._text = text.splitlines()
        self._places = dict(_places(self._text))

    def line_of(self, path: Path, word: str | None = None) -> int | None:
        """The line of a key path, or of the nearest table around it; None where nothing of it stands in the text.

        With `word`, the first line from there to the next key on which it stands in quotes.
        """
        for length in range(len(path), 0, -1):
            line = self._places.get(path[:length])
            if line is not None:
                return self._with_word(line, word) or line
        return None

    def _with_word(self, start: int, word: str | None) -> int | None:
        if word is None:
            return None
        following = [line for line in self._places.values() if line > start]
        end = min(following, default=len(self._text) + 1)
        quoted = re.compile(rf"""["'{{]{re.escape(word)}["'}}]""")
        return next((line for line in range(start, end) if quoted.search(self._text[line - 1])), None)


def _places(lines: list[str]) -> Iterator[tuple[Path, int]]:
    table: Path = ()
    counts: dict[Path, int] = {}
    depth, quote = 0, ""
    for number, line in enumerate(lines, start=1):
        if depth or quote:
            depth, quote = _open_after(line, depth, quote)
            continue
        header, assignment = HEADER.match(line), ASSIGNMENT.match(line)
        if header is not None:
            table = _keys(header[2])
            if header[1] == "[[":
                counts[table] = counts.get(table, -1) + 1
                table = (*table, counts[table])
            yield table, number
        elif assignment is not None:
            yield (*table, *_keys(assignment[1])), number
            depth, quote = _open_after(assignment[2], 0, "")


def _keys(dotted: str) -> Path:
    return tuple(key.strip("\"'") for key in KEYS.findall(dotted))


def _open_after(text: str, depth: int, quote: str) -> tuple[int, str]:
    """How many brackets are open after `text`, and the triple quote that is, if one is."""
    place = 0
    while place < len(text):
        if quote:
            end = text.find(quote, place)
            if end < 0:
                return depth, quote
            place, quote = end + 3, ""
            continue
        token = TOKENS.search(text, place)
        if token is None:
            break
        place = token.end()
        if token[0] in ('"""', "'''"):
            quote = token[0]
        elif token[0] in "[{":
            depth += 1
        elif token[0] in "]}":
            depth -= 1
    return depth, quote
