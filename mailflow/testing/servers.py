"""What tests need of the machine (servers, converters, a font): there, or a reason to skip, or a failure."""

from __future__ import annotations

import importlib
import os
from typing import Literal

import pytest

WHERE = {
    "dovecot": "mailflow.testing.dovecot",
    "postfix": "mailflow.testing.postfix",
    "libreoffice": "mailflow.sight.office",
    "antiword": "mailflow.sight.antiword",
    "drawn": "mailflow.testing.drawn",
}


def require(what: Literal["dovecot", "postfix", "libreoffice", "antiword", "drawn"]) -> None:
    """Skips the calling test, with what to install, when `what` is not on this machine.

    With MAILFLOW_REQUIRE_SERVERS=1 in the environment (continuous integration) its absence is a failure.
    """
    reason: str | None = importlib.import_module(WHERE[what]).available()
    if reason is None:
        return
    if os.environ.get("MAILFLOW_REQUIRE_SERVERS") == "1":
        pytest.fail(f"MAILFLOW_REQUIRE_SERVERS=1, but {reason}")
    pytest.skip(reason)
