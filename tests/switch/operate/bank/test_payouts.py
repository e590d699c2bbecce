"""How payouts stand at the bank, and what people decide where one did not get there."""

import pytest
from msgspec.structs import replace

from cardswitch.specs.errors import Error
from cardswitch.switch.operate.bank import payouts
from cardswitch.switch.operate.bank.take import take
from cardswitch.switch.operate.rebuild import rebuild
from cardswitch.switch.operate.settle import close_days, settling
from cardswitch.switch.operate.verify_books import Findings, verify
from cardswitch.switch.store.books import BooksReader
from tests.kit.histories import CUT
from tests.kit.statements import camt053, entry, part

FIRST, SECOND = "20261123-SHOP-EUR", "20261124-SHOP-EUR"
BACK = "<RtrInf><Rsn><Cd>AC04</Cd></Rsn></RtrInf>"


def went(amount, reference):
    return entry(amount, "DBIT", part(amount, "DBIT", reference))


def back(amount, reference):
    return entry(amount, "CRDT", part(amount, "CRDT", reference, BACK))


@pytest.fixture
def opened(lab):
    """Open the books of this lab for one deed."""
    return lambda: settling(lab.switch, lab.settlement, lab.record, clock=lambda: CUT + 60)


@pytest.fixture
def returned(lab, opened):
    """A payout of the first day came back."""
    close(lab, 1250)
    with opened() as settled:
        list(take(settled, {"a.xml": camt053([went("12.50", FIRST), back("12.50", FIRST)])}))
    return lab


def close(lab, amount):
    lab.history.sale(amount)
    lab.history.cut_over()
    lab.commit()
    [report] = close_days(lab.switch, lab.settlement, lab.record)
    return report.closed


def listed(lab, *, has_all=True):
    books = BooksReader(lab.settlement.books)
    found = payouts.payouts(books, lab.settlement, has_all=has_all)
    return [(each.reference, each.state) for each in found]


def test_each_says_how_it_stands(lab, opened):
    close(lab, 1250)
    assert listed(lab, has_all=False) == [(FIRST, "ordered")]
    with opened() as settled:
        list(take(settled, {"a.xml": camt053([went("12.50", FIRST)])}))
    assert listed(lab, has_all=False) == []
    assert listed(lab) == [(FIRST, "booked")]
    with opened() as settled:
        list(take(settled, {"b.xml": camt053([went("12.50", FIRST)], name="M2")}))
    assert listed(lab, has_all=False) == [(FIRST, "twice")]


def test_one_with_all_that_was_said_of_it(returned):
    one, said = payouts.payout(BooksReader(returned.settlement.books), returned.settlement, FIRST)
    assert (one.state, one.amount, one.order_id) == ("returned", 1250, "DEPOSIT-20261123")
    assert one.why.startswith("AC04 the account is closed; ")
    assert one.why.endswith("or cardswitch settle payout retry 20261123-SHOP-EUR")
    assert [(each.name, each.outcome, each.reason) for each in said] == [
        ("a.xml", "booked", ""), ("a.xml", "returned", "the account is closed"),
    ]  # fmt: skip
    with pytest.raises(Error, match="no order asks for 'X'"):
        payouts.payout(BooksReader(returned.settlement.books), returned.settlement, "X")


def test_it_is_paid_to_the_same_account_once_somebody_says_so(returned, opened):
    assert close(returned, 100).payouts == ()
    with opened() as settled:
        payouts.retry(settled, FIRST, "the bank has opened it")
        with pytest.raises(Error, match="is to be paid again already: the next close pays it"):
            payouts.retry(settled, FIRST, "again")
    assert listed(returned) == [(FIRST, "returned")]
    [paid] = close(returned, 10).payouts
    assert paid.amount == 1250 + 100 + 10
    assert listed(returned) == [(FIRST, "paid again"), ("20261125-SHOP-EUR", "ordered")]
    with opened() as settled, pytest.raises(Error, match="was paid again already"):
        payouts.retry(settled, FIRST, "again")
    assert verify(returned.switch, returned.settlement).findings == ()


def test_what_did_get_there_is_not_paid_again(lab, opened):
    close(lab, 1250)
    with opened() as settled, pytest.raises(Error, match="was not rejected or returned"):
        payouts.retry(settled, FIRST, "why not")


