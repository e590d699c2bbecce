"""What codes mean: why a request was declined (DE39), what it was (DE3), how the card was read.

The words stand in `tables/reasons.toml` and `tables/meanings.toml`: data, so that the documentation
and the tests are made from the same lines.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, Literal

from msgspec import Struct, convert
from msgspec.structs import replace

from .amounts import CURRENCIES

Retry = Literal["none", "no", "soft", "user", "3ds"]
Advice = Literal["", "do_not_try_again", "try_again_later", "confirm_card_data"]


class Reason(Struct, frozen=True, kw_only=True, gc=False, array_like=True):
    """One response code of 1987: *text* is for the shopper, *meaning* for whoever runs the switch.

    *cmf* and *action* say the same in the common message format and in ISO 8583:1993. *by* are
    those of our programs that say it by themselves.
    """

    code: str
    name: str
    meaning: str
    text: str
    advice: Advice
    retry: Retry
    cmf: str
    action: str
    by: str = ""


def _table(name: str) -> dict[str, Any]:
    return tomllib.loads((Path(__file__).with_name("tables") / name).read_text("utf-8"))


_DE39 = _table("reasons.toml")
_MEANINGS = convert(_table("meanings.toml"), dict[str, dict[str, str]])

REASONS: Final[Mapping[str, Reason]] = {
    code: convert([code, *row], Reason) for code, row in _DE39["reasons"].items()
}
GENERIC: Final = Reason(
    code="",
    name="generic_decline",
    meaning="Declined for a reason unknown here",
    text="Declined",
    advice="try_again_later",
    retry="soft",
    cmf="1000",
    action="100",
)
ACTIONS: Final = convert(_DE39["actions"], dict[str, str])
TRANSACTION_TYPES: Final = _MEANINGS["transaction_types"]
ACCOUNT_TYPES: Final = _MEANINGS["account_types"]
AMOUNT_TYPES: Final = _MEANINGS["amount_types"]
ENTRY_MODES: Final = _MEANINGS["entry_modes"]
PIN_CAPABILITIES: Final = _MEANINGS["pin_capabilities"]
NETWORK_CODES: Final = _MEANINGS["network_codes"]

# The tables that a dialect may name for the values of a field.
TABLES: Final[Mapping[str, Mapping[str, str]]] = {
    **_MEANINGS,
    "response_codes": {code: said.meaning for code, said in REASONS.items()},
    "currencies": {known.numeric: f"{known.alpha}, {known.name}" for known in CURRENCIES},
}

# The CVV2 of a typed card: its tag in field 48, and the service code that it is computed with; no
# stripe has that code, so a CVV2 never stands for the CVV there.
CVV2_TAG: Final = "92"
CVV2_SERVICE_CODE: Final = "000"
# DE39, for those who decide by it; what each means stands in `tables/reasons.toml`.
APPROVED: Final = "00"
MERCHANT_UNKNOWN: Final = "03"
DO_NOT_HONOUR: Final = "05"
PARTLY_APPROVED: Final = "10"
IMPORTANT_CUSTOMER: Final = "11"
INVALID_TRANSACTION: Final = "12"
INVALID_AMOUNT: Final = "13"
CARD_UNKNOWN: Final = "14"
NO_ISSUER: Final = "15"
UNKNOWN_ORIGINAL: Final = "25"
FORMAT_ERROR: Final = "30"
LOST_CARD: Final = "41"
STOLEN_CARD: Final = "43"
ACCOUNT_CLOSED: Final = "46"
NO_FUNDS: Final = "51"
EXPIRED: Final = "54"
WRONG_PIN: Final = "55"
NOT_PERMITTED: Final = "57"  # to this card
NOT_PERMITTED_HERE: Final = "58"  # at this terminal
RESTRICTED_CARD: Final = "62"
MISMATCH: Final = "64"  # What it carries is not the original's, or it may mean several.
HOLD_EXPIRED: Final = "21"  # what was set aside is free again: nothing can be taken of it
PIN_REQUIRED: Final = "70"
PIN_TRIES_EXCEEDED: Final = "75"
UNAVAILABLE: Final = "91"
DUPLICATE: Final = "94"  # It has the identity of another request.
TOTALS_DIFFER: Final = "95"
CRYPTOGRAPHIC_FAILURE: Final = "88"
MAC_WRONG: Final = "89"
NO_REASON_TO_DECLINE: Final = "85"  # a card that was verified
MALFUNCTION: Final = "96"
WRONG_CVV: Final = "N7"
AUTHENTICATION_REQUIRED: Final = "1A"
TOO_OFTEN: Final = "65"  # Or the cardholder is to be authenticated first.
APPROVALS: Final = frozenset([APPROVED, PARTLY_APPROVED, IMPORTANT_CUSTOMER, NO_REASON_TO_DECLINE])
# What a reversal may be told. Undone is also what its peer does not know; what is refused for good,
# a person must look at.
UNDONE: Final = frozenset([APPROVED, UNKNOWN_ORIGINAL])
REFUSED_FOR_GOOD: Final = frozenset([INVALID_TRANSACTION, FORMAT_ERROR, MISMATCH])
# Who says so of an advice has not kept it, and may yet.
TRY_LATER: Final = frozenset(["09", "19", "68", "90", "92", MAC_WRONG, UNAVAILABLE, MALFUNCTION])
# DE70, for those who send it.
SIGN_ON: Final = "001"
SIGN_OFF: Final = "002"
KEY_CHANGE: Final = "161"  # A new working key comes with it.
KEY_WANTED: Final = "162"  # The peer is asked for one.
CUT_OVER: Final = "201"
ECHO: Final = "301"


def reason(code: str) -> Reason:
    """What *code* in DE39 says; a code that is not in the table is a ``generic_decline``.

    >>> reason("51").text, reason("51").retry, reason("ZZ").name
    ('Insufficient funds', 'soft', 'generic_decline')
    """
    return REASONS.get(code) or replace(GENERIC, code=code)


def reason_of_action(action: str) -> Reason:
    """The nearest reason of 1987 to an *action* code of 1993, three digits.

    >>> reason_of_action("116").code, reason_of_action("199").name
    ('51', 'generic_decline')
    """
    return reason(ACTIONS.get(action, ""))


def processing_text(code: str) -> str:
    """What a processing code, DE3 ``n 6``, asks for.

    >>> processing_text("000000"), processing_text("012000"), processing_text("401020")
    ('purchase', 'cash withdrawal from current', 'transfer from savings to current')
    """
    kind, source, target = code[:2], code[2:4], code[4:]
    words = [TRANSACTION_TYPES.get(kind, f"transaction {kind}")]
    for preposition, account in ("from", source), ("to", target):
        if account not in ("00", ""):
            words.append(f"{preposition} {ACCOUNT_TYPES.get(account, f'account {account}')}")
    return " ".join(words)


def entry_text(code: str) -> str:
    """How the card was read and whether there is a PIN pad: DE22 of 1987, ``n 3``.

    >>> entry_text("051"), entry_text("902")
    ('chip, PIN pad', 'magnetic stripe, whole track, no PIN pad')
    """
    mode, pin = code[:2], code[2:]
    read = ENTRY_MODES.get(mode, f"entry mode {mode}")
    return f"{read}, {PIN_CAPABILITIES.get(pin, f'PIN capability {pin}')}"
