"""Chip cards: KQ and KW verify a cryptogram and answer it, K2 verifies one of a card reader."""

from __future__ import annotations

from collections.abc import Mapping
from hmac import compare_digest
from typing import Final

from cardswitch.specs.hsm.errors import (
    INPUT_REFUSED,
    KEY_LENGTH_REFUSED,
    MAC_DATA_LENGTH_REFUSED,
    MISMATCH,
    SOURCE_KEY_REFUSED,
    TARGET_KEY_REFUSED,
)
from cardswitch.specs.security.emv_cryptograms import (
    CryptogramPadding,
    generate_arpc_emv_1,
    generate_arpc_emv_2,
    generate_cryptogram_emv,
)
from cardswitch.specs.security.emv_keys import (
    EMV_KEY_LENGTH,
    derive_icc_key_emv,
    derive_script_key_vis,
    derive_session_key_emv_csk,
    derive_session_key_mchip_skd,
    encode_account_emv_b,
)
from cardswitch.specs.security.emv_scripts import generate_script_mac_emv
from cardswitch.specs.security.emv_tree import derive_session_key_emv2000_tree

from ...custody.policy import CommandRefused
from ...desk import Handler, HsmDesk
from ...keys.ring import Fields
from ...keys.uses import MK_AC, MK_SMI, KeyUse

SCHEME_HAS_NO_MAC: Final = "03"
DISCRETIONARY_MAC_WRONG: Final = "06"
NO_TRANSACTION_DATA: Final = "81"
# Whoever is authorised for this sees what the module computed, when that does not match.
DIAGNOSTIC_ACTIVITY: Final = "diagnostic"
_M_CHIP: Final = "1"
_OPTION_B: Final = "13"
_BRANCH_FACTORS: Final = {"0": 2, "1": 4}  # of the trees that KW names
_METHOD_2_MODES: Final = "34"
# Data that fills no whole blocks is filled with zeros; cards that fill with 80 have the host do it.
_ZEROS: Final = 1
_BIT_AND_ZEROS: Final = 2
_ACCOUNT_LENGTH: Final = 8
_ARPC_LENGTH: Final = 8
_DISCRETIONARY_MAC_LENGTH: Final = 4


def verify_arqc(desk: HsmDesk, fields: Fields) -> Fields:
    """KQ: session keys of VIS CVN 10 (none: the card's own) and M/Chip; ARPC by method 1."""
    card_key = card_key_of(desk, MK_AC, fields["mk_ac"], bytes_of(fields["account"]))
    session_key = card_key
    if fields["scheme"] == _M_CHIP:
        atc, number = bytes_of(fields["atc"]), bytes_of(fields["unpredictable"])
        session_key = derive_session_key_mchip_skd(card_key, atc, number)
    mac_key = _mac_key(desk, fields) if "mk_smi" in fields else None
    _require_cryptogram(desk, session_key, fields)
    if mac_key is not None:
        _require_discretionary_mac(mac_key, fields)
    if "arc" not in fields:
        return {}
    # Not the session key, with M/Chip either.
    arpc = generate_arpc_emv_1(card_key, bytes_of(fields["arqc"]), bytes_of(fields["arc"]))
    return {"arpc": arpc.decode("latin-1")}


def verify_arqc_csk(desk: HsmDesk, fields: Fields) -> Fields:
    """KW: EMV common session keys, or those of a tree; ARPC by method 1 or 2, under such a key."""
    card_key = card_key_of(desk, MK_AC, fields["mk_ac"], _account_of(fields))
    session_key = _session_key_of(card_key, fields)
    _require_cryptogram(desk, session_key, fields)
    arqc = bytes_of(fields["arqc"])
    if fields["mode"] in _METHOD_2_MODES:
        csu, proprietary = bytes_of(fields["csu"]), bytes_of(fields["proprietary"])
        arpc = generate_arpc_emv_2(session_key, arqc, csu, proprietary)
    elif "arc" in fields:
        arpc = generate_arpc_emv_1(session_key, arqc, bytes_of(fields["arc"]))
    else:
        return {}
    return {"arpc": arpc.ljust(_ARPC_LENGTH, b"\x00").decode("latin-1")}


def verify_truncated_cryptogram(desk: HsmDesk, fields: Fields) -> Fields:
    """K2: M/Chip, data filled up by method 2; nothing of the cryptogram is left out."""
    account = _account_of_digits(fields) if fields["derivation"] == "1" else _eight_bytes(fields)
    card_key = card_key_of(desk, MK_AC, fields["mk_ac"], account)
    atc, number = bytes_of(fields["atc"]), bytes_of(fields["unpredictable"])
    session_key = derive_session_key_mchip_skd(card_key, atc, number)
    _require_cryptogram(desk, session_key, fields, _BIT_AND_ZEROS)
    return {}


