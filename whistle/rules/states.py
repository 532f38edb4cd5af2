"""A case is in one of four states, and only the events listed here move it."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from whistle.errors import RuleRefused


class State(StrEnum):
    """The states of a case, as the outside names them."""

    RECEIVED = "received"
    ACKNOWLEDGED = "acknowledged"
    IN_PROGRESS = "in_progress"
    CLOSED = "closed"


class Event(StrEnum):
    """What a handler does that can move a case; `message` is a handler's, the reporter's moves nothing."""

    ACKNOWLEDGE = "acknowledge"
    MESSAGE = "message"
    FEEDBACK = "feedback"
    CLOSE = "close"
    REOPEN = "reopen"


# Feedback is possible long before closing (L3), so no open state refuses it. A waived acknowledgement must
# not block the follow-up, so a received case takes a message; a late acknowledgement is taken after it.
_MOVES: Final[Mapping[tuple[State, Event], State]] = MappingProxyType(
    {
        (State.RECEIVED, Event.ACKNOWLEDGE): State.ACKNOWLEDGED,
        (State.RECEIVED, Event.MESSAGE): State.IN_PROGRESS,
        (State.RECEIVED, Event.FEEDBACK): State.IN_PROGRESS,
        (State.RECEIVED, Event.CLOSE): State.CLOSED,
        (State.ACKNOWLEDGED, Event.MESSAGE): State.IN_PROGRESS,
        (State.ACKNOWLEDGED, Event.FEEDBACK): State.IN_PROGRESS,
        (State.ACKNOWLEDGED, Event.CLOSE): State.CLOSED,
        (State.IN_PROGRESS, Event.ACKNOWLEDGE): State.IN_PROGRESS,
        (State.IN_PROGRESS, Event.MESSAGE): State.IN_PROGRESS,
        (State.IN_PROGRESS, Event.FEEDBACK): State.IN_PROGRESS,
        (State.IN_PROGRESS, Event.CLOSE): State.CLOSED,
        (State.CLOSED, Event.REOPEN): State.IN_PROGRESS,
    }
)


def after(state: State | str, event: Event | str) -> State:
    """Return the state a case is in once `event` happened to it in `state`.

    Raises RuleRefused("state") for every pair that is not a move, a second closing included.
    """
    try:
        return _MOVES[State(state), Event(event)]
    except (KeyError, ValueError) as error:
        raise RuleRefused("state", "The case is in a state in which this cannot be done.") from error


def may_move(origin: State | str, target: State | str) -> bool:
    """Say whether some single event leads from `origin` to `target`."""
    return any(source == origin and result == target for (source, _), result in _MOVES.items())
