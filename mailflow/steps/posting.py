"""Putting letters in the outbox: everything that leaves goes through here."""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256
from typing import TYPE_CHECKING

from mailflow.letters.alarm import AlarmCode, compose_alarm
from mailflow.letters.mime import to_bytes
from mailflow.model.letter import Letter
from mailflow.steps.world import World

if TYPE_CHECKING:  # `explain` needs no database
    from mailflow.store.books import Books


def post(world: World, books: Books, letter: Letter, *, occurrence: str | None = None, hold: bool = False) -> None:
    """Renders the letter once and puts it in the outbox, inside the caller's transaction.

    The Message-ID follows from the key, so that the same letter is the same mail whenever it is sent.
    `hold`: it waits for a person.
    """
    now = world.now()
    message_id = _message_id(world, books, letter.key)
    raw = to_bytes(letter, world.correspondent, message_id=message_id, date=now, own_host=_host(world))
    state = books.letters.post(
        letter, message_id=message_id, raw=raw, now=now, hold=hold or world.is_shadow, occurrence=occurrence
    )
    books.record(f"letter:{letter.key}", "posted", now, state=state, kind=letter.kind)


def ring(
    world: World,
    books: Books,
    code: AlarmCode,
    about: str,
    detail: str = "",
    *,
    words: str = "",
    minutes: int | None = None,
) -> int:
    """Posts an alarm to whoever gets them, once a day for the same thing; says how many letters that made.

    `about` is the thing's id, `words` what people call it.
    """
    made = 0
    day = world.now().date().isoformat()
    for address in world.addressees.alarm:
        key = f"alarm:{code.value}:{about}:{address}:{day}"
        if books.letters.by_key(key) is None:
            letter = compose_alarm(
                code,
                detail,
                to=address,
                key=key,
                campaign=world.campaign,
                correspondent=world.correspondent,
                now=world.now(),
                about=words or about,
                minutes=minutes,
            )
            post(world, books, letter)
            made += 1
    return made


def alarm_bytes(world: World, code: AlarmCode, about: str, detail: str) -> Iterator[tuple[str, bytes]]:
    """Alarms as mail, by recipient, for when the outbox itself cannot be written."""
    now = world.now()
    for address in world.addressees.alarm:
        letter = compose_alarm(
            code,
            detail,
            to=address,
            key=f"alarm:{code.value}:{now.isoformat()}",
            campaign=world.campaign,
            correspondent=world.correspondent,
            now=now,
            about=about,
        )
        message_id = f"<{sha256((letter.key + address).encode()).hexdigest()[:32]}@{_host(world)}>"
        yield address, to_bytes(letter, world.correspondent, message_id=message_id, date=now, own_host=_host(world))


def _message_id(world: World, books: Books, key: str) -> str:
    # the folder's own id keeps two data folders from making the same Message-ID
    world.folder_id = world.folder_id or books.fact("folder_id")
    seed = f"{world.folder_id}\n{world.campaign.id}\n{key}"
    return f"<{sha256(seed.encode()).hexdigest()[:32]}@{_host(world)}>"


def _host(world: World) -> str:
    return world.correspondent.address.rpartition("@")[2] or "mailflow.invalid"
