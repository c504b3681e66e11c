"""A missing real server is a skip that says what to install, or a failure where it is demanded."""

from __future__ import annotations

import pytest

from mailflow.testing import dovecot
from mailflow.testing.servers import require


@pytest.fixture
def absent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dovecot, "_program", lambda: None)


@pytest.mark.usefixtures("absent")
def test_a_missing_server_is_a_skip_that_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MAILFLOW_REQUIRE_SERVERS", raising=False)
    with pytest.raises(pytest.skip.Exception, match="apt-get install dovecot-imapd"):
        require("dovecot")


@pytest.mark.usefixtures("absent")
def test_a_missing_server_is_a_failure_where_it_is_demanded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAILFLOW_REQUIRE_SERVERS", "1")
    with pytest.raises(pytest.fail.Exception, match="apt-get install dovecot-imapd"):
        require("dovecot")
