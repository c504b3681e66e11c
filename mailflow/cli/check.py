"""`mailflow check`: tries everything the daemon needs; a table of ✓ and ✗ with what to do."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta

from mailflow.cli.context import Context
from mailflow.cli.output import PIPED_WIDTH
from mailflow.errors import MailflowError

FREE_BYTES = 2_000_000_000


@dataclass(frozen=True, slots=True)
class Line:
    """One thing tried: `ok` None means that it works, but something should be known."""

    what: str
    ok: bool | None
    text: str


def run_check(context: Context) -> int:
    """Prints the table; 1 where anything fails."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, show_header=False, pad_edge=False)
    for _ in range(3):
        table.add_column(overflow="fold")  # never cut: the end of a path is what one wants to know
    failed = False
    console = Console(width=None if sys.stdout.isatty() else PIPED_WIDTH)
    with console.status("trying the settings and the servers"):
        for line in _lines(context):
            failed |= line.ok is False
            mark = {True: ("✓", "green"), None: ("!", "yellow"), False: ("✗", "red")}[line.ok]
            table.add_row(Text(*mark), line.what, Text(line.text))
    console.print(table)
    return 1 if failed else 0


def _lines(context: Context) -> Iterator[Line]:
    try:
        settings = context.settings
    except MailflowError as error:
        yield Line("settings", False, str(error))
        return
    yield Line("settings", True, f"{settings.base / 'mailflow.toml'}" if settings.imap else "environment only")
    yield from _try("campaign", lambda: _campaign(context))
    yield from _try("units, letters", lambda: _people(context))
    yield from _try("recipients", lambda: _recipients(context))
    yield from _try("data folder", lambda: _data(context))
    yield from _try("IMAP", lambda: _imap(context))
    yield from _try("SMTP", lambda: _smtp(context))
    yield from _converters()
    yield from _try("interpreter", _interpreter)


def _try(what: str, trial: Callable[[], Line | str]) -> Iterator[Line]:
    try:
        result = trial()
    except MailflowError as error:
        result = Line(what, False, str(error))
    yield result if isinstance(result, Line) else Line(what, True, result)


def _campaign(context: Context) -> Line | str:
    from mailflow.campaign.workdays import table_ends

    campaign = context.campaign
    text = f"{campaign.name}: {len(campaign.categories)} categories, {len(campaign.reports)} reports"
    last = table_ends()
    if campaign.workdays == "china" and campaign.ends.date() > last + timedelta(days=1):
        return Line(
            "campaign", None, f"{text}; holidays are known until {last}: put later ones in [workdays], or upgrade"
        )
    return text


def _people(context: Context) -> str:
    from mailflow.wiring import correspondent_of, people_first_of, units_of

    correspondent = correspondent_of(context.settings)
    units = len(units_of(context.settings))
    names = len(people_first_of(context.settings))
    return f"{units} units, {names} names for people first, signed {correspondent.signature or '(no signature)'}"


def _recipients(context: Context) -> Line | str:
    recipients = context.settings.recipients
    missing = [name for name in ("platform", "organiser") if not getattr(recipients, name)]
    if missing:
        return Line("recipients", False, f"recipients.{' and recipients.'.join(missing)}: nobody is named")
    return f"{len(recipients.platform)} platform, {len(recipients.organiser)} organiser"


def _data(context: Context) -> Line | str:
    with context.world() as world:
        verdict = world.database.check()
        if verdict != "ok":
            return Line("data folder", False, f"{world.data}: {verdict}; restore the last backup")
        free = shutil.disk_usage(world.data).free
        text = f"{world.data}: {free // 1_000_000_000} GB free"
    return Line("data folder", None, f"{text}; make room before it is full") if free < FREE_BYTES else text


def _imap(context: Context) -> Line | str:
    from mailflow.wiring import build_mailbox, imap_account

    mailbox, account = build_mailbox(context.settings), imap_account(context.settings)
    try:
        mailbox.open()
        seen = mailbox.describe()
    finally:
        mailbox.close()
    counts = ", ".join(f"{folder}: {number} messages" for folder, number in seen.messages.items())
    text = f"{account.host}: logged in; {counts}; {'IDLE and polling' if seen.idle else 'polling'}"
    if account.after == "mark" and seen.can_mark is False:
        return Line("IMAP", None, f'{text}; this server keeps no keywords: after = "mark" does nothing here')
    if account.after == "move" and not seen.can_move:
        return Line("IMAP", False, f'{text}; this server cannot move: use after = "keep"')
    return text


def _smtp(context: Context) -> Line | str:
    from mailflow.wiring import build_lanes

    said = []
    for lane in build_lanes(context.settings):
        try:
            greeting = lane.courier.check()
        finally:
            lane.courier.close()
        size = f", letters up to {greeting.largest // 1_000_000} MB" if greeting.largest else ""
        said.append(f"{greeting.tls or 'no TLS (loopback)'}{', logged in' if greeting.logged_in else ''}{size}")
    return "; alarms: ".join(said)


def _converters() -> Iterator[Line]:
    """LibreOffice is tried, antiword is there or not; what is missing is no fault: docx is asked for then."""
    from mailflow.sight import antiword, installed, office

    missing = office.available()
    if missing is None:
        yield _tried_office()
    else:
        yield Line("LibreOffice", None, f"{missing}; without it .doc, .wps, .rtf and .odt are asked for as docx")
    missing = antiword.available()
    yield Line("antiword", True if missing is None else None, missing or "stands in where LibreOffice loses a table")
    missing = installed.missing()
    yield Line("OCR", True if missing is None else None, missing or "screenshots and scans are read")


def _tried_office() -> Line:
    from mailflow.sight.bounded import wall
    from mailflow.sight.office import INSTALL, convert

    try:
        [one] = convert([("trial", b"{\\rtf1 trial}")])
    except OSError as error:
        return Line("LibreOffice", None, f"it does not start: {error.strerror}")
    if one.docx is None:
        return Line("LibreOffice", None, f"it converts nothing: install its Writer ({INSTALL})")
    if not wall():
        return Line(
            "LibreOffice", None, "converts, but sees the network: install bubblewrap, or see docs/operations.md"
        )
    return Line("LibreOffice", True, f"converts, in {wall()}")


def _interpreter() -> Line | str:
    import platform

    from mailflow.letters.headers import interpreter_has_header_injection

    text = f"Python {platform.python_version()}"
    if interpreter_has_header_injection():
        return Line("interpreter", None, f"{text} has CVE-2024-6923; worked around here, upgrade when you can")
    return text
