"""Mail commands in the subject line: a word of the campaign's language, and what stands behind it."""

from __future__ import annotations

import re

from mailflow.intake.subject import parse_subject, plain_subject, refs_in
from mailflow.intake.units import reads_like_unit
from mailflow.model.campaign import Campaign
from mailflow.model.command import UNIT_WORDS, Command, CommandKind

_ASKS_BY_NUMBER = frozenset({CommandKind.STATUS, CommandKind.WITHDRAW})
SEPARATORS = " :：，,、-+　[]【】()（）<>《》“”‘’\"'「」"

_COURTESY = re.compile(
    r"(?:[\s,，。、!！~～]*(?:谢谢|多谢|感谢|thank you|thanks)[您你了啦]?)?[\s。.!！~～]*$", re.IGNORECASE
)


def read_command(subject: str, campaign: Campaign) -> Command | None:
    """The command that the subject is, None where it is none.

    The words are the phrases `command.words.<kind>`, spellings parted by "|". Behind the word only receipt numbers may
    stand, a whole application (撤回：王小明+优秀学员), or a category for a blank form: "查询一下怎么报名" is a
    question, "撤回邮件" a recall notice. Before the words of a unit its name may stand.
    """
    text = plain_subject(subject).strip(SEPARATORS)
    closed = "".join(text.split()).casefold()
    text = next((word for word, _ in _words(campaign) if word == closed), text)  # 查 询
    said = _said_by_unit(text, campaign)
    if said is not None:
        return said
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
    reading = parse_subject(rest, campaign)
    if kind in _ASKS_BY_NUMBER and reading.name and reading.categories and rest[0] in SEPARATORS:
        return Command(kind)
    if kind is CommandKind.FORM and len(reading.categories) == 1:
        return Command(kind, category=reading.categories[0])
    return None


def _said_by_unit(text: str, campaign: Campaign) -> Command | None:
    """省水利厅：本次无报送. A category before the words is an application that ends with them."""
    text = _COURTESY.sub("", text, count=1)
    for word, kind in _words(campaign):
        unit = text[: -len(word)].strip(SEPARATORS)
        if kind in UNIT_WORDS and text.casefold().endswith(word) and unit and reads_like_unit(unit):
            return None if parse_subject(unit, campaign).categories else Command(kind)
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
