"""Whole weeks as chance has them: the identities hold after every close, and at last all is paid.

Purchases, refunds, reversals across the cut, late answers, new cut-offs, shops that leave and come
back, accounts that refuse or return, days closed late, crashes, lost files and lost books.
"""

import tempfile
from pathlib import Path
from unittest import mock

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    precondition,
    rule,
    run_state_machine_as_test,
)
from msgspec.structs import replace

from cardswitch.hosts.bank.offline import accounts_of
from cardswitch.specs.dates import CutOff, days_later
from cardswitch.switch.core.states import State
from cardswitch.switch.operate.bank import corrections, payouts
from cardswitch.switch.operate.files import write_missing
from cardswitch.switch.operate.rebuild import rebuild
from cardswitch.switch.operate.settle import settling
from cardswitch.switch.operate.verify_books import Findings, verify
from cardswitch.switch.settlement.days import date_of
from cardswitch.switch.store.booking import Booking
from cardswitch.switch.store.books import BooksReader
from tests.kit.holding import capture, hold
from tests.kit.identities import HELD, approved, broken, corrected, rows
from tests.kit.week import EUR, SHOPS, USD, Week

# Clocks change in spring with Easter behind, and in autumn; the year ends, a leap day comes.
FIRST_DAYS = ("2026-03-27", "2026-10-23", "2026-12-29", "2028-02-27")
CUT_OFFS = [
    CutOff(*each)
    for each in (("23:00", "Europe/Berlin"), ("12:30", "Europe/Berlin"), ("02:30", "Europe/Berlin"))
]
IBANS = ("DE02120300000000202051", "FR7630006000011234567890189", "FR1420041010050500013M02606")
WISHES = ("", "", "ERRAC04RTRN", "ERRAC01RJCT")  # what the emulated bank does with the name
PLACES = [(shop.id, EUR) for shop in SHOPS] + [("HOTEL", USD)]
EXAMPLES, STEPS = 3, 40  # a quarter of a minute
HOLD_DAYS = 2  # few, so that holds expire
REST_DAYS = 6  # at the end: longer than banks rest in a row
CHOICE = st.integers(0, 10**6)


class KilledError(Exception):
    """The process ends here."""


