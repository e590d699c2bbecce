"""An order as a bank reads it, pain.001.001.09, and everything that it finds wrong with it.

The rules are those that banks have beyond the schema: EPC 132-08 and 217-08 for SEPA, sums and
counts on both levels, one currency a payment, days on which they work.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Final
from xml.etree.ElementTree import Element

from msgspec import Struct

from cardswitch.specs.amounts import currency
from cardswitch.specs.errors import Error, FormatError
from cardswitch.specs.holidays import is_bank_day
from cardswitch.specs.registries import is_bic, is_iban
from cardswitch.specs.xml import drop_namespace, read_xml, text_of

NAMESPACE: Final = "urn:iso:std:iso:20022:tech:xsd:pain.001.001.09"
ORDER_MAX: Final = 64 * 2**20  # bytes
AMOUNT_MAX: Final = Decimal("999999999.99")  # of one SEPA transfer
NAME_MAX, ID_MAX = 70, 35
_PROLOG: Final = re.compile(rb'\A<\?xml version="1\.0" encoding="(UTF-8|utf-8)"\?>')
_CARRIED: Final = re.compile(r"[a-zA-Z0-9/\-?:().,'+ ]+")
_AMOUNT: Final = re.compile(r"[0-9]{1,18}(\.[0-9]{1,5})?")


class Unreadable(Error):
    """What was handed in is no order at all, so that nothing can be answered to it."""


class Transfer(Struct, frozen=True, gc=False, kw_only=True):
    """One transfer that is asked for."""

    reference: str  # EndToEndId
    amount: Decimal
    currency: str  # letters
    name: str
    iban: str
    bic: str
    trace: str = ""  # of the ACH


class Payment(Struct, frozen=True, kw_only=True):
    """Transfers from one account on one day."""

    name: str  # PmtInfId
    is_batch: bool  # one debit for all of them
    execution: str  # YYYY-MM-DD
    iban: str  # the account that it comes from
    transfers: tuple[Transfer, ...]
    faults: tuple[Fault, ...]


class Order(Struct, frozen=True, kw_only=True):
    """A pain.001, with what is wrong with it as a whole, with its payments and transfers."""

    name: str  # MsgId
    payments: tuple[Payment, ...]
    faults: tuple[Fault, ...]
    form: str = "pain.001.001.09"


class Fault(Struct, frozen=True, gc=False):
    """What is wrong, and with which transfer; "" for the payment or order that it stands in."""

    code: str  # ISO 20022, such as AM10
    text: str
    reference: str = ""


def read_order(content: bytes) -> Order:
    """*content* as a bank sees it. Raises Unreadable."""
    try:
        document = read_xml(content, ORDER_MAX)
    except FormatError as error:
        raise Unreadable(f"no XML that a bank reads: {error.seen}") from None
    if (drop_namespace(document), document.tag) != (NAMESPACE, "Document"):
        raise Unreadable("no document of pain.001.001.09")
    order = document.find("CstmrCdtTrfInitn")
    if order is None or not text_of(order, "GrpHdr/MsgId"):
        raise Unreadable("an order without a MsgId")
    payments = tuple(_payment(element) for element in order.iterfind("PmtInf"))
    faults = [*_group_faults(order, payments)]
    if not _PROLOG.match(content):
        faults.append(Fault("FF01", 'expected the prolog <?xml version="1.0" encoding="UTF-8"?>'))
    return Order(name=text_of(order, "GrpHdr/MsgId"), payments=payments, faults=tuple(faults))


def _payment(element: Element) -> Payment:
    transfers = tuple(_transfer(each) for each in element.iterfind("CdtTrfTxInf"))
    faults = [
        *_payment_faults(element, transfers),
        *(
            Fault(code, text, transfer.reference)
            for transfer, each in zip(transfers, element.iterfind("CdtTrfTxInf"), strict=True)
            for code, text in _transfer_faults(transfer, each, is_sepa=_is_sepa(element))
        ),
    ]
    return Payment(
        name=text_of(element, "PmtInfId"),
        is_batch=text_of(element, "BtchBookg") == "true",
        execution=text_of(element, "ReqdExctnDt/Dt"),
        iban=text_of(element, "DbtrAcct/Id/IBAN"),
        transfers=transfers,
        faults=tuple(faults),
    )


def _transfer(element: Element) -> Transfer:
    amount = element.find("Amt/InstdAmt")
    text = "" if amount is None else (amount.text or "").strip()
    return Transfer(
        reference=text_of(element, "PmtId/EndToEndId"),
        amount=Decimal(text) if _AMOUNT.fullmatch(text) else Decimal(-1),
        currency="" if amount is None else amount.get("Ccy", ""),
        name=text_of(element, "Cdtr/Nm"),
        iban=text_of(element, "CdtrAcct/Id/IBAN"),
        bic=text_of(element, "CdtrAgt/FinInstnId/BICFI"),
    )


# What is wrong ------------------------------------------------------------------------------------


def _group_faults(order: Element, payments: tuple[Payment, ...]) -> Iterator[Fault]:
    transfers = [transfer for payment in payments for transfer in payment.transfers]
    yield from _sum_faults(order, "GrpHdr/", tuple(transfers))
    if not _is_id(text_of(order, "GrpHdr/MsgId")):
        yield Fault("FF01", "MsgId has characters that are not carried, or over 35")
    if not payments:
        yield Fault("FF01", "no payment")
    references = [transfer.reference for transfer in transfers]
    if len(set(references)) < len(references):
        yield Fault("AM05", "an EndToEndId is there twice")


def _payment_faults(element: Element, transfers: tuple[Transfer, ...]) -> Iterator[Fault]:
    yield from _sum_faults(element, "", transfers)
    currencies = {transfer.currency for transfer in transfers}
    if len(currencies) != 1:
        yield Fault("AM03", "one currency a payment")
    if not is_iban(text_of(element, "DbtrAcct/Id/IBAN")):
        yield Fault("AC01", "the account that it comes from is no IBAN")
    if not is_bic(text_of(element, "DbtrAgt/FinInstnId/BICFI")):
        yield Fault("RC01", "the bank that it comes from has no BIC")
    day = text_of(element, "ReqdExctnDt/Dt")
    try:
        works = is_bank_day(day, "".join(currencies))
    except FormatError:
        works = False
    if not works:
        yield Fault("DT01", f"{day} is no day of the clearing")
    bearer = text_of(element, "ChrgBr")
    if _is_sepa(element):
        if bearer != "SLEV":
            yield Fault("FF01", "ChrgBr of a SEPA payment is SLEV")
        if currencies != {"EUR"}:
            yield Fault("AM03", "SEPA carries euro alone")
    elif "EUR" in currencies:
        yield Fault("FF01", "SvcLvl/Cd of a payment in euro is SEPA")
    elif bearer not in ("DEBT", "CRED", "SHAR"):
        yield Fault("FF01", "ChrgBr is DEBT, CRED or SHAR")


def _transfer_faults(
    transfer: Transfer, element: Element, *, is_sepa: bool
) -> Iterator[tuple[str, str]]:
    if not _is_id(transfer.reference) or transfer.reference == "NOTPROVIDED":
        yield "FF01", "EndToEndId is missing, over 35 characters, or has some that are not carried"
    if transfer.amount <= 0:
        yield "AM01", "the amount is not above zero"
    elif is_sepa and transfer.amount > AMOUNT_MAX:
        yield "AM02", "more than SEPA carries in one transfer"
    elif _decimals(transfer) < 0:
        yield "AM03", "no such currency, or more decimals than it has"
    if not is_iban(transfer.iban):
        yield "AC01", "no IBAN"
    if transfer.bic and not is_bic(transfer.bic):
        yield "RC01", "no BIC"
    if not transfer.bic and not is_sepa:
        yield "RC01", "a BIC is needed outside SEPA"
    if not _CARRIED.fullmatch(transfer.name) or len(transfer.name) > NAME_MAX:
        yield "RR03", "the name is missing, over 70 characters, or has some that are not carried"
    if element.find("ChrgBr") is not None or element.find("PmtTpInf") is not None:
        yield "FF01", "ChrgBr and PmtTpInf stand on the payment alone"
    if not is_sepa and not (
        text_of(element, "Cdtr/PstlAdr/TwnNm") and text_of(element, "Cdtr/PstlAdr/Ctry")
    ):
        yield "BE04", "town and country of the creditor are needed"


def _sum_faults(element: Element, path: str, transfers: tuple[Transfer, ...]) -> Iterator[Fault]:
    if text_of(element, f"{path}NbOfTxs") != str(len(transfers)):
        yield Fault("AM10", "NbOfTxs is not how many there are")
    said = text_of(element, f"{path}CtrlSum")
    if not _AMOUNT.fullmatch(said) or Decimal(said) != sum(each.amount for each in transfers):
        yield Fault("AM10", "CtrlSum is not what they come to")


def _decimals(transfer: Transfer) -> int:
    """How many more decimals its currency has than it; below zero is a fault."""
    try:
        exponent = currency(transfer.currency).exponent
    except FormatError:
        return -1
    return 0 if transfer.amount.scaleb(exponent) % 1 == 0 else -1


def _is_id(text: str) -> bool:
    """EPC 217-08: no slash at either end, no two in a row."""
    return (
        bool(_CARRIED.fullmatch(text))
        and len(text) <= ID_MAX
        and not (text.startswith("/") or text.endswith("/") or "//" in text)
    )


def _is_sepa(element: Element) -> bool:
    return text_of(element, "PmtTpInf/SvcLvl/Cd") == "SEPA"
