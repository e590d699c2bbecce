"""US dollars by the ACH: from the close to what comes back, with other people's checker between."""

import pytest
from msgspec.structs import replace

from cardswitch.hosts.bank.config import BankConfig
from cardswitch.hosts.bank.offline import accounts_of, book_due
from cardswitch.hosts.bank.offline import take as hand_in
from cardswitch.specs.ach import read_ach
from cardswitch.specs.holidays import OrderCutOff
from cardswitch.switch.operate.bank.payouts import payout, payouts, retry
from cardswitch.switch.operate.bank.take import take, take_new
from cardswitch.switch.operate.rebuild import rebuild
from cardswitch.switch.operate.settle import close_days, settling
from cardswitch.switch.operate.verify_books import Findings, verify
from cardswitch.switch.settlement.ach.parties import AchAccount
from cardswitch.switch.store.books import BooksReader
from tests.kit.banking import CAFE
from tests.kit.histories import CUT

achkit = pytest.importorskip("achkit", reason="the oracle achkit is not installed")

USD = "840"
OWN = AchAccount(
    routing="121042882", account="000123456", company_id="1234567890", destination="031300012",
    destination_name="Federal Reserve Bank",
)  # fmt: skip
MORNING_S = 24 * 3600


@pytest.fixture
def lab(lab):
    [shop] = lab.settlement.merchants
    shop = replace(shop, ach_routing="021000021", ach_account="12345-67")
    cafe = replace(CAFE, ach_routing="231380104", ach_account="744567899")
    acquirer = replace(lab.settlement.acquirer, ach=OWN)
    lab.settlement = replace(
        lab.settlement,
        merchants=(shop, cafe),
        acquirer=acquirer,
        answers=str(lab.folder / "bank"),
    )
    return lab


def called(lab, **names):
    """The shops are called so at their banks."""
    merchants = tuple(
        replace(shop, account_holder=names.get(shop.id, shop.account_holder))
        for shop in lab.settlement.merchants
    )
    lab.settlement = replace(lab.settlement, merchants=merchants)


def sell_and_close(lab, at=CUT, **sales):
    for merchant, amount in sales.items():
        lab.history.sale(amount, merchant=merchant, currency=USD)
    lab.history.cut_over()
    lab.commit()
    [report] = close_days(lab.switch, lab.settlement, lab.record, clock=lambda: at)
    return report.closed


def answered(lab, closed, at=CUT):
    """The bank takes the order, books it when it is due, and we take what it says."""
    folder, config = lab.folder / "bank", BankConfig(at_once=False)
    content = closed.files[f"deposit-{closed.business_date}.ach"]
    handed = hand_in(content, folder, at, config)
    book_due(folder, at + 3 * MORNING_S, config)
    with settling(lab.switch, lab.settlement, lab.record, clock=lambda: at + 60) as opened:
        found = list(take_new(opened, {}))
    return handed, found


def answers_of(lab, closed):
    """What the bank writes, and nobody takes yet."""
    folder, config = lab.folder / "bank", BankConfig(at_once=False)
    hand_in(closed.files[f"deposit-{closed.business_date}.ach"], folder, CUT, config)
    book_due(folder, CUT + 3 * MORNING_S, config)
    return sorted(folder.iterdir())


def test_a_balanced_day_of_more_than_an_entry_carries_is_closed_and_taken(lab):
    acquirer = replace(lab.settlement.acquirer, ach=replace(OWN, balanced=True))
    lab.settlement = replace(lab.settlement, acquirer=acquirer)
    closed = sell_and_close(lab, SHOP=9_999_999_999, CAFE=99)
    content = closed.files["deposit-2026-11-23.ach"]
    assert achkit.validate(content.decode()) == {"ok": True, "errors": []}
    handed, found = answered(lab, closed)
    assert handed.rejections == ()
    assert [line.outcome for taken in found for line in taken.matched] == ["booked", "booked"]
    assert verify(lab.switch, lab.settlement).findings == ()


