"""Every sample is judged as its golden answer says, and is what make.py writes."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path

import pytest

from mailflow.testing.samples import judged

FOLDER = Path(__file__).parent
SAMPLES = sorted(path.stem for path in FOLDER.glob("[0-9][0-9][0-9].eml"))


@pytest.mark.parametrize("name", SAMPLES)
def test_a_sample_is_judged_as_its_golden_answer_says(name: str) -> None:
    answer = judged((FOLDER / f"{name}.eml").read_bytes())
    golden = (FOLDER / f"{name}.json").read_text(encoding="utf-8")
    assert json.loads(answer) == json.loads(golden)


def test_the_samples_are_what_make_writes() -> None:
    spec = importlib.util.spec_from_file_location("make_samples", FOLDER / "make.py")
    assert spec is not None
    assert spec.loader is not None
    make = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(make)
    written = {name: raw for name, _, raw in make.samples()}
    assert sorted(written) == SAMPLES
    assert [name for name, raw in written.items() if raw != (FOLDER / f"{name}.eml").read_bytes()] == []


def test_no_reply_to_a_sample_carries_another_line_in_its_subject_or_address() -> None:
    for name in SAMPLES:
        reply = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))["reply"]
        if reply is not None:
            assert (reply["subject"] + reply["to"]).isprintable(), name
