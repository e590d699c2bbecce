"""The states of a transaction leg, and which may follow which. Every transition lives here.

The README's diagram is drawn from this table, and :meth:`SwitchDesk.record` asserts it.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class State(StrEnum):
    """Where a leg stands: the last entry of the journal says so."""

    RECEIVED = "received"  # durable, nothing has left yet
    FORWARDED = "forwarded"  # durable before its first byte goes upstream: the peer may hold money
    APPROVED = "approved"
    DECLINED = "declined"
    REVERSING = "reversing"  # a reversal is owed upstream until it is acknowledged
    REVERSED = "reversed"  # undone; also a reversal that came before its original (a tombstone)
    EXCEPTION = "exception"  # the reversal was refused or never acknowledged: a person must look


FOLLOWS: Final[dict[State | None, frozenset[State]]] = {
    None: frozenset({State.RECEIVED, State.REVERSED}),
    State.RECEIVED: frozenset({State.FORWARDED, State.DECLINED}),
    State.FORWARDED: frozenset({State.APPROVED, State.DECLINED, State.REVERSING}),
    State.APPROVED: frozenset({State.REVERSING}),
    State.DECLINED: frozenset(),
    State.REVERSING: frozenset({State.REVERSED, State.EXCEPTION}),
    State.REVERSED: frozenset(),
    State.EXCEPTION: frozenset(),
}
OPEN: Final = frozenset({State.RECEIVED, State.FORWARDED})  # No outcome yet.


def mermaid() -> str:
    """The table as a Mermaid state diagram, for the README."""
    lines = ["stateDiagram-v2"]
    for state, followers in FOLLOWS.items():
        source = "[*]" if state is None else str(state)
        ordered = sorted(followers, key=list(State).index)
        lines += [f"    {source} --> {follower}" for follower in ordered]
    return "\n".join(lines)
