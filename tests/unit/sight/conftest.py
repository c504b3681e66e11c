"""Pictures with Chinese words cannot be drawn without a font that has them."""

from __future__ import annotations

import pytest

from mailflow.testing.servers import require


@pytest.fixture(scope="session", autouse=True)
def _font() -> None:
    require("drawn")
