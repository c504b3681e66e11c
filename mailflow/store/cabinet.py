"""The filed folders: `<root>/<category>/<ref> <applicant>/`, for people to browse. Made from the books, any time."""

from __future__ import annotations

import os
import re
import shutil
import unicodedata
from collections.abc import Mapping, Sequence
from pathlib import Path

from mailflow.errors import StoreError
from mailflow.model.entry import FiledFile
from mailflow.store.spool import Spool

LONGEST = 80
RESERVED = re.compile(r"(?i)^(con|prn|aux|nul|com\d|lpt\d)$")
SUMMARY = "summary.html"


def safe_name(text: str, *, fallback: str = "unnamed") -> str:
    """`text` as a file name on any system: one component, no controls or bidi marks, at most 80 characters."""
    kept = "".join(
        " " if char in '\\/:*?"<>|' else char
        for char in unicodedata.normalize("NFC", text)
        if unicodedata.category(char) not in ("Cc", "Cf", "Co", "Cs", "Cn")
    )
    stem, dot, ending = " ".join(kept.split()).strip(". ").rpartition(".")
    if not dot or len(ending) > 10:
        stem, dot, ending = stem + dot + ending, "", ""
    stem = stem[: LONGEST - len(ending) - 1].rstrip(". ") or fallback
    if RESERVED.match(stem):
        stem += "_"
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
    """The folder tree of filed entries. Files are links to the content store, read-only."""

    def __init__(self, root: Path, contents: Spool) -> None:
        self.root = root
        self._contents = contents

    def file(self, folder: str, files: Sequence[FiledFile], pages: Mapping[str, str], *, was: str | None) -> None:
        """Makes `folder` show exactly these files and pages (name to text). `was`: its former name.

        A crash leaves a folder that the next call completes. Raises StoreError.
        """
        target = self.root / folder
        try:
            if was and was != folder:
                shutil.rmtree(self.root / was, ignore_errors=True)
            target.mkdir(parents=True, exist_ok=True, mode=0o700)
            wanted = names_of(files)
            for sha256, name in wanted.items():
                self._link(sha256, target / name)
            for name, text in pages.items():
                (target / name).write_text(text, encoding="utf-8")
            for stray in set(os.listdir(target)) - set(wanted.values()) - set(pages):
                (target / stray).unlink()
        except OSError as error:
            raise StoreError(f"cannot file {target}: {error.strerror}") from error

    def sweep(self, known: set[str]) -> int:
        """Removes the folders that no entry owns; says how many. `known` are folders below the root."""
        removed = 0
        for folder in self.root.glob("*/*"):
            if f"{folder.parent.name}/{folder.name}" not in known:
                shutil.rmtree(folder, ignore_errors=True)
                removed += 1
        return removed

    def _link(self, sha256: str, path: Path) -> None:
        source = self._contents.path(sha256)
        if path.exists():
            if path.samefile(source):
                return
            path.unlink()
        try:
            os.link(source, path)
        except OSError:
            shutil.copyfile(source, path)  # another file system, or one without links
