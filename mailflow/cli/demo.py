"""`mailflow demo`: three weeks of a campaign in seconds, and a folder to look at."""

from __future__ import annotations

import shlex
import shutil
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mailflow.cli.output import PIPED_WIDTH, shown
from mailflow.errors import SettingsError

if TYPE_CHECKING:
    from rich.console import Console

    from mailflow.demo.ledger import Outcome
    from mailflow.demo.scene import Scene
    from mailflow.model.campaign import Campaign
    from mailflow.testing.smtp_server import Received

MARK = "mailflow-demo"
CAMPAIGN = "shanxi-2020"
RELEASE_AFTER = timedelta(days=20, hours=14)
"""When the organiser of the demonstration releases what is held for him."""
LASTS = timedelta(days=21, hours=18)
COLOURS = {
    "accepted": "green",
    "incomplete": "yellow",
    "ineligible": "yellow",
    "late": "magenta",
    "held": "magenta",
    "ignored": "bright_black",
}


def run_demo(out: Path) -> int:
    """Plays the demonstration into `out`; 0 only where its ledger adds up. Raises SettingsError."""
    from rich.console import Console

    from mailflow import maillog

    console = Console(highlight=False)
    if not console.is_terminal:
        console.width = PIPED_WIDTH
    _clear(out)
    maillog.configure(level="warning")
    console.print("[bold]mailflow demo[/]: three weeks of a campaign, on a virtual clock and own servers")
    became, left, wrong = _played(out, console)
    console.print(_table(became))
    console.print(f"\n{len(became)} mails in, {len(left)} letters out, and what became of each stands above.")
    for line in wrong:
        console.print(f"does not add up: {shown(line)}", style="red", markup=False)
    if wrong:
        console.print(f"[red]{len(wrong)} things do not add up[/]")
        return 1
    console.print("[green]The ledger adds up.[/]\n")
    _print_next_steps(console, out, became)
    return 0


def _played(out: Path, console: Console) -> tuple[list[Outcome], list[Received], list[str]]:
    """Plays it: what became of each mail, the letters that left, and what does not add up."""
    with console.status("starting"):
        _require_servers()
        from mailflow.campaign.load import load_campaign
        from mailflow.demo.folder import lay_out
        from mailflow.demo.ledger import faults, outcomes
        from mailflow.demo.play import play, release_held_letters, stage
        from mailflow.demo.scenes import UNITS

        campaign = load_campaign(CAMPAIGN)
    begins = campaign.opens
    ends = begins + LASTS
    with _progress(console) as bar:
        every = _written(bar, campaign)
        task = bar.add_task("playing", total=(ends - begins).total_seconds(), now="")

        def progress(moment: datetime, shows: str) -> None:
            bar.update(task, completed=(moment - begins).total_seconds(), now=f"{moment:%m-%d %H:%M} {shows}")

        with stage(campaign, out, begins, UNITS) as on:
            play(on, every, begins + RELEASE_AFTER, progress)
            release_held_letters(on)
            left = play(on, [], ends, progress)
            bar.update(task, completed=LASTS.total_seconds(), now="")
            became, wrong = outcomes(on.world, every), faults(on.world, every, left)
            lay_out(out, on.world, became, left)
    return became, left, wrong


def _require_servers() -> None:
    try:
        import aiosmtpd  # noqa: F401
        import pymap  # noqa: F401
    except ImportError:
        raise SettingsError("the demo's servers are not installed: pip install 'mailflow[demo]'") from None


def _written(bar: Any, campaign: Campaign) -> list[Scene]:
    """The mails of the demonstration, made one by one, in the order of their arrival."""
    from mailflow.demo.scenes import COUNT, scenes

    task = bar.add_task("writing mails", total=COUNT, now="")
    every: list[Scene] = []
    for one in scenes(campaign):
        every.append(one)
        bar.update(task, completed=len(every))
    return sorted(every, key=lambda one: one.arrives)


def _progress(console: Console) -> Any:
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
    from rich.table import Column

    columns = (
        TextColumn("{task.description:13}", table_column=Column(no_wrap=True)),
        BarColumn(bar_width=16),
        TimeElapsedColumn(),
        TextColumn("{task.fields[now]}", markup=False, table_column=Column(no_wrap=True, ratio=1)),
    )
    return Progress(*columns, console=console, expand=True)


def _table(became: Sequence[Outcome]) -> Any:
    """What became of every mail, to fit a terminal of 80 columns."""
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, header_style="bold", pad_edge=False, padding=(0, 1, 0, 0))
    table.add_column("arrived", no_wrap=True)
    table.add_column("mail", overflow="fold", max_width=20)
    table.add_column("what it shows", overflow="fold", ratio=1)
    table.add_column("became", no_wrap=True)
    for one in became:
        states = list(zip(one.statuses, one.refs, strict=True)) or [(one.state, "")]
        lines = Text("\n").join(Text(f"{state:10} {ref}".rstrip(), COLOURS.get(state, "")) for state, ref in states)
        mail = shown(one.subject) or "(no subject)"
        table.add_row(f"{one.scene.arrives:%m-%d %H:%M}", Text(mail), Text(shown(one.scene.shows), "dim"), lines)
    return table


def _print_next_steps(console: Console, out: Path, became: Sequence[Outcome]) -> None:
    command = f"mailflow --config {shlex.quote(str(out / 'mailflow.toml'))}"
    ref = next(ref for one in became for ref in one.refs)
    console.print("[bold]To look at[/]")
    for line in (
        f"open {shlex.quote(str(out / 'index.html'))}  (every mail, receipt, report and filed entry)",
        f"{command} entries",
        f"{command} show {ref}",
        f"{command} ranking model-learner",
        f"{command} calendar",
        "mailflow init  (your own mailbox)",
    ):
        console.print(f"  {line}", markup=False, soft_wrap=True)


def _clear(out: Path) -> None:
    """Makes room for the demonstration: only a folder that one of ours left is emptied."""
    mark = out / f".{MARK}"
    if out.exists() and any(out.iterdir()):
        if not mark.exists():
            raise SettingsError(f"{out} holds other things: name an empty folder with --out")
        shutil.rmtree(out)
    out.mkdir(parents=True, exist_ok=True)
    mark.write_text("made by mailflow demo; the next demo empties this folder\n", encoding="utf-8")
