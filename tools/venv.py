"""Makes .venv for `make`: the locked packages, each checked against its hash, then this checkout itself.

Standard library only: it runs before anything is installed. The stamp it leaves lets `make` skip it next time.
Usage: python3 tools/venv.py STAMP
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOCK = ROOT / "requirements.lock"
OLDEST = (3, 11)


def main(stamp: Path) -> int:
    """Brings the virtual environment of `stamp` up to date; 0 where that went well."""
    complaint = what_is_missing()
    if complaint:
        print(f"make: {complaint}", file=sys.stderr)
        return 1
    python = environment(stamp.parent)
    locked = sum(line.startswith(tuple("abcdefghijklmnopqrstuvwxyz")) for line in LOCK.read_text("utf-8").splitlines())
    print(f"make: installing {locked} locked packages into {stamp.parent.name} (once; a minute or two)", flush=True)
    pip = [str(python), "-m", "pip", "--disable-pip-version-check", "install", "--no-deps"]
    code = follow([*pip, "--require-hashes", "--only-binary", ":all:", "-r", str(LOCK)], locked)
    if code == 0:
        code = follow([*pip, "--no-build-isolation", "--quiet", "--editable", str(ROOT)], 0)
    if code == 0:
        stamp.write_text("made by tools/venv.py\n", encoding="utf-8")
    return code


def what_is_missing() -> str:
    """What this interpreter lacks and how to get it, "" where it will do."""
    if sys.version_info < OLDEST:
        return f"Python {sys.version.split()[0]} is too old: 3.11 or newer is needed"
    try:
        import ensurepip  # noqa: F401
        import venv  # noqa: F401
    except ImportError:
        return f"{sys.executable} cannot make virtual environments: apt-get install python3-venv"
    return ""


def environment(folder: Path) -> Path:
    """The interpreter of the virtual environment `folder`, which is made where it is not there or not whole."""
    python = folder / "bin" / "python"
    probe = "import sys, pip; sys.exit(sys.version_info < (3, 11))"
    if not python.exists() or subprocess.run([python, "-c", probe], capture_output=True, check=False).returncode:
        print(f"make: a virtual environment in {folder.name}, with Python {sys.version.split()[0]}", flush=True)
        subprocess.run([sys.executable, "-m", "venv", "--clear", str(folder)], check=True)
    return python


def follow(command: list[str], expected: int) -> int:
    """Runs pip, showing how far it is; what it said is shown only where it failed."""
    said: list[str] = []
    count = 0
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as running:
        assert running.stdout is not None
        for line in running.stdout:
            said.append(line)
            if expected and line.startswith("Collecting "):
                count += 1
                show(f"{count} of {expected}  {line.split()[1].split('==')[0]}")
            elif expected and line.startswith("Installing "):
                show("unpacking")
    if expected:
        show("")
    if running.returncode:
        print("".join(said[-40:]), file=sys.stderr)
    return running.returncode


def show(text: str) -> None:
    """One line that is written over and over; nothing where nobody watches."""
    if sys.stdout.isatty():
        print(f"\r\033[K{'  ' if text else ''}{text}", end="", flush=True)


if __name__ == "__main__":
    try:
        sys.exit(main(ROOT / sys.argv[1]))
    except KeyboardInterrupt:
        sys.exit(130)
