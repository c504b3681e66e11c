"""`mailflow show`: the whole life of an entry, a message or a letter: each event, with its time and what ruled it."""

from __future__ import annotations

import re
from email import message_from_bytes, policy
from typing import Any

from mailflow.cli.context import Context
from mailflow.cli.lists import entry_json, letter_json, message_json
from mailflow.cli.output import local, print_json, shown
from mailflow.errors import SettingsError
from mailflow.steps.world import World
from mailflow.store.books import Books
from mailflow.store.tables import EntryRow, EventRow, LetterRow, MessageRow

SHA256 = re.compile(r"\b[0-9a-f]{64}\b")


def show_life(context: Context, word: str, *, as_json: bool) -> None:
    """Prints the life of what `word` names: a receipt number, a mail's SHA-256 or Message-ID, a letter's key."""
    with context.books() as (world, books):
        document = _life(world, books, word)
    if as_json:
        print_json(document)
        return
    for key, value in document.items():
        if key != "events":
            _print_part(key, value)
    print("events:")
    for event in document["events"]:
        words = (f"{event['at']:%Y-%m-%d %H:%M:%S}", _short(event["about"]), event["name"], _line(event["detail"]))
        print(f"  {'  '.join(words)}".rstrip())


def _life(world: World, books: Books, word: str) -> dict[str, Any]:
    entry = books.entries.by_ref(word)
    if entry is not None:
        return _entry_life(world, books, entry)
    letter = books.letters.by_key(word)
    if letter is not None:
        return {
            "letter": letter_json(letter),
            **_contents(books.letters.raw(letter)),
            "events": _events(world, books, f"letter:{letter.key}"),
        }
    rows = books.messages.named(word) or [row for row in books.messages.all() if row.ref == word]
    if len(rows) > 1:
        raise SettingsError(f"{word}: {len(rows)} messages are meant; give more characters")
    if not rows:
        raise SettingsError(
            f"{word}: no entry, message or letter of that name (see mailflow entries, messages, outbox)"
        )
    return _message_life(world, books, rows[0])


def _contents(raw: bytes) -> dict[str, Any]:
    """What a letter says and what is attached: who releases it wants to read it first."""
    message = message_from_bytes(raw, policy=policy.default)
    body = message.get_body(("plain",))
    return {
        "text": body.get_content() if body is not None else "",
        "files": [part.get_filename() or part.get_content_type() for part in message.iter_attachments()],
    }


def _entry_life(world: World, books: Books, row: EntryRow) -> dict[str, Any]:
    [entry] = books.entries.known([row])
    mails = books.entries.mails_of(row)
    letters = _letters(books, mails, row.ref)
    about = [
        f"entry:{row.ref}",
        *(f"message:{mail.sha256}" for mail in mails),
        *(f"letter:{one.key}" for one in letters),
    ]
    refs = books.entries.refs_by_message([mail.id or 0 for mail in mails])
    return {
        "entry": entry_json(world, entry),
        "versions": [
            {
                "version": version.number,
                "arrived_at": local(version.arrived_at, world.campaign.zone),
                "files": [one.filename for one in content.files],
                "findings": [one.code for one in content.findings],
            }
            for version, content in books.entries.versions(row)
        ],
        "messages": [message_json(world, mail, refs.get(mail.id or 0, [])) for mail in mails],
        "letters": [letter_json(one) for one in letters],
        "events": _events(world, books, *about),
    }


def _message_life(world: World, books: Books, row: MessageRow) -> dict[str, Any]:
    refs = books.entries.refs_by_message([row.id or 0]).get(row.id or 0, [])
    letters = _letters(books, [row], None)
    judgement = books.messages.judgement(row)
    return {
        "message": message_json(world, row, refs),
        "attempts": row.attempts,
        "error": row.error,
        "silence": row.silence,
        "places": [f"{one.folder} {one.uidvalidity}/{one.uid}" for one in books.places.of(row)],
        "findings": [one.text for one in judgement.findings] if judgement else [],
        "original": str(world.spool.path(row.sha256).relative_to(world.data)),
        "letters": [letter_json(one) for one in letters],
        "events": _events(world, books, f"message:{row.sha256}", *(f"letter:{one.key}" for one in letters)),
    }


def _letters(books: Books, mails: list[MessageRow], ref: str | None) -> list[LetterRow]:
    keys = {mail.answer_key for mail in mails if mail.answer_key}
    return [row for row in books.letters.all() if row.key in keys or (ref is not None and row.ref == ref)]


def _events(world: World, books: Books, *about: str) -> list[dict[str, Any]]:
    return [_event(world, event) for event in books.events(*about)]


def _event(world: World, event: EventRow) -> dict[str, Any]:
    return {
        "at": local(event.at, world.campaign.zone),
        "about": event.about,
        "name": event.name,
        "detail": event.detail,
    }


def _print_part(name: str, value: Any, indent: str = "") -> None:
    """A part of the document for people: a line for each of its values, deeper ones indented; what is empty is left
    out."""
    if value in (None, "", [], {}):
        return
    if isinstance(value, dict):
        print(f"{indent}{name}:")
        for key, one in value.items():
            _print_part(key, one, indent + "  ")
    elif isinstance(value, list):
        print(f"{indent}{name}:")
        for one in value:
            print(f"{indent}  {_line(one)}")
    elif isinstance(value, str) and "\n" in value:
        print(f"{indent}{name}:")
        for line in value.splitlines():
            print(f"{indent}  {shown(line)}")
    else:
        print(f"{indent}{name}: {_line(value)}")


def _line(value: Any) -> str:
    """A value in one line: lists with commas, tables as "key=value"."""
    if isinstance(value, dict):
        return "  ".join(f"{key}={_line(one)}" for key, one in value.items() if one not in (None, "", [], {}))
    if isinstance(value, list):
        return ", ".join(map(_line, value))
    return _short(shown(value))


def _short(text: str) -> str:
    """`text` with each SHA-256 cut to the characters that name it."""
    return SHA256.sub(lambda found: found[0][:12], text)
