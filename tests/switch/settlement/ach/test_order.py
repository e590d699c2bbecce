"""The file of a day: bounds, parts, names, and the letters of files of one day."""

import pytest
from msgspec.structs import replace

from cardswitch.specs.ach import read_ach
from cardswitch.specs.errors import Error
from cardswitch.switch.settlement.ach import order
from cardswitch.switch.settlement.ach.order import MODIFIERS, ach_order, read_ach_order
from cardswitch.switch.settlement.ach.parties import AMOUNT_MAX, AchAccount
from cardswitch.switch.settlement.parties import AcquiringBank
from cardswitch.switch.settlement.payouts import Payout
from tests.kit.histories import CLOSED_AT, OWN

BANK = AcquiringBank(
    name="Acquiring Bank", iban=OWN.iban, bic=OWN.bic,
    ach=AchAccount(routing="121042882", account="1", company_id="1234567890"),
)  # fmt: skip
DAY = "2026-11-23"


def payout(amount, merchant="SHOP", **about):
    to = {"name": "Łódź Café & Söhne", "iban": "021000021/4711", **about}
    return Payout(
        business_date=DAY, merchant=merchant, currency="840", opening=0, credits=amount, debits=0,
        credit_count=1, debit_count=0, **to,
    )  # fmt: skip


def made(*paid, before=0):
    return ach_order(paid, BANK, DAY, CLOSED_AT, before)


def test_what_is_read_back_is_what_was_ordered():
    content = made(payout(1250), payout(99, "a b", bounced=("261122XYZ",)))
    first, second = read_ach_order(DAY, content)
    assert (first.merchant, first.amount, first.iban) == ("SHOP", 1250, "021000021/4711")
    assert (second.merchant, second.amount) == ("a b", 99)
    assert (first.currency, first.execution, first.business_date) == ("840", "2026-11-24", DAY)
    assert first.order_id == read_ach(content).name == "ACH-202611232300A"
    assert b"LODZ CAFE + SOHNE" in content


def test_what_is_over_ten_digits_goes_in_parts():
    content = made(payout(AMOUNT_MAX + 1))
    first, second = read_ach_order(DAY, content)
    assert (first.amount, second.amount) == (AMOUNT_MAX, 1)
    assert first.reference != second.reference
    with pytest.raises(Error, match="over twelve digits"):
        made(payout(10**12))


@pytest.mark.parametrize(
    ("paid", "debits"),
    [
        ((AMOUNT_MAX,), [AMOUNT_MAX]),
        ((AMOUNT_MAX, 1), [AMOUNT_MAX, 1]),
        ((AMOUNT_MAX, AMOUNT_MAX, 7), [AMOUNT_MAX, AMOUNT_MAX, 7]),
    ],
)
def test_debits_of_our_account_have_no_more_digits_than_an_entry(paid, debits):
    bank = replace(BANK, ach=replace(BANK.ach, balanced=True))
    owed = [payout(amount, f"SHOP{n}") for n, amount in enumerate(paid)]
    file = read_ach(ach_order(owed, bank, DAY, CLOSED_AT, 0))
    [batch] = file.batches
    assert [-entry.amount for entry in batch.entries if entry.amount < 0] == debits
    assert file.faults == ()


def test_others_are_left_out():
    assert made(payout(5, iban=OWN.iban)) == b""
    assert made(payout(-5)) == b""


def test_what_a_control_cannot_count_is_refused(monkeypatch):
    monkeypatch.setattr(order, "ENTRIES_MAX", 4)
    made(payout(5), payout(6, "CAFE"))
    with pytest.raises(Error, match="over 499,999 transfers"):
        made(payout(5), payout(6, "CAFE"), payout(7, "BAR"))


def test_the_letters_of_a_day_end():
    assert len(MODIFIERS) == 36
    assert read_ach(made(payout(5), before=25)).header["modifier"] == "Z"
    assert read_ach(made(payout(5), before=35)).header["modifier"] == "9"
    with pytest.raises(Error, match="36 files of the ACH were made today"):
        made(payout(5), before=36)
