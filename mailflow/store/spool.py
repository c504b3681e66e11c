"""Original bytes on disk, named by their SHA-256. A mail is ours once its bytes and its name are durable here."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from pathlib import Path

from mailflow.atomic import stage, sync_folders
from mailflow.errors import StoreError


class Spool:
    """A content-addressed folder: `<root>/ab/<sha256><suffix>`. What is there is never changed."""

    def __init__(self, root: Path, suffix: str = "") -> None:
        self.root = root
        self.suffix = suffix

    def path(self, sha256: str) -> Path:
        """Where the bytes of that hash lie."""
        return self.root / sha256[:2] / f"{sha256}{self.suffix}"

    def put(self, contents: Iterable[bytes]) -> list[str]:
        """Stores each of `contents`, durable when it returns; gives their hashes in the same order."""
        hashes: list[str] = []
        folders: set[Path] = set()
        for content in contents:
            hashes.append(hashlib.sha256(content).hexdigest())
            folders.add(self._stage(hashes[-1], content))
        sync_folders(folders)
        return hashes

    def put_hashed(self, contents: Mapping[str, bytes]) -> None:
        """As `put`, where the SHA-256 of each is known: `contents` by it."""
        sync_folders({self._stage(sha256, content) for sha256, content in contents.items()})

    def _stage(self, sha256: str, content: bytes) -> Path:
        """The folder that has to be made durable, also where the content was there: its name may not have been."""
        path = self.path(sha256)
        if not _holds(path, sha256):
            stage(path, content, mode=0o400)
        return path.parent

    def get(self, sha256: str) -> bytes:
        """The bytes of that hash, verified. Raises StoreError where they are gone or damaged."""
        try:
            content = self.path(sha256).read_bytes()
        except OSError as error:
            raise StoreError(f"cannot read {self.path(sha256)}: {error.strerror}") from error
        if hashlib.sha256(content).hexdigest() != sha256:
            raise StoreError(f"{self.path(sha256)} is damaged: its content is not what its name says")
        return content


def _holds(path: Path, sha256: str) -> bool:
    """Whether the bytes of that hash lie at `path`; what is damaged is written again."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest() == sha256
    except OSError:
        return False
