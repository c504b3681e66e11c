"""Mails that a person must look at before anything is filed, and why."""

from __future__ import annotations

from dataclasses import replace

from mailflow.intake.subject import is_own, is_tagged, parse_subject
from mailflow.judge.case import Case, category_of, name_of
from mailflow.judge.found import finding
from mailflow.judge.names import same_name
from mailflow.judge.phrase import listed, quoted, say
from mailflow.judge.wrapped import is_complete, is_decoration
from mailflow.model.campaign import Campaign, Severity
from mailflow.model.command import CommandKind
from mailflow.model.judgement import Disposition, Route

TOO_LARGE = "too-large"
UNREADABLE = frozenset({"unreadable", "unfetchable"})
"""The defect of a mail of which only the header was fetched."""

_BLOCKING_DOUBTS = {
    "two-from": "held.two-from",
    "no-sender": "held.no-sender",
    "two-subject": "held.two-subject",
    "subject": "held.doubtful-subject",
}
"""Doubts of reading that a person settles before anything is filed; others (of a file name, of the text) can wait."""

_OF_THE_SUBJECT = frozenset({"held.two-subject", "held.doubtful-subject"})
"""Doubts that another subject would end, so that the sender is told."""


def unfit(case: Case) -> Route | None:
    """Holds a mail that a person must look at before anything is filed."""
    message = case.message
    if TOO_LARGE in message.defects:
        return hold(case, "attachment.too-large")
    if UNREADABLE & set(message.defects):
        return hold(case, "subject.unreadable", phrase="held.unreadable")
    doubt = next((phrase for doubt, phrase in _BLOCKING_DOUBTS.items() if doubt in message.doubts), None)
    if doubt is None and not message.sender:
        doubt = "held.no-sender"
    if doubt is None:
        return None
    if doubt in _OF_THE_SUBJECT:
        held = hold(case, "subject.unreadable", phrase=doubt)
        return replace(held, guess_name=None) if doubt == "held.doubtful-subject" else held
    return Route(
        Disposition.HELD,
        reason=say(case.campaign, doubt),
        guess_name=case.subject.name,
        guess_category=category_of(case, case.forms),
    )


def words_only(case: Case) -> Route | None:
    """Holds an answer to a letter of ours that brings no file: what is asked or explained in it, a person reads.

    A mail that names somebody else than the letter was about is no answer, whatever thread it stands in.
    """
    message, subject = case.message, case.subject
    if message.cloud_links or any(not is_decoration(one) for one in message.attachments):
        return None
    mine = [one for one in case.entries if subject.name is None or same_name(one.applicant, subject.name)]
    if not mine and not subject.refs and not is_tagged(message.subject) and not _quotes_us(case):
        return None
    return hold(case, "reply.without-files")


def _quotes_us(case: Case) -> bool:
    """Whether a letter of ours is quoted in a mail whose own subject is no application ("收到，谢谢")."""
    quoted_letters = (one.inline and is_own(one.subject) for one in case.message.forwarded)
    return any(quoted_letters) and not is_complete(parse_subject(case.message.subject, case.campaign))


def undecided(case: Case) -> Route:
    """Held: says which of name and category is missing."""
    if len(case.subject.categories) > 1 and category_of(case, case.forms) is None:
        return hold(case, "subject.category-ambiguous")
    if name_of(case):
        return hold(case, "subject.category-unknown")
    is_bare = not case.message.attachments and not case.message.cloud_links
    code = "subject.unreadable" if category_of(case, case.forms) is None else "subject.name-missing"
    return hold(case, code, phrase="held.no-application" if is_bare else "")


def hold(case: Case, code: str, *, phrase: str = "") -> Route:
    """Held with the finding `code`, in the words of `phrase` where it is given, and with what is known of whom."""
    campaign = case.campaign
    names = [campaign.category(one).name for one in case.subject.categories]
    found = finding(
        campaign,
        code,
        Severity.ERROR,
        phrase=phrase,
        example=campaign.subject_example,
        name=quoted(case.subject.name or ""),
        category=names[0] if names else "",
        categories=listed(campaign, names),
        help=_command(campaign, CommandKind.HELP),
        blank=_command(campaign, CommandKind.FORM),
    )
    return Route(
        Disposition.HELD,
        reason=found.text,
        findings=(found,),
        guess_name=name_of(case),
        guess_category=category_of(case, case.forms),
    )


def _command(campaign: Campaign, kind: CommandKind) -> str:
    """How a mail command is written, the first of its spellings."""
    return say(campaign, f"command.words.{kind.value}").split("|")[0]
