"""What is said of keys in an 0800, and what may be said at which place."""

# Field 70 is 161 with a new key, 162 to ask the peer for one. Field 48 says which: P for PINs or M
# for MACs, the check value of 6 digits, then the key under the master key as the HSM writes it. The
# answer brings the letter and the check value back. No public source says how networks arrange
# field 48: this is our own choice.

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final, NamedTuple

from msgspec import Struct

from cardswitch.specs.codes import KEY_CHANGE, KEY_WANTED
from cardswitch.specs.dates import transmission_time
from cardswitch.specs.hsm.kinds import KEY
from cardswitch.specs.message import Message

from ...ports import Seconds
from .working import KEY_KINDS, KeyKind, WorkingKeys

KEY_FIELD: Final = 48
KEY_CODES: Final = frozenset([KEY_CHANGE, KEY_WANTED])
_LETTERS: Final[Mapping[KeyKind, str]] = {"pin": "P", "mac": "M"}
_KIND_OF: Final = {letter: kind for kind, letter in _LETTERS.items()}
_OFFER: Final = re.compile(f"([PM])([0-9A-F]{{6}})({KEY.pattern})")
_SCHEMES_UNDER_LMK: Final = "UTS"


class KeyPlan(Struct, frozen=True, kw_only=True):
    """What may be changed at one place, and how. Its keys are cryptograms under the LMK."""

    masters: Mapping[KeyKind, str]  # the master key that keys of each kind travel under, if any do
    types: Mapping[KeyKind, str]  # of an HSM, such as ZPK and ZAK
    configured: Mapping[KeyKind, str]  # the keys of the configuration; "" where there is none
    scheme: str = "R"  # how a key travels: R, a key block, or X, which says nothing of its type
    overlap_s: Seconds = 60.0  # how long the old one is accepted once the new one was in use
    # Whose material comes in there: of others no old key is accepted, since nothing is under it.
    comes_in: tuple[KeyKind, ...] = KEY_KINDS
    # By kind and terminal id, instead of the configured key.
    terminal_keys: Mapping[KeyKind, Mapping[str, str]] = {}
    is_handed_out: bool = False  # to terminals, each its own; else offered to a peer
    every_s: Seconds = 0.0  # how often it is changed by itself; 0: never

    @property
    def kinds(self) -> tuple[KeyKind, ...]:
        """What is there to be changed."""
        return tuple(kind for kind in KEY_KINDS if self.masters.get(kind) and self._has(kind))

    def _has(self, kind: KeyKind) -> bool:
        return bool(self.configured.get(kind) or self.terminal_keys.get(kind))

    def configured_at(self, place: str, kind: KeyKind) -> str:
        """The key of the configuration at *place*, which of a terminal is ``pos/TERM0001``."""
        terminal = place.partition("/")[2]
        own = self.terminal_keys.get(kind, {})
        return own.get(terminal, self.configured.get(kind, ""))

    def scheme_under_lmk(self, kind: KeyKind) -> str:
        """The scheme of a key that is to stand in for the configured one."""
        scheme = self.configured.get(kind, "")[:1]
        return scheme if scheme in _SCHEMES_UNDER_LMK else "U"


def working_keys(plans: Mapping[str, KeyPlan]) -> WorkingKeys:
    """The keys of all places that have a plan, as the configuration has them."""
    return WorkingKeys({place: plan.overlap_s for place, plan in plans.items()})


class Offer(NamedTuple):
    """A new key, as field 48 has it; ``""`` for a key that is not told, or only named."""

    kind: KeyKind
    kcv: str = ""
    key: str = ""  # under the master key

    @property
    def text(self) -> str:
        """Field 48.

        >>> Offer("pin", "A1B2C3").text, Offer("mac").text
        ('PA1B2C3', 'M')
        """
        return f"{_LETTERS[self.kind]}{self.kcv}{self.key}"

    def request(self, now: Seconds) -> Message:
        """The 0800 that brings the new key, or without one asks for it; it has no number yet."""
        code = KEY_CHANGE if self.key else KEY_WANTED
        return Message("0800", {7: transmission_time(now), KEY_FIELD: self.text, 70: code})


def read_offer(request: Message) -> Offer | None:
    """What an 0800 offers, or which kind it asks for; None if its field 48 cannot be read.

    >>> read_offer(Message("0800", {48: "PA1B2C3X0123456789ABCDEFFEDCBA9876543210", 70: "161"})).kcv
    'A1B2C3'
    >>> read_offer(Message("0800", {48: "M", 70: "162"}))
    Offer(kind='mac', kcv='', key='')
    """
    text = request.get(KEY_FIELD)
    if request.get(70) == KEY_WANTED:
        return Offer(_KIND_OF[text]) if text in _KIND_OF else None
    return read_key(text)


def read_key(text: str) -> Offer | None:
    """The key that *text*, a field 48, brings; None if it brings none."""
    found = _OFFER.fullmatch(text)
    return Offer(_KIND_OF[found[1]], found[2], found[3]) if found else None
