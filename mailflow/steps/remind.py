"""remind: before a deadline, those who are not complete hear of it; those who are done never do."""

from __future__ import annotations

from datetime import datetime, time

from mailflow.letters.reminder import compose_reminder, reminder_item
from mailflow.model.occurrence import Occurrence
from mailflow.reports.reminding import Heard, remindings
from mailflow.steps.obeying import unit_words
from mailflow.steps.posting import post
from mailflow.steps.world import World
from mailflow.store.books import Books


def post_reminders(world: World, books: Books, occurrence: Occurrence) -> int:
    """Posts the reminders of a due time; says how many letters."""
    campaign, now = world.campaign, world.now()
    letters = remindings(
        campaign,
        occurrence.deadlines,
        books.entries.all(campaign.id),
        world.units,
        heard(world, books),
    )
    names = books.messages.names_of(one.to for one in letters)
    for one in letters:
        letter = compose_reminder(
            to=one.to,
            items=[reminder_item(entry, campaign, deadline) for entry, deadline in one.entries],
            deadlines=occurrence.deadlines,
            campaign=campaign,
            correspondent=world.correspondent,
            key=f"reminder:{occurrence.id}:{one.to}",
            unit=one.unit,
            now=now,
            sender_name=names.get(one.to, ""),
        )
        post(world, books, letter, occurrence=occurrence.id)
        books.letters.reminded(one.to, now.date())
        for entry, _ in one.entries:
            books.record(f"entry:{entry.ref}", "reminded", now, occurrence=occurrence.id)
    return len(letters)


def heard(world: World, books: Books) -> Heard:
    """What addresses have had from us, or are about to have, as the books stand now."""
    now = world.now()
    midnight = datetime.combine(now.date(), time(), now.tzinfo)
    return Heard(
        today=frozenset((*books.letters.heard_since(midnight), *_about_to_hear(books))),
        reminders={address: row.reminders for address, row in books.letters.addresses().items()},
        answerable=frozenset(books.messages.answerable_senders()),
        senders=frozenset(books.messages.senders()),
        settled=frozenset(unit_words(world, books)),
    )


def _about_to_hear(books: Books) -> set[str]:
    """Senders whose receipt is yet to be written: it will be their letter of the day."""
    return {row.sender for row in books.messages.answer_due()} | books.messages.senders_with_spooled()
