"""Commands about the cryptograms of chip cards.

Layout chosen here, where no public source says: KQ's second MAC of 4 bytes and the length of its
data; in KW scheme 3, option B, and which digit says which tree in schemes 0 and 1.

K2 is taken with an empty bitmap of the issuer alone, which a public program sends: the cryptogram
is whole then. What is left of it by other bitmaps, and their MAC, no public source gives.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from ...errors import MISMATCH
from ...grammar import HostCommand, HsmField, HsmKind, HsmLayout, counted, one_of
from ...kinds import BYTES_2, BYTES_4, BYTES_8, KEY_PAIR, NOTHING
from ...values import Command, text_of

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

# Without an ARPC nothing follows. Then a trailer of just 7 characters cannot be told from an ARPC:
# so it is with this format, and hosts that send trailers know what they asked for.
_ARPC: Final = (HsmLayout(HsmField("arpc", BYTES_8)), HsmLayout())
# What the module itself computed, for whoever is authorised to see it.
_DIAGNOSTIC: Final = (HsmLayout(HsmField("diagnostic", BYTES_8)), HsmLayout())


def _k2(derivation: str, account: HsmKind, lead: str) -> HsmLayout:
    """By the derivation of the card's key: option A, or B, behind whose account stands a *lead*."""
    return HsmLayout(
        HsmField("mode", one_of("0", "mode", MODE_REFUSED)),
        HsmField("scheme", HsmKind("00", "scheme 00", SCHEME_REFUSED)),
        HsmField("derivation", one_of(derivation, "derivation of the card's key")),
        HsmField("session", one_of("1", "derivation of the session key: 1, M/Chip")),
        _MK_AC,
        HsmField("account", account),
        HsmField("atc", BYTES_2, lead),
        _UNPREDICTABLE,
        *_CRYPTOGRAM,
        HsmField("bitmap", HsmKind(r"\x00{8}", "8 bytes of zero: an empty bitmap of the issuer")),
        HsmField("bitmap_mac", HsmKind(r"\x00{4}", "4 bytes of zero: no MAC of the bitmap")),
    )


_ACCOUNT_B: Final = counted("[0-9]{2}", 10, "2 digits and as many bytes as they say")

COMMANDS: Final[Mapping[str, HostCommand]] = {
    "K2": HostCommand(
        request=(_k2("0", _ACCOUNT_B, ""), _k2("1", _ACCOUNT_B, ";")),
        answer=NOTHING,
        warnings={MISMATCH: (HsmLayout(HsmField("diagnostic", BYTES_8)), HsmLayout())},
    ),
    # Modes: 0 verify, 1 verify and answer, 2 answer; 3 and 4 are 0 and 1 with a MAC to verify.
    "KQ": HostCommand(
        request=(
            _kq("0", *_CRYPTOGRAM),
            _kq("1", *_CRYPTOGRAM, _ARC),
            _kq("2", _ARQC, _ARC),
            _kq("3", *_CRYPTOGRAM, *_DISCRETIONARY, smi=_SMI),
            _kq("4", *_CRYPTOGRAM, _ARC, *_DISCRETIONARY, smi=_SMI),
        ),
        answer=_ARPC,
        warnings={MISMATCH: _DIAGNOSTIC},
    ),
    # Modes: 0 verify, 1 and 3 verify and answer by method 1 and 2, 2 and 4 answer likewise.
    # By method 2 an ARPC has 4 bytes, and zeros behind them.
    "KW": HostCommand(
        request=(
            *_kw("0", *_CRYPTOGRAM),
            *_kw("1", *_CRYPTOGRAM, _ARC),
            *_kw("2", _ARQC, _ARC),
            *_kw("3", *_CRYPTOGRAM, *_STATUS),
            *_kw("4", _ARQC, *_STATUS),
        ),
        answer=_ARPC,
        warnings={MISMATCH: _DIAGNOSTIC},
    ),
}


# Session keys of KQ: none (VIS, cryptogram version 10), and M/Chip's.
VIS_CVN_10: Final = "0"
M_CHIP: Final = "1"
# Session keys of KW: EMV common session keys; the card's key derived by option A, or by option B.
CSK_OPTION_A: Final = "2"
CSK_OPTION_B: Final = "3"


def verify_arqc(
    mk_ac: str,
    account: bytes,
    atc: bytes,
    unpredictable: bytes,
    data: bytes,
    arqc: bytes,
    arc: bytes = b"",
    scheme: str = VIS_CVN_10,
) -> Command:
    """KQ: is *arqc* (8 bytes) the cryptogram over *data* (1 to 255)? With *arc* (2) answers arpc.

    *account* (8) is made of card and sequence number, *atc* (2) the card's counter, *unpredictable*
    (4) the terminal's number. Zeros fill the last block of *data*; where a card fills with 80
    (M/Chip), that byte is for the caller to append. Error 01 says no.
    """
    mode = "1" if arc else "0"
    card = _card(mk_ac, account, atc, unpredictable)
    fields = {"mode": mode, "scheme": scheme, **card, "data": text_of(data), "arqc": text_of(arqc)}
    return Command("", "KQ", fields | ({"arc": text_of(arc)} if arc else {}))


