"""Chip data in words, bit by bit: what terminal and card said of each other and of the transaction.

Bits and codes are those of EMV Book 3, Annexes B and C; of the issuer application data only the
format of the common core definitions, which alone is public. Words repeat nothing of a value.
"""

from __future__ import annotations

import tomllib
from binascii import unhexlify
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from msgspec import Struct

from ..codes import TABLES, TRANSACTION_TYPES
from ..grammar.encodings import HEX_DIGITS

RESERVED: Final = "reserved"
_BITS: Final[Mapping[str, Mapping[str, str]]] = tomllib.loads(
    (Path(__file__).parents[1] / "tables" / "chip_bits.toml").read_text("utf-8")
)
_SIZES: Final = {"95": 5, "9B": 2, "82": 2, "9F07": 2, "9F33": 3, "9F40": 5, "9F66": 4, "9F6C": 2}
_CRYPTOGRAMS: Final = ("AAC: declined", "TC: approved offline", "ARQC: to be decided online")
_CID_REASONS: Final = {
    1: "service not allowed",
    2: "PIN tries exceeded",
    3: "issuer authentication failed",
}
_TERMINALS: Final = {
    1: "attended, online only",
    2: "attended, offline with online capability",
    3: "attended, offline only",
    4: "unattended, online only",
    5: "unattended, offline with online capability",
    6: "unattended, offline only",
}
_OWNERS: Final = {1: "of a bank", 2: "of a merchant", 3: "of the cardholder"}
_METHODS: Final = {
    0x00: "fail CVM processing",
    0x01: "plaintext PIN by the card",
    0x02: "online PIN",
    0x03: "plaintext PIN by the card, and signature",
    0x04: "enciphered PIN by the card",
    0x05: "enciphered PIN by the card, and signature",
    0x1E: "signature",
    0x1F: "no CVM",
    0x3F: "no CVM was performed",
}
_CONDITIONS: Final = {
    0: "always",
    1: "if unattended cash",
    2: "if neither cash nor cashback",
    3: "if the terminal supports it",
    4: "if manual cash",
    5: "if cashback",
    6: "if under amount X",
    7: "if over amount X",
    8: "if under amount Y",
    9: "if over amount Y",
}
_RESULTS: Final = ("result unknown", "failed", "successful")
_TRY_NEXT: Final = 0x40
_AMOUNTS_SIZE: Final = 8  # bytes X and Y before the rules of a CVM list
_CCD_SIZE: Final = 32  # bytes of issuer application data, a 0F first and in the middle
_CCD_CVR: Final = 3  # bytes before the card verification results
_GAC2: Final = ("AAC", "TC", "not requested", RESERVED)
_GAC1: Final = ("AAC", "TC", "ARQC", RESERVED)


class Word(Struct, frozen=True):
    """*text* says what stands at *place*: ``"1.8"`` is bit 8 of byte 1, ``"rule 2"`` a rule."""

    place: str
    text: str


def chip_words(tag: str, value: str) -> list[Word]:
    """What *value*, upper-case hex, of *tag* says; nothing where it is not of the form of its tag.

    >>> [str(word.text) for word in chip_words("95", "8000008000")]
    ['offline data authentication not performed', 'floor limit exceeded']
    """
    if len(value) % 2 or not HEX_DIGITS.issuperset(value):
        return []
    octets = unhexlify(value)
    if tag in _SIZES:
        return _set_bits(tag, octets) if len(octets) == _SIZES[tag] else []
    reader = _READERS.get(tag)
    return reader(octets) if reader else []


def chip_meaning(tag: str, value: str) -> str:
    """What the code *value* of *tag* means; nothing where it is no code, or none that is known.

    >>> chip_meaning("9C", "20"), chip_meaning("5F2A", "0978"), chip_meaning("9F35", "22")
    ('refund', 'EUR, Euro', 'attended, offline with online capability, of a merchant')
    """
    if tag == "9C":
        return TRANSACTION_TYPES.get(value, "")
    if tag in ("5F2A", "9F42"):
        return TABLES["currencies"].get(value[-3:], "")
    if tag == "9F35" and len(value) == 2 and value.isdecimal() and value.isascii():
        kind, owner = _TERMINALS.get(int(value[1])), _OWNERS.get(int(value[0]))
        return f"{kind}, {owner}" if kind and owner else ""
    return ""


