"""Which categories the title of a form names."""

from __future__ import annotations

from collections.abc import Sequence

from mailflow.documents.labels import Vocabulary
from mailflow.documents.values import squeeze

LONGEST_TITLE = 60
LONGEST_BARE_NAME = 30


def categories_in_title(lines: Sequence[str], words: Vocabulary) -> tuple[str, ...]:
    """The ids of the categories that a title among `lines` names, in the order of the campaign's names.

    The line nearest the table wins (they come in the order of the document). A line with the fixed words of a
    title ("报名表") counts first; else a short line that names a category. () where there is no title.
    """
    keys = [squeeze(line) for line in reversed(lines) if len(line) <= 3 * LONGEST_TITLE]
    for key in keys:
        if len(key) <= LONGEST_TITLE and (found := _titled(key, words)):
            return found
    for key in keys:
        if len(key) <= LONGEST_BARE_NAME and (found := _bare(key, words)):
            return found
    return ()


def named_categories(key: str, words: Vocabulary) -> tuple[str, ...]:
    """The categories whose names stand in the squeezed text `key`; a longer name hides a shorter one within it."""
    found: list[str] = []
    for name in words.names:
        if name.key and name.key in key:
            key = key.replace(name.key, "\n")
            if name.category not in found:
                found.append(name.category)
    return tuple(sorted(found))


def _bare(key: str, words: Vocabulary) -> tuple[str, ...]:
    """As `named_categories`, but a name that is also a label on a form ("学习组织") names nothing by itself."""
    if key in words.fixed:
        return ()
    return tuple(
        one
        for one in named_categories(key, words)
        if any(name.category == one and name.key in key and name.key not in words.fixed for name in words.names)
    )


def _titled(key: str, words: Vocabulary) -> tuple[str, ...]:
    for title in words.titles:
        if title.words and all(word in key for word in title.words):
            if title.categories:
                return title.categories
            if found := named_categories(key, words):
                return found
    return ()