def generate_arpc(
    mk_ac: str,
    account: bytes,
    atc: bytes,
    unpredictable: bytes,
    arqc: bytes,
    arc: bytes,
    scheme: str = VIS_CVN_10,
) -> Command:
    """KQ: the answer to *arqc* without verifying it. Answers arpc. See :func:`verify_arqc`."""
    card = _card(mk_ac, account, atc, unpredictable)
    fields = {"mode": "2", "scheme": scheme, **card, "arqc": text_of(arqc), "arc": text_of(arc)}
    return Command("", "KQ", fields)


def verify_arqc_and_mac(command: Command, mk_smi: str, mac: bytes, mac_data: bytes) -> Command:
    """KQ: *command* of :func:`verify_arqc`, and is *mac* (4 bytes) that of *mac_data* as well?

    Error 06 says that it is not.
    """
    mode = "4" if "arc" in command.fields else "3"
    second = {"mk_smi": mk_smi, "mac": text_of(mac), "mac_data": text_of(mac_data)}
    return Command("", "KQ", {**command.fields, "mode": mode, **second})


def verify_arqc_csk(
    mk_ac: str,
    account: bytes,
    atc: bytes,
    data: bytes,
    arqc: bytes,
    arc: bytes = b"",
    csu: bytes = b"",
    proprietary: bytes = b"",
    scheme: str = CSK_OPTION_A,
) -> Command:
    """KW: the same with common session keys; with *arc* (2 bytes) or *csu* (4) answers arpc.

    *arc* asks for method 1; *csu*, with 0 to 8 bytes *proprietary*, for method 2, of whose answer
    the first 4 bytes count. By option B *account* is the packed digits of card and sequence number,
    with a zero in front where their count is odd.
    """
    fields = {"scheme": scheme, "mk_ac": mk_ac, "account": text_of(account), "atc": text_of(atc)}
    fields |= {"data": text_of(data), "arqc": text_of(arqc)}
    mode = "1" if arc else "3" if csu else "0"
    return Command("", "KW", {"mode": mode, **fields, **_answer(arc, csu, proprietary)})


def generate_arpc_csk(
    mk_ac: str,
    account: bytes,
    atc: bytes,
    arqc: bytes,
    arc: bytes = b"",
    csu: bytes = b"",
    proprietary: bytes = b"",
    scheme: str = CSK_OPTION_A,
) -> Command:
    """KW: the answer to *arqc* without verifying it. Answers arpc. See :func:`verify_arqc_csk`."""
    fields = {"scheme": scheme, "mk_ac": mk_ac, "account": text_of(account), "atc": text_of(atc)}
    mode = "2" if arc else "4"
    asked = {"mode": mode, **fields, "arqc": text_of(arqc), **_answer(arc, csu, proprietary)}
    return Command("", "KW", asked)


def use_emv2000_tree(command: Command, branch_factor: int = 4, iv: bytes = bytes(16)) -> Command:
    """KW by the key tree of EMV2000 instead: *command* is of the two functions before.

    *branch_factor* is 4 or 2, *iv* 16 bytes.

    >>> asked = generate_arpc_csk("U" + "0" * 32, bytes(8), bytes(2), bytes(8), arc=b"00")
    >>> use_emv2000_tree(asked).fields["scheme"]
    '0'
    """
    scheme = {CSK_OPTION_A: "0", CSK_OPTION_B: "1"}[command.fields["scheme"]]
    tree = {2: "0", 4: "1"}[branch_factor]
    return Command("", "KW", {**command.fields, "scheme": scheme, "tree": tree, "iv": text_of(iv)})


def _card(mk_ac: str, account: bytes, atc: bytes, unpredictable: bytes) -> dict[str, str]:
    numbers = {
        "account": text_of(account),
        "atc": text_of(atc),
        "unpredictable": text_of(unpredictable),
    }
    return {"mk_ac": mk_ac, **numbers}


def _answer(arc: bytes, csu: bytes, proprietary: bytes) -> dict[str, str]:
    if arc:
        return {"arc": text_of(arc)}
    return {"csu": text_of(csu), "proprietary": text_of(proprietary)} if csu else {}


def verify_truncated_cryptogram(
    mk_ac: str,
    account: bytes,
    atc: bytes,
    unpredictable: bytes,
    data: bytes,
    cryptogram: bytes,
    option_b: bool = False,
) -> Command:
    """K2: is *cryptogram* (8 bytes) that of *data*, as M/Chip makes it? Error 01 says no.

    *account* is 8 bytes; with *option_b* the digits of card and sequence number, packed.
    """
    card = {"derivation": "1" if option_b else "0", "session": "1", "mk_ac": mk_ac}
    number = {"account": text_of(account), "atc": text_of(atc)}
    said = {"unpredictable": text_of(unpredictable), "data": text_of(data)}
    bitmap = {"bitmap": "\0" * 8, "bitmap_mac": "\0" * 4}
    fields = {"mode": "0", "scheme": "00", **card, **number, **said}
    return Command("", "K2", {**fields, "arqc": text_of(cryptogram), **bitmap})
