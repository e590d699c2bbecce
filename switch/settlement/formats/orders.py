"""Reads an order of ours back: which transfers it asks for, as a bank will name them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final
from xml.etree import ElementTree as ET

from msgspec import Struct

from ..payouts import REPLACES
from .from_bank import amount_of
from .pain001 import NAMESPACE

_NAMES: Final = {"": NAMESPACE}


class Ordered(Struct, frozen=True, gc=False, kw_only=True):
    """One transfer that we have asked a bank for."""

    business_date: str  # label of the bank day whose close has ordered it
    order_id: str  # MsgId
    payment_id: str  # PmtInfId
    reference: str  # EndToEndId
    merchant: str
    currency: str  # ISO 4217 numeric
    amount: int  # minor units
    iban: str  # where it goes
    execution: str  # the day that we have asked for, YYYY-MM-DD


def read_order(business_date: str, content: bytes) -> Iterator[Ordered]:
    """The transfers of the order *content*, which the books keep of the day *business_date*."""
    document = ET.fromstring(content)  # noqa: S314 - our own file
    order = document.findtext(".//GrpHdr/MsgId", "", _NAMES)
    for payment in document.iterfind(".//PmtInf", _NAMES):
        name = payment.findtext("PmtInfId", "", _NAMES)
        execution = payment.findtext("ReqdExctnDt/Dt", "", _NAMES)
        for transfer in payment.iterfind("CdtTrfTxInf", _NAMES):
            found = transfer.find("Amt/InstdAmt", _NAMES)
            assert found is not None, "the check has read it"
            # A deposit may have more digits than field 4, which each sale of it has come with.
            amount, code = amount_of(found)
            said = transfer.findtext("RmtInf/Ustrd", "", _NAMES)
            yield Ordered(
                business_date=business_date,
                order_id=order,
                payment_id=name,
                reference=transfer.findtext("PmtId/EndToEndId", "", _NAMES),
                merchant=said.removeprefix(f"Card sales {business_date} ").partition(REPLACES)[0],
                currency=code,
                amount=amount,
                iban=transfer.findtext("CdtrAcct/Id/IBAN", "", _NAMES),
                execution=execution,
            )
