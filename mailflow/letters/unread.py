"""Mails that could not be placed, as a receipt speaks of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from mailflow.letters.answered import Answered
from mailflow.letters.masking import shown
from mailflow.letters.rows import for_sender
from mailflow.model.campaign import Campaign
from mailflow.model.judgement import Disposition

_MOST_SENTENCES = 3
_LONGEST = 400


@dataclass(frozen=True, slots=True)
class Unread:
    """A mail that a person must place: when it came (campaign's zone), what was found, its receipt number if any.

    `wants_subject`: another subject would help, and no sentence has given an example.
    """

    arrived_at: datetime
    ref: str | None
    sentences: tuple[str, ...]
    wants_subject: bool


def unread_of(answers: Sequence[Answered], campaign: Campaign) -> tuple[Unread, ...]:
    """Those of `answers` that came to no entry, in their order."""
    return tuple(_unread(one, campaign) for one in answers if not _is_entry(one))


def _is_entry(answer: Answered) -> bool:
    return answer.judgement.disposition is Disposition.ENTRY and bool(answer.judgement.submissions)


def _unread(answer: Answered, campaign: Campaign) -> Unread:
    told = for_sender(answer.judgement.findings)
    sentences = dict.fromkeys(shown(finding.text, _LONGEST) for finding in told)
    about_subject = any(finding.code.startswith("subject.") for finding in told)
    example = campaign.subject_example
    return Unread(
        arrived_at=answer.arrived_at.astimezone(campaign.zone),
        ref=answer.held_ref,
        sentences=tuple(sentences)[:_MOST_SENTENCES],
        wants_subject=not told or (about_subject and not any(example and example in one for one in sentences)),
    )
