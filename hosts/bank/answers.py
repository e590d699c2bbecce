"""What the emulated bank sends back: pain.002.001.12, and camt.053.001.08 once it has booked."""

from __future__ import annotations

from decimal import Decimal
from typing import Final
from xml.etree import ElementTree as ET

from cardswitch.specs.dates import utc_text
from cardswitch.wire.ports import Seconds

from .account import Booking, Carried, Rejection

STATUS: Final = "urn:iso:std:iso:20022:tech:xsd:pain.002.001.12"
STATEMENT: Final = "urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"
_PROLOG: Final = b'<?xml version="1.0" encoding="UTF-8"?>\n'


def status_report(carried: Carried, now: Seconds) -> bytes:
    """The pain.002 that says what was taken (ACSP), taken in part (PART), or rejected (RJCT)."""
    order = carried.order
    document = ET.Element("Document", xmlns=STATUS)
    report = ET.SubElement(document, "CstmrPmtStsRpt")
    _text(report, "GrpHdr/MsgId", f"STATUS-{order.name}"[:35])
    _text(report[0], "CreDtTm", utc_text(now))
    group = ET.SubElement(report, "OrgnlGrpInfAndSts")
    _text(group, "OrgnlMsgId", order.name)
    _text(group, "OrgnlMsgNmId", "pain.001.001.09")
    whole = [each for each in carried.rejections if not each.payment]
    if whole:
        _text(group, "GrpSts", "RJCT")
        for each in whole:
            _reason(group, each)
        return _written(document)
    _text(group, "GrpSts", "PART" if carried.rejections else "ACSP")
    for payment in order.payments:
        own = [each for each in carried.rejections if each.payment == payment.name]
        if own:
            _payment(ET.SubElement(report, "OrgnlPmtInfAndSts"), payment.name, own)
    return _written(document)


def _payment(parent: ET.Element, name: str, rejections: list[Rejection]) -> None:
    _text(parent, "OrgnlPmtInfId", name)
    whole = [each for each in rejections if not each.reference]
    _text(parent, "PmtInfSts", "RJCT" if whole else "PART")
    for each in whole:
        _reason(parent, each)
    for each in rejections:
        if each.reference:
            transfer = ET.SubElement(parent, "TxInfAndSts")
            _text(transfer, "OrgnlEndToEndId", each.reference)
            _text(transfer, "TxSts", "RJCT")
            _reason(transfer, each)


def _reason(parent: ET.Element, rejection: Rejection) -> None:
    reason = ET.SubElement(parent, "StsRsnInf")
    _text(reason, "Rsn/Cd", rejection.code)
    _text(reason, "AddtlInf", rejection.text[:105])


def statement(carried: Carried, now: Seconds) -> bytes:
    """The camt.053 of what was booked; empty if nothing was."""
    if not carried.bookings:
        return b""
    days = sorted(booking.day for booking in carried.bookings)
    letters = carried.before.currency
    number = carried.after.statements
    document = ET.Element("Document", xmlns=STATEMENT)
    message = ET.SubElement(document, "BkToCstmrStmt")
    _text(message, "GrpHdr/MsgId", f"STATEMENT-{number}")
    _text(message[0], "CreDtTm", utc_text(now))
    account = ET.SubElement(message, "Stmt")
    _text(account, "Id", f"{carried.before.iban[:20]}-{number}")
    _text(account, "ElctrncSeqNb", str(number))
    _text(account, "CreDtTm", utc_text(now))
    _text(account, "Acct/Id/IBAN", carried.before.iban)
    _balance(account, "OPBD", carried.before.balance, letters, days[0])
    _balance(account, "CLBD", carried.after.balance, letters, days[-1])
    for place, booking in enumerate(carried.bookings, 1):
        _entry(account, booking, letters, f"{number:06d}{place:06d}")
    return _written(document)


def _balance(parent: ET.Element, kind: str, amount: Decimal, letters: str, day: str) -> None:
    balance = ET.SubElement(parent, "Bal")
    _text(balance, "Tp/CdOrPrtry/Cd", kind)
    _amount(balance, amount, letters)
    _text(balance, "Dt/Dt", day)


def _entry(parent: ET.Element, booking: Booking, letters: str, name: str) -> None:
    entry = ET.SubElement(parent, "Ntry")
    _amount(entry, booking.amount, letters)
    _text(entry, "Sts/Cd", "BOOK")
    _text(entry, "BookgDt/Dt", booking.day)
    _text(entry, "ValDt/Dt", booking.day)
    _text(entry, "AcctSvcrRef", name)
    kind = ET.SubElement(entry, "BkTxCd")
    domain = ET.SubElement(kind, "Domn")
    _text(domain, "Cd", "PMNT")
    family = ET.SubElement(domain, "Fmly")
    _text(family, "Cd", "RCDT" if booking.code else "ICDT")
    _text(family, "SubFmlyCd", "RRTN" if booking.code else "ESCT")
    details = ET.SubElement(entry, "NtryDtls")
    if len(booking.transfers) > 1:
        batch = ET.SubElement(details, "Btch")
        _text(batch, "PmtInfId", booking.payment)
        _text(batch, "NbOfTxs", str(len(booking.transfers)))
    for transfer in booking.transfers:
        part = ET.SubElement(details, "TxDtls")
        _text(part, "Refs/EndToEndId", transfer.reference)
        _amount(part, transfer.amount if booking.code else -transfer.amount, letters)
        if booking.code:
            _text(part, "RtrInf/Rsn/Cd", booking.code)


def _amount(parent: ET.Element, amount: Decimal, letters: str) -> None:
    element = _text(parent, "Amt", f"{abs(amount):f}")
    element.set("Ccy", letters)
    _text(parent, "CdtDbtInd", "DBIT" if amount < 0 else "CRDT")


def _text(parent: ET.Element, path: str, text: str) -> ET.Element:
    element = parent
    for tag in path.split("/"):
        element = ET.SubElement(element, tag)
    element.text = text
    return element


def _written(document: ET.Element) -> bytes:
    ET.indent(document)
    return _PROLOG + ET.tostring(document, encoding="unicode").encode() + b"\n"
