"""What a chip's cryptogram is over: tags as people paste them, and which of them each CVN takes.

The recipes are those of public programs: the classes of pyemv's documentation, and of CVN 17 two
programs that make it (amount, unpredictable number, counter, byte 5 of the issuer's data).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Final

from msgspec import Struct

from cardswitch.specs.errors import CryptoError, DecodeError
from cardswitch.specs.security.digits import hex_bytes
from cardswitch.specs.security.emv_cryptograms import CryptogramPadding
from cardswitch.specs.tlv import Tlv, unpack_tlv

from .chips import Card, Option, Session

Tags = Mapping[str, bytes]

PAN: Final = "5A"
TRACK_2: Final = "57"
SEQUENCE: Final = "5F34"
ATC: Final = "9F36"
UNPREDICTABLE: Final = "9F37"
CRYPTOGRAM: Final = "9F26"
ISSUER_DATA: Final = "9F10"  # IAD: the card's version of the cryptogram, its results, its counters
AMOUNT_OTHER: Final = "9F03"
_ZERO_AMOUNT: Final = bytes(6)
_USUAL: Final = (
    *("9F02", "9F03", "9F1A", "95", "5F2A"),
    *("9A", "9C", "9F37", "82", "9F36"),
)
_PAIR: Final = re.compile(r"([0-9A-Fa-f]{2,8})\s*[=:]\s*([0-9A-Fa-f]+)")
_SEPARATORS: Final = re.compile(r"[\s,;]+")
# The first byte of the issuer's data: its length (Visa), or the form of the common core (CCD).
_VISA, _VISA_2, _CCD = 0x06, 0x1F, 0x0F


class Recipe(Struct, frozen=True, kw_only=True):
    """What a cryptogram version takes: *tags* in order, then *parts* of 9F10, the issuer's data."""

    name: str
    tags: tuple[str, ...] = _USUAL
    parts: tuple[slice, ...]
    session: Session
    padding: CryptogramPadding = 2
    option: Option = "a"

    def data(self, tags: Tags) -> bytes:
        """What the cryptogram is over. Raises CryptoError: names the tags that are missing.

        An amount for other purposes that is not there counts as zero.
        """
        known = {AMOUNT_OTHER: _ZERO_AMOUNT, **tags}
        missing = [tag for tag in (*self.tags, ISSUER_DATA) if tag not in known]
        if missing:
            raise CryptoError(f"{self.name} takes the tags {' '.join(missing)} too: not given")
        taken = (known[ISSUER_DATA][part] for part in self.parts)
        return b"".join((*(known[tag] for tag in self.tags), *taken))


_WHOLE: Final = (slice(None),)
_RESULTS_VISA: Final = (slice(3, 7),)  # the card's verification results (CVR)
_RESULTS_MCHIP: Final = (slice(2, 8),)
_WITH_COUNTERS: Final = (slice(2, 8), slice(10, None))
VISA_10: Final = Recipe(name="Visa CVN 10", parts=_RESULTS_VISA, session="none", padding=1)
VISA_17: Final = Recipe(
    name="Visa CVN 17",
    tags=("9F02", "9F37", "9F36"),
    parts=(slice(4, 5),),
    session="none",
    padding=1,
)
VISA_18: Final = Recipe(name="Visa CVN 18", parts=_WHOLE, session="common", option="b")
VISA_22: Final = Recipe(name="Visa CVN 22", parts=_WHOLE, session="common", option="b")
MCHIP_16: Final = Recipe(name="M/Chip CVN 16 (10)", parts=_RESULTS_MCHIP, session="mchip")
MCHIP_17: Final = Recipe(name="M/Chip CVN 17 (11)", parts=_WITH_COUNTERS, session="mchip")
MCHIP_20: Final = Recipe(name="M/Chip CVN 20 (14)", parts=_RESULTS_MCHIP, session="common")
MCHIP_21: Final = Recipe(name="M/Chip CVN 21 (15)", parts=_WITH_COUNTERS, session="common")
INTERAC_133: Final = Recipe(name="Interac CVN 133", parts=_WHOLE, session="mchip")
CCD: Final = Recipe(name="common core (CCD)", parts=_WHOLE, session="common", option="b")
RECIPES: Final[tuple[Recipe, ...]] = (
    *(VISA_10, VISA_17, VISA_18, VISA_22),
    *(MCHIP_16, MCHIP_17, MCHIP_20, MCHIP_21),
    *(INTERAC_133, CCD),
)
_OF_VISA: Final = {10: VISA_10, 17: VISA_17, 18: VISA_18, 22: VISA_22}
_OF_MCHIP: Final = {0x10: MCHIP_16, 0x11: MCHIP_17, 0x14: MCHIP_20, 0x15: MCHIP_21}
_INTERAC_CVN: Final = 133


