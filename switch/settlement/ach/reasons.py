"""Why the ACH sends credits back (R), and what it wants changed (C), in words for the operator."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

ACH_REASONS: Final[Mapping[str, str]] = {
    "R02": "the account is closed",
    "R03": "no such account, or it is not that of this name",
    "R04": "the account number cannot be one",
    "R06": "our bank has asked for it back",
    "R12": "the branch was sold to another bank",
    "R13": "no bank has this routing number",
    "R14": "whoever was paid for another has died",
    "R15": "the holder of the account has died",
    "R16": "the account is frozen",
    "R17": "the entry is one that their bank cannot process",
    "R20": "the account takes no transfers",
    "R22": "the id of whoever is paid is wrong",
    "R23": "the merchant has refused the credit",
    "R24": "the bank has had this entry before",
    "R29": "the company has not authorised it",
    "R31": "their bank returns it late, and ours has agreed",
    "R01": "there are not enough funds on the account",
    "C01": "the account number is another",
    "C02": "the routing number is another",
    "C03": "routing number and account number are others",
    "C04": "the name is another",
    "C05": "the account is of another kind",
    "C06": "account number and kind are others",
    "C07": "routing number, account number and kind are others",
    "C09": "the id of whoever is paid is another",
}
