"""Whatever changes a balance is an entry: their sum is what is owed, at every moment."""

import pytest
from msgspec.structs import replace

from cardswitch.gateway.money import CAME_BACK, CHARGED, CORRECTED, DEPOSITED, MOVED, Between
from cardswitch.lab.house import entries as entries_module
from cardswitch.lab.house.money import LabMoney
from cardswitch.switch.core.states import State
from cardswitch.switch.operate.bank.corrections import correct
from cardswitch.switch.operate.settle import settling
from cardswitch.wire.store.lookup import LEGS_MAX
from tests.kit.banking import CAME_BACK as BANK_SENT_BACK
from tests.kit.banking import WENT, closed, taken
from tests.kit.charging import PLUS
from tests.kit.market import BERLIN, DINER, KIOSK, NYC, Market
from tests.kit.settling import close
from tests.kit.statements import camt053
from tests.switch.conftest import SettlementLab


@pytest.fixture
def lab(tmp_path):
    made = SettlementLab(tmp_path)
    yield made
    made.store.close()


def look(lab, size=100, **about):
    """The entries of the shop, and what it is owed."""
    money = LabMoney(lab.switch, [lab.settlement])
    [owed] = money.balance("SHOP")
    entries = money.entries("SHOP", Between(size=size, **about))
    return entries, owed


def test_entries_sum_up_to_what_is_owed_whatever_happens(lab):
    lab.history.sale(300)
    lab.commit()
    [sold], owed = look(lab)
    assert (sold.amount, sold.is_booked, owed.pending, owed.available) == (300, False, 300, 0)

    closed(lab)
    entries, owed = look(lab)
    assert [each.amount for each in entries] == [-1550, 1250, 300]
    assert all(each.is_booked for each in entries)
    assert (owed.pending, owed.available) == (0, 0)

    taken(lab, {"a.xml": camt053([WENT.replace("12.50", "15.50")])})
    taken(lab, {"b.xml": camt053([BANK_SENT_BACK.replace("12.50", "15.50")], name="M2")})
    lab.history.sale(40)
    lab.commit()
    entries, owed = look(lab)
    assert [(each.place[1], each.amount) for each in entries] == [
        (MOVED, 40), (CAME_BACK, 1550), (DEPOSITED, -1550), (MOVED, 1250), (MOVED, 300),
    ]  # fmt: skip
    assert (owed.pending, owed.available) == (40, 1550)
    assert sum(each.net for each in entries) == owed.pending + owed.available


def test_what_a_person_corrects_is_an_entry(lab):
    closed(lab)
    with settling(lab.switch, lab.settlement, lab.record) as opened:
        correct(opened, "mdr_income", "merchant_payable:SHOP", "978", 7, "ticket 4711")
        correct(opened, "merchant_payable:SHOP", "mdr_income", "978", 2, "ticket 4712")
    entries, owed = look(lab)
    assert [(each.place[1], each.amount) for each in entries[:2]] == [
        (CORRECTED, -2), (CORRECTED, 7),
    ]  # fmt: skip
    assert sum(each.amount for each in entries) == owed.pending + owed.available == 5


def test_each_page_goes_on_where_the_last_one_ended(lab):
    closed(lab)
    lab.history.sale(40)
    lab.commit()
    whole, _ = look(lab)
    assert [each.amount for each in whole] == [40, -1250, 1250]
    for number, each in enumerate(whole):
        assert look(lab, below=each.place)[0] == whole[number + 1 :]
        assert look(lab, above=each.place)[0] == whole[:number]
        assert look(lab, size=1, above=each.place)[0] == whole[:number][-1:]
        assert look(lab, size=1, below=each.place)[0] == whole[number + 1 :][:1]


def test_movements_are_found_by_their_references(lab):
    lab.history.sale(300)
    lab.commit()
    whole, _ = look(lab)
    money = LabMoney(lab.switch, [lab.settlement])
    for each in whole:
        assert each in money.named("SHOP", [each.reference])
    named = money.named("SHOP", [each.reference for each in whole])
    assert [each for each in named if each in whole] == whole
    assert money.named("SHOP", []) == money.named("SHOP", ["609999999999"]) == []
    assert money.named("NOBODY", [whole[0].reference]) == []


def captured(history, reference):
    """An order that is set aside and captured, as both sides of the switch keep it."""
    for serves, source in (("merchants", "shop"), ("acquirers", "network")):
        about = {"serves": serves, "source": source, "rrn": reference}
        aside = history.begin(1250, mti="0100", **about)
        history.add(aside, State.APPROVED)
        history.add(aside, State.COMPLETED)
        about |= {"mti": "0220", "kind": "completion", "original": aside, "moved": 1250}
        history.add(history.begin(1250, State.TAKEN, **about), State.APPROVED, amount=0)


