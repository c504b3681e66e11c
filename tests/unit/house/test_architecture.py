"""The house's own rules, read off the syntax tree: where imports point, who touches the world, how long things are."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
PACKAGE = ROOT / "mailflow"

BASE = frozenset({"mailflow", "model", "errors", "clock", "areas", "atomic", "maillog", "resources"})
CORE = frozenset({"campaign", "intake", "documents", "judge", "letters", "reports"})
WORLD = frozenset({"store", "wire", "sight"})

MAY_IMPORT: dict[str, frozenset[str]] = {
    "mailflow": frozenset(),
    "errors": frozenset(),
    "clock": frozenset(),
    "maillog": frozenset(),
    "resources": frozenset(),
    "areas": frozenset(),
    "atomic": frozenset({"errors"}),
    "sections": frozenset({"errors"}),
    "settings": frozenset({"errors", "sections"}),
    "model": frozenset({"errors"}),
    "campaign": frozenset({"model", "errors", "resources"}),
    "intake": frozenset({"model", "errors", "resources"}),
    "documents": frozenset({"model", "errors", "resources", "intake"}),
    "judge": frozenset({"model", "errors", "resources", "campaign", "intake"}),
    "letters": frozenset({"model", "errors", "resources", "campaign"}),
    "reports": frozenset({"model", "errors", "resources", "campaign", "letters"}),
    "store": frozenset({"model", "errors", "clock", "atomic"}),
    "wire": frozenset({"model", "errors", "clock", "atomic"}),
    "sight": frozenset({"model", "errors", "documents"}),
    "steps": BASE | CORE | WORLD,
    "wiring": BASE | CORE | WORLD | {"steps", "sections", "settings"},
    "daemon": BASE | CORE | WORLD | {"steps", "sections", "settings", "wiring"},
    "demo": BASE | CORE | WORLD | {"steps", "sections", "settings", "wiring", "daemon", "testing"},
    "cli": BASE | CORE | WORLD | {"steps", "sections", "settings", "wiring", "daemon", "testing", "demo"},
    "testing": BASE | CORE | WORLD | {"steps", "sections", "settings", "wiring", "daemon", "demo", "cli"},
}
"""Which part may import which. What stands nowhere here points upwards."""

ONLY_IMPORTER = {
    "imapclient": re.compile(r"wire/imap\w*\.py"),
    "aiosmtplib": re.compile(r"wire/smtp\w*\.py"),
    "apscheduler": re.compile(r"daemon\.py"),
    "sqlmodel": re.compile(r"store/.*\.py"),
    "sqlalchemy": re.compile(r"store/.*\.py"),
    "alembic": re.compile(r"store/.*\.py"),
    "typer": re.compile(r"cli/.*\.py"),
    "structlog": re.compile(r"maillog\.py"),
    "rapidocr": re.compile(r"sight/ocr\.py"),
    "onnxruntime": re.compile(r"sight/ocr\.py"),
    "pypdfium2": re.compile(r"sight/scan\.py"),
    "pi_heif": re.compile(r"sight/picture\.py"),
    "cv2": re.compile(r"sight/.*\.py"),
    "numpy": re.compile(r"sight/.*\.py"),
    "pymap": re.compile(r"(testing|demo)/.*\.py|cli/demo\.py"),
    "aiosmtpd": re.compile(r"(testing|demo)/.*\.py|cli/demo\.py"),
}
"""One door to each library that touches the world; what it raises is turned into our errors there."""

SHUT_OUT_OF_CORE = frozenset(
    {"os", "shutil", "socket", "sqlite3", "subprocess", "tempfile", "time", "random", "secrets", "threading", "uuid"}
)
ASKS_THE_WORLD = frozenset({"now", "today", "utcnow"})
TOUCHES_FILES = frozenset(
    {"exists", "glob", "is_dir", "is_file", "iterdir", "mkdir", "open", "read_bytes", "read_text", "rename", "rglob"}
    | {"stat", "touch", "unlink", "write_bytes", "write_text"}
)
READS_SHIPPED_FILES = {
    "campaign/load.py": "a campaign file is named by the settings and read once, at the start",
    "campaign/schema.py": "writes the schema beside the campaigns when run by hand",
    "letters/render.py": "templates are shipped files, read once",
    "reports/words.py": "so are the words of reports",
}
"""The core's few files that read what is shipped, each with the reason."""

