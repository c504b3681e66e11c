"""Real servers in tests: there, or a reason to skip, or a failure where they are demanded."""

from __future__ import annotations

import importlib
import os
from typing import Literal

import pytest


def require(server: Literal["dovecot", "postfix"]) -> None:
    """Skips the calling test, with what to install, when `server` is not on this machine.

    With MAILFLOW_REQUIRE_SERVERS=1 in the environment (continuous integration) its absence is a failure.
    """
    reason: str | None = importlib.import_module(f"mailflow.testing.{server}").available()
    if reason is None:
        return
    if os.environ.get("MAILFLOW_REQUIRE_SERVERS") == "1":
        pytest.fail(f"MAILFLOW_REQUIRE_SERVERS=1, but {reason}")
    pytest.skip(reason)
