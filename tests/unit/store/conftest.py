"""A database in a folder, and rows to put in it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from mailflow.store.database import Database

NOW = datetime(2020, 8, 20, 1, tzinfo=UTC)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    made = Database(tmp_path / "data" / "mailflow.db", busy_milliseconds=100).open()
    yield made
    made.close()
