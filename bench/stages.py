"""What each stage costs the main process, one after the other, in milliseconds of CPU a mail.

Usage: python -m bench.stages [--mails 200] [--profile STAGE]
"""

from __future__ import annotations

import argparse
import cProfile
import pstats
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bench.intake import use_ram_disk, write_settings
from bench.submissions import NOW, submissions
from mailflow import maillog
from mailflow.clock import SetClock
from mailflow.settings import load_settings
from mailflow.steps import answer, collect, dispatch, file, once, posting, process, reading
from mailflow.testing.dovecot import Dovecot
from mailflow.testing.postfix import SmtpSink
from mailflow.wire.smtp import Courier
from mailflow.wiring import build_lanes, build_mailbox, build_world, imap_account

INNER: dict[str, tuple[Any, str]] = {
    "judge": (process, "decide"),
    "compose": (answer, "compose_receipt"),
    "to_bytes": (posting, "to_bytes"),
    "smtp": (Courier, "send"),
}
"""Functions measured inside their stage, by the name they have in the table."""


class Stopwatch:
    """CPU seconds of this process by name."""

    def __init__(self) -> None:
        self.spent: defaultdict[str, float] = defaultdict(float)

    def timed(self, name: str, work: Callable[..., Any]) -> Callable[..., Any]:
        """`work`, measured under `name`."""

        def measured(*args: Any, **kwargs: Any) -> Any:
            begun = time.process_time()
            try:
                return work(*args, **kwargs)
            finally:
                self.spent[name] += time.process_time() - begun

        return measured


def stages(mails: int, profiled: str | None) -> dict[str, float]:
    """CPU seconds by stage for a mailbox of so many mails; `profiled` prints the profile of one stage."""
    watch = Stopwatch()
    for name, (owner, attribute) in INNER.items():
        setattr(owner, attribute, watch.timed(name, getattr(owner, attribute)))
    with tempfile.TemporaryDirectory(prefix="mailflow-bench-") as folder, Dovecot() as imap, SmtpSink() as smtp:
        mailbox_files = list(submissions(mails))
        imap.deliver(mailbox_files)
        settings = load_settings(write_settings(Path(folder), imap, smtp))
        world = build_world(settings, SetClock(NOW))
        mailbox, lanes = build_mailbox(settings), build_lanes(settings)
        mailbox.open()
        once.start(world)
        steps: dict[str, Callable[[], Any]] = {
            "read": lambda: [reading.read_bytes(raw, world.campaign) for raw, _ in mailbox_files],
            "collect": lambda: collect.collect(world, mailbox, imap_account(settings)),
            "process": lambda: _until_done(lambda: process.process(world)),
            "answer": lambda: answer.answer(world, at_once=True),
            "file": lambda: _until_done(lambda: file.file_entries(world)),
            "dispatch": lambda: dispatch.dispatch_all(world, lanes),
        }
        for name, step in steps.items():
            profile = cProfile.Profile() if name == profiled else None
            watch.timed(name, profile.runcall if profile else _call)(step)
            if profile:
                pstats.Stats(profile, stream=sys.stderr).sort_stats("cumtime").print_stats(70)
                pstats.Stats(profile, stream=sys.stderr).sort_stats("tottime").print_stats(40)
        world.readers.close()
        mailbox.close()
        for lane in lanes:
            lane.courier.close()
    return watch.spent


def _call(step: Callable[[], Any]) -> Any:
    return step()


def _until_done(step: Callable[[], int]) -> None:
    while step():
        pass


def main() -> None:
    """Prints the table."""
    options = argparse.ArgumentParser(description="What each stage costs.")
    options.add_argument("--mails", type=int, default=200)
    options.add_argument("--profile", help="print the profile of this stage")
    chosen = options.parse_args()
    use_ram_disk()
    maillog.configure(level="warning")
    for name, seconds in stages(chosen.mails, chosen.profile).items():
        print(f"{name:<10}{1000 * seconds / chosen.mails:8.2f} ms")


if __name__ == "__main__":
    main()
