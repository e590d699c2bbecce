"""Tokens: a sealed card for one use, within minutes."""

from __future__ import annotations

from typing import Final

from msgspec import Struct

from cardswitch.wire.ports import Seconds

from ..cards import Card
from ..problems import Problem, invalid

LIFETIME_S: Final[Seconds] = 600.0


class Token(Struct, frozen=True, kw_only=True, tag="token"):
    """A card that was typed in somewhere else."""

    card: Card
    is_used: bool = False


def not_usable(token: Token, made: Seconds, now: Seconds) -> Problem | None:
    """Why *token*, which was *made* then, stands for a card no more."""
    # One of a clock that was ahead, as testers shift it, lives no longer than others.
    if not token.is_used and abs(now - made) < LIFETIME_S:
        return None
    text = "A token is used once, within ten minutes: make a new one"
    return invalid(text, None, "token_already_used")
