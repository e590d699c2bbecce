"""What `settle match` and `settle payout` show: columns for people, JSON for programs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

import click
import msgspec

from cardswitch.specs.dates import utc_text
from cardswitch.specs.masking import printable
from cardswitch.wire.operator.text import columns

from ..operate.bank.payouts import PayoutStanding, Said
from ..operate.bank.take import Taken
from ..settlement.entries import BankEntry
from ..settlement.formats.reasons import in_words
from ..settlement.matching import OWED_AGAIN, Matched
from ..settlement.payouts import currency_name
from ..settlement.standing import Standing
from .screen import money

_LINES: Final = ("OUTCOME", "REFERENCE", "MERCHANT", "AMOUNT", "WHY")
_PAYOUTS: Final = ("STATE", "REFERENCE", "MERCHANT", "AMOUNT", "DUE", "WHY")
_SAID: Final = ("TAKEN", "FILE", "OUTCOME", "AMOUNT", "WHY")


def show_taken(taken: Taken, as_json: bool) -> None:
    """Show what became of a file of a bank, line by line."""
    if as_json:
        click.echo(msgspec.json.encode(taken))
        return
    click.echo(f"{taken.name}: {taken.state}{'' if taken.matched else _nothing(taken)}")
    rows = [_line(each) for each in (*taken.matched, *taken.missing)]
    for row in columns([_LINES, *rows] if rows else []):
        click.echo(f"  {row}")
    for fault in taken.faults:
        click.echo(f"  {printable(fault, 300)}")


def _nothing(taken: Taken) -> str:
    if taken.state == "refused":
        return ", nothing of it is booked"
    return "; it tells of nothing that was booked or rejected"


def _line(each: Matched) -> tuple[str, ...]:
    reference = printable(each.reference, 35) or "(no reference)"
    about = each.outcome, reference, printable(each.merchant, 15), _money(each)
    return (*about, _why(each))


def _money(each: Matched) -> str:
    return money(each.amount, each.currency) if each.currency else ""


def _why(line: Matched) -> str:
    if not line.code and line.outcome not in OWED_AGAIN:
        return ""
    text = f" ({printable(line.text, 60)})" if line.text else ""
    return f"{printable(line.code, 35)} {in_words(line.code)}{text}".strip()


def show_payouts(found: Sequence[PayoutStanding], standing: Standing, as_json: bool) -> None:
    """Show how payouts stand, and what people hold."""
    if as_json:
        for each in found:
            click.echo(msgspec.json.encode(each))
        for merchant, code, because in _held(standing):
            held = {"merchant": merchant, "currency": code, "state": "held", "why": because}
            click.echo(msgspec.json.encode(held))
        return
    rows = [
        (
            each.state,
            each.reference,
            printable(each.merchant, 15),
            money(each.amount, each.currency),
            each.execution,
            printable(each.why, 300),
        )
        for each in found
    ]
    for row in columns([_PAYOUTS, *rows] if rows else []):
        click.echo(row)
    for merchant, code, because in _held(standing):
        what = currency_name(code) if code else "all currencies"
        click.echo(f"held: {printable(merchant, 15)}, {what}: {printable(because, 300)}")
    if not rows:
        click.echo("all that was ordered is booked; --all shows it", err=True)


def _held(standing: Standing) -> Iterator[tuple[str, str, str]]:
    """What people hold; what a bank sent back stands beside its payout."""
    for (merchant, code), holds in standing.holds.items():
        yield from ((merchant, code, hold.because) for hold in holds if not hold.iban)


def show_payout(one: PayoutStanding, said: Sequence[Said], as_json: bool) -> None:
    """Show one payout with all that was said of it."""
    if as_json:
        click.echo(msgspec.json.encode({**msgspec.structs.asdict(one), "said": said}))
        return
    click.echo(f"{one.reference}  {one.state}{f': {printable(one.why, 300)}' if one.why else ''}")
    click.echo(f"  {money(one.amount, one.currency)} to {printable(one.merchant, 15)}, {one.iban}")
    click.echo(f"  order {one.order_id} of {one.business_date}, for {one.execution}")
    rows = [
        (
            utc_text(each.at),
            printable(each.name, 60),
            each.outcome,
            money(each.amount, each.currency),
            f"{printable(each.code, 35)} {each.reason} {printable(each.text, 60)}".strip(),
        )
        for each in said
    ]
    for row in columns([_SAID, *rows] if rows else []):
        click.echo(f"  {row}")
    if not rows:
        click.echo("  no bank has told of it yet")


def show_decided(entry: BankEntry, as_json: bool) -> None:
    """Show what was decided, as books and journal have it now."""
    if as_json:
        click.echo(msgspec.json.encode(entry))
        return
    whom = entry.reference or printable(entry.merchant, 15)
    code = f", {currency_name(entry.currency)}" if entry.currency and not entry.amount else ""
    then = {
        "hold": "nothing is paid until it is released",
        "release": "the next close pays what is owed",
        "retry": "the next close pays it, to the account that is configured then",
        "hold closes": "days end, and none is closed until that is released",
        "release closes": "the next close closes all days that have ended",
        "correct": f"{money(entry.amount, entry.currency)} from {entry.credit} to {entry.debit}",
        "clear": f"{money(entry.amount, entry.currency)} is owed to {entry.merchant} from now on, "
        "and the next close pays it",
    }
    click.echo(f"{f'{entry.kind} {whom}'.rstrip()}{code}: {then[entry.kind]}")
