"""A few inputs of each kind with every run of the tests, always the same; `make fuzz` draws new ones while it may."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.fuzz.__main__ import fuzz
from tests.fuzz.targets import MOST_CPU_SECONDS, MOST_MEMORY, TARGETS, Worst, bounded

EXAMPLES = 60
QUIET = [HealthCheck.too_slow, HealthCheck.data_too_large]


@pytest.mark.parametrize("name", TARGETS)
def test_what_is_broken_is_read_or_refused_within_its_bounds(name: str) -> None:
    drawn, holds = TARGETS[name]

    @settings(max_examples=EXAMPLES, deadline=None, derandomize=True, database=None, suppress_health_check=QUIET)
    @given(drawn)
    def run(raw: bytes) -> None:
        with bounded(Worst()):
            holds(raw)

    run()


def _breaks(raw: bytes) -> None:
    assert len(raw) < 3


def test_the_fuzzer_notices_what_breaks(capsys: pytest.CaptureFixture[str]) -> None:
    assert fuzz(0, {"made to fail": (st.binary(max_size=20), _breaks)}) == 1
    assert "fuzz: broken: made to fail" in capsys.readouterr().out


def test_an_input_that_takes_too_much_memory_breaks() -> None:
    worst = Worst()
    with pytest.raises(AssertionError, match="MB for one input"), bounded(worst):
        assert b"x" * (MOST_MEMORY + 2**20)
    assert worst.memory > MOST_MEMORY


def test_an_input_that_takes_too_long_breaks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.fuzz.targets.process_time", iter([0.0, MOST_CPU_SECONDS]).__next__)
    with pytest.raises(AssertionError, match="CPU seconds for one input"), bounded(Worst()):
        pass


def test_the_fuzzer_draws_at_least_once_and_says_what_it_did(capsys: pytest.CaptureFixture[str]) -> None:
    seen: list[bytes] = []
    assert fuzz(0, {"anything": (st.binary(max_size=20), seen.append)}) == 0
    assert seen
    assert f"{len(seen):,} inputs" in capsys.readouterr().out
