"""Files are there whole or not at all, and their names are durable before anybody relies on them."""

from __future__ import annotations

import errno
import os
from pathlib import Path
from typing import Any

import pytest

from mailflow.atomic import stage, sync_folders, write_file
from mailflow.errors import StoreError


def test_a_file_is_written_with_its_mode_and_nothing_beside_it(tmp_path: Path) -> None:
    path = tmp_path / "new" / "deep" / "file"
    write_file(path, b"first", mode=0o400)
    write_file(path, b"second", mode=0o400)
    assert path.read_bytes() == b"second"
    assert path.stat().st_mode & 0o777 == 0o400
    assert os.listdir(path.parent) == ["file"]


def test_content_then_name_then_folders_become_durable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[str] = []
    real_sync, real_replace = os.fsync, os.replace

    def sync(descriptor: int) -> None:
        done.append(f"sync {Path(os.readlink(f'/proc/self/fd/{descriptor}')).name[:5]}")
        real_sync(descriptor)

    def rename(source: Any, target: Any) -> None:
        done.append("rename")
        real_replace(source, target)

    monkeypatch.setattr(os, "fsync", sync)
    monkeypatch.setattr(os, "replace", rename)
    write_file(tmp_path / "spool" / "ab" / "file", b"x")
    place = tmp_path.name[:5]
    assert done == [f"sync {place}", "sync spool", "sync .new-", "rename", "sync ab"]


@pytest.mark.parametrize("call", ["fsync", "replace", "fchmod"])
@pytest.mark.parametrize(("number", "words"), [(errno.ENOSPC, "the disk is full"), (errno.EROFS, "Read-only")])
def test_a_failure_at_any_step_leaves_the_old_file_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str, number: int, words: str
) -> None:
    write_file(tmp_path / "file", b"old")

    def fail(*_: object) -> None:
        raise OSError(number, os.strerror(number))

    with monkeypatch.context() as patched:
        patched.setattr(os, call, fail)
        with pytest.raises(StoreError, match=words):
            stage(tmp_path / "file", b"new")
    assert (tmp_path / "file").read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["file"]


def test_a_folder_is_made_durable_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    count: list[int] = []
    monkeypatch.setattr(os, "fsync", count.append)
    sync_folders([tmp_path, tmp_path, tmp_path])
    assert len(count) == 1


def test_a_folder_that_is_gone_is_named(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="No such file"):
        sync_folders([tmp_path / "gone"])
