"""Every state with every event: what the tables allow, and that nothing else can happen."""

from __future__ import annotations

from itertools import product

import pytest

from mailflow.model.states import (
    LETTER_TABLE,
    MESSAGE_TABLE,
    LetterEvent,
    LetterState,
    MessageEvent,
    MessageState,
    letter_after,
    message_after,
)


@pytest.mark.parametrize(("state", "event"), list(product(MessageState, MessageEvent)))
def test_a_message_changes_as_the_table_says_or_not_at_all(state: MessageState, event: MessageEvent) -> None:
    if (state, event) in MESSAGE_TABLE:
        assert message_after(state, event) is MESSAGE_TABLE[state, event]
    else:
        with pytest.raises(ValueError, match=f"a message that is {state} cannot be {event}"):
            message_after(state, event)


@pytest.mark.parametrize(("state", "event"), list(product(LetterState, LetterEvent)))
def test_a_letter_changes_as_the_table_says_or_not_at_all(state: LetterState, event: LetterEvent) -> None:
    if (state, event) in LETTER_TABLE:
        assert letter_after(state, event) is LETTER_TABLE[state, event]
    else:
        with pytest.raises(ValueError, match=f"a letter that is {state} cannot be {event}"):
            letter_after(state, event)


def test_nothing_comes_back_to_the_spool_but_by_a_replay() -> None:
    ways = {event for (_, event), after in MESSAGE_TABLE.items() if after is MessageState.SPOOLED}
    assert ways == {MessageEvent.REPLAYED}


def test_every_message_state_can_be_replayed_but_the_spool_itself() -> None:
    replayed = {state for state, event in MESSAGE_TABLE if event is MessageEvent.REPLAYED}
    assert replayed == set(MessageState) - {MessageState.SPOOLED}


def test_a_letter_leaves_only_by_being_begun() -> None:
    assert {state for (state, _), after in LETTER_TABLE.items() if after is LetterState.SENDING} == {LetterState.POSTED}
    befores = {state for (state, _), after in LETTER_TABLE.items() if after is LetterState.SENT}
    assert befores == {LetterState.SENDING, LetterState.UNKNOWN}


def test_a_dropped_letter_stays_dropped() -> None:
    assert not [state for state, _ in LETTER_TABLE if state is LetterState.DROPPED]
