"""Files that are there whole or not at all, also after a power cut.

The order is maildir's: temporary file in the same folder, fsync, rename, fsync of the folder.
"""

from __future__ import annotations

import errno
import os
import tempfile
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from mailflow.errors import StoreError


def write_file(path: Path, content: bytes, *, mode: int = 0o600) -> None:
    """Puts `content` at `path`, replacing what is there; safe on disk when it returns.

    Raises StoreError with the reason (disk full, read-only) and leaves nothing behind.
    """
    stage(path, content, mode=mode)
    sync_folder(path.parent)


def stage(path: Path, content: bytes, *, mode: int = 0o600) -> None:
    """As `write_file`, but the new name is durable only after `sync_folder(path.parent)`."""
    try:
        _make_folder(path.parent)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=".new-")
    except OSError as error:
        raise refusal(path, error) from error
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fchmod(file.fileno(), mode)
            os.fsync(file.fileno())
        os.replace(name, path)
    except OSError as error:
        with suppress(OSError):
            os.unlink(name)
        raise refusal(path, error) from error


def _make_folder(folder: Path) -> None:
    """Makes `folder` and what is missing above it; a new folder's own name is durable in its parent."""
    if folder.is_dir():
        return
    _make_folder(folder.parent)
    folder.mkdir(exist_ok=True, mode=0o700)
    sync_folder(folder.parent)


def sync_folder(folder: Path) -> None:
    """Makes the names in `folder` durable."""
    try:
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
    except OSError as error:
        raise refusal(folder, error) from error


def sync_folders(folders: Iterable[Path]) -> None:
    """Makes the names in each of `folders` durable, each once."""
    for folder in sorted(set(folders)):
        sync_folder(folder)


def refusal(path: Path, error: OSError) -> StoreError:
    """What a failed write at `path` comes to, with what to do."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return StoreError(f"the disk is full: cannot write {path}; make room, mailflow goes on by itself")
    return StoreError(f"cannot write {path}: {error.strerror}")
