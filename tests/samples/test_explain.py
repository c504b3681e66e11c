"""`mailflow explain` on every numbered sample: the command itself, its reader a child with limits, as people run it."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from mailflow.campaign.load import load_campaign
from mailflow.cli import explain as command
from mailflow.cli.app import app
from mailflow.model.campaign import Campaign
from mailflow.settings import Settings
from mailflow.steps.readers import Failed
from mailflow.steps.reading import Reading, Task, read_spooled
from mailflow.store.spool import Spool
from mailflow.testing.samples import AT, reduced

FOLDER = Path(__file__).parent
Reader = Callable[[bytes, Campaign, Settings], Reading]
SAMPLES = sorted(path.stem for path in FOLDER.glob("[0-9][0-9][0-9].eml"))


@pytest.fixture(scope="module")
def reader() -> Iterator[Reader]:
    """One child for all of them: starting one for each would only take longer."""
    with tempfile.TemporaryDirectory(prefix="mailflow-") as folder:
        spool, files = Spool(Path(folder) / "spool"), Spool(Path(folder) / "files")
        stores = (spool, files, load_campaign("shanxi-2020"))
        with command.MailReaders(read_spooled, stores, count=1) as readers:

            def read(raw: bytes, _campaign: Campaign, _settings: Settings) -> Reading:
                [sha256] = spool.put([raw])
                [(_task, result)] = readers.read([Task(sha256)])
                assert not isinstance(result, Failed), result.error
                return result

            yield read


@pytest.mark.parametrize("name", SAMPLES)
def test_explain_says_of_a_sample_what_its_golden_answer_says(
    name: str, reader: Reader, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(command, "read_in_children", reader)
    said = CliRunner().invoke(app, ["--at", AT, "explain", str(FOLDER / f"{name}.eml"), "--json"])
    assert said.exit_code == 0, said.output
    golden = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    assert reduced(json.loads(said.stdout)) == golden
    shown = CliRunner().invoke(app, ["--at", AT, "explain", str(FOLDER / f"{name}.eml")])
    assert shown.exit_code == 0, shown.output
    assert golden["disposition"] in shown.stdout
    assert list(tmp_path.iterdir()) == []