def _set_bits(tag: str, octets: bytes, known_only: bool = False) -> list[Word]:
    """A word for each bit that is set."""
    table = _BITS[tag]
    places = (
        f"{number}.{bit}"
        for number, octet in enumerate(octets, 1)
        for bit in range(8, 0, -1)
        if octet >> bit - 1 & 1
    )
    return [
        Word(place, table.get(place, RESERVED))
        for place in places
        if place in table or not known_only
    ]


def _cryptogram(octets: bytes) -> list[Word]:
    """Cryptogram information data, 9F27."""
    if len(octets) != 1:
        return []
    kind, reason = octets[0] >> 6, octets[0] & 7
    words = [Word("1.8-7", _CRYPTOGRAMS[kind] if kind < len(_CRYPTOGRAMS) else RESERVED)]
    if octets[0] & 8:
        words.append(Word("1.4", "advice required"))
    if reason:
        words.append(Word("1.3-1", _CID_REASONS.get(reason, RESERVED)))
    return words


def _method(octet: int) -> str:
    """A cardholder verification method, and what follows where it fails."""
    method = _METHODS.get(octet & 0x3F)
    if method is None:
        method = "biometric" if 0x06 <= octet & 0x3F <= 0x0F else "unknown method"
    return method


def _condition(octet: int) -> str:
    return _CONDITIONS.get(octet, "unknown condition")


def _cvm_results(octets: bytes) -> list[Word]:
    """Cardholder verification method results, 9F34."""
    if len(octets) != 3:
        return []
    result = _RESULTS[octets[2]] if octets[2] < len(_RESULTS) else RESERVED
    words = [Word("1", _method(octets[0]))]
    if octets[0] & 0x3F != 0x3F:
        words.append(Word("2", _condition(octets[1])))
    return [*words, Word("3", result)]


def _cvm_list(octets: bytes) -> list[Word]:
    """The rules of a cardholder verification method list, 8E."""
    rules = octets[_AMOUNTS_SIZE:]
    if len(octets) < _AMOUNTS_SIZE or len(rules) % 2:
        return []
    words = []
    for number in range(len(rules) // 2):
        method, condition = rules[2 * number], rules[2 * number + 1]
        then = "the next" if method & _TRY_NEXT else "failed"
        text = f"{_method(method)}, {_condition(condition)}; if not successful: {then}"
        words.append(Word(f"rule {number + 1}", text))
    return words


def _issuer_data(octets: bytes) -> list[Word]:
    """Issuer application data, 9F10, in the format of the common core definitions."""
    is_ccd = (
        len(octets) == _CCD_SIZE and octets[0] == octets[16] == 0x0F and octets[1] in (0xA5, 0xA6)
    )
    if not is_ccd:
        return []
    cvr = octets[_CCD_CVR : _CCD_CVR + 5]
    algorithm = "TDES" if octets[1] == 0xA5 else "AES"
    words = [
        Word("form", f"common core definitions, cryptogram with {algorithm}"),
        Word("1.8-7", f"second GENERATE AC: {_GAC2[cvr[0] >> 6]}"),
        Word("1.6-5", f"first GENERATE AC: {_GAC1[cvr[0] >> 4 & 3]}"),
        *_set_bits("CVR", cvr, known_only=True),
        Word("2.8-5", f"PIN tries left: {cvr[1] >> 4}"),
    ]
    if cvr[2] >> 4:
        words.append(Word("3.8-5", "an offline limit was exceeded"))
    if cvr[3] >> 4:
        words.append(Word("4.8-5", f"scripts with secure messaging processed: {cvr[3] >> 4}"))
    return words


_READERS: Final[Mapping[str, Callable[[bytes], list[Word]]]] = {
    "9F27": _cryptogram,
    "9F34": _cvm_results,
    "8E": _cvm_list,
    "9F10": _issuer_data,
}
