"""What the pages in docs/ say is what the code does. `make docs` writes the generated tables again."""

from __future__ import annotations

import enum
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from itertools import groupby
from pathlib import Path
from runpy import run_path
from typing import Any

import pytest
import typer.main
from pydantic import BaseModel, SecretStr
from pydantic_core import PydanticUndefined

from mailflow.cli.app import app
from mailflow.cli.init import PROVIDERS
from mailflow.letters.alarm import AlarmCode
from mailflow.model.retry import SCHEDULE
from mailflow.model.states import LETTER_TABLE, MESSAGE_TABLE
from mailflow.sections import Alarm, Imap, Letters, Limits, Reading, Recipients, Smtp, Units
from mailflow.settings import Settings
from mailflow.wire.quirks import IMAP_QUIRKS
from mailflow.wire.smtp_quirks import REPLY_QUIRKS, ReplyQuirk

ROOT = Path(__file__).resolve().parents[3]
DOCS = ROOT / "docs"
PAGES = sorted(
    [
        *DOCS.glob("*.md"),
        *ROOT.glob("*.md"),
        *(ROOT / name / "README.md" for name in ("schedules", "templates", "tests")),
    ]
)
SECTIONS: Mapping[str, type[BaseModel]] = {
    "[imap]": Imap,
    "[smtp]": Smtp,
    "[limits]": Limits,
    "[reading]": Reading,
    "[recipients]": Recipients,
    "[letters]": Letters,
    "[alarm]": Alarm,
    "[units]": Units,
}
MAY_IMPORT: Mapping[str, frozenset[str]] = run_path(str(Path(__file__).with_name("test_architecture.py")))["MAY_IMPORT"]
"""The rule that the architecture test enforces; the page shows the very same."""


