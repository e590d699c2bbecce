"""Ten days of three merchants in two currencies: what was approved arrives, to the cent.

Easter 2026: the clocks change, two days on which banks rest, a new cut-off in the middle, refunds,
a payout that comes back and is paid again.
"""

import re
import sqlite3
from contextlib import closing
from decimal import Decimal
from types import SimpleNamespace

import pytest
from lxml import etree

from cardswitch.hosts.bank.offline import accounts_of, recall
from cardswitch.specs.dates import CutOff
from cardswitch.switch.operate.bank.payouts import payouts
from cardswitch.switch.operate.bank.take import matched
from cardswitch.switch.operate.rebuild import rebuild
from cardswitch.switch.operate.verify_books import verify
from cardswitch.switch.settlement.answers import read_answer
from cardswitch.switch.store.books import BooksReader
from tests.kit.week import EUR, SHOPS, USD, Week

CAMT = {"c": "urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"}
DAYS = 10
NEW_CAFE = "FR7630006000011234567890189"
# By an own query: no function of ours, and no column that settlement reads of money but the amount.
APPROVED = """
SELECT merchant, currency, sum(CASE
    WHEN state = 'approved' AND kind = 'sale' THEN amount
    WHEN state = 'approved' AND kind = 'refund' THEN -amount
    WHEN state = 'reversing' AND kind = 'sale' THEN stays - amount
    ELSE 0 END)
FROM journal WHERE serves = 'merchants' GROUP BY merchant, currency
"""


@pytest.fixture(scope="module")
def week(tmp_path_factory, lab_in_module):
    """The days, played once."""
    lab = lab_in_module(tmp_path_factory.mktemp("week"))
    played = Week(lab, "2026-03-28")
    closes = []
    for number in range(
        DAYS + 3
    ):  # On the last ones nothing is sold, and what was ordered arrives.
        if number < DAYS:
            _sell(lab.history, number)
        if number == 3:
            lab.history.cut_off = CutOff("18:00", "Europe/Berlin")
        if number == 4:
            played.mend("CAFE", iban=NEW_CAFE, account_holder="Cafe")
        closes.append(played.close())
    yield SimpleNamespace(
        lab=lab, week=played, closes=closes, books=BooksReader(lab.settlement.books)
    )
    lab.store.close()


def _sell(history, number):
    for shop in SHOPS:
        for currency in {EUR: (EUR,), USD: (EUR, USD)}[USD if shop.id == "HOTEL" else EUR]:
            history.sale(1_000 + 137 * number, merchant=shop.id, currency=currency)
    history.sale(250 + number, merchant="SHOP", kind="refund")
    history.reverse(history.sale(4_000, merchant="CAFE"), stays=1_500)
    history.sale(77, ending="declined")


def approved(lab):
    with closing(sqlite3.connect(lab.folder / "switch.db")) as journal:
        return {(who, code): total for who, code, total in journal.execute(APPROVED) if who}


def test_the_days_are_those_of_the_calendar(week):
    hours = [round((day.ends_at - day.starts_at) / 3_600) for day in week.week.days.ends]
    assert hours[:6] == [24, 23, 24, 24, 19, 24]
    orders = [each.execution for each in week.books.transfers()]
    assert {"2026-04-02", "2026-04-07"} <= {*orders}
    assert not {"2026-04-03", "2026-04-04", "2026-04-05", "2026-04-06"} & {
        each.execution for each in week.books.transfers() if each.currency == EUR
    }


def test_what_was_approved_has_arrived(week):
    shops = {shop.id: shop.iban for shop in SHOPS} | {"CAFE": NEW_CAFE}
    credited = {
        (line.iban, line.currency): int(line.amount * 100)
        for line in accounts_of(week.week.bank)
        if line.what == "is paid" and line.amount
    }
    names = {EUR: "EUR", USD: "USD"}
    expected = {
        (shops[who], names[code]): total for (who, code), total in approved(week.lab).items()
    }
    assert credited == expected
    assert len(expected) == 4


def test_the_statements_are_matched_to_the_last_line(week):
    parts = [
        each
        for path in week.week.sent()
        for each in etree.parse(path).iterfind(".//c:TxDtls", CAMT)
    ]
    lines = [line for taken in week.week.taken for line in taken.matched]
    assert len(lines) == len(parts) > 30
    counts = {name: sum(line.outcome == name for line in lines) for name in ("booked", "returned")}
    assert sum(counts.values()) == len(lines)
    assert counts["returned"] == 2  # Of Saturday and Sunday: both went on Monday.
    assert all(taken.state == "taken" for taken in week.week.taken)


def test_our_cash_is_what_the_bank_says(week):
    cash = {
        code: total
        for (account, code), total in week.books.balances().items()
        if account == "acquirer_cash"
    }
    for account in recall(week.week.bank).accounts:
        moved = account.balance - Decimal(1_000_000)
        assert cash[{"EUR": EUR, "USD": USD}[account.currency]] == moved * 100


