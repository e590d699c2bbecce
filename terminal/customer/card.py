"""A test card as a value: what is embossed on it and what its magnetic stripe holds."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct
from msgspec.structs import replace

from cardswitch.specs.dates import is_expiry
from cardswitch.specs.errors import Error, FormatError
from cardswitch.specs.masking import mask_pan
from cardswitch.specs.tracks import TRACK_2_MAX, Track2, is_pan, pack_track2

# A stripe whose issuer is unknown: service code "anywhere, no chip", then PVKI, PVV and CVV of 0.
UNKNOWN_SERVICE_CODE = "101"


class Card(Struct, frozen=True, kw_only=True, gc=False):
    """*expiry* is ``YYMM``; the stripe carries *pvki* (1 digit), *pvv* (4) and *cvv* (3).

    Raises FormatError if number or expiry have another form; neither needs to be true.
    """

    pan: str
    expiry: str
    service_code: str = UNKNOWN_SERVICE_CODE
    pvki: str = "0"
    pvv: str = "0000"
    cvv: str = "000"
    cvv2: str = ""
    name: str = ""
    alias: str = ""

    def __post_init__(self) -> None:
        if not is_pan(self.pan):
            raise FormatError("a card number of 8 to 19 digits", field="2")
        if not is_expiry(self.expiry):
            raise FormatError("an expiry YYMM", field="14")

    @property
    def track2(self) -> str:
        """The stripe without sentinels; EncodeError if a part of it has the wrong form.

        >>> Card(
        ...     pan="9999990000000014", expiry="3012", service_code="101",
        ...     pvki="1", pvv="1234", cvv="567",
        ... ).track2
        '9999990000000014=30121011123456700000'
        """
        room = TRACK_2_MAX - len(f"{self.pan}={self.expiry}{self.service_code}")
        data = f"{self.pvki}{self.pvv}{self.cvv}".ljust(room, "0")
        return pack_track2(Track2(self.pan, self.expiry, self.service_code, data))

    def altered(self, expiry: str = "", cvv: str = "") -> Card:
        """A copy with another *expiry*, and with *cvv* for both CVV and CVV2; for tests."""
        card = replace(self, expiry=expiry) if expiry else self
        return replace(card, cvv=cvv, cvv2=cvv) if cvv else card

    def __repr__(self) -> str:
        """Masked: a card may stand in any log or exception."""
        return f"<Card {self.alias} {mask_pan(self.pan)}>"


def find_card(cards: Iterable[Card], wanted: str, expiry: str = "") -> Card:
    """The card called *wanted* by alias or number; a number that is not listed needs its *expiry*.

    Raises Error when there is no such card; the text names the aliases there are.

    >>> find_card([Card(pan="9999990000000014", expiry="3012", alias="good")], "good")
    <Card good 999999******0014>
    """
    listed = list(cards)
    for card in listed:
        if wanted in (card.alias, card.pan):
            return card
    if not is_pan(wanted):
        known = ", ".join(card.alias for card in listed if card.alias) or "none"
        raise Error(f"no such card: expected a card number, or one of the test cards: {known}")
    if not expiry:
        raise Error("this card number is not among the test cards: give its expiry, YYMM, too")
    return Card(pan=wanted, expiry=expiry)