@pytest.mark.parametrize("balanced", [False, True])
def test_the_order_is_taken_by_a_checker_and_by_the_bank(lab, balanced):
    own = replace(OWN, balanced=balanced)
    acquirer = replace(lab.settlement.acquirer, ach=own)
    lab.settlement = replace(lab.settlement, acquirer=acquirer)
    closed = sell_and_close(lab, SHOP=1250, CAFE=99)
    assert "deposit-2026-11-23.xml" not in closed.files
    content = closed.files["deposit-2026-11-23.ach"]
    assert achkit.validate(content.decode()) == {"ok": True, "errors": []}
    theirs = achkit.parse(content.decode())["batches"][0]["entries"]
    sums = [(each["routing"], each["account"], each["amount_cents"]) for each in theirs]
    assert sums[:2] == [("231380104", "744567899", 99), ("021000021", "12345-67", 1250)]
    assert sums[2:] == [("121042882", "000123456", 1349)] * balanced
    assert all(len(line) == 94 for line in content.decode().splitlines())
    assert read_ach(content).batches[0].header["effective"] == "261124"

    handed, found = answered(lab, closed)
    assert handed.rejections == ()
    outcomes = [each.outcome for taken in found for each in taken.matched]
    assert outcomes == ["booked", "booked"]
    paid = {a.iban: str(a.amount) for a in accounts_of(lab.folder / "bank") if a.what == "is paid"}
    assert paid == {"021000021/12345-67": "12.50", "231380104/744567899": "0.99"}
    assert verify(lab.switch, lab.settlement).findings == ()


def test_what_comes_back_is_owed_again_with_its_reason_and_paid_again(lab):
    called(lab, CAFE="Cafe ERRR03RTRN")
    closed = sell_and_close(lab, SHOP=1250, CAFE=99)
    _, found = answered(lab, closed)
    [back] = [line for taken in found if taken.name.endswith(".ach") for line in taken.matched]
    assert (back.outcome, back.code, back.amount, back.merchant) == ("returned", "R03", 99, "CAFE")
    # The statement tells of the same return: it is booked once.
    books = BooksReader(lab.settlement.books)
    assert books.payable("CAFE") == {USD: 99}
    [standing] = payouts(books, lab.settlement, has_all=False)
    assert standing.state == "returned"
    assert standing.why.startswith("R03 no such account, or it is not that of this name; ")
    assert standing.iban == "231380104/744567899"

    called(lab, CAFE="Cafe")
    with settling(lab.switch, lab.settlement, lab.record, clock=lambda: CUT + 90) as opened:
        retry(opened, standing.reference, "its number is right")
    again = sell_and_close(lab, CUT + MORNING_S, SHOP=5)
    text = again.files["deposit-2026-11-24.ach"].decode()
    assert f"Card sales 2026-11-24 CAFE / replaces {standing.reference}" in text
    assert again.payouts[0].amount == 99
    assert verify(lab.switch, lab.settlement).findings == ()


def test_a_return_that_bai2_calls_by_another_name_is_booked_once(lab):
    called(lab, CAFE="Cafe ERRR03RTRN")
    closed = sell_and_close(lab, CAFE=99)
    [(name, content)] = [
        (path.name, path.read_bytes())
        for path in [*answers_of(lab, closed)]
        if path.suffix == ".ach"
    ]
    [order] = BooksReader(lab.settlement.books).transfers()
    statement = (
        "01,BANK,US,261127,0800,1,,,2/\n02,US,BANK,1,261127,,USD,2/\n03,000123456,USD/\n"
        f"16,475,99,Z,B1,{order.reference},ACH/\n16,123,99,Z,B2,{order.reference},R03/\n"
        "49,198,4/\n98,198,1,6/\n99,198,1,8/\n"
    )
    files = {name: content, "day.bai": statement.encode()}
    with settling(lab.switch, lab.settlement, lab.record, clock=lambda: CUT + 60) as opened:
        found = [line for taken in take(opened, files) for line in taken.matched]
    assert [line.outcome for line in found] == ["returned", "booked", "returned"]
    balances = BooksReader(lab.settlement.books).balances()
    assert balances["acquirer_cash", USD] == 0
    assert balances["merchant_payable:CAFE", USD] == -99
    assert not any(balances.get(("unreconciled_suspense", code)) for code in ("978", USD))