def test_what_is_held_waits_until_it_is_released(lab, opened):
    with opened() as settled:
        payouts.hold(settled, "SHOP", "", "fraud suspected")
    held = close(lab, 1250)
    assert held.payouts == ()
    assert held.suspense[0].because.endswith("cardswitch settle payout release SHOP")
    assert ": fraud suspected; " in held.suspense[0].because
    with opened() as settled:
        with pytest.raises(Error, match="'SHOP' is held in all currencies: release it without"):
            payouts.release(settled, "SHOP", "978", "cleared")
        payouts.release(settled, "SHOP", "", "cleared")
        with pytest.raises(Error, match="nobody holds what is owed to 'SHOP'"):
            payouts.release(settled, "SHOP", "", "again")
    assert [paid.amount for paid in close(lab, 10).payouts] == [1260]
    assert verify(lab.switch, lab.settlement).findings == ()


def test_release_does_not_pay_into_an_account_that_is_closed(returned, opened):
    with opened() as settled, pytest.raises(Error, match="is tried again with retry"):
        payouts.release(settled, "SHOP", "", "x")


def test_a_reason_must_be_one(lab, opened):
    with opened() as settled:
        with pytest.raises(Error, match="no merchant 'NOBODY' is configured"):
            payouts.hold(settled, "NOBODY", "", "x")
        with pytest.raises(Error, match="leave out what may be a card number"):
            payouts.hold(settled, "SHOP", "", "card 4242424242424242")
        with pytest.raises(Error, match="hold: "):
            payouts.hold(settled, "SHOP", "", "x" * 201)
        assert settled.books.entries() == []


# Lost books ---------------------------------------------------------------------------------------


@pytest.fixture
def eventful(returned, opened):
    """Returned, retried, paid, held: then the books are lost. What they held."""
    with opened() as settled:
        payouts.retry(settled, FIRST, "the bank has opened it")
    close(returned, 100)
    with opened() as settled:
        list(take(settled, {"b.xml": camt053([went("13.50", SECOND)], name="M2")}))
        payouts.hold(settled, "SHOP", "978", "fraud suspected")
    close(returned, 7)
    books = BooksReader(returned.settlement.books)
    held = contents(books)
    (returned.folder / "books.db").unlink()
    return returned, held


def contents(books):
    closes = books.closes()
    days = [books.closed(close.business_date) for close in closes]
    sheets = [books.sheet(each) for each in books.entries()]
    return closes, days, sheets, books.transfers(), books.balances(), books.standing()


def test_books_are_made_anew_with_all_that_banks_said_and_nothing_is_paid_twice(eventful, opened):
    lab, held = eventful
    rebuild(lab.switch, lab.settlement)
    assert contents(BooksReader(lab.settlement.books)) == held
    assert verify(lab.switch, lab.settlement).findings == ()
    assert close(lab, 5).payouts == ()
    with opened() as settled:
        payouts.release(settled, "SHOP", "", "cleared")
    assert [paid.amount for paid in close(lab, 1).payouts] == [7 + 5 + 1]


@pytest.mark.parametrize("damage", ["lost", "changed"])
def test_without_the_bank_s_files_they_are_not(eventful, damage):
    lab, _ = eventful
    path, *_ = sorted((lab.deposits / "taken").iterdir())
    content = path.read_bytes()
    path.unlink()
    if damage == "changed":
        path.write_bytes(content.replace(b"AC04", b"AC06"))
    with pytest.raises(Findings, match=r"what a\.xml said cannot be booked as it was") as found:
        rebuild(lab.switch, lab.settlement)
    assert (
        f"put the file a.xml of the bank back as {path}, and try again" in found.value.findings[0]
    )
    path.write_bytes(content)
    (lab.folder / "books.db").unlink()
    rebuild(lab.switch, lab.settlement)
    assert listed(lab)[0] == (FIRST, "paid again")


def test_a_day_that_was_closed_is_known_by_its_account_of_then(eventful):
    lab, held = eventful
    [shop] = lab.settlement.merchants
    mended = replace(shop, iban="DE02120300000000202051", bic="BYLADEM1001", name="Shop")
    lab.settlement = replace(lab.settlement, merchants=(mended,))
    rebuild(lab.switch, lab.settlement)
    assert contents(BooksReader(lab.settlement.books))[0] == held[0]
