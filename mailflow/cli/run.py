"""`mailflow run`: the daemon, or one complete pass."""

from __future__ import annotations

import gc
import sys

from mailflow.cli.context import Context
from mailflow.errors import SettingsError
from mailflow.steps.readers import warm_up
from mailflow.wiring import build_lanes, build_mailbox, imap_account

COLLECT_AFTER = 10_000
"""New objects before Python looks for rings among them; with its own 700 that is a twentieth of all work."""


def run_pass(context: Context) -> int:
    """One complete pass; 1 where a server could not be reached."""
    warm_up()
    from mailflow.cli.progress import progress_of
    from mailflow.daemon import only_one
    from mailflow.steps.once import run_once

    mailbox, lanes = build_mailbox(context.settings), build_lanes(context.settings)
    with context.world() as world, only_one(world.data):
        _spare_the_collector()
        try:
            with progress_of(world) as tell:
                errors = run_once(world, mailbox, imap_account(context.settings), lanes, tell=tell)
        finally:
            for lane in lanes:
                lane.courier.close()
    for error in errors:
        print(f"mailflow: {error}", file=sys.stderr)
    return 1 if errors else 0


def run_daemon(context: Context) -> int:
    """Runs until it is told to stop. Refuses a clock that stands still."""
    if context.at is not None:
        raise SettingsError("--at goes with run --once: a daemon cannot live at a time that stands still")
    from mailflow.daemon import Daemon, only_one

    settings = context.settings
    mailbox, lanes = build_mailbox(settings), build_lanes(settings)
    with context.world() as world, only_one(world.data):
        daemon = Daemon(
            world=world,
            mailbox=mailbox,
            account=imap_account(settings),
            lanes=lanes,
            poll_seconds=settings.imap_or_refuse().poll_seconds,
            spare_courier=lambda: build_lanes(settings)[-1].courier,
        )
        _spare_the_collector()
        daemon.run()
    return 0


def _spare_the_collector() -> None:
    """What the start has made stays to the end: nothing of it is looked through for garbage again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(COLLECT_AFTER)
