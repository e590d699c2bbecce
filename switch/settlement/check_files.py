"""Reads back what a close has written for others, and names whatever is not as it should be.

What a file must say is put down as lines, path and text, from the payouts; what it does say is read
by a parser that knows nothing of how it was written.
"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from io import StringIO
from xml.etree import ElementTree as ET

from cardswitch.specs.amounts import currency, format_amount
from cardswitch.specs.dates import utc_text
from cardswitch.specs.errors import FormatError
from cardswitch.specs.holidays import execution_date
from cardswitch.specs.masking import printable
from cardswitch.wire.ports import Seconds

from .ach.check import said_by_ach, wanted_of_ach
from .days import BankDay, short_label
from .formats.deposit_csv import AMOUNTS, BYTE_ORDER_MARK, CHARGED_COLUMNS, COLUMNS, harmless
from .formats.pain001 import NAMESPACE, TOWN_MAX
from .names import sepa_text
from .parties import SEPA_CURRENCY, AcquiringBank
from .payouts import Payout, amount_text, currency_name

Lines = list[tuple[str, str]]  # path and text of each element that has one, in their order
Blocks = list[tuple[str, Lines]]  # by name: a record of a file


def check_files(
    files: Mapping[str, bytes],
    day: BankDay,
    closed_at: Seconds,
    paid: Sequence[Payout],
    acquirer: AcquiringBank,
    manifest: bytes = b"",
    ach_before: int = 0,
) -> Iterator[str]:
    """What is wrong with *files*, one sentence for each record; *paid* are the payouts.

    *manifest* is what the one of the reports to merchants must be, *ach_before* how many files of
    the ACH were made on that day before.
    """
    name = f"deposit-{day.label}"
    wanted = {f"{name}.csv": _csv(paid), f"{name}-sheet.csv": _sheet(paid)}
    order = _order(day, closed_at, paid, acquirer)
    if order:
        wanted[f"{name}.xml"] = order
    by_ach = wanted_of_ach(day, closed_at, paid, acquirer, ach_before)
    if by_ach:
        wanted[f"{name}.ach"] = by_ach
    if manifest:
        wanted[f"reports-{day.label}.sha256"] = _lines(manifest)
    for file in sorted(wanted.keys() | files.keys()):
        if file not in files:
            yield f"{file} is missing"
        elif file not in wanted:
            yield f"{file} does not belong there"
        else:
            said = _said(file, files[file])
            yield from (f"{file}: {finding}" for finding in _compare(said, wanted[file]))


def differences(file: str, content: bytes, kept: bytes) -> tuple[str, ...]:
    """Where the *content* of *file* says other than what was *kept* of it, record by record."""
    return tuple(_compare(_said(file, content), _said(file, kept)))


def _compare(said: Blocks, wanted: Blocks) -> Iterator[str]:
    there, should = _by_name(said), _by_name(wanted)
    for name, lines in there.items():
        if name not in should:
            yield f"{printable(name, 60)} does not belong there"
        elif lines != should[name]:
            yield f"{printable(name, 60)}: {_difference(lines, should[name])}"
    yield from (f"{printable(name, 60)} is missing" for name in should if name not in there)
    if there.keys() == should.keys() and [*there] != [*should]:
        yield "its records are not in their order"


def _by_name(blocks: Blocks) -> dict[str, Lines]:
    """Those of one name are numbered."""
    counts: Counter[str] = Counter()
    found = {}
    for name, lines in blocks:
        counts[name] += 1
        found[f"{name}, number {counts[name]}" if counts[name] > 1 else name] = lines
    return found


def _difference(lines: Lines, should: Lines) -> str:
    for line, want in zip(lines, should, strict=False):
        if line != want:
            said, expected = (f"{path} {text!r}" for path, text in (line, want))
            return f"{printable(said, 120)}, expected {printable(expected, 120)}"
    return f"{len(lines)} values, expected {len(should)}"


# What is said -------------------------------------------------------------------------------------


def _said(file: str, content: bytes) -> Blocks:
    try:
        if file.endswith(".xml"):
            return list(_read_order(content))
        if file.endswith(".ach"):
            return said_by_ach(content)
        if file.endswith(".sha256"):
            return _lines(content)
        return list(_read_csv(content.decode(), is_sheet=file.endswith("-sheet.csv")))
    except (ValueError, FormatError, ET.ParseError, csv.Error) as error:
        return [(f"unreadable ({type(error).__name__})", [])]


def _lines(content: bytes) -> Blocks:
    """Each line under its last word, and whether the last one ends."""
    lines = content.decode().split("\n")
    return [(line.rpartition("  ")[2], [("SHA-256", line)]) for line in lines]


def _read_order(content: bytes) -> Iterator[tuple[str, Lines]]:
    # Our own file, which the bank has yet to see: nothing untrusted is parsed here.
    document = ET.fromstring(content)  # noqa: S314
    yield "order", _lines_of(document, but="PmtInf")
    for payment in document.iter(f"{{{NAMESPACE}}}PmtInf"):
        lines = _lines_of(payment, but="CdtTrfTxInf")
        yield f"payment {dict(lines).get('PmtInf/PmtInfId', '')}", lines
        for credit in payment.iter(f"{{{NAMESPACE}}}CdtTrfTxInf"):
            lines = _lines_of(credit)
            yield f"transfer {dict(lines).get('CdtTrfTxInf/PmtId/EndToEndId', '')}", lines


def _read_csv(text: str, *, is_sheet: bool) -> Iterator[tuple[str, Lines]]:
    if is_sheet != text.startswith(BYTE_ORDER_MARK):
        raise ValueError
    rows = csv.reader(StringIO(text.removeprefix(BYTE_ORDER_MARK), newline=""), strict=True)
    names = next(rows, [])
    yield "columns", [(name, "") for name in names]
    for row in rows:
        cells = list(zip(names, row, strict=True))
        about = dict(cells)
        yield f"line {about.get('merchant', '')}/{about.get('currency', '')}", cells


def _lines_of(element: ET.Element, but: str = "", path: str = "") -> Lines:
    """What *element* says, with its attributes, but for the elements called *but*."""
    tag = element.tag.removeprefix(f"{{{NAMESPACE}}}")
    here = f"{path}/{tag}" if path else tag
    lines = [(f"{here}@{name}", value) for name, value in element.items()]
    if element.text and element.text.strip():
        lines.append((here, element.text))
    for child in element:
        if child.tag != f"{{{NAMESPACE}}}{but}":
            lines += _lines_of(child, but, here)
    return lines


# What must be said --------------------------------------------------------------------------------


def _order(
    day: BankDay, closed_at: Seconds, paid: Iterable[Payout], acquirer: AcquiringBank
) -> Blocks:
    transfers = [(p, name, amount) for p in paid if not p.is_ach for name, amount in p.transfers()]
    if not transfers:
        return []
    _, of, whose = day.label.partition(".")
    message_id = f"DEPOSIT-{short_label(day.label)}{of}{whose}"
    amounts = [format_amount(amount, p.currency) for p, _, amount in transfers]
    path = "Document/CstmrCdtTrfInitn/GrpHdr"
    header = [
        (f"{path}/MsgId", message_id),
        (f"{path}/CreDtTm", utc_text(closed_at)),
        *_count_and_sum(path, amounts),
        (f"{path}/InitgPty/Nm", sepa_text(acquirer.name)),
    ]
    blocks: Blocks = [("order", header)]
    for code in sorted({p.currency for p, _, _ in transfers}):
        own = [each for each in transfers if each[0].currency == code]
        letters = currency(code).alpha
        name = f"{message_id}-{letters}"
        amounts = [format_amount(amount, code) for _, _, amount in own]
        blocks.append((f"payment {name}", _payment(name, letters, amounts, closed_at, acquirer)))
        blocks += [
            (f"transfer {reference}", _transfer(p, letters, reference, amount))
            for (p, reference, _), amount in zip(own, amounts, strict=True)
        ]
    return blocks


def _payment(
    name: str, letters: str, amounts: Sequence[str], closed_at: Seconds, acquirer: AcquiringBank
) -> Lines:
    is_sepa = letters == SEPA_CURRENCY
    account = acquirer if is_sepa else acquirer.accounts[letters]
    cut_off = account.order_cut_off or acquirer.order_cut_off
    days = acquirer.value_days if account.value_days is None else account.value_days
    day = execution_date(closed_at, cut_off, letters, days)
    lines = [
        ("PmtInfId", name),
        ("PmtMtd", "TRF"),
        ("BtchBookg", str(acquirer.batch_booking).lower()),
        *_count_and_sum("", amounts),
        *([("PmtTpInf/SvcLvl/Cd", "SEPA")] if is_sepa else []),
        ("ReqdExctnDt/Dt", day),
        ("Dbtr/Nm", sepa_text(acquirer.name)),
        ("DbtrAcct/Id/IBAN", account.iban),
        ("DbtrAcct/Ccy", letters),
        ("DbtrAgt/FinInstnId/BICFI", account.bic),
        ("ChrgBr", "SLEV" if is_sepa else acquirer.accounts[letters].charges),
    ]
    return [(f"PmtInf/{path.removeprefix('/')}", text) for path, text in lines]


def _transfer(payout: Payout, letters: str, reference: str, amount: str) -> Lines:
    is_sepa = letters == SEPA_CURRENCY
    town = sepa_text(payout.town, TOWN_MAX)
    lines = [
        ("PmtId/EndToEndId", reference),
        ("Amt/InstdAmt@Ccy", letters),
        ("Amt/InstdAmt", amount),
        ("CdtrAgt/FinInstnId/BICFI", payout.bic),
        ("Cdtr/Nm", sepa_text(payout.name)),
        ("Cdtr/PstlAdr/TwnNm", "" if is_sepa else town),
        ("Cdtr/PstlAdr/Ctry", "" if is_sepa else payout.country),
        ("CdtrAcct/Id/IBAN", payout.iban),
        ("CdtrAcct/Ccy", payout.account_currency),
        ("RmtInf/Ustrd", _purpose(payout)),
    ]
    return [(f"CdtTrfTxInf/{path}", text) for path, text in lines if text]


def _purpose(payout: Payout) -> str:
    said = f"Card sales {payout.business_date} {payout.merchant}"
    if not payout.bounced:
        return said
    first, *others = payout.bounced
    return f"{said} / replaces {first}" + (f" and {len(others)} more" if others else "")


def _count_and_sum(path: str, amounts: Sequence[str]) -> Lines:
    total = sum(map(Decimal, amounts))
    return [(f"{path}/NbOfTxs", str(len(amounts))), (f"{path}/CtrlSum", f"{total:f}")]


def _csv(paid: Sequence[Payout]) -> Blocks:
    is_charged = any((p.fees, p.reserved, p.invoiced) != (0, 0, 0) for p in paid)
    columns = [*COLUMNS, *CHARGED_COLUMNS] if is_charged else [*COLUMNS]
    blocks: Blocks = [("columns", [(name, "") for name in columns])]
    for p in paid:
        left = p.opening + p.credits - p.debits - p.fees - p.reserved
        deposit = 0 if p.unpaid else max(left, 0)
        amounts = {
            "opening": p.opening,
            "credits": p.credits,
            "debits": p.debits,
            "deposit": deposit,
            "carried_forward": min(left, 0),
            "in_suspense": max(left, 0) - deposit,
            "fees": p.fees,
            "reserved": p.reserved,
            "fees_invoiced": p.invoiced,
        }
        texts = {
            "business_date": p.business_date,
            "merchant": p.merchant,
            "name": p.name,
            "currency": currency_name(p.currency),
            "credit_count": str(p.credit_count),
            "debit_count": str(p.debit_count),
            "unpaid": p.unpaid,
            "iban": p.iban,
            "bic": p.bic,
            "end_to_end_id": p.end_to_end_id if deposit else "",
            "replaces": " ".join(p.bounced) if deposit else "",
            **{name: amount_text(amount, p.currency) for name, amount in amounts.items()},
        }
        line = [(name, texts[name]) for name in columns]
        blocks.append((f"line {p.merchant}/{currency_name(p.currency)}", line))
    return blocks


def _sheet(paid: Sequence[Payout]) -> Blocks:
    columns, *lines = _csv(paid)
    safe: Blocks = []
    for _, line in lines:
        cells = [(name, text if name in AMOUNTS else harmless(text)) for name, text in line]
        about = dict(cells)
        safe.append((f"line {about['merchant']}/{about['currency']}", cells))
    return [columns, *safe]
