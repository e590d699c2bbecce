"""What an issuer found of code and address, in the words of the API."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from cardswitch.specs.merchants import Check
from cardswitch.specs.message import Message
from cardswitch.specs.transactions.absent import read_checks

GOOD: Final = "pass"
FAIL: Final = "fail"
UNAVAILABLE: Final = "unavailable"
UNCHECKED: Final = "unchecked"
_CODES: Final[Mapping[str, str]] = {
    "M": GOOD,
    "N": FAIL,
    "P": UNAVAILABLE,
    "S": UNCHECKED,
    "U": UNAVAILABLE,
}
# Of the street, and of the postal code. What is in neither table is unavailable.
_ADDRESSES: Final[Mapping[str, tuple[str, str]]] = {
    **dict.fromkeys("YXDMF", (GOOD, GOOD)),
    "A": (GOOD, FAIL),
    "B": (GOOD, UNCHECKED),
    "Z": (FAIL, GOOD),
    "W": (FAIL, GOOD),
    "P": (UNCHECKED, GOOD),
    "N": (FAIL, FAIL),
}
_CAVVS: Final[Mapping[str, str]] = {"1": FAIL, "2": GOOD, "3": GOOD, "4": FAIL}
_UNKNOWN: Final = (UNAVAILABLE, UNAVAILABLE)
_SHOWN: Final[Mapping[Check, str]] = {
    "cvc": "cvc_check",
    "postal_code": "address_postal_code_check",
}


def checks_of(answer: Message | None) -> dict[str, str | None]:
    """`checks` of the payment that was answered so; null where nothing was sent.

    >>> checks_of(Message("0210", {39: "00", 44: "8701M8301Z"}))["address_line1_check"]
    'fail'
    """
    found = read_checks(answer) if answer is not None else None
    code, address = (found.cvc, found.address) if found is not None else ("", "")
    line1, postal = _ADDRESSES.get(address, _UNKNOWN) if address else (None, None)
    return {
        "address_line1_check": line1,
        "address_postal_code_check": postal,
        "cvc_check": _CODES.get(code, UNAVAILABLE) if code else None,
    }


def cavv_check(answer: Message | None) -> str | None:
    """What the issuer says of the CAVV; None where nothing was sent, or nothing is said.

    >>> cavv_check(Message("0210", {39: "00", 44: "45012"}))
    'pass'
    """
    code = read_checks(answer).cavv if answer is not None else ""
    return _CAVVS.get(code, UNAVAILABLE) if code else None


def failed_of(answer: Message, wanted: Iterable[Check]) -> Check | None:
    """The first check of those *wanted* that has failed, by *answer*; None if none has.

    >>> failed_of(Message("0210", {39: "00", 44: "8701M8301A"}), ["cvc", "postal_code"])
    'postal_code'
    """
    found = checks_of(answer)
    return next((check for check in wanted if found[_SHOWN[check]] == FAIL), None)
