"""Layouts of commands about the cryptograms of chip cards.

Layout chosen here, where no public source says: KQ's second MAC of 4 bytes and the length of its
data; in KW scheme 3, option B, and which digit says which tree in schemes 0 and 1; of PM what
follows the card number for a CVC3.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from ..errors import MISMATCH
from ..grammar import Field, Kind, Layout, counted, digits, one_of
from ..kinds import BYTES_2, BYTES_4, BYTES_8, KEY_PAIR, PAN

MODE_REFUSED: Final = "04"
SCHEME_REFUSED: Final = "05"

# Account and sequence number in 8 bytes, as EMV 4.3 Book 2, A1.4.1 makes them.
_ACCOUNT: Final = Field("account", BYTES_8)
_ATC: Final = Field("atc", BYTES_2)
_UNPREDICTABLE: Final = Field("unpredictable", BYTES_4)
_MK_AC: Final = Field("mk_ac", KEY_PAIR)
_ARQC: Final = Field("arqc", BYTES_8)
_ARC: Final = Field("arc", BYTES_2)
_DATA: Final = counted("[0-9A-F]{2}", 16, "2 upper-case hex digits and as many bytes as they say")
# The tree of EMV2000: 0 has 16 levels of two branches each, 1 has 8 of four.
_TREE: Final = one_of("01", "tree")
_IV: Final = Field("iv", Kind("(?s:.{16})", "16 bytes"))
_CRYPTOGRAM: Final = (Field("data", _DATA), Field("arqc", BYTES_8, ";"))
_DISCRETIONARY: Final = (Field("mac", BYTES_4), Field("mac_data", _DATA))
# Card status update, and proprietary authentication data of 0 to 8 bytes (EMV 4.3 Book 2, 8.2.2).
_STATUS: Final = (
    Field("csu", BYTES_4),
    Field("proprietary", counted("[0-8]{1}", 10, "1 digit and as many bytes as it says")),
)


def _head(mode: str, schemes: str) -> tuple[Field, ...]:
    return (
        Field("mode", one_of(mode, "mode", MODE_REFUSED)),
        Field("scheme", one_of(schemes, "scheme", SCHEME_REFUSED)),
    )


def _kq(mode: str, *fields: Field, smi: tuple[Field, ...] = ()) -> Layout:
    return Layout(*_head(mode, "01"), _MK_AC, *smi, _ACCOUNT, _ATC, _UNPREDICTABLE, *fields)


def _kw(mode: str, *fields: Field) -> tuple[Layout, ...]:
    """By the scheme: the account of option A has 8 bytes, that of option B says its length."""
    number = Field("account", counted("[0-9]{2}", 10, "2 digits and as many bytes as they say"))
    return (
        Layout(*_head(mode, "0"), _MK_AC, _IV, _ACCOUNT, Field("tree", _TREE), _ATC, *fields),
        Layout(*_head(mode, "1"), _MK_AC, _IV, number, Field("tree", _TREE, ";"), _ATC, *fields),
        Layout(*_head(mode, "2"), _MK_AC, _ACCOUNT, _ATC, *fields),
        Layout(*_head(mode, "3"), _MK_AC, number, Field("atc", BYTES_2, ";"), *fields),
    )


_SMI: Final = (Field("mk_smi", KEY_PAIR),)
_CARD: Final = (
    Field("mk", KEY_PAIR),
    Field("derivation", one_of("AB", "derivation of the card's key")),
    Field("pan", PAN),
)

COMMANDS: Final[Mapping[str, tuple[Layout, ...]]] = {
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
        Layout(
            Field("scheme", one_of("0", "scheme", SCHEME_REFUSED)),
            Field("version", one_of("0", "version")),
            *_CARD,
            Field("expiry", digits(4), ";"),
            Field("service_code", digits(3)),
            Field("atc", digits(6)),
            Field("dcvv", digits(3)),
        ),
        Layout(
            Field("scheme", one_of("1", "scheme", SCHEME_REFUSED)),
            Field("version", one_of("0", "version")),
            *_CARD,
            Field("sequence", digits(2), ";"),
            Field("track", _DATA),
            Field("atc", BYTES_2, ";"),
            _UNPREDICTABLE,
            Field("cvc3", Kind("[0-9]{3,5}", "3 to 5 digits")),
        ),
    ),
}

# Without an ARPC nothing follows. Then a trailer of just 7 characters cannot be told from an ARPC:
# so it is with this format, and hosts that send trailers know what they asked for.
ANSWERS: Final[Mapping[str, tuple[Layout, ...]]] = {
    "KR": (Layout(Field("arpc", BYTES_8)), Layout()),
    # By method 2 an ARPC has 4 bytes, and zeros behind them.
    "KX": (Layout(Field("arpc", BYTES_8)), Layout()),
    "PN": (Layout(),),
}

# What the module itself computed, for whoever is authorised to see it.
_DIAGNOSTIC: Final = (Layout(Field("diagnostic", BYTES_8)), Layout())
_DIAGNOSTIC_CVV: Final = Kind("[0-9]{5}|[0-9]{3}", "a value of 3 or 5 digits")
WARNINGS: Final[Mapping[tuple[str, str], tuple[Layout, ...]]] = {
    ("KR", MISMATCH): _DIAGNOSTIC,
    ("KX", MISMATCH): _DIAGNOSTIC,
    ("PN", MISMATCH): (Layout(Field("diagnostic", _DIAGNOSTIC_CVV)), Layout()),
}
