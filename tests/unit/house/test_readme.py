"""The commands that stand in the two READMEs and in docs/ are real, and the demo is run as a newcomer runs it."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import typer.main

from mailflow.campaign.load import load_campaign
from mailflow.cli.app import app
from mailflow.intake.command import read_command

ROOT = Path(__file__).resolve().parents[3]
READMES = (ROOT / "README.md", ROOT / "README.zh-CN.md")
PAGES = (*READMES, *sorted((ROOT / "docs").glob("*.md")), ROOT / "schedules" / "README.md")
STANDS_FOR = {
    "MESSAGE": "0000000000000000",
    "REF": "SX20-7K4M",
    "KEY": "receipt:0:1",
    "NAME": "王小明",
    "ID": "model-learner",
    "DIR": "out",
    "FILE.eml": "some-mail.eml",
    "CATEGORY": "model-learner",
}
MAIL = (
    "From: wang@example.cn\r\nTo: intake@example.cn\r\nSubject: =?utf-8?B?{subject}?=\r\n"
    "Date: Thu, 20 Aug 2020 10:00:00 +0800\r\nMessage-ID: <one@example.cn>\r\n\r\nhello\r\n"
)
NEEDS_MORE = {
    "explain",
    "show",
    "assign",
    "ignore",
    "release",
    "replay",
    "resend",
    "drop",
    "report",
    "ranking",
    "backup",
}


def command_lines(text: str) -> list[str]:
    """What follows `mailflow` wherever a command stands, in a block or within a sentence."""
    found: list[str] = []
    fence: str | None = None
    for line in text.splitlines():
        if line.startswith("```"):
            fence = line.strip("` ") if fence is None else None
        elif fence is None:
            found += re.findall(r"`mailflow ([^`]+)`", line)
        elif fence in {"", "sh"} and line.strip().startswith("mailflow "):
            found.append(line.strip().removeprefix("mailflow "))
    return found


def documented() -> list[str]:
    found: dict[str, None] = {}
    for page in PAGES:
        found.update(dict.fromkeys(command_lines(page.read_text(encoding="utf-8"))))
    return list(found)


def words(line: str) -> list[str]:
    return [STANDS_FOR.get(word.strip("[]"), word.strip("[]")) for word in shlex.split(line)]


def mailflow(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    environment = {key: value for key, value in os.environ.items() if not key.startswith("MAILFLOW_")}
    return subprocess.run(
        [sys.executable, "-m", "mailflow.cli", *arguments],
        cwd=cwd,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder to run commands in: no settings, one saved mail."""
    (tmp_path / "some-mail.eml").write_bytes(MAIL.format(subject="546L5bCP5piOK+S8mOengOWtpuWRmA==").encode())
    return tmp_path


def usage_error(arguments: list[str]) -> str | None:
    """What the command line would complain about, None where it understands; nothing is carried out."""
    command: Any = typer.main.get_command(app)
    words = list(arguments)
    parent: Any = None
    try:
        while True:
            parent = command.make_context(words[0] if words else "mailflow", words, parent=parent)
            rest = [*parent._protected_args, *parent.args]
            if not getattr(command, "commands", None) or not rest:
                return None
            name, command, words = command.resolve_command(parent, rest)
            if not words and name in NEEDS_MORE:
                return None  # a command's bare name, in a sentence
    except Exception as error:
        return None if type(error).__name__ == "Exit" else f"{type(error).__name__}: {error}"


@pytest.mark.parametrize("line", documented())
def test_a_command_that_a_page_names_is_understood(line: str) -> None:
    assert usage_error(words(line)) is None


@pytest.mark.parametrize("line", ["entrys", "entries --statuss held", "report", "outbox lose KEY", "show"])
def test_a_command_that_does_not_exist_would_be_noticed(line: str) -> None:
    assert usage_error([*words(line), *(["--json"] if line in {"report", "show"} else [])]) is not None


@pytest.mark.parametrize("page", READMES, ids=lambda page: page.name)
def test_the_commands_for_installing_work_in_the_order_they_stand(page: Path, folder: Path) -> None:
    text = page.read_text(encoding="utf-8")
    setting_up = ("--version", "forms --", "explain some", "init --")
    lines = [words(line) for line in command_lines(text) if line.startswith(setting_up)]
    assert {line[0] for line in lines} == {"--version", "forms", "explain", "init"}
    for line in lines:
        result = mailflow(*line, cwd=folder)
        assert result.returncode == 0, f"{line}: {result.stderr}"
    assert len(list((folder / "forms").glob("*.docx"))) == 8
    assert (folder / "mailflow.toml").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("page", READMES, ids=lambda page: page.name)
