"""The content store: what is put is there, what is damaged is noticed, and put again it is whole."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailflow.errors import StoreError
from mailflow.store.spool import Spool


@pytest.fixture
def spool(tmp_path: Path) -> Spool:
    return Spool(tmp_path / "spool", ".eml")


@settings(deadline=None)
@given(contents=st.lists(st.binary(max_size=50), max_size=6))
def test_what_is_put_comes_back_under_its_hash(tmp_path_factory: pytest.TempPathFactory, contents: list[bytes]) -> None:
    spool = Spool(tmp_path_factory.mktemp("spool"))
    hashes = spool.put(contents)
    assert hashes == [hashlib.sha256(one).hexdigest() for one in contents]
    assert [spool.get(one) for one in hashes] == contents


def test_what_is_there_is_read_only_and_not_written_twice(spool: Spool) -> None:
    [sha256] = spool.put([b"x"])
    before = spool.path(sha256).stat()
    spool.put([b"x"])
    assert spool.path(sha256).stat().st_ino == before.st_ino
    assert before.st_mode & 0o777 == 0o400


def test_damage_is_noticed_and_mended_by_putting_it_again(spool: Spool) -> None:
    [sha256] = spool.put([b"x"])
    spool.path(sha256).chmod(0o600)
    spool.path(sha256).write_bytes(b"y")
    with pytest.raises(StoreError, match="damaged"):
        spool.get(sha256)
    spool.put([b"x"])
    assert spool.get(sha256) == b"x"


def test_what_is_gone_is_named(spool: Spool) -> None:
    with pytest.raises(StoreError, match="cannot read"):
        spool.get("ab" * 32)