def test_a_notice_of_change_is_shown_and_nothing_moves(lab):
    called(lab, SHOP="Shop ERRC02NOC")
    closed = sell_and_close(lab, SHOP=1250)
    _, found = answered(lab, closed)
    assert sorted(each.outcome for taken in found for each in taken.matched) == [
        "booked", "to be changed",
    ]  # fmt: skip
    books = BooksReader(lab.settlement.books)
    assert books.payable("SHOP") == {USD: 0}
    [standing] = payouts(books, lab.settlement, has_all=False)
    assert standing.state == "to be changed"
    _, said = payout(books, lab.settlement, standing.reference)
    [change] = [each for each in said if each.outcome == "to be changed"]
    assert (change.code, change.reason, change.text) == (
        "C02", "the routing number is another", "021000021",
    )  # fmt: skip
    assert lab.settlement.merchants[0].ach_routing == "021000021"  # A person writes it, or nobody.


def test_files_of_one_day_are_told_apart_by_a_letter(lab):
    names = []
    for number in range(3):
        lab.history.sale(100 + number, currency=USD)
        lab.history.cut_over(early=number < 2)
    lab.commit()
    for report in close_days(lab.switch, lab.settlement, lab.record, clock=lambda: CUT):
        [content] = [each for name, each in report.closed.files.items() if name.endswith(".ach")]
        names.append(read_ach(content).name)
    assert [name[-1] for name in names] == ["A", "B", "C"]
    closed = sell_and_close(lab, CUT + MORNING_S, SHOP=7)
    assert read_ach(closed.files["deposit-2026-11-24.ach"]).header["modifier"] == "A"
    hashes = [close.sha256 for close in BooksReader(lab.settlement.books).closes()]
    for path in lab.folder.glob("books.db*"):
        path.unlink()
    assert [day.sha256 for day in rebuild(lab.switch, lab.settlement)] == hashes


def test_an_order_is_not_taken_twice(lab):
    closed = sell_and_close(lab, SHOP=1250)
    answered(lab, closed)
    content = closed.files["deposit-2026-11-23.ach"]
    handed = hand_in(content, lab.folder / "bank", CUT, BankConfig())
    assert [each.code for each in handed.rejections] == ["DU01"]


def test_without_an_account_of_the_ach_dollars_stay_in_suspense(lab):
    shop, cafe = lab.settlement.merchants
    lab.settlement = replace(
        lab.settlement, merchants=(replace(shop, ach_routing="", ach_account=""), cafe)
    )
    closed = sell_and_close(lab, SHOP=1250)
    [owed] = closed.suspense
    assert "ach_routing, ach_account under [[merchants]]" in owed.because


@pytest.mark.parametrize(
    ("hour", "days", "execution"),
    [("18:00", 0, "2026-11-23"), ("16:00", 0, "2026-11-24"), ("18:00", 1, "2026-11-24")],
)
def test_it_has_a_cut_off_of_its_own(lab, hour, days, execution):
    """A day of ours ends at five in New York."""
    terms = {"order_cut_off": OrderCutOff(hour, "America/New_York"), "value_days": days}
    acquirer = replace(lab.settlement.acquirer, ach=replace(OWN, **terms))
    lab.settlement = replace(lab.settlement, acquirer=acquirer)
    sell_and_close(lab, SHOP=1250)
    books = BooksReader(lab.settlement.books)
    assert {each.execution for each in books.transfers()} == {execution}


@pytest.mark.parametrize("account", ["99999-99", ""])
def test_lost_books_are_made_anew_by_the_files_of_then(lab, account):
    """The shop has another account since, or none at a bank of the ACH; we have another name."""
    lab.history.sale(300)
    closed = sell_and_close(lab, SHOP=1250)
    [shop, cafe] = lab.settlement.merchants
    moved = replace(shop, ach_account=account, ach_routing=shop.ach_routing if account else "")
    ours = replace(lab.settlement.acquirer, ach=replace(OWN, company_id="9876543210"))
    lab.settlement = replace(lab.settlement, merchants=(moved, cafe), acquirer=ours)
    (lab.folder / "books.db").unlink()
    order = lab.deposits / f"deposit-{closed.business_date}.ach"
    order.rename(lab.folder / "order")
    with pytest.raises(Findings, match="cannot be made as it was") as found:
        rebuild(lab.switch, lab.settlement)
    wanted = f"deposit-{closed.business_date}.csv and its orders, .xml and .ach, of that day"
    assert f"put {wanted} back into" in found.value.findings[0]
    (lab.folder / "order").rename(order)
    [made] = rebuild(lab.switch, lab.settlement)
    assert made.sha256 == closed.sha256
