"""The readers' children: whatever happens to one costs its mail a try, and nothing else."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from mailflow.campaign.load import load_campaign
from mailflow.model.campaign import Campaign
from mailflow.steps.readers import Bounds, Failed, Readers
from mailflow.steps.reading import Reading, Task, read_spooled
from mailflow.store.spool import Spool
from mailflow.testing.badly import read_badly

MailReaders = Readers[Task, Reading]

BOUNDS = Bounds(wall_seconds=1.0, cpu_seconds=1, memory_bytes=2 * 1024**3, file_bytes=100_000)


@pytest.fixture(scope="module")
def campaign() -> Campaign:
    return load_campaign("shanxi-2020")


@pytest.fixture
def spool(tmp_path: Path) -> Spool:
    return Spool(tmp_path / "spool", ".eml")


@pytest.fixture
def readers(spool: Spool, tmp_path: Path, campaign: Campaign) -> Iterator[MailReaders]:
    with MailReaders(read_badly, (spool, Spool(tmp_path / "files"), campaign), bounds=BOUNDS) as made:
        yield made


def read(readers: MailReaders, spool: Spool, *texts: str) -> dict[str, Reading | Failed]:
    shas = spool.put([text.encode() for text in texts])
    found = {task.sha256: result for task, result in readers.read(Task(sha) for sha in shas)}
    return {text: found[sha] for text, sha in zip(texts, shas, strict=True)}


@pytest.mark.parametrize("word", ["exit", "kill", "eat", "hang", "burn"])
def test_a_child_that_ends_costs_its_mail_alone(readers: MailReaders, spool: Spool, word: str) -> None:
    found = read(readers, spool, "good 1", word, "good 2", "good 3", "good 4")
    result = found.pop(word)
    assert isinstance(result, Failed)
    assert result.died
    assert all(isinstance(one, Reading) for one in found.values())


@pytest.mark.parametrize("word", ["raise", "write", "odd"])
def test_an_exception_costs_its_mail_a_try_and_not_the_child(readers: MailReaders, spool: Spool, word: str) -> None:
    assert isinstance(read(readers, spool, "good 1")["good 1"], Reading)
    before = {child.process.pid for child in readers._children}
    result = read(readers, spool, word)[word]
    assert isinstance(result, Failed)
    assert (result.died, result.is_of_store) == (False, False)
    assert "王小明" not in result.error
    assert {child.process.pid for child in readers._children} == before


def test_a_disk_that_takes_no_files_is_no_fault_of_the_mail(readers: MailReaders, spool: Spool) -> None:
    result = read(readers, spool, "full")["full"]
    assert isinstance(result, Failed)
    assert result.is_of_store


def test_a_damaged_original_is_named(readers: MailReaders, spool: Spool) -> None:
    with MailReaders(read_spooled, readers._args, bounds=BOUNDS) as real:
        [sha256] = spool.put([b"Subject: x\r\n\r\n"])
        spool.path(sha256).chmod(0o600)
        spool.path(sha256).write_bytes(b"something else")
        [(_, result)] = real.read([Task(sha256)])
    assert isinstance(result, Failed)
    assert "damaged" in result.error


def test_a_child_that_died_at_rest_costs_nobody_anything(readers: MailReaders, spool: Spool) -> None:
    read(readers, spool, "good 1", "good 2")
    for child in readers._children:
        os.kill(child.process.pid, signal.SIGKILL)
        child.process.join()
    found = read(readers, spool, "good 3", "good 4", "good 5")
    assert all(isinstance(one, Reading) for one in found.values())


def test_no_task_is_asked_for_before_a_child_is_free(readers: MailReaders, spool: Spool) -> None:
    shas = spool.put([f"good {number}".encode() for number in range(6)])
    asked: list[str] = []

    def tasks() -> Iterator[Task]:
        for sha256 in shas:
            asked.append(sha256)
            yield Task(sha256)

    results = readers.read(tasks())
    next(results)
    assert len(asked) <= 2
    assert len(list(results)) == 5


def test_closing_ends_the_children(readers: MailReaders, spool: Spool) -> None:
    read(readers, spool, "good 1", "good 2")
    children = [child.process for child in readers._children]
    assert children
    readers.close()
    assert [one.is_alive() for one in children] == [False] * len(children)


SCRIPT = """
import sys
from pathlib import Path
from mailflow.campaign.load import load_campaign
from mailflow.steps.readers import Readers
from mailflow.steps.reading import Task
from mailflow.store.spool import Spool
from mailflow.testing.badly import read_badly

print("the script runs", flush=True)
spool = Spool(Path(sys.argv[1]) / "spool")
[sha256] = spool.put([b"log now"])
stores = (spool, Spool(Path(sys.argv[1]) / "files"), load_campaign("shanxi-2020"))
readers = Readers(read_badly, stores, count=1)
print([type(result).__name__ for _, result in readers.read([Task(sha256)])], flush=True)
print(readers._children[0].process.pid, flush=True)
{end}
"""


def script(tmp_path: Path, end: str) -> subprocess.Popen[str]:
    path = tmp_path / "unguarded.py"
    path.write_text(SCRIPT.format(end=end), encoding="utf-8")
    return subprocess.Popen(
        [sys.executable, str(path), str(tmp_path)],
        stdin=subprocess.PIPE,  # one that waits on it waits, whatever the tests' own is
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def child_of(process: subprocess.Popen[str]) -> int:
    assert process.stdout is not None
    assert process.stdout.readline() == "the script runs\n"
    assert process.stdout.readline() == "['Reading']\n"
    return int(process.stdout.readline())


def test_a_script_that_is_not_made_for_it_is_not_run_again(tmp_path: Path) -> None:
    process = script(tmp_path, "")
    child = child_of(process)
    rest, complaints = process.communicate(timeout=30)
    assert (process.returncode, rest, complaints) == (0, "", "")
    assert not Path(f"/proc/{child}").exists()


def test_the_children_of_a_killed_parent_end(tmp_path: Path) -> None:
    process = script(tmp_path, "sys.stdin.read()")
    child = child_of(process)
    watch = os.pidfd_open(child)
    process.kill()
    process.communicate(timeout=30)
    assert select.select([watch], [], [], 30)[0]
    os.close(watch)


def test_signals_to_the_group_leave_the_children_to_the_parent(tmp_path: Path) -> None:
    ending = """
import signal, time
stopped = []
for one in (signal.SIGTERM, signal.SIGINT):
    signal.signal(one, lambda *_: stopped.append(print("stopped", flush=True)))
print("ready", flush=True)
while len(stopped) < 2:
    time.sleep(0.01)
print([type(result).__name__ for _, result in readers.read([Task(sha256)])], flush=True)
print(readers._children[0].process.pid, flush=True)
"""
    process = script(tmp_path, ending)
    child = child_of(process)
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    for number in (signal.SIGINT, signal.SIGTERM):
        os.killpg(process.pid, number)
        assert process.stdout.readline() == "stopped\n"
    rest, complaints = process.communicate(timeout=30)
    assert (process.returncode, rest, complaints) == (0, f"['Reading']\n{child}\n", "")
    assert not Path(f"/proc/{child}").exists()
