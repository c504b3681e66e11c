"""The wheel carries what it needs and works outside the checkout."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
GOES_IN = ("mailflow", "schedules", "templates", "pyproject.toml", "README.md", "LICENSE")

pytestmark = pytest.mark.slow


def run(*command: str, cwd: Path, path: Path | None = None) -> str:
    environment = {key: value for key, value in os.environ.items() if not key.startswith("MAILFLOW_")}
    environment |= {"PIP_DISABLE_PIP_VERSION_CHECK": "1"} | ({"PYTHONPATH": str(path)} if path else {})
    done = subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr + done.stdout
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from a copy, without the network."""
    source, out = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("dist")
    for name in GOES_IN:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, source / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy2(ROOT / name, source / name)
    pip = (sys.executable, "-m", "pip", "wheel", "--quiet", "--no-index", "--no-deps", "--no-build-isolation")
    run(*pip, "--wheel-dir", str(out), str(source), cwd=source)
    [built] = out.glob("mailflow-*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that the wheel was installed into; it comes before the checkout on the path."""
    target = tmp_path_factory.mktemp("installed")
    pip = (sys.executable, "-m", "pip", "install", "--quiet", "--no-index", "--no-deps", "--target", str(target))
    run(*pip, str(wheel), cwd=target)
    return target


def test_the_wheel_carries_campaigns_templates_migrations_and_types(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    for folder in ("schedules", "templates"):
        shipped = {str(path.relative_to(ROOT)) for path in (ROOT / folder).rglob("*") if path.is_file()}
        assert {f"mailflow/{name}" for name in shipped if "__pycache__" not in name} <= names
    assert "mailflow/py.typed" in names
    assert "mailflow/store/migrations/versions/0001_first_tables.py" in names
    assert not [name for name in names if name.startswith(("tests/", "bench/", "data/"))]


def test_an_installed_mailflow_works_outside_the_checkout(installed: Path, tmp_path: Path) -> None:
    mail = b"From: wang@example.cn\r\nSubject: =?utf-8?B?546L5bCP5piOK+S8mOengOWtpuWRmA==?=\r\n\r\nhello\r\n"
    (tmp_path / "mail.eml").write_bytes(mail)
    mailflow = (sys.executable, "-m", "mailflow.cli")
    where = run(sys.executable, "-c", "import mailflow; print(mailflow.__file__)", cwd=tmp_path, path=installed)
    assert Path(where.strip()).is_relative_to(installed)
    assert run(*mailflow, "--version", cwd=tmp_path, path=installed).startswith("mailflow ")
    run(*mailflow, "forms", "--out", "forms", cwd=tmp_path, path=installed)
    assert len(list((tmp_path / "forms").glob("*.docx"))) == 8
    told = run(*mailflow, "--at", "2020-08-20T10:00", "explain", "mail.eml", cwd=tmp_path, path=installed)
    assert "王小明" in told
    assert "优秀学员" in told


def test_the_entry_point_is_there(installed: Path, tmp_path: Path) -> None:
    script = installed / "bin" / "mailflow"
    assert run(sys.executable, str(script), "--version", cwd=tmp_path, path=installed).startswith("mailflow ")


def test_every_runtime_dependency_is_in_the_lock() -> None:
    import tomllib

    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    locked = {line.split("==")[0] for line in lock.splitlines() if "==" in line and not line.startswith(" ")}
    groups = [project["project"]["dependencies"], project["dependency-groups"]["dev"]]
    groups += project["project"]["optional-dependencies"].values()
    wanted = {name_of(one) for group in groups for one in group}
    assert wanted - {one.lower() for one in locked} == set()
    assert "://" not in lock, "the lock names no place to get things from"


def name_of(requirement: str) -> str:
    """The normalised name of a requirement (PEP 503)."""
    import re

    return re.sub(r"[-_.]+", "-", re.split(r"[\s<>=!~;\[]", requirement)[0]).lower()