def diagnostic(desk: HsmDesk, text: str) -> Fields:
    """What the module computed, if whoever asks may see it."""
    return {"diagnostic": text} if desk.state.officers_allow(DIAGNOSTIC_ACTIVITY) else {}


def open_double(desk: HsmDesk, use: KeyUse, text: str, refused: str = SOURCE_KEY_REFUSED) -> bytes:
    """The key of 16 bytes that *text* holds for *use*. Raises CommandRefused, also 27."""
    key = desk.keys.open(use, text, refused)
    if len(key) != EMV_KEY_LENGTH:
        raise CommandRefused(KEY_LENGTH_REFUSED)
    return key


def card_key_of(
    desk: HsmDesk, use: KeyUse, text: str, account: bytes, refused: str = SOURCE_KEY_REFUSED
) -> bytes:
    """The key of the card *account* (8 bytes), derived from the master key *text* for *use*."""
    return derive_icc_key_emv(open_double(desk, use, text, refused), account)


def bytes_of(text: str) -> bytes:
    """The bytes that *text* of a frame stands for."""
    return text.encode("latin-1")


def _account_of(fields: Fields) -> bytes:
    """8 bytes of account: given as such, or by option B made from card and sequence number."""
    if fields["scheme"] not in _OPTION_B:
        return bytes_of(fields["account"])
    return _account_of_digits(fields)


def _eight_bytes(fields: Fields) -> bytes:
    """An account as option A makes it. Raises CommandRefused (15) unless it has 8 bytes."""
    account = bytes_of(fields["account"])
    if len(account) != _ACCOUNT_LENGTH:
        raise CommandRefused(INPUT_REFUSED)
    return account


def _account_of_digits(fields: Fields) -> bytes:
    """The account that option B makes of card and sequence number, which came as digits."""
    # Packed digits, with a zero in front where their count is odd; no card number begins with one.
    digits = bytes_of(fields["account"]).hex().removeprefix("0")
    return encode_account_emv_b(digits[:-2], digits[-2:])


def _session_key_of(card_key: bytes, fields: Fields) -> bytes:
    """By the tree of EMV2000 where one is named, else the common session key."""
    atc = bytes_of(fields["atc"])
    if "tree" not in fields:
        return derive_session_key_emv_csk(card_key, atc)
    branch_factor = _BRANCH_FACTORS[fields["tree"]]
    return derive_session_key_emv2000_tree(card_key, atc, branch_factor, bytes_of(fields["iv"]))


def _require_cryptogram(
    desk: HsmDesk, session_key: bytes, fields: Fields, padding: CryptogramPadding = _ZEROS
) -> None:
    """Refuse (01, 81) unless the cryptogram is that of the data, where there are data."""
    if "data" not in fields:
        return
    if not fields["data"]:
        raise CommandRefused(NO_TRANSACTION_DATA)
    expected = generate_cryptogram_emv(session_key, bytes_of(fields["data"]), padding)
    if not compare_digest(expected, bytes_of(fields["arqc"])):
        raise CommandRefused(MISMATCH, diagnostic(desk, expected.decode("latin-1")))


def _mac_key(desk: HsmDesk, fields: Fields) -> bytes:
    """The session key of the second MAC, derived as VIS does. Raises CommandRefused: 03, 11, 82."""
    if fields["scheme"] == _M_CHIP:
        raise CommandRefused(SCHEME_HAS_NO_MAC)
    if not fields["mac_data"]:
        raise CommandRefused(MAC_DATA_LENGTH_REFUSED)
    account = bytes_of(fields["account"])
    card_key = card_key_of(desk, MK_SMI, fields["mk_smi"], account, TARGET_KEY_REFUSED)
    return derive_script_key_vis(card_key, bytes_of(fields["atc"]))


def _require_discretionary_mac(mac_key: bytes, fields: Fields) -> None:
    """Refuse (06) unless the second MAC is right; it is made like that of a script."""
    data = bytes_of(fields["mac_data"])
    expected = generate_script_mac_emv(mac_key, data, _DISCRETIONARY_MAC_LENGTH)
    if not compare_digest(expected, bytes_of(fields["mac"])):
        raise CommandRefused(DISCRETIONARY_MAC_WRONG)


HANDLERS: Final[Mapping[str, Handler]] = {
    "KQ": verify_arqc,
    "KW": verify_arqc_csk,
    "K2": verify_truncated_cryptogram,
}
