"""For all tests: names that are the same in every process, so that they can be shared out among several.

Hypothesis draws the same examples in every run, on a slow machine too; new ones are for `make fuzz`.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import settings

settings.register_profile("house", deadline=None, derandomize=True)
settings.load_profile("house")


def pytest_make_parametrize_id(config: pytest.Config, val: object, argname: str) -> str | None:
    """Bytes are called by their argument: an archive made at collection holds the time, and no two are alike."""
    return argname if isinstance(val, bytes) and len(val) > 16 else None


@pytest.fixture(autouse=True, scope="session")
def _slow_readers_off() -> Iterator[None]:
    """Nobody looks at pictures or converts documents but in tests about that: they switch it on."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("PICTURES", "DOCUMENTS"):
            patch.setenv(f"MAILFLOW_READING__{name}", "false")
        yield