class Weeks(RuleBasedStateMachine):
    """A lab with its bank; every shop has been there from the start."""

    def __init__(self, lab_in):
        super().__init__()
        self._lab_in = lab_in
        self._folder = tempfile.TemporaryDirectory()
        self.sold: list[int] = []
        self.held: dict[int, int] = {}  # by leg, what no capture has taken or given back
        self.is_closed = True

    @initialize(first=st.sampled_from(FIRST_DAYS), cut_off=st.sampled_from(CUT_OFFS))
    def begin(self, first, cut_off):
        self.lab = self._lab_in(Path(self._folder.name))
        self.week = Week(self.lab, first, cut_off)
        self.lab.settlement = replace(self.lab.settlement, hold_days=HOLD_DAYS)

    # What is sold ---------------------------------------------------------------------------------

    @rule(place=st.sampled_from(PLACES), amount=st.integers(1, 50_000))
    def sell(self, place, amount):
        merchant, currency = place
        self.sold.append(self.lab.history.sale(amount, merchant=merchant, currency=currency))

    @rule(place=st.sampled_from(PLACES), amount=st.integers(1, 50_000))
    def refund(self, place, amount):
        merchant, currency = place
        self.lab.history.sale(amount, merchant=merchant, currency=currency, kind="refund")

    @rule(ending=st.sampled_from(["declined", "timed out", "stuck", "overtaken"]))
    def fail(self, ending):
        self.lab.history.sale(500, ending=ending)

    @precondition(lambda self: self.sold)
    @rule(choice=CHOICE, is_partial=st.booleans())
    def reverse(self, choice, is_partial):
        leg = self.sold.pop(choice % len(self.sold))
        self.lab.history.reverse(leg, stays=1 if is_partial else 0)

    @rule(place=st.sampled_from(PLACES), amount=st.integers(1, 50_000), is_closed=st.booleans())
    def sell_across_the_cut(self, place, amount, is_closed):
        merchant, currency = place
        leg = self.lab.history.begin(amount, merchant=merchant, currency=currency)
        if is_closed:
            self.close()
        else:
            self.end_the_day()
        self.lab.history.add(leg, State.APPROVED)
        self.sold.append(leg)

    @rule(amount=st.integers(1, 50_000))
    def sell_without_a_name(self, amount):
        self.sold.append(self.lab.history.sale(amount, merchant=""))

    @rule(place=st.sampled_from(PLACES), amount=st.integers(1, 50_000))
    def authorise(self, place, amount):
        merchant, currency = place
        leg = hold(self.lab.history, amount, merchant=merchant, currency=currency)
        self.held[leg] = amount

    @precondition(lambda self: any(self.held.values()))
    @rule(choice=CHOICE, amount=st.integers(1, 50_000), is_last=st.booleans())
    def capture(self, choice, amount, is_last):
        """A part of what is held, or all of it; the last one gives back the rest."""
        held = [leg for leg, left in self.held.items() if left]
        leg = held[choice % len(held)]
        amount = min(amount, self.held[leg])
        self.held[leg] = 0 if is_last else self.held[leg] - amount
        capture(self.lab.history, leg, amount, self.held[leg])

    # What operators change ------------------------------------------------------------------------

    @rule(cut_off=st.sampled_from(CUT_OFFS))
    def move_the_cut_off(self, cut_off):
        self.lab.history.cut_off = cut_off

    @rule(shop=st.sampled_from(SHOPS))
    def leave_or_come_back(self, shop):
        there = self.lab.settlement.merchants
        others = tuple(each for each in there if each.id != shop.id)
        if others == there:
            others = (*there, shop)
        self.lab.settlement = replace(self.lab.settlement, merchants=others)

    @rule(shop=st.sampled_from(["SHOP", "CAFE"]), wish=st.sampled_from(WISHES), choice=CHOICE)
    def take_another_account(self, shop, wish, choice):
        iban = IBANS[choice % len(IBANS)]
        self.week.mend(shop, iban=iban, bic="", account_holder=f"Shop {wish}".strip())

    @precondition(lambda self: self.week.days.ends)
    @rule(
        merchant=st.sampled_from([shop.id for shop in SHOPS]),
        deed=st.sampled_from(["hold", "release"]),
    )
    def decide(self, merchant, deed):
        if any(shop.id == merchant for shop in self.lab.settlement.merchants):
            self._settle(deed, merchant)

    @precondition(lambda self: self.week.days.ends)
    @rule(shop=st.sampled_from(SHOPS), amount=st.integers(1, 500), is_more=st.booleans())
    def correct(self, shop, amount, is_more):
        accounts = ["mdr_income", f"merchant_payable:{shop.id}"]
        if shop in self.lab.settlement.merchants:
            debit, credit = accounts if is_more else accounts[::-1]
            with self._opened() as opened:
                corrections.correct(opened, debit, credit, EUR, amount, "counted again")

    @precondition(lambda self: self.week.days.ends)
    @rule(choice=CHOICE)
    def clear_one(self, choice):
        if SHOPS[2] in self.lab.settlement.merchants:
            self._clear(choice)

    def _clear(self, choice=None):
        """Have the last shop be owed what stands in suspense: one of it, or all."""
        with self._opened() as opened:
            found = [
                each.movement
                for each in corrections.suspense(opened.books, opened.config)
                if not each.merchant
            ]
            chosen = found if choice is None else found[choice % max(len(found), 1) :][:1]
            for movement in chosen:
                corrections.clear(opened, movement, SHOPS[2].id, "its terminal had no name")

    def _opened(self):
        lab = self.lab
        lab.commit()
        return settling(lab.switch, lab.settlement, lab.record, clock=lambda: self.week.at)

    def _settle(self, deed, merchant):
        with self._opened() as opened:
            held = any(
                name == merchant and any(not hold.iban for hold in holds)
                for (name, _), holds in opened.books.standing().holds.items()
            )
            if deed == "hold":
                payouts.hold(opened, merchant, "", "looked into")
            elif held:
                payouts.release(opened, merchant, "", "cleared")

    # Days -----------------------------------------------------------------------------------------

    @rule()
    def end_the_day(self):
        """Nobody closes it yet."""
        self.week.days.cut_over()
        self.is_closed = False

    @rule()
    def close(self):
        self.week.days.cut_over()
        self.week.settle()
        self._look()

    @rule(where=st.sampled_from(["booking", "journal"]))
    def crash_in_the_close(self, where):
        self.week.days.cut_over()
        killed = mock.Mock(side_effect=KilledError)
        place = (Booking, "record") if where == "booking" else (self.lab, "record")
        with mock.patch.object(*place, killed), pytest.raises(KilledError):
            self.week.settle()
        self.week.settle()
        self._look()

    def _look(self):
        self.is_closed = True
        assert [*broken(self.lab.folder, self.lab.deposits)] == []
        assert dict(rows(self.lab.folder / "books.db", HELD)) == self._held_still()
        before = self.lab.files_below()
        assert self.week.settle() == []  # I17
        assert self.lab.files_below() == before

    def _held_still(self):
        """By leg, what has not expired by the last day that ended."""
        lab, last = self.lab, date_of(self.week.days.ends[-1].label)
        placed = {row.leg: date_of(row.business_date) for row in reversed(lab.history.rows)}
        return {
            leg: left
            for leg, left in self.held.items()
            if left and days_later(placed[leg], lab.settlement.hold_days) > last
        }

    @precondition(lambda self: self.is_closed and self.week.days.ends)
    @rule()
    def lose_files(self):
        gone = [path for path in self.lab.deposits.glob("deposit-*") if path.is_file()]
        before = {path: path.read_bytes() for path in gone}
        for path in gone:
            path.unlink()
        write_missing(self.lab.settlement)
        assert {path: path.read_bytes() for path in gone} == before

    @precondition(lambda self: self.is_closed and self.week.days.ends)
    @rule()
    def lose_the_books(self):
        lab = self.lab
        books = BooksReader(lab.settlement.books)
        before = books.closes(), books.entries(), books.balances()
        for path in lab.folder.glob("books.db*"):
            path.unlink()
        with pytest.raises(Findings, match="the journal names the close"):
            self.week.settle()
        rebuild(lab.switch, lab.settlement)
        books = BooksReader(lab.settlement.books)
        assert (books.closes(), books.entries(), books.balances()) == before

    # The end --------------------------------------------------------------------------------------

    def teardown(self):
        with self._folder:
            if hasattr(self, "week"):
                try:
                    self._pay_the_rest()
                finally:
                    self.lab.store.close()

    def _pay_the_rest(self):
        """All shops are there with good accounts of their own, and nothing is held any more."""
        lab = self.lab
        lab.settlement = replace(lab.settlement, merchants=SHOPS)
        self.week.mend("CAFE", iban="DE89370400440532013000", account_holder="Cafe")
        self.week.mend("SHOP", iban="BE68539007547034", bic="", account_holder="Shop")
        self.week.days.cut_over()
        for shop in SHOPS:
            self._settle("release", shop.id)
        self.week.settle()
        self._clear()
        for _ in range(REST_DAYS):
            self.week.days.cut_over()
            self.week.settle()
        self._look()
        books = BooksReader(lab.settlement.books)
        wanted = approved(lab.folder / "switch.db")
        wanted.update(corrected(lab.folder / "books.db"))
        assert not wanted["", EUR]
        left = {place: books.payable(place[0]).get(place[1], 0) for place in wanted}
        assert all(amount <= 0 for amount in left.values()), left  # what refunds have left to owe
        credited = sum(
            int(line.amount * 100) for line in accounts_of(self.week.bank) if line.what == "is paid"
        )
        assert credited == sum(wanted.values()) - sum(left.values())
        assert verify(lab.switch, lab.settlement).findings == ()


@pytest.mark.timeout(600)
def test_the_identities_hold_whatever_weeks_come(lab_in):
    made = settings(max_examples=EXAMPLES, stateful_step_count=STEPS)
    run_state_machine_as_test(lambda: Weeks(lab_in), settings=made)
