"""The bank day that `cardswitch demo` runs: all of it over TCP, with journals on disk."""

from __future__ import annotations

import asyncio
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from typing import Any, Final

from cardswitch.hosts.bank.offline import accounts_of
from cardswitch.hosts.vault import open_vault
from cardswitch.specs.amounts import format_amount, parse_amount
from cardswitch.specs.codes import reason
from cardswitch.specs.dates import utc_text
from cardswitch.specs.errors import Error
from cardswitch.switch.core.row import Row
from cardswitch.switch.core.states import State
from cardswitch.switch.operate.bank.inbox import Inbox
from cardswitch.switch.operate.closing import record_booked
from cardswitch.switch.operate.settle import close_days
from cardswitch.switch.store.reader import JournalReader
from cardswitch.terminal.config import read_cards
from cardswitch.terminal.core.messages import Order
from cardswitch.terminal.core.outcome import Outcome, SaleState
from cardswitch.terminal.customer.card import Card, find_card
from cardswitch.terminal.face.paper import printed
from cardswitch.terminal.face.receipt import receipt
from cardswitch.terminal.session import Session, open_session
from cardswitch.wire.driver.runtime import Clock

from .ceremony import Keys
from .running import Running, running
from .topology import Lab, Timing, free_ports, make_lab, read_lab

CURRENCY: Final = "EUR"
PIN: Final = "1234"
# Short, so that the demo is quick; outer timers are longer than inner ones, as always.
TIMING: Final = Timing(terminal_s=2.6, front_s=2.1, acquirer_s=1.6, issuer_s=1.1, late_s=3.0)
BEFORE_CUT_OFF_S: Final = 1_800.0  # The bank's clock when the demo begins.
REVERSED_S: Final = 10.0  # Its first send is enough, unless the machine is very busy.
CUT_OVER_S: Final = 5.0  # The switch needs a turn of its loop.
LOOK_S: Final = 0.02
NAMESPACE: Final = "{urn:iso:std:iso:20022:tech:xsd:pain.001.001.09}"
Tell = Callable[[str, str], None]


