"""The deposit as the bank reads it: ISO 20022 pain.001.001.09, customer credit transfer initiation.

The same payouts always give the same bytes: every identifier comes from the business date and the
merchant, and the time of creation is the cut-off.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final
from unicodedata import combining, normalize
from xml.etree import ElementTree as ET

from cardswitch.specs.amounts import currency, format_amount
from cardswitch.specs.dates import utc_text
from cardswitch.specs.errors import Error
from cardswitch.wire.ports import Seconds

from .parties import NAME_MAX, SEPA_CHARACTERS, AcquiringBank
from .payouts import Payout

NAMESPACE: Final = "urn:iso:std:iso:20022:tech:xsd:pain.001.001.09"
AMOUNT_DIGITS_MAX: Final = 18  # totalDigits of ActiveOrHistoricCurrencyAndAmount and DecimalNumber
_SPELLED: Final = str.maketrans({"&": "+", "ß": "ss", "Æ": "AE", "æ": "ae", "Ø": "O", "ø": "o"})


def pain001(
    payouts: Iterable[Payout], acquirer: AcquiringBank, business_date: str, created: Seconds
) -> bytes:
    """The file that asks the bank of *acquirer* to deposit *payouts*: UTF-8, one PmtInf a currency.

    *created* is the cut-off. Payouts of nothing are left out; empty if none is left, for the
    standard knows no file without a payment. Raises Error if an amount has over 18 digits.
    """
    paid = [payout for payout in payouts if payout.amount]
    if not paid:
        return b""
    message_id = f"DEPOSIT-{business_date.replace('-', '')}"
    document = ET.Element("Document", xmlns=NAMESPACE)
    initiation = ET.SubElement(document, "CstmrCdtTrfInitn")
    header = ET.SubElement(initiation, "GrpHdr")
    _text(header, "MsgId", message_id)
    _text(header, "CreDtTm", utc_text(created))
    _count_and_sum(header, paid)
    _text(header, "InitgPty/Nm", sepa_text(acquirer.name))
    for code in sorted({payout.currency for payout in paid}):
        chosen = [payout for payout in paid if payout.currency == code]
        payment_id = f"{message_id}-{currency(code).alpha}"
        _payment(ET.SubElement(initiation, "PmtInf"), payment_id, chosen, acquirer, business_date)
    ET.indent(document)
    written: bytes = ET.tostring(document, encoding="utf-8", xml_declaration=True)
    return written + b"\n"


def sepa_text(text: str) -> str:
    """*text* in the characters that every bank carries (EPC 217-08), at most 70 of them.

    Accents are dropped, ``&`` is written ``+``, and what has no likeness becomes a full stop.

    >>> sepa_text("Café Müller & Söhne <Köln>")
    'Cafe Muller + Sohne .Koln.'
    """
    plain = normalize("NFKD", text.translate(_SPELLED))
    kept = (c if c in SEPA_CHARACTERS else "." for c in plain if not combining(c))
    return "".join(kept)[:NAME_MAX]


def _payment(
    parent: ET.Element,
    payment_id: str,
    payouts: Sequence[Payout],
    acquirer: AcquiringBank,
    business_date: str,
) -> None:
    _text(parent, "PmtInfId", payment_id)
    _text(parent, "PmtMtd", "TRF")
    _count_and_sum(parent, payouts)
    _text(parent, "ReqdExctnDt/Dt", business_date)
    _text(parent, "Dbtr/Nm", sepa_text(acquirer.name))
    _text(parent, "DbtrAcct/Id/IBAN", acquirer.iban)
    _text(parent, "DbtrAgt/FinInstnId/BICFI", acquirer.bic)
    for payout in payouts:
        _credit(ET.SubElement(parent, "CdtTrfTxInf"), payout)


def _credit(parent: ET.Element, payout: Payout) -> None:
    _text(parent, "PmtId/EndToEndId", payout.end_to_end_id)
    amount = _text(parent, "Amt/InstdAmt", _bounded(format_amount(payout.amount, payout.currency)))
    amount.set("Ccy", currency(payout.currency).alpha)
    _text(parent, "CdtrAgt/FinInstnId/BICFI", payout.bic)
    _text(parent, "Cdtr/Nm", sepa_text(payout.name))
    account = ET.SubElement(parent, "CdtrAcct")
    _text(account, "Id/IBAN", payout.iban)
    _text(account, "Ccy", payout.account_currency)
    _text(parent, "RmtInf/Ustrd", f"Card sales {payout.business_date} {payout.merchant}")


def _count_and_sum(parent: ET.Element, payouts: Sequence[Payout]) -> None:
    _text(parent, "NbOfTxs", str(len(payouts)))
    _text(parent, "CtrlSum", _bounded(control_sum(payouts)))


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


def _text(parent: ET.Element, path: str, text: str) -> ET.Element:
    element = parent
    for tag in path.split("/"):
        element = ET.SubElement(element, tag)
    element.text = text
    return element
