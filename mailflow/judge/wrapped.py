"""Which subject speaks for which part of a mail: its own, or that of a mail it forwards."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from mailflow.intake.subject import SubjectReading, parse_subject
from mailflow.model.campaign import Campaign
from mailflow.model.message import Attachment, Message


@dataclass(frozen=True, slots=True)
class Section:
    """The mail itself (`container` None) or one attached to it, and what its subject says once wrappings are read."""

    container: int | None
    reading: SubjectReading


def sections_of(message: Message, campaign: Campaign) -> tuple[Section, ...]:
    """The mails that speak for their files: those that bring any, and those that wrap no other mail.

    A mail that only wraps others says nothing of its own; what its subject says holds for those in it that say nothing.
    """
    mails = (None, *dict.fromkeys(one.container for one in message.forwarded if one.container is not None))
    homes = [home_mail(message, one.container) for one in message.attachments]
    wrapping = {homes[one] for one in mails if one is not None}
    bringing = {homes[at] for at, one in enumerate(message.attachments) if at not in mails and not is_decoration(one)}
    readings: dict[int | None, SubjectReading] = {}
    for mail in mails:
        around = readings[homes[mail]] if mail is not None else None
        readings[mail] = _reading(message, campaign, mail, around)
    return tuple(Section(one, readings[one]) for one in mails if one in bringing or one not in wrapping)


def quoted_names(message: Message, campaign: Campaign) -> tuple[str, ...]:
    """All applicants that mails quoted in the mail's own text name, where they name more than one."""
    names = dict.fromkeys(one.name for one in _quoted(message, campaign, None) if one.name is not None)
    return tuple(names) if len(names) > 1 else ()


def home_mail(message: Message, container: int | None) -> int | None:
    """The attached mail in which the container lies, or which it is; None for the mail itself."""
    mails = {one.container for one in message.forwarded}
    while container is not None and container not in mails:
        container = message.attachments[container].container
    return container


def is_complete(reading: SubjectReading) -> bool:
    """Whether a subject says both who and what."""
    return bool(reading.categories and (reading.name or reading.names))


def one_subject(message: Message, campaign: Campaign, sections: Iterable[Section]) -> SubjectReading:
    """What the mail as a whole says of its applicant: the mail it forwards where there is one, else itself.

    Where several attached mails speak of several applicants, the mail's own subject says what all have in common.
    """
    own = _reading(message, campaign, None, None)
    speaking = [one.reading for one in sections if is_complete(one.reading)]
    told = {(one.name, one.names, one.categories) for one in speaking}
    if len(told) == 1:
        return replace(
            own,
            name=speaking[0].name,
            names=speaking[0].names,
            categories=speaking[0].categories,
            unit=own.unit or speaking[0].unit,
            count=speaking[0].count if len(speaking[0].names) else own.count,
        )
    return own if not told else replace(own, name=None, names=())


def _reading(message: Message, campaign: Campaign, mail: int | None, around: SubjectReading | None) -> SubjectReading:
    """The subject of one mail, else that of the mails quoted in it, else that of the mail around it."""
    subject = message.subject if mail is None else _subject(message, mail)
    own = parse_subject(subject, campaign)
    if is_complete(own):
        return own
    quoted = _quoted(message, campaign, mail)
    if quoted and len({(one.name, one.categories) for one in quoted}) == 1:
        return replace(own, name=quoted[0].name, categories=quoted[0].categories, unit=own.unit or quoted[0].unit)
    if around is None:
        return own
    return replace(
        own,
        name=own.name or (around.name if not own.names else None),
        categories=own.categories or around.categories,
        unit=own.unit or around.unit,
    )


def _subject(message: Message, mail: int) -> str:
    found = (one.subject for one in message.forwarded if one.container == mail and not one.inline and one.sure)
    return next(found, "")


def _quoted(message: Message, campaign: Campaign, mail: int | None) -> list[SubjectReading]:
    """What the mails quoted in the text of one mail say, those that say both who and what."""
    quoted = (one.subject for one in message.forwarded if one.inline and one.sure and one.container == mail)
    readings = (parse_subject(one, campaign) for one in quoted)
    return [one for one in readings if one.name and one.categories]


def is_decoration(attachment: Attachment) -> bool:
    """Whether it is a small picture shown in the text: a logo under a signature is nobody's paper."""
    return attachment.inline and attachment.size < 8_192
