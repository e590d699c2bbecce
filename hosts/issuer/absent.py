"""A card that is not there: what the issuer finds of its CVC, address and CAVV, and what follows.

What is found goes back in field 44, whatever is decided; whether it declines, is configured.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Final

from cardswitch.specs.codes import UNAVAILABLE, WRONG_CVV
from cardswitch.specs.errors import Decline
from cardswitch.specs.security.cavv import is_cavv, make_cavv
from cardswitch.specs.transactions.absent import (
    Channel,
    Checks,
    Proofs,
    address_result,
    cavv_result,
    read_address,
)
from cardswitch.specs.transactions.accepted import Terms

from .cards import Presented
from .config import TELL, CardConfig, IssuerConfig

# The CAVV that a payment should bring.
Cavv = Callable[[str, Terms, Proofs], str]
_MATCH: Final = "M"
_NO_MATCH: Final = "N"
_NOT_CHECKED: Final = "P"
_SHOULD_BE_THERE: Final = "S"
_UNABLE: Final = "U"
_UNREADABLE: Final = "0"
_BAD: Final = frozenset([_UNREADABLE, "1", "4"])


def cavv_under(key: bytes) -> Cavv:
    """How those are made under *key*, which access control server and issuer share."""
    return partial(_cavv, key)


def _cavv(key: bytes, pan: str, terms: Terms, proofs: Proofs) -> str:
    return make_cavv(key, pan, terms.amount, terms.currency, proofs.ds_transaction, proofs.eci)


class AbsentCards:
    """Writes into the checks of a request what it finds; raises Decline where that is to follow."""

    def __init__(self, config: IssuerConfig, cavv: Cavv | None) -> None:
        """*cavv*: None where the issuer has no key for them; then it says nothing of them."""
        self._config = config
        self._cavv = cavv

    def look(self, record: CardConfig, card: Presented, terms: Terms, checks: Checks) -> None:
        """What can be told without the HSM."""
        proofs = card.proofs
        if (sent := read_address(proofs.address)) is not None:
            checks.address = address_result(record.address, sent)
        if proofs.cavv and self._cavv is not None:
            right = self._cavv(card.pan, terms, proofs)
            checks.cavv = cavv_result(proofs, right) if is_cavv(proofs.cavv) else _UNREADABLE
        checks.cvc = self._cvc_unasked(record, proofs)

    def _cvc_unasked(self, record: CardConfig, proofs: Proofs) -> str:
        """What is said of the CVC though nobody has to verify it."""
        if proofs.cvc is None:
            return ""
        if not proofs.cvc:
            return _UNABLE if record.cvv2 == "none" else _SHOULD_BE_THERE
        return {"any": _MATCH, "none": _UNABLE}.get(record.cvv2, "")

    def judge_cvc(self, checks: Checks, is_right: bool | None) -> None:
        """*is_right*: what the HSM says of it, if it was asked; None: it did not answer."""
        checks.cvc = {True: _MATCH, False: _NO_MATCH, None: _NOT_CHECKED}[is_right]
        if is_right is None and self._config.cvv_wrong != TELL:
            raise Decline(UNAVAILABLE)
        if is_right is False and self._config.cvv_wrong != TELL:
            raise Decline(self._config.cvv_wrong)

    def judge_rest(self, card: Presented, checks: Checks, channel: Channel) -> None:
        """What is missing where it is required, and a CAVV that is wrong."""
        if not card.proofs.cvc and self._config.requires_cvv(channel):
            raise Decline(WRONG_CVV)
        if checks.cavv in _BAD and self._config.cavv_wrong != TELL:
            raise Decline(self._config.cavv_wrong)
