"""A strict bank of the ACH: what it refuses of an order, and what it sends back."""

import pytest

from cardswitch.hosts.bank.account import Bank, book, carry_out
from cardswitch.hosts.bank.ach import ach_returns, read_ach_order
from cardswitch.hosts.bank.order import Unreadable
from cardswitch.hosts.bank.rules import Rules, Today
from cardswitch.specs.ach import read_ach

achkit = pytest.importorskip("achkit", reason="the oracle achkit is not installed")

NOW = 1795467600.0  # 23 November 2026, 21:00 UTC
TODAY = Today("2026-11-23", "2026-11-24")


def order(sec: str = "CCD", day: str = "2026-11-24", **names: str) -> bytes:
    """An order of other people's making, for receivers of those *names*, by reference."""
    file = achkit.AchFile.create(origin_dfi="121042882", company_id="1234567890")
    batch = file.batch(
        sec=sec, description="CARD SALES", effective_date=day, company_name="ACQUIRING BANK"
    )
    for reference, name in names.items():
        batch.credit(name, "231380104", "744567899", 1250, id_number=reference)
    return file.render().encode()


def faults(content: bytes) -> set[str]:
    read = read_ach_order(content)
    found = [*read.faults, *(fault for payment in read.payments for fault in payment.faults)]
    return {f"{fault.code} {fault.text}" for fault in found}


def test_an_order_of_others_is_taken():
    content = order(A="SHOP", B="CAFE")
    assert faults(content) == set()
    read = read_ach_order(content)
    [payment] = read.payments
    assert [(each.reference, str(each.amount), each.iban) for each in payment.transfers] == [
        ("A", "12.50", "231380104/744567899"),
        ("B", "12.50", "231380104/744567899"),
    ]
    assert (payment.execution, payment.iban) == ("2026-11-24", "12104288/1234567890")


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (order(A="SHOP", day="2026-11-26"), "DT01 2026-11-26 is no day of the Federal Reserve"),
        (order(A="SHOP", sec="PPD"), "FF01 entries of class PPD: this bank takes CCD alone"),
        (order(A=""), "FF01 no identification number, or no name"),
        (order(A="SHOP").replace(b"0000001250", b"0000001251", 1),
         "AM10 the file: credits 1250, expected 1251"),
        (order(A="SHOP").replace(b"622231380104", b"622231380114"),
         "FF01 batch 0000001, entry 121042880000001: 231380114 is no routing number, its check "
         "digit is wrong"),
    ],
)  # fmt: skip
def test_what_is_wrong_in_an_order(content, fault):
    assert fault in faults(content)


def test_what_is_no_file_cannot_be_answered():
    with pytest.raises(Unreadable, match="line 1: 94 columns"):
        read_ach_order(b"101 nonsense")


def test_returns_and_changes_are_what_a_reader_of_others_takes():
    content = order(A="SHOP ERRR02RTRN", B="CAFE ERRC01NOC", C="KIOSK", D="X ERRC03NOC")
    carried = carry_out(read_ach_order(content), Bank(), TODAY, Rules())
    assert carried.rejections == ()
    bank, [extract] = book(carried.bank)
    back = ach_returns(extract.bookings, NOW, "Europe/Berlin", 1)
    assert read_ach(back).faults == ()
    batches = achkit.parse(back.decode())["batches"]
    theirs = [entry for batch in batches for entry in batch["entries"]]
    assert [(each["id_number"], each["amount_cents"], each["txn_code"]) for each in theirs] == [
        ("A", 1250, 21), ("B", 0, 21), ("D", 0, 21),
    ]  # fmt: skip
    assert str(bank.accounts[0].balance) == "999962.50"  # four went, one came back
    assert {str(amount) for amount in bank.credited.values()} == {"37.50"}
    assert ach_returns([], NOW, "Europe/Berlin", 1) == b""
