"""Mail commands in the subject line: a word of the campaign's language, and what stands behind it."""

from __future__ import annotations

import re

from mailflow.intake.subject import parse_subject, plain_subject, refs_in
from mailflow.model.campaign import Campaign
from mailflow.model.command import Command, CommandKind

_ASKS_BY_NUMBER = frozenset({CommandKind.STATUS, CommandKind.WITHDRAW})
SEPARATORS = " :：，,、-+　[]【】()（）<>《》"

_COURTESY = re.compile(
    r"(?:[\s,，。、!！~～]*(?:谢谢|多谢|感谢|thank you|thanks)[您你了啦]?)?[\s。.!！~～]*$", re.IGNORECASE
)


def read_command(subject: str, campaign: Campaign) -> Command | None:
    """The command that the subject is, None where it is none.

    The words are the phrases `command.words.<kind>`, spellings parted by "|". Behind the word only receipt numbers may
    stand, or a category for a blank form: "查询一下怎么报名" is a question, "撤回邮件" a recall notice.
    """
    text = plain_subject(subject).strip(SEPARATORS)
    for word, kind in _words(campaign):
        if not text.casefold().startswith(word):
            continue
        rest = _COURTESY.sub("", text[len(word) :], count=1)
        if rest and rest[0] not in SEPARATORS and word[-1].isascii() and rest[0].isascii():
            continue
        command = _command(kind, rest, campaign)
        if command is not None:
            return command
    return None


def _command(kind: CommandKind, rest: str, campaign: Campaign) -> Command | None:
    refs = refs_in(rest, campaign.ref_prefix)
    left = rest.casefold()
    for ref in refs:
        left = left.replace(ref.casefold(), "")
    if not refs and kind in _ASKS_BY_NUMBER:
        mistyped = _mistyped(campaign.ref_prefix).fullmatch(left.strip(SEPARATORS))
        if mistyped is not None:
            return Command(kind, (f"{campaign.ref_prefix.upper()}-{mistyped[1].upper()}",))
    if not left.strip(SEPARATORS):
        return Command(kind, refs)
    if kind is CommandKind.FORM:
        reading = parse_subject(rest, campaign)
        if len(reading.categories) == 1:
            return Command(kind, category=reading.categories[0])
    return None


def _mistyped(prefix: str) -> re.Pattern[str]:
    """Our prefix with a few letters or digits that are no receipt number: it is answered as one nobody knows."""
    return re.compile(rf"{re.escape(prefix.casefold())}[\s-]{{0,3}}([a-z0-9]{{2,12}})", re.ASCII)


def _words(campaign: Campaign) -> list[tuple[str, CommandKind]]:
    """Every spelling with its kind, the longest first."""
    words = [
        (word.strip().casefold(), kind)
        for kind in CommandKind
        for word in campaign.phrases.get(f"command.words.{kind.value}", "").split("|")
        if word.strip()
    ]
    return sorted(words, key=lambda one: -len(one[0]))
