"""How much resident memory a piece of work took at its peak, beyond what the process had before."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

_STATUS, _PEAK = Path("/proc/self/status"), Path("/proc/self/clear_refs")


class Growth:
    """Counts from its making on. On a system without /proc it counts nothing and says 0."""

    def __init__(self) -> None:
        with suppress(OSError):
            _PEAK.write_text("5", encoding="ascii")  # proc(5): resets the peak to what is resident now
        self._before = _kilobytes("VmRSS")

    def bytes(self) -> int:
        """The peak since then, less what there was."""
        return max(0, _kilobytes("VmHWM") - self._before) * 1024


def peak() -> int:
    """The most that was ever resident since the program was started, in bytes; unlike getrusage's, not its parent's."""
    return _kilobytes("VmHWM") * 1024


def _kilobytes(field: str) -> int:
    try:
        lines = _STATUS.read_text(encoding="ascii", errors="replace").splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith(f"{field}:")), 0)
