"""Credit transfers that are made at a page of the bank, and what their payee is told: camt.054."""

from __future__ import annotations

from decimal import Decimal
from typing import Final
from xml.etree import ElementTree as ET

from msgspec import Struct

from cardswitch.specs.amounts import currency, parse_amount
from cardswitch.specs.dates import card_date, utc_text
from cardswitch.specs.errors import FormatError
from cardswitch.specs.merchants import ID_CHARACTERS
from cardswitch.specs.xml import add_text
from cardswitch.wire.ports import Seconds

NOTICE: Final = "urn:iso:std:iso:20022:tech:xsd:camt.054.001.08"
REFERENCE_MAX: Final = 35  # EndToEndId
_PROLOG: Final = b'<?xml version="1.0" encoding="UTF-8"?>\n'


class Wish(Struct, frozen=True, kw_only=True):
    """What a link to the bank asks a customer to pay; *amount* in minor units."""

    iban: str
    amount: int
    currency: str
    reference: str

    @property
    def text(self) -> str:
        """The amount, as people and XML have it."""
        decimals = currency(self.currency).exponent
        return f"{Decimal(self.amount).scaleb(-decimals):.{decimals}f}"


def wish_of(iban: str, amount: str, code: str, reference: str) -> Wish:
    """The wish that a link says. Raises FormatError."""
    if currency(code).alpha != code:
        raise FormatError("a currency, such as EUR", seen=code)
    minor = parse_amount(amount, code)
    if minor < 1:
        raise FormatError("an amount above zero", seen=amount)
    if not 0 < len(reference) <= REFERENCE_MAX or not set(reference) <= ID_CHARACTERS:
        raise FormatError(f"a reference of 1 to {REFERENCE_MAX} characters that banks carry")
    return Wish(iban=iban, amount=minor, currency=code, reference=reference)


def notice(wish: Wish, name: str, now: Seconds, zone: str) -> bytes:
    """The camt.054, called *name*, that tells whoever has the account of the money."""
    date = card_date(now, zone)
    day = f"20{date[:2]}-{date[2:4]}-{date[4:]}"
    document = ET.Element("Document", xmlns=NOTICE)
    message = ET.SubElement(document, "BkToCstmrDbtCdtNtfctn")
    add_text(message, "GrpHdr/MsgId", f"CREDIT-{name}"[:35])
    add_text(message[0], "CreDtTm", utc_text(now))
    account = ET.SubElement(message, "Ntfctn")
    add_text(account, "Id", name[:35])
    add_text(account, "CreDtTm", utc_text(now))
    add_text(account, "Acct/Id/IBAN", wish.iban)
    add_text(account[-1], "Ccy", wish.currency)
    entry = ET.SubElement(account, "Ntry")
    add_text(entry, "Amt", wish.text).set("Ccy", wish.currency)
    add_text(entry, "CdtDbtInd", "CRDT")
    add_text(entry, "Sts/Cd", "BOOK")
    add_text(entry, "BookgDt/Dt", day)
    add_text(entry, "ValDt/Dt", day)
    add_text(entry, "AcctSvcrRef", name[:35])
    kind = ET.SubElement(ET.SubElement(entry, "BkTxCd"), "Domn")
    add_text(kind, "Cd", "PMNT")
    add_text(kind, "Fmly/Cd", "RCDT")
    add_text(kind[-1], "SubFmlyCd", "ESCT")
    part = ET.SubElement(ET.SubElement(entry, "NtryDtls"), "TxDtls")
    add_text(part, "Refs/EndToEndId", wish.reference)
    add_text(part, "Amt", wish.text).set("Ccy", wish.currency)
    add_text(part, "CdtDbtInd", "CRDT")
    ET.indent(document)
    return _PROLOG + ET.tostring(document, encoding="unicode").encode() + b"\n"
