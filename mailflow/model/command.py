"""Mail commands: what a sender may ask of us by a subject."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class CommandKind(StrEnum):
    """What is asked: how things stand, to withdraw, for help, for a blank form, or a unit's word that it is done."""

    STATUS = "status"
    WITHDRAW = "withdraw"
    HELP = "help"
    FORM = "form"
    DONE = "done"
    NOTHING = "nothing"


UNIT_WORDS = frozenset({CommandKind.DONE, CommandKind.NOTHING})
"""A registered unit's word that everything is sent, or that there is nothing this time: its reminders stop."""


@dataclass(frozen=True, slots=True)
class Command:
    """A command as read from the subject: the receipt numbers and the category that stand behind the word."""

    kind: CommandKind
    refs: tuple[str, ...] = ()
    category: str | None = None


@dataclass(frozen=True, slots=True)
class Order:
    """A command as decided: `refs` are those entries that the sender may ask about or change, `unit` his unit.

    `unknown` are receipt numbers that are not his, or that do not exist: he is not told which. `problem` is the code
    of a phrase ("command.<problem>") where nothing can be done.
    """

    kind: CommandKind
    refs: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    category: str | None = None
    unit: str | None = None
    problem: str | None = None