LONGEST_FILE = 300
LONGEST_FUNCTION = 50
RECORDS = "store/migrations/versions/"
"""Migrations are the tables as they were: lists as long as they must be, and never edited."""

MAY_ASK_THE_TIME = {
    "clock.py": "it is the clock",
    "wire/imap_folder.py": "a mail for which the server names no readable time has arrived now",
}

BANNED_NAMES = re.compile(r"(^|_)(utils?|helpers?|common|misc|manager|handler|service|processor)(_|$)")
SECRET = re.compile(
    r"AKIA[0-9A-Z]{16}|ghp_[A-Za-z0-9]{30,}|xox[bp]-[0-9A-Za-z-]{20,}|-----BEGIN (RSA |EC |OPENSSH )?PRIVATE KEY-----"
)

Tree = ast.Module


@cache
def modules() -> dict[str, Tree]:
    """Every module of the package by its path below mailflow/."""
    return {
        str(path.relative_to(PACKAGE)): ast.parse(path.read_text(encoding="utf-8"))
        for path in sorted(PACKAGE.rglob("*.py"))
    }


def part(name: str) -> str:
    """The part of the house a module stands in: its folder, or the module itself at the top."""
    first = Path(name).parts[0]
    return "mailflow" if first == "__init__.py" else first.removesuffix(".py")


