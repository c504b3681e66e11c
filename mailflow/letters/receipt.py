"""The receipt: one letter for one mail, or for several mails of one sender that came close together."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from mailflow.campaign.calendar import next_deadline
from mailflow.campaign.words import words_for
from mailflow.letters.answered import Answered, Item, Standing, items_of
from mailflow.letters.batch import asked_of, batch_table, batch_values
from mailflow.letters.frame import frame
from mailflow.letters.masking import shown
from mailflow.letters.render import Rendered, render
from mailflow.letters.rows import for_sender
from mailflow.letters.salutation import Addressee, addressee_of
from mailflow.letters.unread import Unread, unread_of
from mailflow.model.campaign import Campaign
from mailflow.model.entry import Mark, Unit
from mailflow.model.letter import Correspondent, Letter, LetterKind, Part

LARGEST = 12_000
"""Bytes of a receipt as sent, its files not counted: nobody can use it to flood a third person."""

_HEADERS = 1_600
_MOST_NAMES = 12
_MOST_ASKED = 12
_MOST_REMARKS = 4
_MOST_UNREAD = 4
_FEWER_ROWS = (12, 8, 4, 0)
_TONES = {
    Standing.ACCEPTED: "good",
    Standing.INCOMPLETE: "todo",
    Standing.TO_UPDATE: "todo",
    Standing.RECEIVED: "plain",
}


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
    is_supplement: bool = False,
) -> Letter:
    """The answer to `answers` (one or more mails of one sender), as a Letter with the outbox key `key`.

    `unit` is the unit the sender's address belongs to; `first_letter`: nothing was ever sent there, so the privacy
    notice goes along; `blank_form` is attached where it is given; `people_first` are names that a person answers;
    `is_supplement`: a receipt has left before, and this one says more.
    Raises MailflowError where a template cannot be used, ValueError where there is nothing to answer.
    """
    answers = sorted(answers, key=lambda answer: answer.arrived_at)
    items = items_of(answers, campaign, people_first)
    unread = unread_of(answers, campaign)
    if not items and not unread:
        raise ValueError("a receipt needs a mail that is to be answered")
    bare = not unread and all(item.standing is Standing.RECEIVED for item in items)
    group = campaign.texts.get("group", "") if items and not bare and not is_supplement else ""
    picture = correspondent.group_qr if group else None
    form = None if bare else blank_form
    values = frame(correspondent, campaign, now) | _beside(answers, unread, campaign, bare=bare)
    values |= {"qr": picture.content_id if picture else None, "blank_form": shown(form.filename, 80) if form else ""}
    values["privacy"] = campaign.texts.get("privacy", "") if first_letter and not bare else ""
    values |= {
        "group": group,
        "supplement": answers[-1].arrived_at.astimezone(campaign.zone) if is_supplement else None,
    }
    table: tuple[Part, ...] = ()
    if len(items) == 1:
        letter = _single(items[0], answers[-1], unit, values, campaign=campaign, now=now)
    elif items:
        letter, table = _several(items, unit, values, campaign, now)
    else:
        letter = render("receipt-held", campaign.language, {**values, "tone": "wait"})
    return _threaded(letter, answers, key, _ref(items, unread), (*(one for one in (picture, form) if one), *table))


def _beside(
    answers: Sequence[Answered], unread: tuple[Unread, ...], campaign: Campaign, *, bare: bool
) -> dict[str, object]:
    """What every kind of receipt may have to say beside its own matter; almost nothing where it is `bare`."""
    names = () if bare else _names(answers)
    return {
        "unread": unread[:_MOST_UNREAD],
        "unread_more": max(0, len(unread) - _MOST_UNREAD),
        "unplaced": names[:_MOST_NAMES],
        "unplaced_more": max(0, len(names) - _MOST_NAMES),
        "remarks": () if bare else _remarks(answers)[:_MOST_REMARKS],
        "overtaken": not bare and not all(answer.current for answer in answers),
        "review": campaign.texts.get("review", ""),
        "example": campaign.subject_example,
    }


def _threaded(
    letter: Rendered, answers: Sequence[Answered], key: str, ref: str | None, parts: tuple[Part, ...]
) -> Letter:
    """The Letter, in the thread of what it answers: all the mails are its parents (RFC 5322 §3.6.4)."""
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
        ref=ref,
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
    shapes = ((item.rows, ()), (others, met), *((others[:most], met[:most]) for most in _FEWER_ROWS))
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
    asked = asked_of(items)
    table = batch_table(items, campaign)
    for name, most in (("", _MOST_ASKED), (table.filename, _MOST_ASKED), (table.filename, 4), (table.filename, 0)):
        shape = {"table_name": name, "asked": asked[:most], "asked_more": max(0, len(asked) - most)}
        letter = render("receipt-several", campaign.language, {**all_values, **shape})
        if _fits(letter):
            break
    return letter, (table,) if name else ()


def _fits(letter: Rendered) -> bool:
    """Whether `letter` stays within LARGEST once text and HTML are in base64 with its line ends."""
    lines = letter.text.count("\n") + letter.html.count("\n")
    return (len(letter.text.encode()) + len(letter.html.encode()) + lines) * 4 / 3 * 78 / 76 + _HEADERS <= LARGEST


def _names(answers: Sequence[Answered]) -> tuple[str, ...]:
    """Names of files that belong to nobody known."""
    return tuple(dict.fromkeys(shown(name, 40) for answer in answers for name in answer.judgement.unplaced))


def _remarks(answers: Sequence[Answered]) -> tuple[str, ...]:
    """What was found in mails for several applicants as a whole; that of a mail for one is in its checklist."""
    several = (one.judgement for one in answers if len(one.judgement.submissions) > 1)
    return tuple(dict.fromkeys(shown(one.text, 200) for judged in several for one in for_sender(judged.findings)))


def _ref(items: tuple[Item, ...], unread: tuple[Unread, ...]) -> str | None:
    refs = [*(item.ref for item in items), *(one.ref for one in unread)]
    return refs[0] if len(refs) == 1 else None
