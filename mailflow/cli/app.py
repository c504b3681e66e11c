"""The commands and their options. What they do stands in the modules beside this one, imported when called."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from mailflow.cli.context import Context

app = typer.Typer(
    name="mailflow",
    help="Reads applications from a mailbox, files them, answers each sender and sends the reports on time.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
outbox = typer.Typer(help="Every letter of ours, and what to do with those that wait.", invoke_without_command=True)
app.add_typer(outbox, name="outbox")

Json = Annotated[bool, typer.Option("--json", help="Print one JSON document on stdout and nothing else.")]
Out = Annotated[Path | None, typer.Option("--out", metavar="DIR", help="The folder to write to.")]


def _print_version(wanted: bool) -> None:
    if wanted:
        from mailflow import __version__

        typer.echo(f"mailflow {__version__}")
        raise typer.Exit


@app.callback()
def options(
    ctx: typer.Context,
    version: Annotated[
        bool, typer.Option("--version", help="Print the version and end.", is_eager=True, callback=_print_version)
    ] = False,
    config: Annotated[
        Path | None, typer.Option("--config", metavar="FILE", help="Settings file; default ./mailflow.toml.")
    ] = None,
    at: Annotated[
        str | None, typer.Option("--at", metavar="ISO8601", help="Act as if it were this time, standing still.")
    ] = None,
    log_level: Annotated[str, typer.Option("--log-level", help="debug, info, warning or error.")] = "info",
) -> None:
    """Options that come before the command."""
    ctx.obj = Context(config=config, at=at)
    ctx.meta["log_level"] = log_level


def _configure_log(ctx: typer.Context) -> None:
    from mailflow import maillog

    maillog.configure(level=ctx.meta.get("log_level", "info"))


@app.command()
def demo(out: Out = None) -> None:
    """Show the whole job on made-up mails: needs nothing, ends by itself."""
    from mailflow.cli.demo import run_demo

    raise typer.Exit(run_demo(out or Path("demo")))


@app.command()
def init(
    directory: Annotated[Path, typer.Argument(metavar="[DIR]", help="Where to write mailflow.toml.")] = Path(),
    provider: Annotated[str, typer.Option("--provider", help="163, 126, qq, exmail or generic.")] = "",
    address: Annotated[str, typer.Option("--address", help="The mailbox's address.")] = "",
) -> None:
    """Write a commented mailflow.toml for a provider."""
    from mailflow.cli.init import write_settings

    write_settings(directory, provider, address)


@app.command()
def check(ctx: typer.Context) -> None:
    """Try everything the daemon needs and say what to do about what fails."""
    from mailflow.cli.check import run_check

    _configure_log(ctx)
    raise typer.Exit(run_check(ctx.obj))


@app.command()
def run(
    ctx: typer.Context, once: Annotated[bool, typer.Option("--once", help="One complete pass, then end.")] = False
) -> None:
    """The daemon: collect, judge, file, answer, report, remind."""
    from mailflow.cli.run import run_daemon, run_pass

    _configure_log(ctx)
    raise typer.Exit(run_pass(ctx.obj) if once else run_daemon(ctx.obj))


@app.command()
def explain(
    ctx: typer.Context, file: Annotated[Path, typer.Argument(metavar="FILE.eml")], as_json: Json = False
) -> None:
    """Judge one message and show entry, findings and reply; writes nothing."""
    from mailflow.cli.explain import explain_file

    explain_file(ctx.obj, file, as_json=as_json)


@app.command()
def entries(
    ctx: typer.Context,
    category: Annotated[str | None, typer.Option(metavar="ID")] = None,
    status: Annotated[str | None, typer.Option(metavar="S")] = None,
    as_json: Json = False,
) -> None:
    """The entries."""
    from mailflow.cli.lists import list_entries

    list_entries(ctx.obj, category=category, status=status, as_json=as_json)


@app.command()
def messages(
    ctx: typer.Context, state: Annotated[str | None, typer.Option(metavar="S")] = None, as_json: Json = False
) -> None:
    """Every message ever seen, and what became of it."""
    from mailflow.cli.lists import list_messages

    list_messages(ctx.obj, state=state, as_json=as_json)


@outbox.callback()
def outbox_list(
    ctx: typer.Context, state: Annotated[str | None, typer.Option(metavar="S")] = None, as_json: Json = False
) -> None:
    """Every letter of ours, and what to do with those that wait."""
    from mailflow.cli.lists import list_letters

    if ctx.invoked_subcommand is None:
        list_letters(ctx.obj, state=state, as_json=as_json)


@outbox.command("resend")
def outbox_resend(ctx: typer.Context, key: str) -> None:
    """Send a letter again that failed, was sent, or whose fate is unknown."""
    from mailflow.cli.act import resend_letter

    resend_letter(ctx.obj, key)


@outbox.command("release")
def outbox_release(ctx: typer.Context, key: str) -> None:
    """Let a held letter go."""
    from mailflow.cli.act import release_letter

    release_letter(ctx.obj, key)


@outbox.command("resume")
def outbox_resume(ctx: typer.Context) -> None:
    """Let letters leave again after the circuit breaker stopped them."""
    from mailflow.cli.act import resume_outbox

    resume_outbox(ctx.obj)


@outbox.command("drop")
def outbox_drop(ctx: typer.Context, key: str) -> None:
    """Never send a letter that waits."""
    from mailflow.cli.act import drop_letter

    drop_letter(ctx.obj, key)


@app.command()
def assign(
    ctx: typer.Context,
    message: str,
    applicant: Annotated[str, typer.Option("--applicant", metavar="NAME")],
    category: Annotated[str, typer.Option("--category", metavar="ID")],
) -> None:
    """Give a held message its place: whom and what it is about."""
    from mailflow.cli.act import assign_message

    _configure_log(ctx)
    assign_message(ctx.obj, message, applicant, category)


@app.command()
def ignore(ctx: typer.Context, message: str, reason: Annotated[str, typer.Option("--reason")] = "") -> None:
    """Settle a held or shunted message that is no submission."""
    from mailflow.cli.act import ignore_message

    ignore_message(ctx.obj, message, reason)


@app.command()
def release(ctx: typer.Context, ref: str) -> None:
    """Settle a held, late or ineligible entry: a person has decided."""
    from mailflow.cli.act import release_entry

    release_entry(ctx.obj, ref)


@app.command()
def replay(ctx: typer.Context, message: str) -> None:
    """Judge a message again."""
    from mailflow.cli.act import replay_message

    _configure_log(ctx)
    replay_message(ctx.obj, message)


@app.command()
def calendar(
    ctx: typer.Context,
    since: Annotated[str | None, typer.Option("--from", metavar="D")] = None,
    until: Annotated[str | None, typer.Option("--to", metavar="D", help="Inclusive.")] = None,
    as_json: Json = False,
) -> None:
    """Reports, deadlines and reminders with their state."""
    from mailflow.cli.agenda import list_occurrences

    list_occurrences(ctx.obj, since=since, until=until, as_json=as_json)


@app.command()
def show(ctx: typer.Context, ref: str, as_json: Json = False) -> None:
    """The whole life of an entry, a message or a letter."""
    from mailflow.cli.show import show_life

    show_life(ctx.obj, ref, as_json=as_json)


@app.command()
def report(
    ctx: typer.Context, report_id: Annotated[str, typer.Argument(metavar="ID")], out: Out = None, as_json: Json = False
) -> None:
    """Build a report as of --at, without sending or recording it."""
    from mailflow.cli.agenda import build_report

    build_report(ctx.obj, report_id, out=out, as_json=as_json)


@app.command()
def ranking(ctx: typer.Context, category: str, as_json: Json = False) -> None:
    """The reference order of a category with the reason for each place."""
    from mailflow.cli.lists import list_ranking

    list_ranking(ctx.obj, category, as_json=as_json)


@app.command()
def forms(ctx: typer.Context, out: Out = None) -> None:
    """Write the blank registration forms (docx)."""
    from mailflow.cli.forms import write_forms

    write_forms(ctx.obj, out or Path("forms"))


@app.command()
def health(ctx: typer.Context, as_json: Json = False) -> None:
    """Last good poll and backlog; exit 1 when stale."""
    from mailflow.cli.health import print_health

    raise typer.Exit(print_health(ctx.obj, as_json=as_json))


@app.command()
def backup(ctx: typer.Context, directory: Annotated[Path, typer.Argument(metavar="DIR")]) -> None:
    """A consistent copy of the data folder while the daemon runs."""
    from mailflow.cli.backup import back_up

    back_up(ctx.obj, directory)