def test_nothing_is_owed_any_more_and_the_books_agree(week):
    owed = {key: amount for key, amount in week.books.owed().items() if amount}
    assert owed == {}
    standing = list(payouts(week.books, week.lab.settlement, has_all=False))
    assert [(each.merchant, each.state) for each in standing] == [("CAFE", "paid again")] * 2
    assert verify(week.lab.switch, week.lab.settlement).findings == ()


def test_what_came_back_waited_for_another_account(week):
    held = {each.merchant for close in week.closes for each in close.suspense}
    assert held == {"CAFE"}
    first, second = (each.reference for each in week.books.bounced())
    files = [file for close in week.closes for file in close.files.items()]
    [order] = [text for name, text in files if f"replaces {first} and 1 more".encode() in text]
    assert NEW_CAFE.encode() in order
    [_, _] = [name for name, text in files if f"{first} {second}\r\n".encode() in text]


def _a_cent_more(content):
    """The file with the last digit of one amount changed, once for each amount."""
    for found in re.finditer(rb"[0-9]+\.[0-9]([0-9])(?=[<,])", content):
        digit = b"%d" % ((int(found[1]) + 1) % 10)
        yield content[: found.start(1)] + digit + content[found.end(1) :]


def test_one_cent_changed_by_hand_in_each_file_of_ours_is_named(week):
    before = {path: path.read_bytes() for path in week.lab.deposits.rglob("*") if path.is_file()}
    changed = {path: next(_a_cent_more(content), b"") for path, content in before.items()}
    changed = {path: content for path, content in changed.items() if content}
    for path, content in changed.items():
        path.write_bytes(content)
    findings = verify(week.lab.switch, week.lab.settlement).findings
    for path in changed:
        path.write_bytes(before[path])
    assert {finding.partition(" is not what")[0] for finding in findings} == {*map(str, changed)}
    assert len(findings) == len(changed) > 30
    assert verify(week.lab.switch, week.lab.settlement).findings == ()


def test_one_cent_changed_by_hand_in_a_file_of_the_bank_is_named(week):
    tried = 0
    for path in week.week.sent():
        if not path.name.startswith("statement"):
            continue
        for changed in _a_cent_more(path.read_bytes()):
            answer = read_answer(changed)
            sheet = matched(week.books, path.name, changed, answer, 0.0)
            assert answer.faults or {line.outcome for line in sheet.lines} - {"booked"}
            tried += 1
    assert tried > 80


def test_lost_books_are_made_anew_with_all_of_it(week):
    path = week.lab.folder / "books.db"
    before = week.books.closes(), week.books.entries(), week.books.balances()
    for beside in week.lab.folder.glob("books.db*"):
        beside.rename(beside.with_name(f"lost-{beside.name}"))
    rebuild(week.lab.switch, week.lab.settlement)
    again = BooksReader(f"sqlite:///{path}")
    assert (again.closes(), again.entries(), again.balances()) == before


# Software that we did not write -------------------------------------------------------------------


def orders_of(week):
    """Each order of ours, as pain.001."""
    files = [file for close in week.closes for file in close.files.items()]
    return [content for name, content in files if name.endswith(".xml")]


def test_classes_of_others_read_our_orders(week):
    pain = pytest.importorskip("pyiso20022.pain.pain_001_001_09", reason="no oracle pyiso20022")
    parsers = pytest.importorskip("xsdata.formats.dataclass.parsers", reason="no xsdata")
    read = [parsers.XmlParser().from_bytes(content, pain.Document) for content in orders_of(week)]
    theirs = [
        (transfer.pmt_id.end_to_end_id, transfer.amt.instd_amt.ccy, transfer.amt.instd_amt.value)
        for document in read
        for payment in document.cstmr_cdt_trf_initn.pmt_inf
        for transfer in payment.cdt_trf_tx_inf
    ]
    names = {EUR: "EUR", USD: "USD"}
    ours = [
        (each.reference, names[each.currency], Decimal(each.amount).scaleb(-2))
        for each in week.books.transfers()
    ]
    assert sorted(theirs) == sorted(ours)
    for document in read:
        header = document.cstmr_cdt_trf_initn.grp_hdr
        transfers = [t for p in document.cstmr_cdt_trf_initn.pmt_inf for t in p.cdt_trf_tx_inf]
        assert header.ctrl_sum == sum(each.amt.instd_amt.value for each in transfers)


def test_parsers_of_others_read_our_orders_and_the_statements(week, tmp_path):
    others = pytest.importorskip("bankstatementparser", reason="no oracle bankstatementparser")
    total = 0
    for number, content in enumerate(orders_of(week)):
        path = tmp_path / f"{number}.xml"
        path.write_bytes(content)
        rows = others.Pain001Parser(str(path)).parse()
        total += len(rows)
        assert len(rows) == content.count(b"<EndToEndId>")
    assert total == len(week.books.transfers())
    moved = Decimal(0)
    for path in week.week.sent():
        if path.name.startswith("statement"):
            rows = others.CamtParser.from_bytes(path.read_bytes()).parse()
            moved += sum(Decimal(str(amount)) for amount in rows["Amount"])
    before = Decimal(1_000_000) * len(recall(week.week.bank).accounts)
    assert moved == sum(account.balance for account in recall(week.week.bank).accounts) - before
