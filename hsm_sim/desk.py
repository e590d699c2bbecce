"""What a handler works with while it performs a command: keys, policy, state, chance."""

from __future__ import annotations

from collections.abc import Callable

from msgspec import Struct

from cardswitch.specs.hsm import Answer
from cardswitch.specs.hsm.errors import PRINTER_REFUSED
from cardswitch.specs.security.rsa import RsaPrivateKey

from .custody.policy import CommandRefused, Policy
from .custody.state import ModuleState
from .keys.ring import Fields, KeyRing

# A new RSA pair of so many bits and this public exponent. Raises KeyRefused, CryptoError.
RsaMaker = Callable[[int, int], RsaPrivateKey]


class HsmDesk(Struct, frozen=True, kw_only=True):
    """One for each LMK: *keys* are those under it; all else the desks of a module share.

    *perform* answers a command that another one carries, from its frame, which has a code.
    *print_text* is the printer: what it prints is in clear. Raises CommandRefused (16).
    """

    keys: KeyRing
    policy: Policy
    state: ModuleState
    random_bytes: Callable[[int], bytes]
    make_rsa: RsaMaker
    perform: Callable[[bytes], Answer]
    print_text: Callable[[str], None]

    def __repr__(self) -> str:
        """Nothing: it may stand in any exception."""
        return "<HsmDesk>"


# What performs a command: makes the fields of the answer from its own, or raises CommandRefused.
Handler = Callable[[HsmDesk, Fields], Fields]


def no_printer(text: str) -> None:
    """Print nothing. Raises CommandRefused (16), always."""
    raise CommandRefused(PRINTER_REFUSED)