def test_a_page_of_captured_orders_is_found_whole(lab):
    references = [f"6335{number:08d}" for number in range(100)]
    for reference in references:
        captured(lab.history, reference)
    lab.commit()
    named = LabMoney(lab.switch, [lab.settlement]).named("SHOP", references)
    assert [each.reference for each in named] == references[::-1]
    assert {each.amount for each in named} == {1250}


def test_a_reference_that_many_terminals_use_finds_those_of_the_merchant(lab, monkeypatch):
    monkeypatch.setattr(entries_module, "AT_ONCE", 4)
    for number in range(LEGS_MAX + 1):
        lab.history.sale(100, merchant=f"OTHER{number}", rrn="000000000001")
    for amount in range(1, 11):
        lab.history.sale(amount, rrn="000000000001")
    lab.history.reverse(lab.history.sale(11, rrn="000000000001"))
    lab.commit()
    named = LabMoney(lab.switch, [lab.settlement]).named("SHOP", ["000000000001"] * 2)
    assert [each.amount for each in named] == [-11, *range(11, 0, -1)]


def test_what_is_charged_is_an_entry_too(lab):
    schedule = replace(PLUS, merchants=("SHOP",))
    lab.settlement = replace(lab.settlement, fees=(schedule,))
    lab.history.sale(10_000)
    lab.history.cut_over()
    close(lab)
    entries, owed = look(lab)
    assert [(each.place[1], each.kind, each.amount) for each in entries] == [
        (CHARGED, "reserve", -500), (CHARGED, "monthly", -200),
        (DEPOSITED, "payout", -9_227), (MOVED, "sale", 10_000),
    ]  # fmt: skip
    assert sum(each.net for each in entries) == owed.pending + owed.available == 0


def priced(lab, **about):
    lab.settlement = replace(lab.settlement, fees=(replace(PLUS, merchants=("SHOP",), **about),))
    lab.history.sale(10_000)
    lab.history.cut_over()
    close(lab)
    return look(lab)


def test_a_movement_tells_its_fee_by_its_rate_once_it_is_booked(lab):
    lab.history.sale(10_000)
    lab.commit()
    assert [each.fees for each in look(lab)[0]] == [()]
    entries, _ = priced(lab, reserve=None, monthly=None)
    costs = [(fee.kind, fee.amount, fee.rate) for fee in entries[-1].fees]
    assert costs == [
        ("interchange", 20, "plus-1, rate 1"),
        ("scheme", 3, "plus-1, rate 1"),
        ("own", 50, "plus-1, rate 1"),
    ]
    assert (entries[-1].amount, entries[-1].fee, entries[-1].net) == (10_000, 73, 9_927)


def test_what_others_get_is_no_part_of_a_blended_fee(lab):
    entries, owed = priced(lab, plan="blended", reserve=None, monthly=None)
    assert [(fee.kind, fee.amount) for fee in entries[-1].fees] == [("own", 50)]
    assert sum(each.net for each in entries) == owed.available == 0


def test_what_is_invoiced_is_taken_of_no_deposit_and_told_by_none(lab):
    entries, owed = priced(lab, funding="gross", reserve=None)
    assert [(each.kind, each.net) for each in entries] == [("payout", -10_000), ("sale", 10_000)]
    assert owed.available == 0


def test_a_merchants_balance_is_told_by_the_books_of_its_acquirer(tmp_path):
    market = Market(tmp_path)
    settlements = [market.settlement(name) for name in (BERLIN, NYC)]
    money = LabMoney(market.config, settlements)
    market.sell(KIOSK, 100)
    market.sell(DINER, 200)
    market.go(12.0)
    assert [[owed.pending for owed in money.balance(shop)] for shop in (KIOSK, DINER)] == [
        [100],
        [200],
    ]
    assert money.mark() == (0, 0)
    market.close(NYC)
    assert money.mark() == (1, 0)
    assert [owed.pending for owed in money.balance(KIOSK)] == [100]
    assert [(owed.pending, owed.available) for owed in money.balance(DINER)] == [(0, 0)]
    assert [each.amount for each in money.payouts(DINER)] == [200]
    assert [day.business_date for day in money.closes(DINER, 0.0)] == ["2026-10-21.nyc"]
    assert [each.amount for each in money.entries(DINER, Between(size=9))] == [-200, 200]
    market.restart({KIOSK: BERLIN, DINER: BERLIN})
    moved = LabMoney(market.config, [market.settlement(name) for name in (BERLIN, NYC)])
    market.sell(DINER, 30)
    assert [owed.pending for owed in moved.balance(DINER)] == [30]
    assert [each.amount for each in moved.entries(DINER, Between(size=9))] == [30]
    market.store.close()
