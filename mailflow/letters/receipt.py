"""The receipt: one letter for one mail, or for several mails of one sender that came close together."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from mailflow.campaign.calendar import next_deadline
from mailflow.campaign.words import words_for
from mailflow.letters.answered import Answered, Item, Standing, items_of
from mailflow.letters.batch import batch_table, batch_values
from mailflow.letters.frame import frame
from mailflow.letters.masking import shown
from mailflow.letters.render import Rendered, render
from mailflow.letters.rows import for_sender
from mailflow.letters.salutation import Addressee, addressee_of
from mailflow.model.campaign import Campaign
from mailflow.model.entry import Mark, Unit
from mailflow.model.judgement import Disposition
from mailflow.model.letter import Correspondent, Letter, LetterKind, Part

LARGEST = 12_000
"""Bytes of a receipt as sent, its files not counted: nobody can use it to flood a third person."""

_HEADERS = 1_600
_MOST_NAMES = 20
_FEWER_ROWS = (12, 8, 4, 0)
_TONES = {
    Standing.ACCEPTED: "good",
    Standing.INCOMPLETE: "todo",
    Standing.TO_UPDATE: "todo",
    Standing.RECEIVED: "plain",
}


@dataclass(frozen=True, slots=True)
class Unread:
    """A mail that could not be placed: when it came, what was found, and whether another subject would help."""

    arrived_at: datetime
    ref: str | None
    sentences: tuple[str, ...]
    wants_subject: bool


def compose_receipt(
    answers: Sequence[Answered],
    *,
    campaign: Campaign,
    correspondent: Correspondent,
    key: str,
    unit: Unit | None,
    now: datetime,
    first_letter: bool,
    blank_form: Part | None,
    people_first: frozenset[str],
) -> Letter:
    """The answer to `answers` (one or more mails of one sender), as a Letter with the outbox key `key`.

    `unit` is the unit the sender's address belongs to; `first_letter`: nothing was ever sent there, so the privacy
    notice goes along; `blank_form` is attached where it is given; `people_first` are names that a person answers.
    Raises MailflowError where a template cannot be used, ValueError where there is nothing to answer.
    """
    answers = sorted(answers, key=lambda answer: answer.arrived_at)
    items = items_of(answers, campaign, people_first)
    unread = tuple(_unread(answers, campaign))
    if not items and not unread:
        raise ValueError("a receipt needs a mail that is to be answered")
    only_received = bool(items) and all(item.standing is Standing.RECEIVED for item in items) and not unread
    with_qr = correspondent.group_qr if items and not only_received else None
    values = {
        **frame(correspondent, campaign, now),
        "unread": unread,
        "unplaced": _names(answers),
        "overtaken": not all(answer.current for answer in answers),
        "privacy": campaign.texts.get("privacy", "") if first_letter and not only_received else "",
        "group": campaign.texts.get("group", "") if items and not only_received else "",
        "qr": with_qr.content_id if with_qr else None,
        "blank_form": shown(blank_form.filename, 80) if blank_form else "",
        "review": campaign.texts.get("review", ""),
        "example": campaign.subject_example,
    }
    parts = tuple(part for part in (with_qr, blank_form) if part)
    if len(items) == 1:
        letter = _single(items[0], answers[-1], unit, values, campaign=campaign, now=now)
    elif items:
        letter, table = _several(items, unit, values, campaign, now)
        parts += table
    else:
        letter = render("receipt-held", campaign.language, {**values, "tone": "wait"})
    ids = tuple(dict.fromkeys(answer.message_id for answer in answers if answer.message_id))
    return Letter(
        key=key,
        kind=LetterKind.RECEIPT,
        to=answers[-1].sender,
        subject=letter.subject,
        text=letter.text,
        html=letter.html,
        parts=parts,
        in_reply_to=ids,
        references=(*answers[0].references, *ids) if len(answers) == 1 else ids,
        ref=_ref(items, unread),
    )


def _single(
    item: Item, answer: Answered, unit: Unit | None, values: dict[str, object], *, campaign: Campaign, now: datetime
) -> Rendered:
    """The checklist of one entry; where it grows too long, what is in order is said in one line."""
    category = item.category
    addressee = addressee_of(
        sender=answer.sender,
        sender_name=answer.sender_name,
        applicant=item.applicant,
        is_person=item.is_person,
        unit=unit,
    )
    all_values = {
        **values,
        "tone": _TONES.get(item.standing, "wait"),
        "item": item,
        "reported": addressee is Addressee.UNIT,
        "deadline": next_deadline(campaign, category, now),
        "closed": words_for(category.closes, campaign, now=now) if category.closes else "",
        "notes": category.notes if item.standing is not Standing.RECEIVED else (),
    }
    met = tuple(row.label for row in item.rows if row.mark is Mark.MET)
    others = tuple(row for row in item.rows if row.mark is not Mark.MET)
    shapes = ((item.rows, ()), (others, met), *((others[:most], met) for most in _FEWER_ROWS))
    for rows, folded in shapes:
        table = {"rows": rows, "folded": folded, "omitted": len(item.rows) - len(rows) - len(folded)}
        letter = render("receipt", campaign.language, {**all_values, **table})
        if _fits(letter):
            break
    return letter


def _several(
    items: tuple[Item, ...], unit: Unit | None, values: dict[str, object], campaign: Campaign, now: datetime
) -> tuple[Rendered, tuple[Part, ...]]:
    """A line for each entry; where that grows too long, the table goes as a file."""
    all_values = {**values, **batch_values(items, unit, campaign, now)}
    letter = render("receipt-several", campaign.language, {**all_values, "table_name": ""})
    if _fits(letter):
        return letter, ()
    table = batch_table(items, campaign)
    return render("receipt-several", campaign.language, {**all_values, "table_name": table.filename}), (table,)


def _fits(letter: Rendered) -> bool:
    """Whether `letter` stays within LARGEST once text and HTML are in base64 with its line ends."""
    lines = letter.text.count("\n") + letter.html.count("\n")
    return (len(letter.text.encode()) + len(letter.html.encode()) + lines) * 4 / 3 * 78 / 76 + _HEADERS <= LARGEST


def _unread(answers: Sequence[Answered], campaign: Campaign) -> Iterator[Unread]:
    for answer in answers:
        judgement = answer.judgement
        if judgement.disposition is Disposition.ENTRY and judgement.submissions:
            continue
        told = for_sender(judgement.findings)
        yield Unread(
            arrived_at=answer.arrived_at.astimezone(campaign.zone),
            ref=answer.held_ref,
            sentences=tuple(dict.fromkeys(shown(finding.text, 200) for finding in told))[:6],
            wants_subject=not told or any(finding.code.startswith("subject.") for finding in told),
        )


def _names(answers: Sequence[Answered]) -> tuple[str, ...]:
    """Names of files that belong to nobody known, at most so many."""
    names = dict.fromkeys(shown(name, 60) for answer in answers for name in answer.judgement.unplaced)
    return tuple(names)[:_MOST_NAMES]


def _ref(items: tuple[Item, ...], unread: tuple[Unread, ...]) -> str | None:
    refs = [*(item.ref for item in items), *(one.ref for one in unread)]
    return refs[0] if len(refs) == 1 else None
