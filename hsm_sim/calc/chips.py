"""Chip cards step by step: the card's key, the session's, the ARQC, and both kinds of ARPC."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from cardswitch.specs.errors import CryptoError
from cardswitch.specs.security.emv_cryptograms import (
    CryptogramPadding,
    generate_arpc_emv_1,
    generate_arpc_emv_2,
    generate_cryptogram_emv,
)
from cardswitch.specs.security.emv_keys import (
    derive_icc_key_emv,
    derive_session_key_emv_csk,
    derive_session_key_mchip_skd,
    encode_account_emv_a,
    encode_account_emv_b,
)
from cardswitch.specs.security.mac import pad_iso9797
from cardswitch.specs.security.tdes import BLOCK_LENGTH, xor

from .macs import compute_mac
from .steps import Results, Steps, hexadecimal

Option = Literal["a", "b"]
# common: EMV's; mchip: with the unpredictable number; none: the card's key works itself (CVN 10).
Session = Literal["common", "mchip", "none"]


class Card(Struct, frozen=True):
    """Whose key it is: the number and sequence of the card, and how its key is derived."""

    pan: str
    sequence: str = "00"
    option: Option = "a"

    def __repr__(self) -> str:
        """Nothing of the number."""
        return "<Card>"


def compute_card_key(steps: Steps, issuer_key: bytes, card: Card) -> bytes:
    """The key of *card* from the issuer's, 16 bytes. Raises KeyRefused, CryptoError.

    >>> key = bytes.fromhex("0123456789ABCDEFFEDCBA9876543210")
    >>> compute_card_key(Steps(), key, Card("99012345678901234", "45")).hex().upper()
    '67F8292358083E5EA7AB7FDA58D53B6B'
    """
    encode = encode_account_emv_b if card.option == "b" else encode_account_emv_a
    account = encode(card.pan, card.sequence)
    steps.add("account", account)
    steps.add("account inverted", xor(account, b"\xff" * len(account)))
    return derive_icc_key_emv(issuer_key, account)


def compute_session_key(
    steps: Steps, card_key: bytes, session: Session, atc: bytes, unpredictable: bytes = b""
) -> bytes:
    """The session key of the counter *atc*, 2 bytes; *unpredictable* (4) is for mchip alone.

    Raises KeyRefused, CryptoError.

    >>> key = bytes.fromhex("0123456789ABCDEFFEDCBA9876543210")
    >>> compute_session_key(Steps(), key, "common", b"\\x00\\x1c").hex().upper()
    'E9FB384AF807B940FEDCEA613461B0C4'
    """
    if session == "none":
        return card_key
    if session == "mchip":
        key = derive_session_key_mchip_skd(card_key, atc, unpredictable)
        tail = bytes(1) + unpredictable
    else:
        key = derive_session_key_emv_csk(card_key, atc)
        tail = bytes(5)
    steps.add("diversified for the left half", atc + b"\xf0" + tail)
    steps.add("diversified for the right half", atc + b"\x0f" + tail)
    return key


def compute_arqc(
    steps: Steps, session_key: bytes, data: bytes, padding: CryptogramPadding
) -> bytes:
    """The cryptogram over *data*: the MAC of algorithm 3. Raises KeyRefused, CryptoError."""
    arqc = generate_cryptogram_emv(session_key, data, padding)
    compute_mac(steps, session_key, data, 3, padding)
    return arqc


def compute_arpc(
    steps: Steps,
    session_key: bytes,
    arqc: bytes,
    arc: bytes | None = None,
    csu: bytes | None = None,
    proprietary: bytes = b"",
) -> Results:
    """The answer to *arqc*: by method 1 for an *arc* (2 bytes), by method 2 for a *csu* (4).

    Raises KeyRefused, CryptoError.

    >>> key = bytes.fromhex("AAAAAAAAAAAAAAAABBBBBBBBBBBBBBBB")
    >>> compute_arpc(Steps(), key, bytes.fromhex("1234567890ABCDEF"), bytes(2), bytes(4))
    {'arpc_1': 'F5E6F44147E2F1B0', 'arpc_2': '9308BEBC'}
    """
    results = {}
    if arc is not None:
        results["arpc_1"] = hexadecimal(generate_arpc_emv_1(session_key, arqc, arc))
        steps.add("ARPC 1: ARQC xor response code", xor(arqc, arc.ljust(BLOCK_LENGTH, b"\x00")))
    if csu is not None:
        results["arpc_2"] = hexadecimal(generate_arpc_emv_2(session_key, arqc, csu, proprietary))
        steps.add("ARPC 2: padded input", pad_iso9797(arqc + csu + proprietary, 2))
    return results


def answer_arqc(
    steps: Steps,
    session_key: bytes,
    data: bytes | None,
    padding: CryptogramPadding,
    given: bytes | None,
    arc: bytes | None = None,
    csu: bytes | None = None,
    proprietary: bytes = b"",
) -> Results:
    """The ARQC over *data*, whether *given* is the same, and the ARPC to *given* or to our own.

    Raises KeyRefused, CryptoError.
    """
    results = {}
    if data is not None:
        computed = compute_arqc(steps, session_key, data, padding)
        results["arqc"] = hexadecimal(computed)
        if given is not None:
            results["arqc_matches"] = "yes" if computed == given else "no"
        given = given or computed
    if given is not None:
        results |= compute_arpc(steps, session_key, given, arc, csu, proprietary)
    elif arc is not None or csu is not None:
        raise CryptoError("expected the data of a cryptogram, or an ARQC to answer")
    return results
