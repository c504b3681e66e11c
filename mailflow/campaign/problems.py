"""Mistakes in a campaign file, as values and as text for people."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches

from mailflow.campaign.lines import Lines, Path
from mailflow.errors import CampaignError


@dataclass(frozen=True, slots=True)
class Problem:
    """One mistake: the key path, what is wrong, what would be right, and the word that is wrong where one is."""

    path: Path
    text: str
    remedy: str
    word: str | None = None


def unknown(path: Path, what: str, word: str, known: Iterable[str]) -> Problem:
    """A name that is not known: with the nearest one that is, else with all of them."""
    return Problem(path, f'unknown {what} "{word}"', f"write {nearest(word, known)}", word)


def nearest(word: str, known: Iterable[str]) -> str:
    """The known name nearest to `word`, in quotes; else all that are known."""
    names = [str(name) for name in known]
    close = get_close_matches(word, names, n=1)
    if close:
        return f'"{close[0]}"'
    return ("one of " if len(names) > 1 else "") + ", ".join(f'"{name}"' for name in names)


def refusal(problems: Iterable[Problem], text: str, source: str) -> CampaignError:
    """The error that lists all `problems` in the order of the file."""
    lines = Lines(text)
    placed = [(lines.line_of(one.path, one.word), one) for one in problems]
    placed.sort(key=lambda pair: (pair[0] is None, pair[0] or 0))
    said = [
        f"{source}{f':{line}' if line else ''}: {dotted(one.path)}: {one.text}; {one.remedy}" for line, one in placed
    ]
    unique = list(dict.fromkeys(said))
    head = [f"{source}: {len(unique)} mistakes"] if len(unique) > 1 else []
    return CampaignError("\n".join([*head, *unique]))


def dotted(path: Path) -> str:
    """A key path as people write it: category.model-learner.ranking[1].by"""
    said = ""
    for part in path:
        said += f"[{part}]" if isinstance(part, int) else f".{part}" if said else part
    return said or "the file"
