"""The state machines, each as one table: (state, event) -> state. What is not in the table cannot happen."""

from __future__ import annotations

from enum import StrEnum


class MessageState(StrEnum):
    """What became of a mail. JUDGED (its answer waits for the quiet minutes) is shown as `spooled` outside."""

    SPOOLED = "spooled"
    JUDGED = "judged"
    ANSWERED = "answered"
    HELD = "held"
    IGNORED = "ignored"
    SHUNTED = "shunted"


class MessageEvent(StrEnum):
    """What can happen to a mail of ours."""

    JUDGED = "judged"
    HELD = "held"
    IGNORED = "ignored"
    ANSWERED = "answered"
    SHUNTED = "shunted"
    REPLAYED = "replayed"


MESSAGE_TABLE: dict[tuple[MessageState, MessageEvent], MessageState] = {
    (MessageState.SPOOLED, MessageEvent.JUDGED): MessageState.JUDGED,
    (MessageState.SPOOLED, MessageEvent.HELD): MessageState.HELD,
    (MessageState.SPOOLED, MessageEvent.IGNORED): MessageState.IGNORED,
    (MessageState.SPOOLED, MessageEvent.SHUNTED): MessageState.SHUNTED,
    (MessageState.JUDGED, MessageEvent.ANSWERED): MessageState.ANSWERED,
    (MessageState.JUDGED, MessageEvent.SHUNTED): MessageState.SHUNTED,
    (MessageState.HELD, MessageEvent.SHUNTED): MessageState.SHUNTED,
    (MessageState.HELD, MessageEvent.ANSWERED): MessageState.HELD,
    (MessageState.HELD, MessageEvent.JUDGED): MessageState.JUDGED,
    (MessageState.HELD, MessageEvent.IGNORED): MessageState.IGNORED,
    (MessageState.SHUNTED, MessageEvent.IGNORED): MessageState.IGNORED,
    (MessageState.HELD, MessageEvent.REPLAYED): MessageState.SPOOLED,
    (MessageState.SHUNTED, MessageEvent.REPLAYED): MessageState.SPOOLED,
    (MessageState.ANSWERED, MessageEvent.REPLAYED): MessageState.SPOOLED,
    (MessageState.IGNORED, MessageEvent.REPLAYED): MessageState.SPOOLED,
    (MessageState.JUDGED, MessageEvent.REPLAYED): MessageState.SPOOLED,
}


class LetterState(StrEnum):
    """Where a letter is. UNKNOWN: the connection was lost after DATA began."""

    POSTED = "posted"
    SENDING = "sending"
    UNKNOWN = "unknown"
    SENT = "sent"
    FAILED = "failed"
    HELD = "held"
    DROPPED = "dropped"


class LetterEvent(StrEnum):
    """What can happen to a letter."""

    BEGUN = "begun"
    ACCEPTED = "accepted"
    DEFERRED = "deferred"
    REFUSED = "refused"
    LOST = "lost"
    RELEASED = "released"
    DROPPED = "dropped"
    RESENT = "resent"
    BOUNCED = "bounced"
    WITHHELD = "withheld"


LETTER_TABLE: dict[tuple[LetterState, LetterEvent], LetterState] = {
    (LetterState.POSTED, LetterEvent.BEGUN): LetterState.SENDING,
    (LetterState.POSTED, LetterEvent.DROPPED): LetterState.DROPPED,
    (LetterState.SENDING, LetterEvent.ACCEPTED): LetterState.SENT,
    (LetterState.SENDING, LetterEvent.DEFERRED): LetterState.POSTED,
    (LetterState.SENDING, LetterEvent.REFUSED): LetterState.FAILED,
    (LetterState.SENDING, LetterEvent.LOST): LetterState.UNKNOWN,
    (LetterState.UNKNOWN, LetterEvent.RESENT): LetterState.POSTED,
    (LetterState.UNKNOWN, LetterEvent.ACCEPTED): LetterState.SENT,
    (LetterState.UNKNOWN, LetterEvent.DROPPED): LetterState.DROPPED,
    (LetterState.FAILED, LetterEvent.RESENT): LetterState.POSTED,
    (LetterState.FAILED, LetterEvent.DROPPED): LetterState.DROPPED,
    (LetterState.HELD, LetterEvent.RELEASED): LetterState.POSTED,
    (LetterState.HELD, LetterEvent.DROPPED): LetterState.DROPPED,
    (LetterState.SENT, LetterEvent.RESENT): LetterState.POSTED,
    (LetterState.POSTED, LetterEvent.WITHHELD): LetterState.HELD,
    (LetterState.SENDING, LetterEvent.WITHHELD): LetterState.HELD,
    (LetterState.SENT, LetterEvent.BOUNCED): LetterState.FAILED,
}


def message_after(state: MessageState, event: MessageEvent) -> MessageState:
    """The state a mail has after `event`. Raises ValueError for what the table does not allow."""
    try:
        return MESSAGE_TABLE[state, event]
    except KeyError:
        raise ValueError(f"a message that is {state} cannot be {event}") from None


def letter_after(state: LetterState, event: LetterEvent) -> LetterState:
    """The state a letter has after `event`. Raises ValueError for what the table does not allow."""
    try:
        return LETTER_TABLE[state, event]
    except KeyError:
        raise ValueError(f"a letter that is {state} cannot be {event}") from None
