"""What the emulated bank sends back: pain.002.001.12, and camt.053.001.08 once it has booked."""

from __future__ import annotations

from decimal import Decimal
from typing import Final
from xml.etree import ElementTree as ET

from cardswitch.specs.dates import utc_text
from cardswitch.specs.xml import add_text
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
    add_text(report, "GrpHdr/MsgId", f"STATUS-{order.name}"[:35])
    add_text(report[0], "CreDtTm", utc_text(now))
    group = ET.SubElement(report, "OrgnlGrpInfAndSts")
    add_text(group, "OrgnlMsgId", order.name)
    add_text(group, "OrgnlMsgNmId", "pain.001.001.09")
    whole = [each for each in carried.rejections if not each.payment]
    if whole:
        add_text(group, "GrpSts", "RJCT")
        for each in whole:
            _reason(group, each)
        return _written(document)
    add_text(group, "GrpSts", "PART" if carried.rejections else "ACSP")
    for payment in order.payments:
        own = [each for each in carried.rejections if each.payment == payment.name]
        if own:
            _payment(ET.SubElement(report, "OrgnlPmtInfAndSts"), payment.name, own)
    return _written(document)


def _payment(parent: ET.Element, name: str, rejections: list[Rejection]) -> None:
    add_text(parent, "OrgnlPmtInfId", name)
    whole = [each for each in rejections if not each.reference]
    add_text(parent, "PmtInfSts", "RJCT" if whole else "PART")
    for each in whole:
        _reason(parent, each)
    for each in rejections:
        if each.reference:
            transfer = ET.SubElement(parent, "TxInfAndSts")
            add_text(transfer, "OrgnlEndToEndId", each.reference)
            add_text(transfer, "TxSts", "RJCT")
            _reason(transfer, each)


def _reason(parent: ET.Element, rejection: Rejection) -> None:
    reason = ET.SubElement(parent, "StsRsnInf")
    add_text(reason, "Rsn/Cd", rejection.code)
    add_text(reason, "AddtlInf", rejection.text[:105])


def statement(carried: Carried, now: Seconds) -> bytes:
    """The camt.053 of what was booked; empty if nothing was."""
    if not carried.bookings:
        return b""
    days = sorted(booking.day for booking in carried.bookings)
    letters = carried.before.currency
    number = carried.after.statements
    document = ET.Element("Document", xmlns=STATEMENT)
    message = ET.SubElement(document, "BkToCstmrStmt")
    add_text(message, "GrpHdr/MsgId", f"STATEMENT-{number}")
    add_text(message[0], "CreDtTm", utc_text(now))
    account = ET.SubElement(message, "Stmt")
    add_text(account, "Id", f"{carried.before.iban[:20]}-{number}")
    add_text(account, "ElctrncSeqNb", str(number))
    add_text(account, "CreDtTm", utc_text(now))
    add_text(account, "Acct/Id/IBAN", carried.before.iban)
    _balance(account, "OPBD", carried.before.balance, letters, days[0])
    _balance(account, "CLBD", carried.after.balance, letters, days[-1])
    for place, booking in enumerate(carried.bookings, 1):
        _entry(account, booking, letters, f"{number:06d}{place:06d}")
    return _written(document)


def _balance(parent: ET.Element, kind: str, amount: Decimal, letters: str, day: str) -> None:
    balance = ET.SubElement(parent, "Bal")
    add_text(balance, "Tp/CdOrPrtry/Cd", kind)
    _amount(balance, amount, letters)
    add_text(balance, "Dt/Dt", day)


def _entry(parent: ET.Element, booking: Booking, letters: str, name: str) -> None:
    entry = ET.SubElement(parent, "Ntry")
    _amount(entry, booking.amount, letters)
    add_text(entry, "Sts/Cd", "BOOK")
    add_text(entry, "BookgDt/Dt", booking.day)
    add_text(entry, "ValDt/Dt", booking.day)
    add_text(entry, "AcctSvcrRef", name)
    kind = ET.SubElement(entry, "BkTxCd")
    domain = ET.SubElement(kind, "Domn")
    add_text(domain, "Cd", "PMNT")
    family = ET.SubElement(domain, "Fmly")
    add_text(family, "Cd", "RCDT" if booking.code else "ICDT")
    add_text(family, "SubFmlyCd", "RRTN" if booking.code else "ESCT")
    details = ET.SubElement(entry, "NtryDtls")
    if len(booking.transfers) > 1:
        batch = ET.SubElement(details, "Btch")
        add_text(batch, "PmtInfId", booking.payment)
        add_text(batch, "NbOfTxs", str(len(booking.transfers)))
    for transfer in booking.transfers:
        part = ET.SubElement(details, "TxDtls")
        add_text(part, "Refs/EndToEndId", transfer.reference)
        _amount(part, transfer.amount if booking.code else -transfer.amount, letters)
        if booking.code:
            add_text(part, "RtrInf/Rsn/Cd", booking.code)


def _amount(parent: ET.Element, amount: Decimal, letters: str) -> None:
    element = add_text(parent, "Amt", f"{abs(amount):f}")
    element.set("Ccy", letters)
    add_text(parent, "CdtDbtInd", "DBIT" if amount < 0 else "CRDT")


def _written(document: ET.Element) -> bytes:
    ET.indent(document)
    return _PROLOG + ET.tostring(document, encoding="unicode").encode() + b"\n"