def test_the_make_targets_exist(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    targets = set(re.findall(r"^make (\w+)$", text, flags=re.MULTILINE))
    rules = set(re.findall(r"^(\w+):", (ROOT / "Makefile").read_text(encoding="utf-8"), flags=re.MULTILINE))
    assert targets == {"demo", "test"}
    assert targets <= rules


def test_continuous_integration_runs_the_command_of_the_readme() -> None:
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    assert re.search(r"^make test", script, flags=re.MULTILINE)
    assert "MAILFLOW_REQUIRE_SERVERS=1" in script
    assert ".ci/run" in (ROOT / ".github" / "workflows" / "ci.yml").read_text(encoding="utf-8")


def test_both_readmes_have_the_same_parts_and_commands() -> None:
    english, chinese = (page.read_text(encoding="utf-8") for page in READMES)
    assert command_lines(english) == command_lines(chinese)
    assert len(re.findall(r"^## ", english, re.MULTILINE)) == len(re.findall(r"^## ", chinese, re.MULTILINE))
    assert len(re.findall(r"^\|", english, re.MULTILINE)) == len(re.findall(r"^\|", chinese, re.MULTILINE))
    assert len(re.findall(r"^- ", english, re.MULTILINE)) == len(re.findall(r"^- ", chinese, re.MULTILINE))


@pytest.mark.parametrize("page", READMES, ids=lambda page: page.name)
def test_the_subjects_that_senders_may_use_are_understood(page: Path) -> None:
    campaign = load_campaign("shanxi-2020")
    text = page.read_text(encoding="utf-8")
    subjects = re.findall(r"`((?:查询|撤回|索取|报送|本次|帮助)[^`]*)`", text)
    assert len(subjects) == 7
    for subject in subjects:
        assert read_command(subject, campaign) is not None, subject


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, subprocess.CompletedProcess[str]]:
    home = tmp_path_factory.mktemp("newcomer")
    return home / "demo", mailflow("demo", "--out", "demo", cwd=home)


def test_the_demo_ends_well_and_leaves_its_folder(demo: tuple[Path, subprocess.CompletedProcess[str]]) -> None:
    folder, result = demo
    assert result.returncode == 0, result.stdout + result.stderr
    assert (folder / "index.html").is_file()
    for name in ("filed", "receipts", "reports", "reminders", "mails"):
        assert any((folder / name).iterdir()), name


@pytest.mark.parametrize("page", READMES, ids=lambda page: page.name)
def test_the_figures_of_the_readme_are_those_of_the_demo(
    page: Path, demo: tuple[Path, subprocess.CompletedProcess[str]]
) -> None:
    folder, _ = demo
    assert re.search("more than forty made-up mails|四十多封虚构的邮件", page.read_text(encoding="utf-8"))
    assert 40 < len(list((folder / "mails").glob("*.eml"))) < 50


@pytest.mark.parametrize("page", READMES, ids=lambda page: page.name)
def test_the_receipt_in_the_readme_is_one_of_the_demo(
    page: Path, demo: tuple[Path, subprocess.CompletedProcess[str]]
) -> None:
    folder, _ = demo
    sample = re.search(r"^```text\n.*?\n\n(.*?)^```", page.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)
    assert sample is not None
    receipts = [path.read_text(encoding="utf-8") for path in (folder / "receipts").glob("*/letter.txt")]
    assert any(receipt.startswith(sample[1]) for receipt in receipts)


LISTS = ("entries", "messages", "outbox", "calendar", "ranking model-learner", "health", "report weekly")


@pytest.mark.parametrize("command", LISTS)
def test_the_keys_on_the_commands_page_are_those_of_the_json(
    command: str, demo: tuple[Path, subprocess.CompletedProcess[str]]
) -> None:
    folder, _ = demo
    (folder.parent / "mailflow.toml").write_text('data = "demo/data"\n', encoding="utf-8")
    result = mailflow("--at", "2020-08-25T18:00", *command.split(), "--json", cwd=folder.parent)
    document = json.loads(result.stdout)
    assert list(document[0] if isinstance(document, list) else document) == documented_keys(command.partition(" ")[0])


@pytest.mark.parametrize("kind", ["entry", "message", "letter"])
def test_the_keys_of_a_life_are_those_on_the_commands_page(
    kind: str, demo: tuple[Path, subprocess.CompletedProcess[str]]
) -> None:
    folder, _ = demo
    (folder.parent / "mailflow.toml").write_text('data = "demo/data"\n', encoding="utf-8")
    command, key = {"entry": ("entries", "ref"), "message": ("messages", "sha256"), "letter": ("outbox", "key")}[kind]
    word = json.loads(mailflow(command, "--json", cwd=folder.parent).stdout)[0][key]
    document = json.loads(mailflow("show", word, "--json", cwd=folder.parent).stdout)
    row = cell_of("show", "--json")
    told = next(part for part in row.split(";") if f"{kind}:" in part)
    assert list(document) == re.findall(r"`(\w+)`", told)


def test_the_keys_of_explain_are_those_on_the_commands_page(folder: Path) -> None:
    document = json.loads(mailflow("explain", "some-mail.eml", "--json", cwd=folder).stdout)
    assert list(document) == [key for key in documented_keys("explain") if key not in {"silence"}]


def cell_of(command: str, option: str) -> str:
    """What the commands page says of an option."""
    text = (ROOT / "docs" / "commands.md").read_text(encoding="utf-8")
    body = re.split(rf"^### `mailflow {command}\b", text, flags=re.MULTILINE)[1].split("\n### ")[0]
    return next(line for line in body.splitlines() if line.startswith(f"| `{option}`")).split("|")[2]


def documented_keys(command: str) -> list[str]:
    keys = re.findall(r"`(\w+)`", cell_of(command, "--json").split("keys:")[1])
    return list(dict.fromkeys(keys))
