"""answer: mails of one sender that came close together get one receipt; every mail from a person gets exactly one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from datetime import timedelta
from typing import TYPE_CHECKING

from mailflow.documents.blank import blank_form
from mailflow.errors import MailflowError
from mailflow.letters.alarm import AlarmCode
from mailflow.letters.answered import Answered
from mailflow.letters.command import compose_command_answer
from mailflow.letters.receipt import compose_receipt
from mailflow.letters.supplement import narrowed
from mailflow.maillog import log, short
from mailflow.model.campaign import Campaign
from mailflow.model.judgement import Judgement
from mailflow.model.letter import Letter, Part
from mailflow.steps.posting import post, ring
from mailflow.steps.restored import may_have_been_answered
from mailflow.steps.tracing import where
from mailflow.steps.turns import Mails, turns
from mailflow.steps.world import World

if TYPE_CHECKING:  # `explain` needs no database
    from mailflow.store.books import Books
    from mailflow.store.entries import Standing
    from mailflow.store.tables import AddressRow, MessageRow

HOUR = timedelta(hours=1)
GROUP = 25
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
ASKS_FOR_FORM = frozenset({"form.missing", "form.wrong-category", "form.unreadable"})


def answer(world: World, *, at_once: bool = False, only: int | None = None) -> int:
    """Posts the receipts that are ready; says how many mails they answer.

    Ready: the sender has been quiet for the set minutes and nothing of his waits to be judged, or `at_once`. `only`:
    the receipt of the mail of that row, whoever else waits.
    """
    with world.database.read() as books:
        ready = _ready(world, books, at_once=at_once)
    if only is not None:
        ready = [mails for mails in ready if any(one.id == only for one in mails)]
    answered = 0
    for start in range(0, len(ready), GROUP):
        with world.database.write() as books:
            answered += _answer_group(world, books, ready[start : start + GROUP])
    if answered:
        log("answer").info("answered", count=answered)
    return answered


def _ready(world: World, books: Books, *, at_once: bool) -> list[Mails]:
    return turns(
        books.messages.answer_due(),
        now=world.now(),
        limits=world.limits,
        had=books.letters.receipts_by_address(world.now() - HOUR),
        units=world.units,
        busy=set() if at_once else books.messages.senders_with_spooled(),
        at_once=at_once,
    )


def _answer_group(world: World, books: Books, group: Sequence[Mails]) -> int:
    """Answers each of these chains; what the books say of all of them is asked for at once, and before writing.

    What somebody else answered or took back meanwhile is left out.
    """
    found = books.messages.with_ids(mail.id for mails in group for mail in mails)
    rows = {number: row for number, row in found.items() if books.messages.waits_for_answer(row)}
    group = [left for mails in group if (left := [mail for mail in mails if mail.id in rows])]
    judgements = {number: _judgement(books, row) for number, row in rows.items()}
    refs = {ref for judgement in judgements.values() for ref in _refs(judgement) if ref}
    entries = books.entries.standing(refs)
    addresses = books.letters.addresses_of(mails[-1].sender for mails in group)
    keys = [_key(books, rows[mails[0].id]) for mails in group]
    count = 0
    for mails, key in zip(group, keys, strict=True):
        chain = [rows[mail.id] for mail in mails]
        shas = {row.sha256 for row in chain}
        answers = [_answered(row, judgements[mail.id], entries, shas) for row, mail in zip(chain, mails, strict=True)]
        try:
            more = all(row.supplement is not None for row in chain)
            letter = _letter(world, books, answers, key, addresses[mails[-1].sender], is_supplement=more)
            hold = any(may_have_been_answered(books, row.arrived_at) for row in chain)
            post(world, books, letter, hold=hold)
        except MailflowError:
            raise
        except Exception as error:  # a bug costs these mails their answer for now, and nobody else's
            _put_aside(world, books, chain, where(error))
            continue
        for row in chain:
            books.messages.answered(row, key)
            books.record(f"message:{row.sha256}", "answered", world.now(), letter=key, state=row.state)
        count += len(chain)
    return count


def _put_aside(world: World, books: Books, chain: Sequence[MessageRow], error: str) -> None:
    for row in chain:
        books.messages.failed(row, error, shunt=True)
        books.record(f"message:{row.sha256}", "shunted", world.now(), error=error, state=row.state)
        log("answer").error("shunted", message=short(row.sha256), exception=error)
    ring(world, books, AlarmCode.MESSAGE_SHUNTED, chain[0].sha256[:12], error)


def _key(books: Books, row: MessageRow) -> str:
    stem = f"receipt:{row.sha256[:16]}"
    return f"{stem}:{books.letters.keys_like(stem) + 1}"


def _letter(
    world: World, books: Books, answers: list[Answered], key: str, address: AddressRow, *, is_supplement: bool
) -> Letter:
    sender, now = answers[-1].sender, world.now()
    if answers[0].judgement.command is not None:
        address.first_letter_at = address.first_letter_at or now
        return _command_answer(world, books, answers[0], key)
    unit = next((unit for unit in world.units if sender in unit.addresses), None)
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
        is_supplement=is_supplement,
    )
    address.first_letter_at = address.first_letter_at or now
    return letter


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


def _judgement(books: Books, row: MessageRow) -> Judgement:
    judgement = books.messages.judgement(row)
    assert judgement is not None
    return judgement


def _refs(judgement: Judgement) -> tuple[str | None, ...]:
    return tuple(submission.ref for submission in judgement.submissions)


def _answered(row: MessageRow, judgement: Judgement, entries: Mapping[str, Standing], chain: Set[str]) -> Answered:
    refs = _refs(judgement)
    held = [entries.get(ref or "") for ref in refs]
    first = tuple(one.arrived_at if one else row.arrived_at for one in held)
    answered = Answered(
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
        current=all(one.updated_at <= row.arrived_at or one.message_sha256 in chain for one in held if one),
    )
    return answered if row.supplement is None else narrowed(answered, row.supplement)


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
