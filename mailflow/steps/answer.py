"""answer: mails of one sender that came close together get one receipt; every mail from a person gets exactly one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import groupby

from mailflow.documents.blank import blank_form
from mailflow.letters.answered import Answered
from mailflow.letters.command import compose_command_answer
from mailflow.letters.receipt import compose_receipt
from mailflow.maillog import log
from mailflow.model.campaign import Campaign
from mailflow.model.judgement import Judgement
from mailflow.model.letter import Letter, Part
from mailflow.steps.posting import post
from mailflow.steps.world import World
from mailflow.store.books import Books
from mailflow.store.tables import MessageRow

HOUR = timedelta(hours=1)
GROUP = 25
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
ASKS_FOR_FORM = frozenset({"form.missing", "form.wrong-category", "form.unreadable"})

Mails = list[MessageRow]


def answer(world: World, *, at_once: bool = False) -> int:
    """Posts the receipts that are ready; says how many mails they answer.

    Ready: the sender has been quiet for the set minutes and nothing of his waits to be judged, or `at_once`.
    """
    with world.database.read() as books:
        ready = _ready(world, books, at_once=at_once)
    answered = 0
    for start in range(0, len(ready), GROUP):
        with world.database.write() as books:
            for mails in ready[start : start + GROUP]:
                answered += _answer(world, books, mails)
    if answered:
        log("answer").info("answered", count=answered)
    return answered


def _ready(world: World, books: Books, *, at_once: bool) -> list[Mails]:
    now = world.now()
    busy = set() if at_once else books.messages.senders_with_spooled()
    room = world.limits.replies_per_hour
    left = room - books.letters.receipts_since(now - HOUR) if room else None
    ready: list[Mails] = []
    for sender, rows in groupby(books.messages.answer_due(), key=lambda row: row.sender):
        chains = _chains(list(rows), world.limits.quiet)
        if not at_once:
            chains = [one for one in chains if sender not in busy and _is_quiet(one, now, world.limits.quiet)]
        chains = _rolled_up(chains, _allowance(world, books, sender, now))
        if left is not None:
            chains = chains[: max(0, left)]
            left -= len(chains)
        ready.extend(chains)
    return ready


def _chains(rows: Mails, quiet: timedelta) -> list[Mails]:
    """The mails of one sender, cut where two arrivals are more than `quiet` apart; a command stands alone."""
    chains: list[Mails] = []
    for row in rows:
        alone = is_command(row) or (bool(chains) and is_command(chains[-1][-1]))
        if chains and not alone and row.arrived_at - chains[-1][-1].arrived_at <= quiet:
            chains[-1].append(row)
        else:
            chains.append([row])
    return chains


def _is_quiet(mails: Mails, now: datetime, quiet: timedelta) -> bool:
    last = mails[-1]
    begun = min(last.arrived_at, last.judged_at or last.arrived_at)
    return now - begun >= quiet


def _allowance(world: World, books: Books, sender: str, now: datetime) -> int | None:
    limit = world.limits.replies_per_sender_hour
    return max(0, limit - books.letters.receipts_since(now - HOUR, sender)) if limit else None


def _rolled_up(chains: list[Mails], allowance: int | None) -> list[Mails]:
    """At most `allowance` receipts: what goes beyond is answered together in the last of them."""
    if allowance is None or len(chains) <= allowance:
        return chains
    if allowance == 0:
        return []
    commands = [chain for chain in chains if is_command(chain[0])]
    others = [chain for chain in chains if not is_command(chain[0])]
    if not others:
        return commands[:allowance]
    rest = [mail for chain in others[allowance - 1 :] for mail in chain]
    single = others[: allowance - 1]
    return [*single, *([rest] if rest else []), *commands[: max(0, allowance - len(single) - 1)]]


def is_command(row: MessageRow) -> bool:
    """Whether the mail asked something of us by its subject."""
    return bool(row.judgement and row.judgement.get("command"))


def _answer(world: World, books: Books, mails: Mails) -> int:
    rows = [books.messages.current(mail) for mail in mails]
    answers = [_answered(world, books, row) for row in rows]
    sender, now = rows[-1].sender, world.now()
    stem = f"receipt:{rows[0].sha256[:16]}"
    key = f"{stem}:{books.letters.keys_like(stem) + 1}"
    address = books.letters.address(sender)
    unit = next((unit for unit in world.units if sender in unit.addresses), None)
    if is_command(rows[0]):
        letter = _command_answer(world, books, answers[0], key)
    else:
        letter = compose_receipt(
            answers,
            campaign=world.campaign,
            correspondent=world.correspondent,
            key=key,
            unit=unit,
            now=now,
            first_letter=address.first_letter_at is None,
            blank_form=_blank(world, [one.judgement for one in answers]),
            people_first=world.people_first,
        )
    post(world, books, letter)
    address.first_letter_at = address.first_letter_at or now
    for row in rows:
        books.messages.answered(row, key)
        books.record(f"message:{row.sha256}", "answered", now, letter=key)
    return len(rows)


def _command_answer(world: World, books: Books, answered: Answered, key: str) -> Letter:
    order = answered.judgement.command
    assert order is not None
    entries = books.entries.meant(world.campaign.id, name_keys=(), study_ids=(), refs=order.refs)
    wants_form = order.category is not None and order.problem is None
    return compose_command_answer(
        answered,
        entries,
        campaign=world.campaign,
        correspondent=world.correspondent,
        key=key,
        now=world.now(),
        blank_form=_drawn(world, order.category) if wants_form and order.category else None,
    )


def _answered(world: World, books: Books, row: MessageRow) -> Answered:
    judgement = books.messages.judgement(row)
    assert judgement is not None
    refs = tuple(submission.ref for submission in judgement.submissions)
    known = [ref for ref in refs if ref]
    entries = {one.ref: one for one in books.entries.meant(world.campaign.id, name_keys=(), study_ids=(), refs=known)}
    first = tuple(entries[ref].arrived_at if ref in entries else row.arrived_at for ref in refs)
    return Answered(
        message_id=row.message_id,
        references=tuple(row.references),
        subject=row.subject,
        sender=row.sender,
        sender_name=row.sender_name,
        arrived_at=row.arrived_at,
        judgement=judgement,
        refs=refs,
        first_arrived=first,
        held_ref=row.ref,
        current=all(entries[ref].updated_at <= row.arrived_at for ref in refs if ref in entries),
    )


def _blank(world: World, judgements: Sequence[Judgement]) -> Part | None:
    """The blank form of the first category whose form is asked for."""
    for judgement in judgements:
        for submission in judgement.submissions:
            if any(finding.code in ASKS_FOR_FORM for finding in submission.findings):
                return _drawn(world, submission.category)
    return None


def _drawn(world: World, category_id: str) -> Part:
    if category_id not in world.blank_forms:
        world.blank_forms[category_id] = blank_part(world.campaign, category_id)
    return world.blank_forms[category_id]


def blank_part(campaign: Campaign, category_id: str) -> Part:
    """The blank form of a category as a letter's file."""
    category = campaign.category(category_id)
    return Part(f"{campaign.form_title(category)}.docx", DOCX, blank_form(campaign, category))
