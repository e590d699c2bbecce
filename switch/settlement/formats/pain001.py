"""The deposit as the bank reads it: ISO 20022 pain.001.001.09, customer credit transfer initiation.

Euro go by the rules of SEPA (EPC 132-08), other currencies from an account in them, with the bank
and town of whoever is paid. The same payouts closed at the same instant give the same bytes: every
identifier comes from the business date and the merchant.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final
from xml.etree import ElementTree as ET

from cardswitch.specs.amounts import currency, format_amount
from cardswitch.specs.dates import utc_text
from cardswitch.specs.errors import Error
from cardswitch.specs.xml import add_text
from cardswitch.wire.ports import Seconds

from ..days import message_id
from ..names import sepa_text
from ..parties import SEPA_CURRENCY, AcquiringBank
from ..payouts import Payout

NAMESPACE: Final = "urn:iso:std:iso:20022:tech:xsd:pain.001.001.09"
AMOUNT_DIGITS_MAX: Final = 18  # totalDigits of ActiveOrHistoricCurrencyAndAmount and DecimalNumber
TOWN_MAX: Final = 35  # Max35Text of PostalAddress24
# One bank refuses a prolog in single quotes, which the library would write.
_PROLOG: Final = b'<?xml version="1.0" encoding="UTF-8"?>\n'


def pain001(
    payouts: Iterable[Payout], acquirer: AcquiringBank, business_date: str, created: Seconds
) -> bytes:
    """The file that asks the bank of *acquirer* to deposit *payouts*: UTF-8, one PmtInf a currency.

    *business_date* is the label of the day, *created* the instant of its close, from which the day
    of execution follows. Payouts of nothing are left out; empty if none is left, for the standard
    knows no file without a payment. Raises Error if an amount has over 18 digits.
    """
    paid = [payout for payout in payouts if payout.amount and not payout.is_ach]
    if not paid:
        return b""
    order_id = message_id(business_date)
    document = ET.Element("Document", xmlns=NAMESPACE)
    initiation = ET.SubElement(document, "CstmrCdtTrfInitn")
    header = ET.SubElement(initiation, "GrpHdr")
    add_text(header, "MsgId", order_id)
    add_text(header, "CreDtTm", utc_text(created))
    _count_and_sum(header, paid)
    add_text(header, "InitgPty/Nm", sepa_text(acquirer.name))
    for code in sorted({payout.currency for payout in paid}):
        chosen = [payout for payout in paid if payout.currency == code]
        payment_id = f"{order_id}-{currency(code).alpha}"
        _payment(ET.SubElement(initiation, "PmtInf"), payment_id, chosen, acquirer, created)
    ET.indent(document)
    written: str = ET.tostring(document, encoding="unicode")
    return _PROLOG + written.encode() + b"\n"


def _payment(
    parent: ET.Element,
    payment_id: str,
    payouts: Sequence[Payout],
    acquirer: AcquiringBank,
    created: Seconds,
) -> None:
    letters = currency(payouts[0].currency).alpha
    is_sepa = letters == SEPA_CURRENCY
    account = acquirer if is_sepa else acquirer.accounts[letters]
    add_text(parent, "PmtInfId", payment_id)
    add_text(parent, "PmtMtd", "TRF")
    add_text(parent, "BtchBookg", "true" if acquirer.batch_booking else "false")
    _count_and_sum(parent, payouts)
    if is_sepa:
        add_text(parent, "PmtTpInf/SvcLvl/Cd", "SEPA")
    add_text(parent, "ReqdExctnDt/Dt", acquirer.execution(created, letters))
    add_text(parent, "Dbtr/Nm", sepa_text(acquirer.name))
    debtor = ET.SubElement(parent, "DbtrAcct")
    add_text(debtor, "Id/IBAN", account.iban)
    add_text(debtor, "Ccy", letters)
    add_text(parent, "DbtrAgt/FinInstnId/BICFI", account.bic)
    # On the order alone: a bank refuses what stands there and on each transfer too.
    add_text(parent, "ChrgBr", "SLEV" if is_sepa else acquirer.accounts[letters].charges)
    for payout in payouts:
        for reference, amount in payout.transfers():
            _credit(ET.SubElement(parent, "CdtTrfTxInf"), payout, reference, amount)


def _credit(parent: ET.Element, payout: Payout, reference: str, amount: int) -> None:
    letters = currency(payout.currency).alpha
    add_text(parent, "PmtId/EndToEndId", reference)
    written = add_text(parent, "Amt/InstdAmt", _bounded(format_amount(amount, letters)))
    written.set("Ccy", letters)
    if payout.bic:
        add_text(parent, "CdtrAgt/FinInstnId/BICFI", payout.bic)
    creditor = ET.SubElement(parent, "Cdtr")
    add_text(creditor, "Nm", sepa_text(payout.name))
    if letters != SEPA_CURRENCY:
        address = ET.SubElement(creditor, "PstlAdr")
        add_text(address, "TwnNm", sepa_text(payout.town, TOWN_MAX))
        add_text(address, "Ctry", payout.country)
    account = ET.SubElement(parent, "CdtrAcct")
    add_text(account, "Id/IBAN", payout.iban)
    add_text(account, "Ccy", payout.account_currency)
    add_text(parent, "RmtInf/Ustrd", payout.purpose)


def _count_and_sum(parent: ET.Element, payouts: Sequence[Payout]) -> None:
    add_text(parent, "NbOfTxs", str(sum(1 for payout in payouts for _ in payout.transfers())))
    add_text(parent, "CtrlSum", _bounded(control_sum(payouts)))


def control_sum(payouts: Iterable[Payout]) -> str:
    """The sum of all amounts, whatever their currency, as the standard wants it to be checked."""
    units = [(payout.amount, currency(payout.currency).exponent) for payout in payouts]
    decimals = max(exponent for _, exponent in units)
    total = str(sum(minor * 10 ** (decimals - exponent) for minor, exponent in units))
    whole = total.zfill(decimals + 1)
    return f"{whole[:-decimals]}.{whole[-decimals:]}" if decimals else total


def _bounded(amount: str) -> str:
    if len(amount.replace(".", "")) > AMOUNT_DIGITS_MAX:
        raise Error(f"a deposit has over {AMOUNT_DIGITS_MAX} digits: no bank's file can carry it")
    return amount
