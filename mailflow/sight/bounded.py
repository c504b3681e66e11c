"""Runs a program on a stranger's file: bounded in time, memory and writing, in a folder of its own, and walled in.

The wall is bubblewrap's where it is there and the system lets us: no network, and of all files only the program's own
and that folder. Else a network namespace, else none: `wall` says which, and `mailflow check` shows it.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from collections.abc import Sequence
from contextlib import suppress
from functools import cache
from pathlib import Path

MEMORY_BYTES = 1024**3
FILE_BYTES = 64 * 2**20
OPEN_FILES = 256
PATIENCE = 4
"""So many times its CPU time a program may take by the clock: others use the machine too."""
PRLIMIT = "prlimit"
"""Of util-linux, which every Linux has."""

_SEEN = ("/usr", "/bin", "/sbin", "/lib", "/lib64", "/opt", "/var/lib/libreoffice")
_SEEN_OF_ETC = ("/etc/libreoffice", "/etc/fonts", "/etc/alternatives", "/etc/ld.so.cache")
_BUBBLEWRAP = (
    *("bwrap", "--unshare-all", "--die-with-parent", "--proc", "/proc", "--dev", "/dev", "--tmpfs", "/tmp"),  # noqa: S108
    *(word for path in (*_SEEN, *_SEEN_OF_ETC) for word in ("--ro-bind-try", path, path)),
)
_WALLS = {
    "a sandbox": _BUBBLEWRAP,
    "a network of its own": ("unshare", "--net"),
    "a network of its own, as an ordinary user": ("unshare", "--map-root-user", "--net"),
}
"""Walls by what is seen from within, the best first."""


def run(argv: Sequence[str], folder: Path, *, cpu_seconds: int, into: Path | None = None) -> int | None:
    """Runs `argv` in `folder`, which is its home; what it prints goes to the file `into`, or nowhere.

    Gives its exit code, None where its time by the clock was over and it was killed with all its children. It sees
    nothing of our environment: passwords may stand there. Raises OSError where it cannot be started.
    """
    environment = {"PATH": os.defpath, "HOME": str(folder), "TMPDIR": str(folder), "LANG": "C.UTF-8"}
    limits = (f"--as={MEMORY_BYTES}", f"--fsize={FILE_BYTES}", f"--cpu={cpu_seconds}", f"--nofile={OPEN_FILES}")
    with open(into or os.devnull, "wb") as printed:
        process = subprocess.Popen(  # noqa: S603  a program of ours, found in the system's own folders
            [PRLIMIT, *limits, "--core=0", "--", *_around(folder), *argv],
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=printed,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        try:
            return process.wait(PATIENCE * cpu_seconds)
        except subprocess.TimeoutExpired:
            return None
        finally:
            with suppress(ProcessLookupError):  # all have ended
                os.killpg(process.pid, signal.SIGKILL)  # soffice is a script that starts what starts another
            process.wait()


def _around(folder: Path) -> tuple[str, ...]:
    words = _WALLS.get(wall(), ())
    return (*words, "--bind", str(folder), str(folder)) if words is _BUBBLEWRAP else words


@cache
def wall() -> str:
    """What is around the programs that are run here, "" where this system lets us build nothing."""
    for seen, words in _WALLS.items():
        if shutil.which(words[0]) is not None:
            tried = subprocess.run([*words, "true"], capture_output=True, check=False)  # noqa: S603
            if tried.returncode == 0:
                return seen
    return ""
