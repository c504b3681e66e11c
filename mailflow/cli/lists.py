"""The lists: entries, messages, letters, and the reference order."""

from __future__ import annotations

from typing import Any

from mailflow.cli.context import Context
from mailflow.cli.output import fields_json, finding_json, local, print_json, print_table
from mailflow.errors import SettingsError
from mailflow.model.entry import EntryStatus, KnownEntry
from mailflow.model.states import LetterState, MessageState
from mailflow.steps.file import paths_of
from mailflow.steps.world import World
from mailflow.store.tables import LetterRow, MessageRow

BAR = 24
"""Characters of a progress bar."""


def list_entries(context: Context, *, category: str | None, status: str | None, as_json: bool) -> None:
    """Prints the entries. Raises SettingsError for a category or status that does not exist."""
    _known("--status", status, [one.value for one in EntryStatus])
    _known("--category", category, [one.id for one in context.campaign.categories])
    with context.books() as (world, books):
        found = books.entries.all(world.campaign.id, category=category, status=status)
        if as_json:
            print_json([entry_json(world, one) for one in found])
            return
        zone = world.campaign.zone
        print_table(
            ("ref", "applicant", "category", "status", "v", "sender", "first arrived", "updated"),
            (
                (
                    one.ref,
                    one.applicant,
                    world.campaign.category(one.category).name,
                    one.status,
                    one.version,
                    one.sender,
                    local(one.arrived_at, zone),
                    local(one.updated_at, zone),
                )
                for one in found
            ),
            empty="no entries",
        )


def entry_json(world: World, entry: KnownEntry) -> dict[str, Any]:
    """An entry as the contract has it."""
    zone = world.campaign.zone
    return {
        "ref": entry.ref,
        "applicant": entry.applicant,
        "category": entry.category,
        "period": entry.period,
        "unit": entry.unit,
        "status": entry.status,
        "version": entry.version,
        "sender": entry.sender,
        "arrived_at": local(entry.arrived_at, zone),
        "complete_at": local(entry.complete_at, zone),
        "updated_at": local(entry.updated_at, zone),
        "fields": fields_json(entry.fields),
        "findings": [finding_json(one) for one in entry.findings],
        "files": paths_of(world, entry),
        "message_sha256": entry.message_sha256,
    }


def list_messages(context: Context, *, state: str | None, as_json: bool) -> None:
    """Prints every message ever seen. Raises SettingsError for a state that does not exist."""
    _known("--state", state, [one.value for one in MessageState if one is not MessageState.JUDGED])
    with context.books() as (world, books):
        rows = books.messages.all(state)
        refs = books.entries.refs_by_message([row.id for row in rows if row.id is not None])
        looked = books.sights.progress()
        if as_json:
            print_json([message_json(world, row, refs.get(row.id or 0, []), looked.get(row.id or 0)) for row in rows])
            return
        print_table(
            ("sha256", "arrived", "sender", "subject", "state", "reason", "entries"),
            (
                (
                    row.sha256[:12],
                    local(row.arrived_at, world.campaign.zone),
                    row.sender,
                    row.subject,
                    shown_state(row),
                    row.reason or _looked(looked.get(row.id or 0)),
                    " ".join(refs.get(row.id or 0, [])),
                )
                for row in rows
            ),
            empty="no messages",
        )
        seen, of = books.sights.backlog()
        if of:
            print(f"\nfiles looked at: {seen} of {of} {'█' * (BAR * seen // of):░<{BAR}}")


def _looked(progress: tuple[int, int] | None) -> str | None:
    return f"files looked at: {progress[0]} of {progress[1]}" if progress else None


def message_json(
    world: World, row: MessageRow, refs: list[str], looked: tuple[int, int] | None = None
) -> dict[str, Any]:
    """A message as the contract has it, and how many of its pictures and scans were looked at while some wait."""
    return {
        "sha256": row.sha256,
        "message_id": row.message_id,
        "sender": row.sender,
        "subject": row.subject,
        "arrived_at": local(row.arrived_at, world.campaign.zone),
        "state": shown_state(row),
        "reason": row.reason,
        "entries": refs,
        "looked_at": {"seen": looked[0], "of": looked[1]} if looked else None,
    }


def shown_state(row: MessageRow) -> str:
    """The state as the outside knows it: judged, with its answer still to be written, shows as spooled."""
    return MessageState.SPOOLED.value if row.state == MessageState.JUDGED else row.state


def list_letters(context: Context, *, state: str | None, as_json: bool) -> None:
    """Prints every letter of ours. Raises SettingsError for a state that does not exist."""
    _known("--state", state, [one.value for one in LetterState])
    with context.books() as (world, books):
        rows = books.letters.all(state)
        if as_json:
            print_json([letter_json(row) for row in rows])
            return
        print_table(
            ("key", "kind", "to", "subject", "state", "tries", "posted", "last error"),
            (
                (
                    row.key,
                    row.kind,
                    row.recipient,
                    row.subject,
                    row.state,
                    row.attempts,
                    local(row.posted_at, world.campaign.zone),
                    row.last_error,
                )
                for row in rows
            ),
            empty="the outbox is empty",
        )


def letter_json(row: LetterRow) -> dict[str, Any]:
    """A letter as the contract has it."""
    return {
        "key": row.key,
        "kind": row.kind,
        "to": row.recipient,
        "subject": row.subject,
        "message_id": row.message_id,
        "in_reply_to": row.in_reply_to,
        "state": row.state,
        "attempts": row.attempts,
        "last_error": row.last_error,
    }


def list_ranking(context: Context, category_id: str, *, as_json: bool) -> None:
    """Prints the reference order of a category. Raises SettingsError for one that does not exist."""
    from mailflow.reports.ranking import rank

    _known("CATEGORY", category_id, [one.id for one in context.campaign.categories])
    with context.books() as (world, books):
        entries = books.entries.all(world.campaign.id, category=category_id)
        places = rank(world.campaign, world.campaign.category(category_id), entries)
    if as_json:
        print_json(
            [
                {"place": one.place, "ref": one.entry.ref, "applicant": one.entry.applicant, "reason": one.reason}
                for one in places
            ]
        )
        return
    print_table(
        ("place", "ref", "applicant", "reason"),
        ((one.place, one.entry.ref, one.entry.applicant, one.reason) for one in places),
        empty="no accepted entries in this category yet",
    )


def _known(option: str, value: str | None, allowed: list[str]) -> None:
    if value is not None and value not in allowed:
        raise SettingsError(f"{option} {value}: not known; one of {', '.join(allowed)}")
