"""The answer to a mail command."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from mailflow.letters.answered import Answered
from mailflow.letters.frame import frame
from mailflow.letters.masking import shown
from mailflow.letters.render import render
from mailflow.model.campaign import Campaign
from mailflow.model.command import CommandKind
from mailflow.model.entry import KnownEntry, Mark
from mailflow.model.letter import Correspondent, Letter, LetterKind, Part

_MOST_LINES = 60


@dataclass(frozen=True, slots=True)
class StatusLine:
    """How one entry stands, for its own sender. `missing` are labels of what is still asked for."""

    ref: str
    applicant: str
    category: str
    status: str
    arrived_at: datetime
    missing: tuple[str, ...]


def compose_command_answer(
    answer: Answered,
    entries: Sequence[KnownEntry],
    *,
    campaign: Campaign,
    correspondent: Correspondent,
    key: str,
    now: datetime,
    blank_form: Part | None,
) -> Letter:
    """The answer to one command mail; `entries` are those of its order, as they stand now.

    Raises ValueError for a mail that is no command, MailflowError where a template cannot be used.
    """
    order = answer.judgement.command
    if order is None:
        raise ValueError("this mail is no command")
    lines = [_line(entry, campaign) for entry in entries]
    values = {
        **frame(correspondent, campaign, now, tone="todo" if order.problem else "good"),
        "kind": order.kind.value,
        "problem": order.problem,
        "lines": lines[:_MOST_LINES],
        "more": max(0, len(lines) - _MOST_LINES),
        "unknown": order.unknown,
        "unit": order.unit or "",
        "category": campaign.category(order.category).name if order.category else "",
        "categories": [one.name for one in campaign.categories],
        "example": campaign.subject_example,
        "prefix": campaign.ref_prefix,
        "words": {kind.value: _word(campaign, kind) for kind in CommandKind},
        "blank_form": shown(blank_form.filename, 80) if blank_form else "",
    }
    letter = render("command", campaign.language, values)
    ids = (answer.message_id,) if answer.message_id else ()
    return Letter(
        key=key,
        kind=LetterKind.RECEIPT,
        to=answer.sender,
        subject=letter.subject,
        text=letter.text,
        html=letter.html,
        parts=(blank_form,) if blank_form else (),
        in_reply_to=ids,
        references=(*answer.references, *ids),
        ref=entries[0].ref if len(entries) == 1 else None,
    )


def _word(campaign: Campaign, kind: CommandKind) -> str:
    return campaign.phrases.get(f"command.words.{kind.value}", kind.value).split("|")[0]


def _line(entry: KnownEntry, campaign: Campaign) -> StatusLine:
    return StatusLine(
        ref=entry.ref,
        applicant=shown(entry.applicant, 60),
        category=campaign.category(entry.category).name,
        status=entry.status.value,
        arrived_at=entry.arrived_at.astimezone(campaign.zone),
        missing=tuple(dict.fromkeys(shown(one.label, 60) for one in entry.checks if one.mark is Mark.MISSING)),
    )
