"""What a request tells of the card: by its track, or by what is known of one that is not there."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from msgspec import Struct

from cardswitch.specs.codes import CVV2_SERVICE_CODE
from cardswitch.specs.errors import CryptoError, FormatError
from cardswitch.specs.masking import mask_pan
from cardswitch.specs.message import Message
from cardswitch.specs.tracks import Track2, personal_data
from cardswitch.specs.transactions.absent import Proofs, read_proofs
from cardswitch.specs.transactions.accepted import Accepted

from .config import AccountConfig, CardConfig

Fingerprint = Callable[[str], str]  # the same for the same card number, useless without the key


class MoreCards(Protocol):
    """Cards and accounts besides those of the configuration, looked up one by one; Error."""

    def card(self, pan: str) -> CardConfig | None:
        """The card with the number *pan*, if there is one."""
        ...

    def account(self, name: str) -> AccountConfig | None:
        """The account *name*, if there is one."""
        ...


class Presented(Struct, frozen=True, kw_only=True, gc=False):
    """A card as presented; what it lacks of *service_code*, *cvv*, *pvki*, *pvv* is empty."""

    pan: str
    expiry: str  # YYMM, or ""
    has_track: bool
    service_code: str = ""
    cvv: str = ""
    pvki: str = ""
    pvv: str = ""
    proofs: Proofs = Proofs()  # of a card that is not there

    def __repr__(self) -> str:
        """Masked like a message."""
        return f"<presented {mask_pan(self.pan)} {'track' if self.has_track else 'typed'}>"


def read_card(request: Message, accepted: Accepted) -> Presented:
    """The card of *request*, as far as *accepted* does not say it."""
    if accepted.track is not None:
        return _swiped(accepted.track)
    proofs = read_proofs(request)
    return Presented(
        pan=accepted.pan,
        expiry=request.get(14),
        has_track=False,
        service_code=CVV2_SERVICE_CODE if proofs.cvc else "",
        cvv=proofs.cvc or "",
        proofs=proofs,
    )


def _swiped(track: Track2) -> Presented:
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


def fingerprint_of(pan: str, fingerprint: Fingerprint) -> str:
    """The *fingerprint* of *pan*; FormatError if that is no card number."""
    try:
        return fingerprint(pan)
    except CryptoError:
        raise FormatError("a card number", field="2") from None
