"""Layouts of issuer scripts for chip cards: KU for VIS and M/Chip, KY for common session keys.

Chosen here, where no public source says: KY's session data are the cryptogram, as EMV has them; a
transport key is a DEK; and of the modes 0 and 2 alone, integrity and confidentiality with keys of
their own.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from ..grammar import COUNTED, HsmField, HsmLayout, hexadecimal, one_of
from ..kinds import BYTES_8, KEY, KEY_PAIR

_SCHEME: Final = HsmField("scheme", one_of("01", "scheme", "05"))
_CARD: Final = (
    HsmField("mk_smi", KEY_PAIR),
    HsmField("account", BYTES_8),
    HsmField("session", BYTES_8),
    HsmField("message", COUNTED),
)
# What is added to the message, at an offset: data that come under a transport key.
_SECRET: Final = (
    HsmField("mk_smc", KEY_PAIR, ";"),
    HsmField("transport_key", KEY),
    HsmField("secret_session", BYTES_8),
    HsmField("offset", hexadecimal(4)),
    HsmField("data", COUNTED),
)


def _script(mode: str, *fields: HsmField) -> HsmLayout:
    return HsmLayout(HsmField("mode", one_of(mode, "mode", "04")), *fields)


COMMANDS: Final[Mapping[str, tuple[HsmLayout, ...]]] = {
    "KU": (_script("0", _SCHEME, *_CARD), _script("2", _SCHEME, *_CARD, *_SECRET)),
    "KY": (_script("0", *_CARD), _script("2", *_CARD, *_SECRET)),
}

_RESULTS: Final = (
    HsmLayout(HsmField("mac", BYTES_8)),
    HsmLayout(HsmField("mac", BYTES_8), HsmField("data", COUNTED)),
)
ANSWERS: Final[Mapping[str, tuple[HsmLayout, ...]]] = {"KV": _RESULTS, "KZ": _RESULTS}
