"""3-D Secure as the API has it: results of elsewhere that come in, and what a charge shows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Final, Literal

from msgspec import Meta, Struct

from cardswitch.specs.security.cavv import is_cavv
from cardswitch.specs.three_ds.outcomes import PROVEN

from ...core.authentication import Authentication, TransStatus
from ...core.checks import cavv_check
from ...core.exchanges import Exchange
from ...core.messages import AUTHENTICATED, NOT_AUTHENTICATED
from ..faults import bad

Object = dict[str, Any]
_PLACE: Final = "payment_method_options[card][three_d_secure]"
_RESULTS: Final[Mapping[TransStatus | None, str]] = {
    "Y": "authenticated",
    "C": "authenticated",
    "A": "attempt_acknowledged",
    "U": "processing_error",
}
_CHALLENGED: Final = "C"  # The cardholder was asked, and what came of it tells the ECI.


class AuthenticationParams(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What an authentication elsewhere came to: its CAVV goes into one send, and is not kept."""

    version: Literal["1.0.2", "2.1.0", "2.2.0", "2.3.0", "2.3.1"]
    transaction_id: Annotated[str, Meta(pattern=r"\A[0-9A-Za-z-]{1,36}\Z")]
    cryptogram: str | None = None
    electronic_commerce_indicator: Literal["00", "01", "02", "05", "06", "07"] | None = None
    ares_trans_status: Literal["N", "R"] | TransStatus | None = None
    exemption_indicator: Literal["low_risk", "none"] = "none"

    def __repr__(self) -> str:
        """Without the CAVV."""
        return "<authentication>"

    @property
    def claims_exemption(self) -> bool:
        """Whether nobody was asked because that need not be."""
        return self.exemption_indicator != "none"

    @property
    def authentication(self) -> Authentication:
        """What of it may be kept. Raises Fault where its parts do not go together."""
        eci, cavv = self.electronic_commerce_indicator or "", self.cryptogram
        status = self.ares_trans_status
        if status == "N" or status == "R":
            text = f"A status of {status} says that it is not the cardholder: nothing is asked for"
            raise bad(text, f"{_PLACE}[ares_trans_status]")
        if cavv is not None and not is_cavv(cavv):
            raise bad("A CAVV is base64 of 20 bytes", f"{_PLACE}[cryptogram]")
        if cavv is not None and eci in NOT_AUTHENTICATED:
            text = f"An ECI of {eci} says that nobody has authenticated: it goes without a CAVV"
            raise bad(text, f"{_PLACE}[cryptogram]")
        if self.claims_exemption and (cavv is not None or eci in PROVEN):
            text = "Whoever claims an exemption has asked nobody: it goes without CAVV and ECI"
            raise bad(text, f"{_PLACE}[exemption_indicator]")
        return Authentication(
            version=self.version,
            transaction=self.transaction_id,
            eci=eci,
            status=status,
            result="exempted" if self.claims_exemption else None,
        )


def authentication_object(payment: Exchange) -> Object | None:
    """`three_d_secure` of the card of a charge; None where no authentication came with it."""
    shown = authenticated_object(payment.authentication)
    if shown is None:
        return None
    return {**shown, "x_cavv_check": cavv_check(payment.answer)}


def authenticated_object(said: Authentication | None) -> Object | None:
    """The same of a card that is kept: what came of asking its holder when it was set up."""
    if said is None:
        return None
    result = said.result or _RESULTS.get(said.status) or _result_of(said.eci)
    flow = said.flow or ("challenge" if said.status == _CHALLENGED else "frictionless")
    return {
        "authentication_flow": flow if result == "authenticated" else None,
        "electronic_commerce_indicator": said.eci,
        "result": result,
        "result_reason": said.reason,
        "transaction_id": said.transaction,
        "version": said.version,
    }


def _result_of(eci: str) -> str:
    if eci in AUTHENTICATED:
        return "authenticated"
    return "not_supported" if eci in NOT_AUTHENTICATED else "attempt_acknowledged"
