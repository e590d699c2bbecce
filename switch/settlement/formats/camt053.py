"""What a bank has booked: camt.053, a statement of an account, in all its versions.

An entry is one payment or a batch; the parts of a batch come to its sum. A bank may leave them out,
and then names the payment (PmtInfId) alone. A camt.054 tells of single entries in the same way,
before the statement has them: it has no balances.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final
from xml.etree.ElementTree import Element

from msgspec import Struct

from cardswitch.specs.errors import FormatError
from cardswitch.specs.masking import printable
from cardswitch.specs.xml import text_of

from .from_bank import EDITION, amount_of, read_document

_BOOKED: Final = frozenset(("BOOK", ""))  # "": versions to 06 may leave it to the code below.
_OPENING: Final = frozenset(("OPBD", "PRCD"))
_SIGNS: Final = {"CRDT": 1, "DBIT": -1}
# A message, and what one account in it is called.
STATEMENT: Final = "camt.053.001"
NOTICE: Final = "camt.054.001"
_ACCOUNTS: Final = {STATEMENT: "Stmt", NOTICE: "Ntfctn"}
_NAMELESS: Final = frozenset(("", "NONREF", "NOTPROVIDED"))


class Part(Struct, frozen=True, gc=False, kw_only=True):
    """One payment of an entry, or the whole entry where a bank tells no parts of it."""

    amount: int  # minor units; above zero what came, below what went
    currency: str  # ISO 4217 numeric
    reference: str = ""  # EndToEndId
    payment: str = ""  # PmtInfId
    entry: str = ""  # the bank's own name of the entry, AcctSvcrRef
    code: str = ""  # why it came back, such as AC04
    text: str = ""
    is_return: bool = False
    is_change: bool = False  # it moves nothing, and says what to write next time


class Statement(Struct, frozen=True, kw_only=True):
    """One statement; amounts in minor units, signed."""

    name: str  # MsgId and number of the statement: a file that comes twice has the same
    account: str  # IBAN, or what else the bank calls it
    until: str  # the last day that it tells of, YYYY-MM-DD
    parts: tuple[Part, ...]
    faults: tuple[str, ...]  # what does not add up
    currencies: tuple[str, ...] = ()  # ISO 4217 numeric: those that it tells of


def read_statements(
    content: bytes, kind: str = STATEMENT, edition: int = EDITION
) -> tuple[Statement, ...]:
    """The statements in a camt.053, or the notices in a camt.054. Raises FormatError."""
    message = read_document(content, kind)
    file = text_of(message, "GrpHdr/MsgId")
    tag = _ACCOUNTS[kind]
    found = tuple(_statement(file, element, edition) for element in message.iterfind(tag))
    if not found:
        raise FormatError(f"at least one account, {tag}")
    return found


def _statement(file: str, element: Element, edition: int) -> Statement:
    parts: list[Part] = []
    faults: list[str] = []
    moved: dict[str, int] = {}
    for entry in element.iterfind("Ntry"):
        if _state(entry) not in _BOOKED:
            continue  # Announced, not booked: it comes again.
        signed, code = _signed(entry, "the entry")
        own = [*_parts(entry, signed, code, edition)]
        total = sum(part.amount for part in own)
        if total != signed:
            name = printable(text_of(entry, "AcctSvcrRef") or text_of(entry, "NtryRef"), 35)
            faults.append(f"entry {name or '(unnamed)'} is {signed}, its parts come to {total}")
        parts += own
        moved[code] = moved.get(code, 0) + signed
    faults += _unbalanced(element, moved)
    return Statement(
        name=f"{file}/{text_of(element, 'Id')}/{text_of(element, 'ElctrncSeqNb')}",
        account=text_of(element, "Acct/Id/IBAN") or text_of(element, "Acct/Id/Othr/Id"),
        until=_until(element),
        parts=tuple(parts),
        faults=tuple(faults),
        currencies=_currencies(element),
    )


def _currencies(element: Element) -> tuple[str, ...]:
    """Those of its balances and entries: a statement of one account may have several."""
    found = {
        amount_of(amount)[1]
        for kind in ("Bal", "Ntry")
        for amount in element.iterfind(f"{kind}/Amt")
    }
    return tuple(sorted(found))


def _parts(entry: Element, signed: int, code: str, edition: int) -> Iterator[Part]:
    details = entry.findall("NtryDtls/TxDtls")
    payment = text_of(entry, "NtryDtls/Btch/PmtInfId")
    name = _named(text_of(entry, "AcctSvcrRef"))
    if not details:
        yield Part(amount=signed, currency=code, payment=payment, entry=name)
    sign = 1 if signed >= 0 else -1
    for each in details:
        amount = _amount(each)
        if amount is None and len(details) == 1:
            amount = abs(signed), code
        if amount is None:
            raise FormatError("an amount of each part of an entry, TxDtls/Amt")
        reference = text_of(each, "Refs/EndToEndId")
        own_code = text_of(each, "RtrInf/Rsn/Prtry") if edition > 1 else ""
        part_sign = _SIGNS.get(text_of(each, "CdtDbtInd"), sign)
        yield Part(
            amount=part_sign * amount[0],
            currency=amount[1],
            reference=_named(reference) if edition > 1 else reference,
            payment=text_of(each, "Refs/PmtInfId") or payment,
            entry=name,
            code=text_of(each, "RtrInf/Rsn/Cd") or own_code,
            text=text_of(each, "RtrInf/AddtlInf"),
            is_return=each.find("RtrInf") is not None,
        )


def _named(name: str) -> str:
    return "" if name in _NAMELESS else name


def _amount(details: Element) -> tuple[int, str] | None:
    for path in ("Amt", "AmtDtls/TxAmt/Amt"):
        found = details.find(path)
        if found is not None:
            return amount_of(found)
    return None


def _unbalanced(element: Element, moved: dict[str, int]) -> Iterator[str]:
    opening: dict[str, int] = {}
    closing: dict[str, int] = {}
    for balance in element.iterfind("Bal"):
        kind = text_of(balance, "Tp/CdOrPrtry/Cd")
        signed, code = _signed(balance, "the balance")
        if kind in _OPENING:
            opening[code] = signed
        elif kind == "CLBD":
            closing[code] = signed
    for code, left in closing.items():
        if code in opening and opening[code] + moved.get(code, 0) != left:
            total = opening[code] + moved.get(code, 0)
            yield f"opening balance and entries come to {total}, the closing balance is {left}"


def _signed(element: Element, what: str) -> tuple[int, str]:
    amount = element.find("Amt")
    sign = _SIGNS.get(text_of(element, "CdtDbtInd"))
    if amount is None or sign is None:
        raise FormatError(f"amount and direction of {what}, Amt and CdtDbtInd")
    minor, code = amount_of(amount)
    return sign * minor, code


def _state(entry: Element) -> str:
    return text_of(entry, "Sts/Cd") or text_of(entry, "Sts")


def _until(element: Element) -> str:
    days = [
        text_of(balance, "Dt/Dt") or text_of(balance, "Dt/DtTm")[:10]
        for balance in element.iterfind("Bal")
        if text_of(balance, "Tp/CdOrPrtry/Cd") == "CLBD"
    ]
    return max(days, default="") or text_of(element, "FrToDt/ToDtTm")[:10]
