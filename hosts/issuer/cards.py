"""What a request tells of the card: by its track, or by number, expiry and CVV2 typed in."""

from __future__ import annotations

from collections.abc import Callable

from msgspec import Struct

from cardswitch.specs.codes import CVV2_SERVICE_CODE, CVV2_TAG
from cardswitch.specs.errors import CryptoError, FormatError
from cardswitch.specs.masking import mask_pan
from cardswitch.specs.message import Message
from cardswitch.specs.tlv import unpack_private
from cardswitch.specs.tracks import Track2, personal_data, unpack_track2

Fingerprint = Callable[[str], str]  # the same for the same card number, useless without the key


class Presented(Struct, frozen=True, kw_only=True, gc=False):
    """A card as presented; what it lacks of *service_code*, *cvv*, *pvki*, *pvv* is empty."""

    pan: str
    expiry: str  # YYMM, or ""
    has_track: bool
    service_code: str = ""
    cvv: str = ""
    pvki: str = ""
    pvv: str = ""

    def __repr__(self) -> str:
        """Masked like a message."""
        return f"<presented {mask_pan(self.pan)} {'track' if self.has_track else 'typed'}>"


def read_card(request: Message) -> Presented:
    """The card of *request*. FormatError, naming the field, if it is unreadable or contradictory.

    >>> read_card(Message("0200", {35: "9999990000000011=30121010000012300000"})).cvv
    '123'
    >>> read_card(Message("0200", {2: "9999990000000011", 14: "3012", 48: "9203456"})).cvv
    '456'
    """
    if 35 in request.fields:
        return _swiped(request, unpack_track2(request[35]))
    if 2 not in request.fields:
        raise FormatError("a card number, or a track 2", field="2")
    cvv2 = unpack_private(request.get(48)).get(CVV2_TAG, "")
    service_code = CVV2_SERVICE_CODE if cvv2 else ""
    return Presented(
        pan=request[2], expiry=request.get(14), has_track=False, service_code=service_code, cvv=cvv2
    )


def _swiped(request: Message, track: Track2) -> Presented:
    if request.get(2, track.pan) != track.pan:
        raise FormatError("the card number of field 35", field="2")
    try:
        pvki, pvv, cvv = personal_data(track)
    except FormatError:  # Too short: a track that somebody cut, or of another issuer.
        pvki = pvv = cvv = ""
    return Presented(
        pan=track.pan,
        expiry=track.expiry,
        has_track=True,
        service_code=track.service_code,
        cvv=cvv,
        pvki=pvki,
        pvv=pvv,
    )


def pan_told(request: Message) -> str:
    """The card number in *request*, "" if it tells none. FormatError if it is unreadable."""
    if 2 in request.fields:
        return request[2]
    return unpack_track2(request[35]).pan if 35 in request.fields else ""


def fingerprint_of(pan: str, fingerprint: Fingerprint) -> str:
    """The *fingerprint* of *pan*; FormatError if that is no card number."""
    try:
        return fingerprint(pan)
    except CryptoError:
        raise FormatError("a card number", field="2") from None