def table(head: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    cells = [head, ["---"] * len(head), *([str(cell).replace("|", "\\|") for cell in row] for row in rows)]
    return "\n".join(f"| {' | '.join(row)} |".replace("| --- |", "|---|") for row in cells).replace("| --- |", "|---|")


def transitions(rules: Mapping[Any, enum.StrEnum]) -> str:
    return table(
        ("when it is", "and it is", "it becomes"),
        [(f"`{before}`", f"`{event}`", f"`{after}`") for (before, event), after in rules.items()],
    )


def layers() -> str:
    foundation = {name for name, allowed in MAY_IMPORT.items() if allowed <= {"errors"}}
    rows = [(", ".join(f"`{name}`" for name in MAY_IMPORT if name in foundation), "at most `errors`")]
    above = [name for name in MAY_IMPORT if name in foundation]
    for name, allowed in MAY_IMPORT.items():
        if name not in foundation:
            names = [f"`{one}`" for one in MAY_IMPORT if one in allowed]
            if allowed >= {"store", "wire"}:
                kept_out = [f"`{one}`" for one in above if one not in allowed]
                names = ["all above" + f" but {', '.join(kept_out)}" * bool(kept_out)]
                names += [f"`{one}`" for one in MAY_IMPORT if one in allowed and one not in above]
            rows.append((f"`{name}`", ", ".join(names)))
            above.append(name)
    return table(("this", "may import"), rows)


def answer(quirk: ReplyQuirk) -> str:
    return f"{'/'.join(f'{digit}yz' for digit in quirk.codes)} `{quirk.pattern}`"


def generated() -> dict[tuple[str, str], str]:
    """The generated parts of docs/ by page and name."""
    return {
        ("architecture.md", "message states"): transitions(MESSAGE_TABLE),
        ("architecture.md", "letter states"): transitions(LETTER_TABLE),
        ("architecture.md", "retry schedule"): f"A deferred letter is tried again {SCHEDULE}.",
        ("architecture.md", "layers"): layers(),
        ("providers.md", "presets"): table(
            ("`--provider`", "IMAP", "SMTP", "letters in 15 minutes", "in a day"),
            [
                (f"`{name}`", one.imap, one.smtp, *(quota or "no limit" for quota in (one.quota_15min, one.quota_day)))
                for name, one in PROVIDERS.items()
            ],
        ),
        ("providers.md", "imap quirks"): table(
            ("provider", "symptom", "what helps"), [(one.provider, one.symptom, one.remedy) for one in IMAP_QUIRKS]
        ),
        ("providers.md", "smtp quirks"): table(
            ("provider", "answer", "means", "what helps", "the letter is", "for"),
            [(one.provider, answer(one), one.symptom, one.remedy, one.outcome, one.scope) for one in REPLY_QUIRKS],
        ),
    }


def filled(page: str, text: str) -> str:
    """The page with its generated parts as the code has them."""
    for (where, name), block in generated().items():
        if where == page:
            begin, end = f"<!-- begin: {name} -->", f"<!-- end: {name} -->"
            assert begin in text, f"{page} has lost its mark {begin}"
            head, rest = text.split(begin)
            text = f"{head}{begin}\n\n{block}\n\n{end}{rest.split(end)[1]}"
    return text


@pytest.mark.parametrize("page", ["architecture.md", "providers.md"])
def test_generated_tables_are_as_the_code_has_them(page: str) -> None:
    text = (DOCS / page).read_text(encoding="utf-8")
    assert text == filled(page, text), "make docs writes them again"


def test_each_step_on_the_page_is_a_module_of_that_name() -> None:
    life = sections((DOCS / "architecture.md").read_text(encoding="utf-8"), "##")["The life of a message"]
    steps = re.findall(r"^\d+\. \*\*(\w+)\*\*", life, flags=re.MULTILINE)
    assert len(steps) == 9
    assert [step for step in steps if not (ROOT / "mailflow" / "steps" / f"{step}.py").is_file()] == []


def rows_of(text: str) -> list[list[str]]:
    """The body rows of every table in a piece of Markdown."""
    lines = [line for line in text.splitlines() if line.startswith("|")]
    cells = [[cell.strip() for cell in re.split(r"(?<!\\)\|", line.strip("|"))] for line in lines]
    body: list[list[str]] = []
    for number, row in enumerate(cells):
        is_head = number + 1 < len(cells) and set("".join(cells[number + 1])) <= set("-: ")
        if not is_head and not set("".join(row)) <= set("-: "):
            body.append(row)
    return body


def sections(text: str, level: str) -> dict[str, str]:
    """The text below each heading of a level."""
    parts = re.split(rf"^{level} (.+)$", text, flags=re.MULTILINE)
    return {heading.strip(): body for heading, body in zip(parts[1::2], parts[2::2], strict=True)}


def as_toml(value: object) -> str:
    if value is PydanticUndefined:
        return "needed"
    if value is None:
        return "none"
    if isinstance(value, SecretStr):
        value = value.get_secret_value()
    return f"`{json.dumps(list(value) if isinstance(value, tuple) else value, ensure_ascii=False)}`"


def test_settings_page_has_every_key_with_its_default() -> None:
    page = sections((DOCS / "settings.md").read_text(encoding="utf-8"), "##")
    written = {
        (heading.strip("`"), row[0].strip("`")): row[1] for heading, body in page.items() for row in rows_of(body)
    }
    top = {"campaign", "data", "mode"}
    real = {("Top level", key): as_toml(Settings.model_fields[key].default) for key in top}
    for section, model in SECTIONS.items():
        real |= {(section, key): as_toml(field.default) for key, field in model.model_fields.items()}
    assert written == real
    assert set(Settings.model_fields) == top | {name.strip("[]") for name in SECTIONS} | {"base"}


def commands() -> dict[str, Any]:
    """Every command of the program by the words after `mailflow`."""
    root = typer.main.get_command(app)
    found: dict[str, Any] = {}

    def walk(command: Any, words: tuple[str, ...]) -> None:
        if words:
            found[" ".join(words)] = command
        for name, one in getattr(command, "commands", {}).items():
            walk(one, (*words, name))

    walk(root, ())
    return found


def options_of(command: Any) -> set[str]:
    return {one.opts[0] for one in command.params if one.param_type_name == "option" and one.name != "help"}


def documented() -> dict[str, set[str]]:
    page = sections((DOCS / "commands.md").read_text(encoding="utf-8"), "###")
    found: dict[str, set[str]] = {}
    for heading, body in page.items():
        words = heading.strip("`").removeprefix("mailflow ").split()
        name = " ".join(word for word in words if word.islower() and word.isalpha())
        found[name] = {row[0].strip("`").split()[0] for row in rows_of(body.split("\n## ")[0])}
    return found


def test_commands_page_has_every_command_with_its_options() -> None:
    assert documented() == {name: options_of(command) for name, command in commands().items()}


def test_commands_page_has_the_options_before_the_command() -> None:
    text = (DOCS / "commands.md").read_text(encoding="utf-8").split("\n## ")[0]
    assert {row[0].strip("`").split()[0] for row in rows_of(text)} == options_of(typer.main.get_command(app))


def test_settings_that_init_writes_are_all_on_the_settings_page() -> None:
    from mailflow.cli.init import TEMPLATE

    keys = set(re.findall(r"^#? ?(\w+) *= ", TEMPLATE.template, flags=re.MULTILINE))
    assert keys <= set(re.findall(r"^\| `(\w+)` \|", (DOCS / "settings.md").read_text("utf-8"), flags=re.MULTILINE))


def test_alarms_page_has_those_alarms_that_can_ring() -> None:
    source = "".join(
        path.read_text("utf-8") for path in [ROOT / "mailflow/daemon.py", *(ROOT / "mailflow/steps").glob("*.py")]
    )
    ring = {AlarmCode[name].value for name in re.findall(r"AlarmCode\.([A-Z_]+)", source)}
    page = sections((DOCS / "operations.md").read_text("utf-8"), "##")["Alarms"]
    assert {row[0].strip("`") for row in rows_of(page)} == ring


def links(page: Path) -> Iterator[str]:
    text = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    yield from (link for link in re.findall(r"\]\(([^)\s]+)\)", text) if not link.startswith(("http", "mailto:")))


def anchors(page: Path) -> set[str]:
    headings = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_leads_somewhere(page: Path) -> None:
    for link in links(page):
        name, _, anchor = link.partition("#")
        target = (page.parent / name).resolve() if name else page
        assert target.exists(), link
        if anchor:
            assert anchor in anchors(target), link


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_file_that_a_page_names_is_there(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    names = re.findall(r"`((?:mailflow|tests|docs|bench|schedules|templates|\.ci)/[\w./*-]+\.\w+)`", text)
    missing = [name for name in names if not list(ROOT.glob(name)) and "my-campaign" not in name]
    assert missing == []


def test_every_noun_of_the_model_is_in_the_glossary() -> None:
    text = (DOCS / "glossary.md").read_text(encoding="utf-8")
    defined = set(re.findall(r"^\| \*\*(\w+)\*\* \|", text, flags=re.MULTILINE))
    wanted = {
        *("Message", "Attachment", "Facts", "Campaign", "Category", "Rule", "Applicant", "Unit", "Submission", "Entry"),
        *("Finding", "Verdict", "Judgement", "Letter", "Occurrence", "Period", "Roster", "Ranking", "Event", "Field"),
        *("Form", "Requirement", "Role", "Relation", "Disposition", "Correspondent", "Milestone", "Known", "Defect"),
    }
    assert wanted <= defined


def test_each_noun_is_defined_once() -> None:
    text = (DOCS / "glossary.md").read_text(encoding="utf-8")
    nouns = sorted(word.lower() for word in re.findall(r"^\| \*\*(\w+)\*\* \|", text, flags=re.MULTILINE))
    assert [noun for noun, times in groupby(nouns) if len(list(times)) > 1] == []


def test_templates_page_has_every_letter() -> None:
    text = (ROOT / "templates" / "README.md").read_text(encoding="utf-8")
    folders = {path.name for path in (ROOT / "templates" / "zh").iterdir() if path.is_dir()}
    assert set(re.findall(r"`([a-z-]+)`", "".join(row[0] for row in rows_of(text)))) == folders


def test_the_container_file_copies_what_is_there() -> None:
    text = (DOCS / "Containerfile").read_text(encoding="utf-8")
    named = [
        name for line in re.findall(r"^COPY (?!--from)(.+)$", text, flags=re.MULTILINE) for name in line.split()[:-1]
    ]
    assert len(named) > 5
    assert [name for name in named if not (ROOT / name).exists()] == []


def test_the_unit_sets_settings_that_exist() -> None:
    text = (DOCS / "mailflow.service").read_text(encoding="utf-8")
    for section, key in re.findall(r"^Environment=MAILFLOW_(\w+?)__(\w+)=", text, flags=re.MULTILINE):
        assert key.lower() in SECTIONS[f"[{section.lower()}]"].model_fields


def promises() -> list[list[str]]:
    return rows_of((DOCS / "promises.md").read_text(encoding="utf-8"))


def test_each_promise_names_tests_that_exist_or_says_that_it_is_not_yet_proven() -> None:
    for promise in promises():
        named = re.findall(r"`(tests/[\w/.-]+\.py)(?:::(\w+))?`", promise[2])
        assert named or "not yet proven" in promise[2], promise[0]
        for path, test in named:
            assert (ROOT / path).is_file(), f"{promise[0]}: {path}"
            if test:
                assert f"def {test}(" in (ROOT / path).read_text(encoding="utf-8"), f"{promise[0]}: {path}::{test}"


def test_promises_are_numbered_without_a_gap() -> None:
    assert [row[0] for row in promises()] == [f"P{number}" for number in range(1, len(promises()) + 1)]


def test_changelog_begins_with_what_is_not_released_yet() -> None:
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    headings = re.findall(r"^## (.+)$", text, flags=re.MULTILINE)
    assert headings[0] == "Unreleased"
    for heading in headings[1:]:
        version, _, day = heading.partition(" ")
        assert re.fullmatch(r"\d+\.\d+\.\d+", version)
        assert date.fromisoformat(day.strip("() "))


if __name__ == "__main__":
    for name in sorted({page for page, _ in generated()}):
        path = DOCS / name
        path.write_text(filled(name, path.read_text(encoding="utf-8")), encoding="utf-8")
        print(f"docs/{name}: written")
