"""What a handler works with while it performs a command: keys, policy, state, chance."""

from __future__ import annotations

from collections.abc import Callable

from msgspec import Struct

from cardswitch.specs.hsm import Answer

from .custody.policy import Policy
from .custody.state import ModuleState
from .keys.ring import Fields, KeyRing


class HsmDesk(Struct, frozen=True):
    """One for each LMK: *keys* are those under it; all else the desks of a module share.

    *perform* answers a command that another one carries, from its frame, which has a code.
    """

    keys: KeyRing
    policy: Policy
    state: ModuleState
    random_bytes: Callable[[int], bytes]
    perform: Callable[[bytes], Answer]

    def __repr__(self) -> str:
        """Nothing: it may stand in any exception."""
        return "<HsmDesk>"


# What performs a command: makes the fields of the answer from its own, or raises CommandRefused.
Handler = Callable[[HsmDesk, Fields], Fields]
