"""What the emulated bank sends back: pain.002.001.12, and camt.053.001.08 once it has booked."""

from __future__ import annotations

from decimal import Decimal
from typing import Final
from xml.etree import ElementTree as ET

from cardswitch.specs.amounts import currency
from cardswitch.specs.dates import utc_text
from cardswitch.specs.xml import add_text
from cardswitch.wire.ports import Seconds

from .account import Booking, Carried, Extract, Rejection
from .rules import CLOSE

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
    add_text(group, "OrgnlMsgNmId", order.form)
    whole = [each for each in carried.rejections if not each.payment]
    if whole:
        add_text(group, "GrpSts", "RJCT")
        for each in whole:
            _reason(group, each)
        return _written(document)
    add_text(group, "GrpSts", "PART" if carried.rejections else "ACSP")
    for payment in order.payments:
        own = [each for each in carried.rejections if each.payment == payment.name]
        refused = {each.reference for each in own}
        checked = [
            (transfer.reference, *carried.checked[transfer.reference])
            for transfer in payment.transfers
            if transfer.reference in carried.checked and transfer.reference not in refused
        ]
        if own or checked:
            _payment(ET.SubElement(report, "OrgnlPmtInfAndSts"), payment.name, own, checked)
    return _written(document)


def _payment(
    parent: ET.Element,
    name: str,
    rejections: list[Rejection],
    checked: list[tuple[str, str, str]],
) -> None:
    add_text(parent, "OrgnlPmtInfId", name)
    whole = [each for each in rejections if not each.reference]
    add_text(parent, "PmtInfSts", "RJCT" if whole else "PART" if rejections else "ACSP")
    for each in whole:
        _reason(parent, each)
    for each in rejections:
        if each.reference:
            _reason(_transfer(parent, each.reference, "RJCT"), each)
    for reference, found, holder in () if whole else checked:
        transfer = _transfer(parent, reference, found)
        if found == CLOSE:  # Who holds the account is told to whoever nearly knew it.
            add_text(transfer, "StsRsnInf/AddtlInf", holder[:105])


def _transfer(parent: ET.Element, reference: str, state: str) -> ET.Element:
    transfer = ET.SubElement(parent, "TxInfAndSts")
    add_text(transfer, "OrgnlEndToEndId", reference)
    add_text(transfer, "TxSts", state)
    return transfer


def _reason(parent: ET.Element, rejection: Rejection) -> None:
    reason = ET.SubElement(parent, "StsRsnInf")
    add_text(reason, "Rsn/Cd", rejection.code)
    add_text(reason, "AddtlInf", rejection.text[:105])


def statement(extract: Extract, now: Seconds) -> bytes:
    """The camt.053 of what was booked on one account."""
    days = sorted(booking.day for booking in extract.bookings)
    before, after = extract.before, extract.after
    letters, number = after.currency, after.statements
    document = ET.Element("Document", xmlns=STATEMENT)
    message = ET.SubElement(document, "BkToCstmrStmt")
    add_text(message, "GrpHdr/MsgId", f"STATEMENT-{letters}-{number}")
    add_text(message[0], "CreDtTm", utc_text(now))
    account = ET.SubElement(message, "Stmt")
    add_text(account, "Id", f"{after.iban[-16:]}-{letters}-{number}")
    add_text(account, "ElctrncSeqNb", str(number))
    add_text(account, "CreDtTm", utc_text(now))
    other = "/" in after.iban  # A bank and an account of the ACH.
    add_text(account, "Acct/Id/Othr/Id" if other else "Acct/Id/IBAN", after.iban)
    add_text(account[-1], "Ccy", letters)
    _balance(account, "OPBD", before.balance, letters, days[0])
    _balance(account, "CLBD", after.balance, letters, days[-1])
    booked = [booking for booking in extract.bookings if not booking.is_change]
    for place, booking in enumerate(booked, 1):
        name = booking.entry or f"{letters}{number:06d}{place:06d}"
        _entry(account, booking, letters, name)
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
    decimals = currency(letters).exponent
    element = add_text(parent, "Amt", f"{abs(amount):.{decimals}f}")
    element.set("Ccy", letters)
    add_text(parent, "CdtDbtInd", "DBIT" if amount < 0 else "CRDT")


def _written(document: ET.Element) -> bytes:
    ET.indent(document)
    return _PROLOG + ET.tostring(document, encoding="unicode").encode() + b"\n"
