"""`mailflow demo`: three weeks of a campaign in a minute, and a folder to look at."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

from mailflow.cli.output import print_table
from mailflow.errors import SettingsError

MARK = "mailflow-demo"


def run_demo(out: Path) -> int:
    """Plays the demonstration into `out`; 0 only where its ledger adds up. Raises SettingsError."""
    try:
        import aiosmtpd  # noqa: F401
        import pymap  # noqa: F401
    except ImportError:
        raise SettingsError("the demo's servers are not installed: pip install 'mailflow[demo]'") from None
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    from mailflow import maillog
    from mailflow.campaign.load import load_campaign
    from mailflow.demo.folder import lay_out
    from mailflow.demo.ledger import faults, outcomes
    from mailflow.demo.play import play, release_held_letters, stage
    from mailflow.demo.scenes import UNITS, scenes

    maillog.configure(level="warning")
    _clear(out)
    campaign = load_campaign("shanxi-2020")
    begins = campaign.opens
    noon, ends = begins + timedelta(days=20, hours=14), begins + timedelta(days=21, hours=18)
    every = scenes(campaign)
    console = Console()
    console.print(f"{len(every)} made-up mails, from {begins:%Y-%m-%d} to {ends:%Y-%m-%d}, by a virtual clock")
    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn(), TextColumn("{task.fields[now]}"))
    with Progress(*columns, console=console) as bar, stage(campaign, out / "data", begins, UNITS) as on:
        task = bar.add_task("playing", total=(ends - begins).total_seconds(), now="")

        def progress(moment: datetime, shows: str) -> None:
            bar.update(task, completed=(moment - begins).total_seconds(), now=f"{moment:%m-%d %H:%M} {shows}")

        play(on, every, noon, progress)
        release_held_letters(on)
        left = play(on, [], ends, progress)
        became = outcomes(on.world, every)
        wrong = faults(on.world, every, left)
        page = lay_out(out, on.world, became, left)
    _print_outcomes(became)
    console.print(f"{len(every)} mails in, {len(left)} letters out. To look at: {page}")
    for line in wrong:
        console.print(f"does not add up: {line}", style="red")
    console.print("the ledger adds up" if not wrong else f"{len(wrong)} things do not add up")
    return 1 if wrong else 0


def _print_outcomes(became: Sequence[object]) -> None:
    from mailflow.demo.ledger import Outcome

    rows = [one for one in became if isinstance(one, Outcome)]
    print_table(
        ("arrived", "subject", "shows", "message", "entry", "status"),
        (
            (
                f"{one.scene.arrives:%m-%d %H:%M}",
                one.subject,
                one.scene.shows,
                one.state,
                " ".join(one.refs),
                " ".join(one.statuses),
            )
            for one in rows
        ),
        empty="nothing happened",
    )


def _clear(out: Path) -> None:
    """Makes room for the demonstration: only a folder that one of ours left is emptied."""
    mark = out / f".{MARK}"
    if out.exists() and any(out.iterdir()):
        if not mark.exists():
            raise SettingsError(f"{out} holds other things: name an empty folder with --out")
        shutil.rmtree(out)
    out.mkdir(parents=True, exist_ok=True)
    mark.write_text("made by mailflow demo; the next demo empties this folder\n", encoding="utf-8")
