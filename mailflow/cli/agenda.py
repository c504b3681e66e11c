"""The calendar, and a report built for looking at."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any

from mailflow.atomic import write_file
from mailflow.campaign.calendar import occurrences
from mailflow.cli.context import Context, moment
from mailflow.cli.output import local, print_json, print_table
from mailflow.errors import SettingsError
from mailflow.model.occurrence import Occurrence, OccurrenceKind, OccurrenceState
from mailflow.model.states import LetterState
from mailflow.reports.letters import report_letters
from mailflow.steps.calendar import FIRST_RUN
from mailflow.steps.report import roster_of
from mailflow.steps.world import World
from mailflow.store.books import Books
from mailflow.store.cabinet import safe_name
from mailflow.store.occurrences import MISSED, PASSED, POSTED

INSTANT = timedelta(microseconds=1)
SHOWN = (OccurrenceKind.REPORT, OccurrenceKind.DEADLINE, OccurrenceKind.REMINDER)
DONE = frozenset({LetterState.SENT.value, LetterState.DROPPED.value})


def list_occurrences(context: Context, *, since: str | None, until: str | None, as_json: bool) -> None:
    """Prints reports, deadlines and reminders with their state; `until` is a day, inclusive."""
    campaign = context.campaign
    start = moment(since, campaign, "--from") if since else campaign.opens
    end = _end_of(until, context) if until else campaign.ends + INSTANT
    with context.books() as (world, books):
        found = [one for one in occurrences(campaign, start, end) if one.kind in SHOWN]
        taken = books.occurrences.states()
        rows = [_row(world, books, one, taken.get(one.id)) for one in found]
    if as_json:
        print_json([{key: row[key] for key in ("id", "kind", "due", "state", "letters", "title")} for row in rows])
        return
    print_table(
        ("due", "kind", "id", "title", "state", "letters"),
        ((row["due"], row["kind"], row["id"], row["title"], row["state"], len(row["letters"]) or "") for row in rows),
        empty="nothing in this span",
    )


def _end_of(until: str, context: Context) -> datetime:
    day = moment(until, context.campaign, "--to")
    if len(until) > len("2020-08-21"):
        return day + INSTANT
    # 24:00 of a day is 00:00 of the next one: it belongs to the day it ends
    return datetime.combine(day.date() + timedelta(days=1), time(), day.tzinfo) + INSTANT


def _row(world: World, books: Books, occurrence: Occurrence, taken: str | None) -> dict[str, Any]:
    letters = books.letters.of_occurrence(occurrence.id)
    is_done = all(row.state in DONE for row in letters)
    return {
        "id": occurrence.id,
        "kind": occurrence.kind,
        "due": local(occurrence.due, world.campaign.zone),
        "state": _state(world, books, occurrence, taken, is_done=is_done),
        "letters": [row.key for row in letters],
        "title": occurrence.title,
    }


def _state(world: World, books: Books, occurrence: Occurrence, taken: str | None, *, is_done: bool) -> OccurrenceState:
    """The state as the contract has it."""
    now = world.now()
    if occurrence.due > now:
        return OccurrenceState.UPCOMING
    if occurrence.kind is OccurrenceKind.DEADLINE:
        return OccurrenceState.PASSED
    if taken is None:
        first_run = books.fact(FIRST_RUN)
        late = now - occurrence.due > timedelta(hours=world.campaign.catch_up_hours)
        before = first_run is not None and occurrence.due < datetime.fromisoformat(first_run)
        return OccurrenceState.MISSED if late or before else OccurrenceState.DUE
    if taken == POSTED and is_done:
        return OccurrenceState.SENT
    return OccurrenceState(taken) if taken in (PASSED, MISSED) else OccurrenceState.WAITING


def build_report(context: Context, report_id: str, *, out: Path | None, as_json: bool) -> None:
    """Builds a report as of now (`--at`) and writes its letters' files to `out`; records and sends nothing."""
    with context.books() as (world, books):
        occurrence = _occurrence(world, report_id)
        roster = roster_of(world, books, occurrence)
        written: list[str] = []
        if out is not None:
            written = _write(world, books, occurrence, out)
    rows = [
        {
            "number": row.number,
            "ref": row.entry.ref,
            "applicant": row.entry.applicant,
            "category": row.entry.category,
            "correction": row.is_correction,
        }
        for row in roster.rows
    ]
    if as_json:
        print_json(
            {
                "id": occurrence.id,
                "due": local(occurrence.due, world.campaign.zone),
                "title": roster.title,
                "new": roster.new,
                "corrections": roster.corrections,
                "total": roster.total,
                "entries": rows,
                "files": written,
            }
        )
        return
    print_table(
        ("number", "ref", "applicant", "category", "correction"),
        ((row["number"], row["ref"], row["applicant"], row["category"], row["correction"] or "") for row in rows),
        empty="nobody to report",
    )
    for name in written:
        print(name)


def _occurrence(world: World, report_id: str) -> Occurrence:
    """The report of that id, or the next one of that plan."""
    campaign = world.campaign
    reports = [
        one
        for one in occurrences(campaign, campaign.opens, campaign.ends + INSTANT)
        if one.kind is OccurrenceKind.REPORT
    ]
    for one in reports:
        if one.id == report_id:
            return one
    of_plan = [one for one in reports if report_id in one.plans]
    if not of_plan:
        plans = ", ".join(plan.id for plan in campaign.reports)
        raise SettingsError(f"{report_id}: no such report; `mailflow calendar` lists their ids, the plans are {plans}")
    return next((one for one in of_plan if one.due >= world.now()), of_plan[-1])


def _write(world: World, books: Books, occurrence: Occurrence, out: Path) -> list[str]:
    roster = roster_of(world, books, occurrence)
    written: list[str] = []
    for for_organiser in (False, True):
        letters = report_letters(
            roster,
            world.campaign,
            correspondent=world.correspondent,
            to="organiser@mailflow.invalid" if for_organiser else "platform@mailflow.invalid",
            for_organiser=for_organiser,
            content_of=world.files.get,
            now=world.now(),
            held=False,
        )
        folder = out / ("organiser" if for_organiser else "platform")
        for number, letter in enumerate(letters, start=1):
            files = [(f"letter-{number}.html", letter.html.encode()), (f"letter-{number}.txt", letter.text.encode())]
            files += [(part.filename, part.content) for part in letter.parts]
            for name, content in files:
                path = folder / safe_name(name)
                write_file(path, content, mode=0o644)
                written.append(str(path))
    return written
