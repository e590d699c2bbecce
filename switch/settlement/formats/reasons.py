"""Why banks reject transfers and send them back: codes of ISO 20022, in words for the operator."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from ..ach.reasons import ACH_REASONS

REASONS: Final[Mapping[str, str]] = {
    "AC01": "the account number is wrong",
    "AC04": "the account is closed",
    "AC06": "the account is blocked",
    "AG01": "such transfers are forbidden on this account",
    "AM01": "the amount is zero",
    "AM02": "the amount is not allowed",
    "AM03": "the currency is not taken",
    "AM04": "there are not enough funds on our account",
    "AM05": "the bank has had this transfer before",
    "AM10": "the control sum is wrong",
    "AM13": "the amount is over the limit of the clearing",
    "AM14": "the amount is over the limit that was agreed",
    "BE04": "the address of the merchant is missing",
    "CNOR": "the bank of the merchant cannot be reached",
    "DT01": "the day of execution is not possible",
    "DU01": "the bank has had an order of this MsgId before",
    "DUPL": "the bank has had this order before",
    "FF01": "the format of the order is wrong",
    "MS03": "the bank does not say why",
    "RC01": "the BIC is wrong",
    "RR03": "name or address of the merchant is missing",
    "RR04": "a regulation forbids it",
    "TM01": "the order came after the cut-off of the bank",
}
# The bank has had it before, and perhaps carried it out: nothing is owed again for that.
TOLD_TWICE: Final = frozenset(("AM05", "DUPL", "DU01", "DU02", "DU03", "DU04", "DU05"))
# The order was at fault, not the account: the next close pays it without anybody's word.
OF_THE_ORDER: Final = frozenset(("AM04", "AM10", "DT01", "TM01"))


def in_words(code: str) -> str:
    """What *code* means; that there is none, or that it is not known here.

    >>> in_words("AC04"), in_words("ZZ99"), in_words("")
    ('the account is closed', 'a reason that is not in our table', 'no reason was given')
    """
    if not code:
        return "no reason was given"
    if code in ACH_REASONS:
        return ACH_REASONS[code]
    return REASONS.get(code, "a reason that is not in our table")
