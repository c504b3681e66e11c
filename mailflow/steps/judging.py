"""Judging one mail with what the books know: the same for `process`, which carries it out, and `explain`."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from mailflow.areas import home_area
from mailflow.intake.authenticity import trust_of
from mailflow.intake.command import read_command
from mailflow.intake.etiquette import RECALL, REF_HEADER, reason_for_silence
from mailflow.intake.subject import refs_in
from mailflow.judge.command import decide_command
from mailflow.judge.judge import judge
from mailflow.judge.names import folded
from mailflow.judge.reuse import traces_to_ask_for
from mailflow.judge.route import route
from mailflow.judge.trust import with_trust
from mailflow.letters.mime import can_be_written_to
from mailflow.model.campaign import Campaign
from mailflow.model.entry import Known, Unit
from mailflow.model.facts import Facts, Role
from mailflow.model.judgement import Disposition, Draft, Judgement, Route
from mailflow.model.message import Message
from mailflow.steps.reading import Reading

if TYPE_CHECKING:  # `explain` needs no database
    from mailflow.store.books import Books

NO_ADDRESS = "unusable-address"
"""The reason for silence towards a sender whose address no letter of ours can bear."""


def decide(
    reading: Reading,
    campaign: Campaign,
    *,
    arrived_at: datetime,
    units: tuple[Unit, ...],
    own_addresses: frozenset[str],
    authserv_id: str = "",
    books: Books | None = None,
    assigned: tuple[str, str] | None = None,
) -> Judgement:
    """What the mail comes to. `books`: None judges it alone. `assigned`: applicant and category, said by a person.

    `authserv_id` names the server whose word on the sender's identity counts, "" for none.
    """
    judgement = _decided(
        reading,
        campaign,
        arrived_at=arrived_at,
        units=units,
        own_addresses=own_addresses,
        books=books,
        assigned=assigned,
    )
    if judgement.silence is None and reading.message.sender and not can_be_written_to(reading.message.sender):
        judgement = replace(judgement, silence=NO_ADDRESS)
    if assigned is not None:
        return judgement
    return with_trust(judgement, trust_of(reading.message, authserv_id), campaign)


def _decided(
    reading: Reading,
    campaign: Campaign,
    *,
    arrived_at: datetime,
    units: tuple[Unit, ...],
    own_addresses: frozenset[str],
    books: Books | None,
    assigned: tuple[str, str] | None,
) -> Judgement:
    message, facts = reading.message, reading.facts
    refs = refs_in(" ".join((message.subject, *_in_headers(message))), campaign.ref_prefix)
    if books is not None:
        refs += books.letters.refs_of((*message.in_reply_to, *message.references))
    referred = (
        books.entries.meant(campaign.id, name_keys=(), study_ids=(), refs=refs) if books is not None and refs else ()
    )
    command = read_command(message.subject, campaign)
    silence = reason_for_silence(message, own_addresses)
    if command is not None and silence != RECALL and message.sender and not _brings_application(facts):
        entries = books.entries.spoken_for(campaign.id, message.sender, units) if books is not None else ()
        return decide_command(command, message, Known(entries=entries, units=units), silence=silence)
    way = route(message, facts, campaign, units=units, own_addresses=own_addresses, referred=referred)
    if assigned is not None:
        way = _as_assigned(way, message, facts, *assigned)
    known = Known(units=units)
    if books is not None and way.drafts:
        entries = books.entries.meant(
            campaign.id,
            name_keys=[folded(draft.applicant) for draft in way.drafts],
            study_ids=[draft.study_id for draft in way.drafts if draft.study_id],
            refs=(*refs, *way.refs),
        )
        traces = traces_to_ask_for(facts, [draft.study_id for draft in way.drafts], entries)
        known = Known(entries=entries, units=units, uses=books.entries.uses(campaign.id, traces))
    return judge(way, message, facts, campaign, known, arrived_at=arrived_at, home_area=home_area)


def _brings_application(facts: Facts) -> bool:
    """Whether a form or a list of applicants came: then a command word in the subject is beside the point."""
    return any(one.role is Role.FORM or one.listed for one in facts.files)


def _in_headers(message: Message) -> tuple[str, ...]:
    """What our own header says: the mail's, and that of a letter of ours attached to it."""
    return (*message.headers.get(REF_HEADER, ()), *(one.ref for one in message.forwarded if one.ref))


def _as_assigned(way: Route, message: Message, facts: Facts, applicant: str, category: str) -> Route:
    study_ids = [one.form.fields.get("study_id") for one in facts.files if one.form]
    draft = Draft(
        applicant=applicant,
        category=category,
        study_id=next((str(one) for one in study_ids if one), None),
        unit=None,
        files=tuple(one.sha256 for one in message.attachments),
    )
    return Route(disposition=Disposition.ENTRY, drafts=(draft,), silence=way.silence)
