"""What comes of an authentication: its indicator (ECI), who is liable, and whether it goes on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal

from msgspec import Struct

# Authenticated, challenge, attempted, not authenticated, unavailable, rejected.
TransStatus = Literal["Y", "C", "A", "N", "U", "R"]
Result = Literal[
    "authenticated",
    "attempt_acknowledged",
    "exempted",
    "failed",
    "not_supported",
    "processing_error",
]
ResultReason = Literal[
    "abandoned", "bypassed", "canceled", "card_not_enrolled", "protocol_error", "rejected"
]
Party = Literal["issuer", "merchant"]
# Of transStatusReason and challengeCancel.
TIMED_OUT: Final = "14"  # the cardholder let the time pass, or left
CARDHOLDER_CANCELED: Final = "01"
# By the status: the indicator of most networks, and where Mastercard has its own.
_ECIS: Final[Mapping[str, tuple[str, str]]] = {"Y": ("05", "02"), "A": ("06", "01")}
PROVEN: Final = frozenset(["05", "02", "06", "01"])  # of payments that the issuer answers for
NOT_AUTHENTICATED: Final = ("07", "00")
_MASTERCARD: Final = (("51", "55"), ("2221", "2720"))
_RESULTS: Final[Mapping[str, Result]] = {
    "Y": "authenticated",
    "A": "attempt_acknowledged",
    "N": "failed",
    "R": "failed",
    "U": "processing_error",
}


class Outcome(Struct, frozen=True, kw_only=True):
    """What a shop is told of it."""

    result: Result
    reason: ResultReason | None = None
    eci: str
    goes_on: bool  # whether the issuer is asked for the money
    liable: Party = "merchant"  # for a payment that the cardholder denies


def eci_of(status: str, *, is_mastercard: bool) -> str:
    """The indicator of an authentication that ended with *status*.

    >>> eci_of("Y", is_mastercard=False), eci_of("A", is_mastercard=True)
    ('05', '01')
    >>> eci_of("U", is_mastercard=False)
    '07'
    """
    return _ECIS.get(status, NOT_AUTHENTICATED)[is_mastercard]


def is_mastercard(number: str) -> bool:
    """Whether cards that begin like *number* have that network's indicators.

    >>> is_mastercard("5555555555554444"), is_mastercard("2223003122003222"), is_mastercard("4242")
    (True, True, False)
    """
    return any(first <= number[: len(first)] <= last for first, last in _MASTERCARD)


def outcome_of(
    status: str,
    reason: str = "",
    *,
    is_mastercard: bool,
    has_cavv: bool,
    is_canceled: bool = False,
    goes_on: bool = True,
) -> Outcome:
    """What *status* and its *reason* mean. *goes_on*: whether one that was unavailable does.

    Without a CAVV nobody is believed: it is sent as not authenticated, and the merchant is liable.

    >>> outcome_of("Y", is_mastercard=False, has_cavv=True).liable
    'issuer'
    >>> outcome_of("Y", is_mastercard=False, has_cavv=False).eci
    '07'
    >>> outcome_of("N", "14", is_mastercard=False, has_cavv=False).reason
    'abandoned'
    """
    if status in _ECIS and has_cavv:
        eci = eci_of(status, is_mastercard=is_mastercard)
        return Outcome(result=_RESULTS[status], eci=eci, goes_on=True, liable="issuer")
    eci = NOT_AUTHENTICATED[is_mastercard]
    if status in ("N", "R"):
        left: ResultReason = "canceled" if is_canceled else "abandoned"
        why = left if reason == TIMED_OUT else "rejected"
        return Outcome(result="failed", reason=why, eci=eci, goes_on=False)
    broken: ResultReason | None = None if status == "U" else "protocol_error"
    return Outcome(result="processing_error", reason=broken, eci=eci, goes_on=goes_on)


def not_enrolled(*, is_mastercard: bool) -> Outcome:
    """No access control server speaks for the card."""
    return Outcome(
        result="not_supported",
        reason="card_not_enrolled",
        eci=NOT_AUTHENTICATED[is_mastercard],
        goes_on=True,
    )