class Story:
    """Runs a bank day in *folder*, reports to *tell* ("title" or "text"), collects *facts*."""

    cut_off_chapter = 8

    def __init__(self, folder: Path, tell: Tell) -> None:
        self.facts: dict[str, Any] = {}
        self.agrees = False
        self._folder = folder
        self._tell = tell
        self._clock = Clock()
        self._cards: tuple[Card, ...] = ()
        self._credited = 0

    async def play(self) -> None:
        """Run the whole day. Raises Error if a step does not end as it should."""
        path, keys = make_lab(self._folder, free_ports(), TIMING)
        lab = read_lab(path)
        self._cards = read_cards(Path(lab.terminal.cards))
        self._show_keys(keys)
        self._set_clock(lab)
        async with running(lab, self._clock) as programs:
            await programs.ready()
            self._show_links(lab)
            async with open_session(lab.terminal, self._clock) as session:
                await self._sell(session, lab)
                receipts = self._sum_of_receipts(session)
            await self._cut_off(lab)
            await self._at_the_bank(lab, programs)
            self._check(lab, programs, receipts)

    # Before the first sale ------------------------------------------------------------------------

    def _show_keys(self, keys: Keys) -> None:
        self._title("1. Keys are made in the HSM, and shared between zones")
        self._text(
            "The ZPKs left it under a ZMK (A0), the other side imported them (A6), and both\n"
            "compared check values. Cards were personalised inside (JC, DG, CW)."
        )
        for name, value in keys.check_values.items():
            self._text(f"{name:14} check value {value}")
        self.facts["check_values"] = dict(keys.check_values)

    def _set_clock(self, lab: Lab) -> None:
        """Move the bank's clock to half an hour before the cut-off."""
        now = self._clock.now()
        day = lab.switch.cut_off.business_date(now + BEFORE_CUT_OFF_S)
        self._clock.shift(lab.switch.cut_off.ends_at(day) - BEFORE_CUT_OFF_S - now)
        self.facts["business_date"] = day

    def _show_links(self, lab: Lab) -> None:
        self._title("2. All links are up and signed on")
        self._text("terminal > switch > acquirer > switch > issuer, and the HSM beside them")
        self._text(f"The bank's clock says {utc_text(self._clock.now())}; terminals connect to")
        self._text(f"{lab.terminal.host}:{lab.terminal.port}")

    # Sales ----------------------------------------------------------------------------------------

    async def _sell(self, session: Session, lab: Lab) -> None:
        self._title("3. A purchase with PIN, approved")
        first = await self._sale(session, "12.50", "good", SaleState.APPROVED)
        self._text(printed(receipt(first, "customer", lab.terminal.shop)))

        self._title("4. The same purchase again (0201): answered once more, charged once")
        repeat = await self._repeat(session)
        self._text(f"same answer: {repeat.code}, approval {repeat.approval_code}, RRN {repeat.rrn}")
        if (repeat.rrn, repeat.approval_code) != (first.rrn, first.approval_code):
            raise Error("the repeat was answered differently")

        self._title("5. A purchase declined, with the reason")
        await self._sale(session, "80.51", "good", SaleState.DECLINED)

        self._title("6. A purchase that the issuer never answers: timed out, and reversed")
        await self._sale(session, "9.69", "good", SaleState.DECLINED)
        states = await self._states_of_last_leg(lab)
        self._text(f"states of the issuer's leg: {' > '.join(states)}")

        self._title("7. One more purchase, approved")
        await self._sale(session, "30.00", "good", SaleState.APPROVED)

    async def _sale(self, session: Session, amount: str, alias: str, kind: SaleState) -> Outcome:
        card = find_card(self._cards, alias)
        order = Order(
            amount=parse_amount(amount, CURRENCY),
            currency=CURRENCY,
            card=card,
            entry="swipe",
            pin=PIN,
        )
        outcome = await _last(session.perform(lambda terminal, now: terminal.ask(order, now)))
        why = (
            f": {reason(outcome.code).text} ({outcome.code})" if kind is SaleState.DECLINED else ""
        )
        self._text(f"{amount} {CURRENCY} with card {outcome.card}: {outcome.kind}{why}")
        self.facts.setdefault("sales", []).append(
            {"amount": amount, "outcome": outcome.kind, "code": outcome.code, "rrn": outcome.rrn}
        )
        if outcome.kind is not kind:
            raise Error(f"the sale of {amount} should have been {kind}, and was {outcome.kind}")
        return outcome

    async def _repeat(self, session: Session) -> Outcome:
        return await _last(session.perform(lambda terminal, now: terminal.repeat(now)))

    async def _states_of_last_leg(self, lab: Lab) -> list[str]:
        """The states of the last purchase on the network side, once its reversal is through."""
        async with asyncio.timeout(REVERSED_S):
            while True:
                rows = [row for row in self._journal(lab) if row.serves == "acquirers"]
                last = max(row.leg for row in rows if row.kind == "sale")
                states = [row.state for row in rows if row.leg == last]
                if states[-1] != State.REVERSING:
                    return states
                await asyncio.sleep(LOOK_S)

    # After the last sale --------------------------------------------------------------------------

    async def _cut_off(self, lab: Lab) -> None:
        """The switch ends the bank day by itself; settlement closes it beside the switch."""
        day = self.facts["business_date"]
        end = lab.switch.cut_off.ends_at(day)
        self._clock.shift(max(0.0, end - self._clock.now()))
        self._title(
            f"{self.cut_off_chapter}. Cut-off: the bank's clock moves on to {utc_text(end)}"
        )
        async with asyncio.timeout(CUT_OVER_S):
            while not self._has_ended(lab, day):
                await asyncio.sleep(LOOK_S)
        record = partial(record_booked, lab.switch, open_vault(lab.switch.vault))
        closing = partial(close_days, lab.switch, lab.settlement, record, day)
        [report] = await asyncio.to_thread(closing)
        closed = report.closed
        for payout in closed.payouts:
            amount = format_amount(payout.amount, payout.currency)
            self._text(f"deposit for {payout.merchant}: {amount} {CURRENCY}")
        self._text(f"written: {', '.join(closed.files)}")
        self.facts["files"] = sorted(closed.files)

    async def _at_the_bank(self, lab: Lab, programs: Running) -> None:
        """The bank takes the order, answers, and what it answers is booked."""
        self._title("9. The bank takes the order, pays, and says so")
        assert lab.bank is not None, "the lab was made just now"
        assert programs.bank is not None, "and so it runs"
        await asyncio.to_thread(programs.bank.look)
        folder = Path(lab.bank.answers)
        record = partial(record_booked, lab.switch, open_vault(lab.switch.vault))
        taking = partial(Inbox(lab.settlement.answers).take, lab.switch, lab.settlement, record)
        for taken in await asyncio.to_thread(taking):
            self._text(f"{Path(taken.name).name}: {taken.summary}")
        for line in accounts_of(folder):
            if line.what == "is paid":
                self._text(f"{line.iban} is credited {line.amount:f} {line.currency}")
                self._credited += parse_amount(f"{line.amount:f}", line.currency)
        self.facts["credited"] = format_amount(self._credited, CURRENCY)

    def _check(self, lab: Lab, programs: Running, receipts: int) -> None:
        journal = list(self._journal(lab))
        books = {
            "terminal, receipts": receipts,
            "switch, front side": _approved(journal, "merchants"),
            "acquirer, books": sum(a.amount for a in programs.acquirer.approved().values()),
            "switch, network side": _approved(journal, "acquirers"),
            "issuer, holds": sum(programs.issuer.held_in_all().values()),
            "deposit file": self._deposited(lab),
            "merchant's account": self._credited,
        }
        self._title("10. Do all books agree?")
        for name, amount in books.items():
            self._text(f"{name:22} {format_amount(amount, CURRENCY):>10} {CURRENCY}")
        self.agrees = len(set(books.values())) == 1 and receipts > 0
        self._text("they agree, to the cent\n" if self.agrees else "THEY DO NOT AGREE")
        self.facts["books"] = books
        self.facts["agrees"] = self.agrees

    def _sum_of_receipts(self, session: Session) -> int:
        totals = session.book.batch.totals
        return sum(tallies["sale approved"].amount for tallies in totals.values())

    def _deposited(self, lab: Lab) -> int:
        """The control sum of the file that the bank would get, read back from the disk."""
        file = Path(lab.settlement.deposits) / f"deposit-{self.facts['business_date']}.xml"
        path = f"{NAMESPACE}CstmrCdtTrfInitn/{NAMESPACE}GrpHdr/{NAMESPACE}CtrlSum"
        total = ET.parse(file).findtext(path, "")  # noqa: S314 - we have just written it
        return parse_amount(total, CURRENCY)

    def _has_ended(self, lab: Lab, label: str) -> bool:
        days = JournalReader(lab.switch.database).days()
        return any(day.label == label and day.has_ended for day in days)

    def _journal(self, lab: Lab) -> Iterable[Row]:
        return [row for row in JournalReader(lab.switch.database).rows() if row.leg]

    def _title(self, text: str) -> None:
        self._tell("title", text)

    def _text(self, text: str) -> None:
        self._tell("text", text)


async def _last(outcomes: Any) -> Outcome:
    last: Outcome | None = None
    async for outcome in outcomes:
        last = outcome
    if last is None:
        raise Error("the terminal reported no outcome")
    return last


def _approved(rows: Iterable[Row], serves: str) -> int:
    """What the journal says was captured in the end, on the side that *serves* those."""
    return sum(row.moved for row in rows if row.serves == serves)