class ChipQuestion(Struct, frozen=True, kw_only=True):
    """Whose cryptogram it is, and what it is over: *data*, or what a recipe takes from *tags*.

    *key* is the issuer's if there is a *card*, else the card's own.
    """

    key: bytes
    card: Card | None = None
    atc: bytes = b""
    unpredictable: bytes = b""
    data: bytes | None = None
    tags: Tags = {}

    def __repr__(self) -> str:
        """Nothing of key or card."""
        return "<ChipQuestion>"

    @property
    def recipe(self) -> Recipe | None:
        """That of the version which the card says in its tags, unless the data are given."""
        return recipe_of(self.tags.get(ISSUER_DATA, b"")) if self.data is None else None

    def whole_data(self) -> bytes | None:
        """What the cryptogram is over; None if nothing says it. Raises CryptoError."""
        if self.data is not None or not self.tags:
            return self.data
        if self.recipe is None:
            raise CryptoError("9F10 names no cryptogram version that is known: give --data")
        return self.recipe.data(self.tags)


def recipe_of(issuer_data: bytes) -> Recipe | None:
    """The recipe of the version that *issuer_data*, the value of 9F10, names; None if unknown.

    >>> recipe_of(bytes.fromhex("06011203A0B800")).name
    'Visa CVN 18'
    """
    first, second, third = (*issuer_data[:3], *bytes(3))[:3]
    if first == _VISA:
        return INTERAC_133 if third == _INTERAC_CVN else _OF_VISA.get(third)
    if first == _VISA_2:
        return _OF_VISA.get(second)
    return CCD if first == _CCD else _OF_MCHIP.get(second)


def read_tags(text: str) -> dict[str, bytes]:
    """The tags in *text*: BER-TLV in hexadecimal as field 55 has it, or ``9F02=...`` pairs.

    Of a constructed tag only what is inside. Raises CryptoError; it repeats no value.

    >>> read_tags("9F36 02 001C") == read_tags("9F36=001C")
    True
    """
    if "=" in text or ":" in text:
        return _read_pairs(text)
    data = hex_bytes(_SEPARATORS.sub("", text).upper())
    if data is None:
        raise CryptoError("expected tags as hexadecimal TLV, or as pairs: 9F02=000000001250 ...")
    try:
        return dict(_flat(unpack_tlv(data, "tags")))
    except DecodeError as error:
        raise CryptoError(f"the tags are no TLV: {error}") from None


def pan_in(tags: Tags) -> str | None:
    """The card number that *tags* have, in 5A or before the separator of 57."""
    if PAN in tags:
        return tags[PAN].hex().upper().rstrip("F")
    if TRACK_2 in tags:
        return tags[TRACK_2].hex().upper().partition("D")[0]
    return None


def _flat(items: Iterable[Tlv]) -> Iterable[tuple[str, bytes]]:
    for item in items:
        if item.children:
            yield from _flat(item.children)
        else:
            yield item.tag, item.value


def _read_pairs(text: str) -> dict[str, bytes]:
    rest = _PAIR.sub("", text)
    pairs = {tag.upper(): hex_bytes(value.upper()) for tag, value in _PAIR.findall(text)}
    found = {tag: value for tag, value in pairs.items() if value is not None}
    if _SEPARATORS.sub("", rest) or len(found) < len(pairs):
        raise CryptoError("expected pairs of a tag and its value in hex: 9F02=000000001250 ...")
    return found