def imports(tree: Tree) -> Iterator[tuple[str, int]]:
    """Every imported module by its full name, with the line; `if TYPE_CHECKING` and lazy imports count too."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((one.name, node.lineno) for one in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"line {node.lineno}: imports are absolute here"
            yield node.module or "", node.lineno
            if node.module == "mailflow":
                yield from ((f"mailflow.{one.name}", node.lineno) for one in node.names)


def functions(tree: Tree) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


def wrong(check: Callable[[str, Tree], Iterator[str]]) -> list[str]:
    return [f"mailflow/{name}:{line}" for name, tree in modules().items() for line in check(name, tree)]


def test_imports_point_downwards() -> None:
    def check(name: str, tree: Tree) -> Iterator[str]:
        here = part(name)
        for module, line in imports(tree):
            if module != "mailflow" and module.startswith("mailflow."):
                there = module.split(".")[1]
                if there != here and there not in MAY_IMPORT[here] and there in MAY_IMPORT:
                    yield f"{line}: {here} imports {there}"

    found = wrong(check)
    assert not found, "\n" + "\n".join(found)


def test_every_part_of_the_house_has_its_place() -> None:
    assert {part(name) for name in modules()} == set(MAY_IMPORT)


def test_each_library_that_touches_the_world_has_one_door() -> None:
    def check(name: str, tree: Tree) -> Iterator[str]:
        if part(name) == "testing":  # it breaks things on purpose, from underneath
            return
        for module, line in imports(tree):
            door = ONLY_IMPORTER.get(module.split(".")[0])
            if door and not door.fullmatch(name):
                yield f"{line}: {module} is imported only in {door.pattern}"

    found = wrong(check)
    assert not found, "\n" + "\n".join(found)


def test_the_core_imports_nothing_that_does_io() -> None:
    def check(name: str, tree: Tree) -> Iterator[str]:
        if part(name) not in CORE | {"model"}:
            return
        for module, line in imports(tree):
            if module.split(".")[0] in SHUT_OUT_OF_CORE:
                yield f"{line}: {module}"

    found = wrong(check)
    assert not found, "\n" + "\n".join(found)


def test_only_the_clock_is_asked_for_the_time() -> None:
    def check(name: str, tree: Tree) -> Iterator[str]:
        if name in MAY_ASK_THE_TIME or part(name) == "testing":
            return
        for node in ast.walk(tree):
            if (
                isinstance(node, ast.Attribute)
                and node.attr in ASKS_THE_WORLD
                and isinstance(node.value, ast.Name)
                and node.value.id in {"datetime", "date"}
            ):
                yield f"{node.lineno}: {node.value.id}.{node.attr}: take the time from the clock that is passed"

    found = wrong(check)
    assert not found, "\n" + "\n".join(found)


def test_the_core_touches_no_files_but_the_shipped_ones() -> None:
    def check(name: str, tree: Tree) -> Iterator[str]:
        if part(name) not in CORE | {"model"} or name in READS_SHIPPED_FILES:
            return
        paths = any(module == "pathlib" for module, _ in imports(tree))
        for node in ast.walk(tree):
            if not isinstance(node, ast.Call):
                continue
            if isinstance(node.func, ast.Name) and node.func.id == "open":
                yield f"{node.lineno}: open()"
            elif paths and isinstance(node.func, ast.Attribute) and node.func.attr in TOUCHES_FILES:
                yield f"{node.lineno}: .{node.func.attr}()"

    found = wrong(check)
    assert not found, "\n" + "\n".join(found)


def test_modules_have_names_that_say_what_they_hold() -> None:
    assert [name for name in modules() if BANNED_NAMES.search(Path(name).stem)] == []


def test_classes_and_functions_have_names_that_say_what_they_are() -> None:
    def check(_name: str, tree: Tree) -> Iterator[str]:
        for node in ast.walk(tree):
            if isinstance(node, ast.ClassDef) and re.search(
                r"(Manager|Handler|Service|Processor|Util|Helper)s?$", node.name
            ):
                bases = {ast.unparse(base) for base in node.bases}
                if not any(base.endswith(node.name.lstrip("_")) or "Handler" in base for base in bases):
                    yield f"{node.lineno}: {node.name}"

    found = wrong(check)
    assert not found, "\n" + "\n".join(found)


def test_files_stay_short() -> None:
    long = {
        name: lines
        for name in modules()
        if not name.startswith(RECORDS)
        and (lines := len((PACKAGE / name).read_text(encoding="utf-8").splitlines())) > LONGEST_FILE
    }
    assert long == {}


def test_functions_stay_short() -> None:
    long = {
        f"{name}:{node.name}": length
        for name, tree in modules().items()
        for node in functions(tree)
        if not name.startswith(RECORDS)
        and (length := (node.end_lineno or node.lineno) - node.lineno + 1) > LONGEST_FUNCTION
    }
    assert long == {}


def test_no_except_is_bare() -> None:
    def check(_name: str, tree: Tree) -> Iterator[str]:
        for node in ast.walk(tree):
            if isinstance(node, ast.ExceptHandler) and node.type is None:
                yield f"{node.lineno}: name what is caught"

    found = wrong(check)
    assert not found, "\n" + "\n".join(found)


def test_no_header_is_set_from_a_formatted_text() -> None:
    def check(name: str, tree: Tree) -> Iterator[str]:
        if part(name) == "testing":  # it writes the hostile mails
            return
        for node in ast.walk(tree):
            if isinstance(node, ast.Assign) and isinstance(node.value, ast.JoinedStr):
                for target in node.targets:
                    if isinstance(target, ast.Subscript) and _is_header(target.slice):
                        yield f"{node.lineno}: {ast.unparse(target)}: only through letters.headers"
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and node.func.attr == "add_header"
                and any(isinstance(argument, ast.JoinedStr) for argument in node.args)
            ):
                yield f"{node.lineno}: add_header with a formatted text"

    found = wrong(check)
    assert not found, "\n" + "\n".join(found)


def _is_header(key: ast.expr) -> bool:
    return (
        isinstance(key, ast.Constant)
        and isinstance(key.value, str)
        and re.fullmatch(r"[A-Z][A-Za-z]*(-[A-Za-z]+)*", key.value) is not None
        and key.value not in {"Date"}
    )


def test_public_functions_and_classes_say_what_they_are_for() -> None:
    def check(name: str, tree: Tree) -> Iterator[str]:
        if part(name) in {"cli", "demo"} or "migrations" in name:
            return
        if not ast.get_docstring(tree):
            yield "1: the module says nothing about itself"
        for node in tree.body:
            if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) or node.name[0] == "_":
                continue
            if not ast.get_docstring(node):
                yield f"{node.lineno}: {node.name}"

    found = wrong(check)
    assert not found, "\n" + "\n".join(found)


@pytest.mark.parametrize("folder", ["mailflow", "tests", "schedules", "templates", "docs", "tools", ".ci", ".github"])
def test_nothing_holds_what_looks_like_a_secret(folder: str) -> None:
    found = []
    for path in sorted((ROOT / folder).rglob("*")):
        if path.is_file() and "__pycache__" not in path.parts and path.stat().st_size < 1_000_000:
            text = path.read_bytes().decode("utf-8", errors="replace")
            if path != Path(__file__) and SECRET.search(text):
                found.append(str(path.relative_to(ROOT)))
    assert found == []
