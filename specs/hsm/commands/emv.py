"""Layouts of commands about the cryptograms of chip cards.

Layout chosen here, where no public source says: KQ's second MAC of 4 bytes and the length of its
data; in KW scheme 3, option B, and which digit says which tree in schemes 0 and 1; of PM what
follows the card number for a CVC3.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from ..errors import MISMATCH
from ..grammar import HsmField, HsmKind, HsmLayout, counted, digits, one_of
from ..kinds import BYTES_2, BYTES_4, BYTES_8, KEY_PAIR, PAN

MODE_REFUSED: Final = "04"
SCHEME_REFUSED: Final = "05"

# Account and sequence number in 8 bytes, as EMV 4.3 Book 2, A1.4.1 makes them.
_ACCOUNT: Final = HsmField("account", BYTES_8)
_ATC: Final = HsmField("atc", BYTES_2)
_UNPREDICTABLE: Final = HsmField("unpredictable", BYTES_4)
_MK_AC: Final = HsmField("mk_ac", KEY_PAIR)
_ARQC: Final = HsmField("arqc", BYTES_8)
_ARC: Final = HsmField("arc", BYTES_2)
_DATA: Final = counted("[0-9A-F]{2}", 16, "2 upper-case hex digits and as many bytes as they say")
# The tree of EMV2000: 0 has 16 levels of two branches each, 1 has 8 of four.
_TREE: Final = one_of("01", "tree")
_IV: Final = HsmField("iv", HsmKind("(?s:.{16})", "16 bytes"))
_CRYPTOGRAM: Final = (HsmField("data", _DATA), HsmField("arqc", BYTES_8, ";"))
_DISCRETIONARY: Final = (HsmField("mac", BYTES_4), HsmField("mac_data", _DATA))
# Card status update, and proprietary authentication data of 0 to 8 bytes (EMV 4.3 Book 2, 8.2.2).
_STATUS: Final = (
    HsmField("csu", BYTES_4),
    HsmField("proprietary", counted("[0-8]{1}", 10, "1 digit and as many bytes as it says")),
)


def _head(mode: str, schemes: str) -> tuple[HsmField, ...]:
    return (
        HsmField("mode", one_of(mode, "mode", MODE_REFUSED)),
        HsmField("scheme", one_of(schemes, "scheme", SCHEME_REFUSED)),
    )


def _kq(mode: str, *fields: HsmField, smi: tuple[HsmField, ...] = ()) -> HsmLayout:
    return HsmLayout(*_head(mode, "01"), _MK_AC, *smi, _ACCOUNT, _ATC, _UNPREDICTABLE, *fields)


def _kw(mode: str, *fields: HsmField) -> tuple[HsmLayout, ...]:
    """By the scheme: the account of option A has 8 bytes, that of option B says its length."""
    number = HsmField("account", counted("[0-9]{2}", 10, "2 digits and as many bytes as they say"))
    return (
        HsmLayout(*_head(mode, "0"), _MK_AC, _IV, _ACCOUNT, HsmField("tree", _TREE), _ATC, *fields),
        HsmLayout(
            *_head(mode, "1"), _MK_AC, _IV, number, HsmField("tree", _TREE, ";"), _ATC, *fields
        ),
        HsmLayout(*_head(mode, "2"), _MK_AC, _ACCOUNT, _ATC, *fields),
        HsmLayout(*_head(mode, "3"), _MK_AC, number, HsmField("atc", BYTES_2, ";"), *fields),
    )


_SMI: Final = (HsmField("mk_smi", KEY_PAIR),)
_CARD: Final = (
    HsmField("mk", KEY_PAIR),
    HsmField("derivation", one_of("AB", "derivation of the card's key")),
    HsmField("pan", PAN),
)

COMMANDS: Final[Mapping[str, tuple[HsmLayout, ...]]] = {
    # Modes: 0 verify, 1 verify and answer, 2 answer; 3 and 4 are 0 and 1 with a MAC to verify.
    "KQ": (
        _kq("0", *_CRYPTOGRAM),
        _kq("1", *_CRYPTOGRAM, _ARC),
        _kq("2", _ARQC, _ARC),
        _kq("3", *_CRYPTOGRAM, *_DISCRETIONARY, smi=_SMI),
        _kq("4", *_CRYPTOGRAM, _ARC, *_DISCRETIONARY, smi=_SMI),
    ),
    # Modes: 0 verify, 1 and 3 verify and answer by method 1 and 2, 2 and 4 answer likewise.
    "KW": (
        *_kw("0", *_CRYPTOGRAM),
        *_kw("1", *_CRYPTOGRAM, _ARC),
        *_kw("2", _ARQC, _ARC),
        *_kw("3", *_CRYPTOGRAM, *_STATUS),
        *_kw("4", _ARQC, *_STATUS),
    ),
    "PM": (
        HsmLayout(
            HsmField("scheme", one_of("0", "scheme", SCHEME_REFUSED)),
            HsmField("version", one_of("0", "version")),
            *_CARD,
            HsmField("expiry", digits(4), ";"),
            HsmField("service_code", digits(3)),
            HsmField("atc", digits(6)),
            HsmField("dcvv", digits(3)),
        ),
        HsmLayout(
            HsmField("scheme", one_of("1", "scheme", SCHEME_REFUSED)),
            HsmField("version", one_of("0", "version")),
            *_CARD,
            HsmField("sequence", digits(2), ";"),
            HsmField("track", _DATA),
            HsmField("atc", BYTES_2, ";"),
            _UNPREDICTABLE,
            HsmField("cvc3", HsmKind("[0-9]{3,5}", "3 to 5 digits")),
        ),
    ),
}

# Without an ARPC nothing follows. Then a trailer of just 7 characters cannot be told from an ARPC:
# so it is with this format, and hosts that send trailers know what they asked for.
ANSWERS: Final[Mapping[str, tuple[HsmLayout, ...]]] = {
    "KR": (HsmLayout(HsmField("arpc", BYTES_8)), HsmLayout()),
    # By method 2 an ARPC has 4 bytes, and zeros behind them.
    "KX": (HsmLayout(HsmField("arpc", BYTES_8)), HsmLayout()),
    "PN": (HsmLayout(),),
}

# What the module itself computed, for whoever is authorised to see it.
_DIAGNOSTIC: Final = (HsmLayout(HsmField("diagnostic", BYTES_8)), HsmLayout())
_DIAGNOSTIC_CVV: Final = HsmKind("[0-9]{5}|[0-9]{3}", "a value of 3 or 5 digits")
WARNINGS: Final[Mapping[tuple[str, str], tuple[HsmLayout, ...]]] = {
    ("KR", MISMATCH): _DIAGNOSTIC,
    ("KX", MISMATCH): _DIAGNOSTIC,
    ("PN", MISMATCH): (HsmLayout(HsmField("diagnostic", _DIAGNOSTIC_CVV)), HsmLayout()),
}
