"""The filed folders: `<root>/<category>/<ref> <applicant>/`, for people to browse. Made from the books, any time."""

from __future__ import annotations

import os
import re
import shutil
import stat
import unicodedata
from collections.abc import Mapping, Sequence
from contextlib import suppress
from itertools import count
from pathlib import Path

from mailflow.atomic import refusal
from mailflow.model.entry import FiledFile
from mailflow.store.spool import Spool

LONGEST, MOST_BYTES = 80, 200
"""Characters and UTF-8 bytes of a name: file systems take 255 bytes, and a number may have to stand behind it."""
RESERVED = re.compile(r"(?i)^(con|prn|aux|nul|com\d|lpt\d)$")
SUMMARY = "summary.html"


def safe_name(text: str, *, fallback: str = "unnamed") -> str:
    """`text` as a file name on any system: one component, no controls or bidi marks, not too long."""
    kept = "".join(
        " " if char in '\\/:*?"<>|' else char
        for char in unicodedata.normalize("NFC", text)
        if unicodedata.category(char) not in ("Cc", "Cf", "Co", "Cs", "Cn")
    )
    stem, dot, ending = " ".join(kept.split()).strip(". ").rpartition(".")
    if not dot or len(ending) > 10:
        stem, dot, ending = stem + dot + ending, "", ""
    room = MOST_BYTES - len(ending.encode()) - 1
    stem = stem[: LONGEST - len(ending) - 1].encode()[:room].decode(errors="ignore").rstrip(". ") or fallback
    first, point, rest = stem.partition(".")
    if RESERVED.match(first.rstrip()):
        stem = f"{first}_{point}{rest}"
    return f"{stem}.{ending}" if ending else stem


def folder_name(category: str, ref: str, applicant: str) -> str:
    """The folder of an entry below the root."""
    return f"{safe_name(category)}/{safe_name(f'{ref} {applicant}')}"


def names_of(files: Sequence[FiledFile]) -> dict[str, str]:
    """A name in the folder for each file, by SHA-256; two files of one name are numbered."""
    names: dict[str, str] = {}
    taken = {SUMMARY}
    for one in files:
        name = safe_name(one.filename or f"{one.role.value}-{one.sha256[:8]}")
        stem, dot, ending = name.rpartition(".")
        stem, ending = (stem, dot + ending) if dot else (name, "")
        number = 2
        while name.casefold() in taken:
            name, number = f"{stem} ({number}){ending}", number + 1
        taken.add(name.casefold())
        names[one.sha256] = name
    return names


class Cabinet:
    """The folder tree of filed entries. Files are links to the content store, read-only.

    What somebody else put beside them, or changed, is left alone: only read-only files and pages are ours.
    """

    def __init__(self, root: Path, contents: Spool) -> None:
        self.root = root
        self._contents = contents

    def file(
        self,
        folder: str,
        files: Sequence[FiledFile],
        pages: Mapping[str, str],
        *,
        was: str | None,
        beside: Mapping[str, Sequence[FiledFile]] | None = None,
    ) -> None:
        """Makes `folder` show these files and pages (name to text), and no others of ours.

        `was`: its former name. `beside`: files that came without changing the entry, by the folder within to keep
        them in. A crash leaves a folder that the next call completes. Raises StoreError.
        """
        target = self.root / folder
        try:
            if was and was != folder and (self.root / was).is_dir():
                _empty(self.root / was)
            self._show(target, files)
            for name, text in pages.items():
                (target / name).write_text(text, encoding="utf-8")
            for name, others in (beside or {}).items():
                self._show(target / safe_name(name), others)
        except OSError as error:
            raise refusal(target, error) from error

    def sweep(self, known: set[str]) -> int:
        """Empties the folders that no entry owns; says how many went. `known` are folders below the root."""
        removed = 0
        for path in self.root.glob("*/*"):
            is_known = f"{path.parent.name}/{path.name}" in known
            with suppress(OSError):  # what cannot be removed now is tried again
                removed += not is_known and path.is_dir() and not path.is_symlink() and _empty(path)
        return removed

    def is_filed(self, folder: str) -> bool:
        """Whether the folder is there with its summary; a power cut may have taken it, or a person."""
        try:
            return (self.root / folder / SUMMARY).stat().st_size > 0
        except OSError:
            return False

    def _show(self, target: Path, files: Sequence[FiledFile]) -> None:
        target.mkdir(parents=True, exist_ok=True, mode=0o700)
        wanted = names_of(files)
        for sha256, name in wanted.items():
            self._link(sha256, target / name)
        for path in list(target.iterdir()):
            if path.name not in wanted.values() and _is_ours(path):
                path.unlink()

    def _link(self, sha256: str, path: Path) -> None:
        source = self._contents.path(sha256)
        if path.is_file() and path.samefile(source):
            return
        fresh = path.with_name(f".new-{sha256[:16]}")
        fresh.unlink(missing_ok=True)
        try:
            os.link(source, fresh)
        except OSError:
            shutil.copyfile(source, fresh)  # another file system, or one without links
            fresh.chmod(0o400)
        if path.exists() and not _is_ours(path):
            path.rename(_free_name(path))
        fresh.replace(path)


def _is_ours(path: Path) -> bool:
    """Whether it is a file that we put there: those cannot be written to."""
    mode = path.lstat().st_mode
    return stat.S_ISREG(mode) and not mode & stat.S_IWUSR


def _free_name(path: Path) -> Path:
    """A name beside it that nothing has yet, for what a person put where our file must stand."""
    names = (path.with_name(f"{path.stem} [{number}]{path.suffix}") for number in count(1))
    return next(name for name in names if not name.exists())


def _empty(folder: Path) -> bool:
    """Removes what is ours from a folder and the folders in it, and those that are empty then; says whether it went."""
    for path in list(folder.iterdir()):
        if path.is_dir() and not path.is_symlink():
            _empty(path)
        elif path.name == SUMMARY or _is_ours(path):
            path.unlink(missing_ok=True)
    if any(folder.iterdir()):
        return False
    folder.rmdir()
    return True
