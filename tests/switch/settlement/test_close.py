"""Whole days: the identities of settlement, over histories drawn at random."""

from collections import Counter

import pytest
from hypothesis import given
from msgspec.structs import replace

from cardswitch.specs.errors import Error
from cardswitch.switch.core.states import State
from cardswitch.switch.settlement.check import check_close
from cardswitch.switch.settlement.close import books_head, fingerprint
from cardswitch.switch.settlement.ledger import Posting, merchant_of, unbalanced
from tests.kit.derivations import days_of, due
from tests.kit.histories import CLOSED_AT, CUT, DAYS, History, close, histories, known


def close_all(rows):
    """Every day in its turn, each with the balances that those before it left behind."""
    balances, closed = Counter(), []
    for day in days_of(rows):
        if not day.has_ended:
            continue
        labels = [done.business_date for done in closed]
        read_to = len(rows) if closed else 0
        closed.append(close(rows, day.label, balances, closed=labels, read_to=read_to))
        for posting in closed[-1].postings:
            balances[posting.account, posting.currency] += posting.amount
    return closed, balances


def approved_in(rows):
    """The merchants' approved purchases, as the states of the rows say."""
    return [
        row
        for row in rows
        if (row.serves, row.state, row.mti) == ("merchants", State.APPROVED, "0210") and row.amount
    ]


@given(histories())
def test_the_deposits_are_the_approved_funds(rows):
    closed, balances = close_all(rows)
    owed, left = Counter(), {}
    for row in approved_in(rows):
        left[row.leg] = row.amount
    for row in rows:
        if row.state == State.REVERSING and row.leg in left:
            left[row.leg] = row.stays
    for row in approved_in(rows):
        owed[row.merchant, row.currency] += left[row.leg]
    settled = Counter()
    for day in closed:
        for payout in day.payouts:
            settled[payout.merchant, payout.currency] += payout.amount
    for (account, code), balance in balances.items():
        merchant = merchant_of(account)
        if merchant:
            assert balance >= 0  # Nothing that we owe is left unpaid at the end of a day.
            settled[merchant, code] -= balance
    assert +settled == +owed
    assert -settled == -owed


@given(histories())
def test_every_capture_is_in_one_batch_and_every_journal_sums_to_zero(rows):
    closed, _ = close_all(rows)
    wanted = approved_in(rows)
    assert sum(b.count for day in closed for b in day.batches if b.kind == "sale") == len(wanted)
    assert unbalanced(posting for day in closed for posting in day.postings) == ()


@given(histories())
def test_a_second_close_gives_the_same_bytes_and_the_check_agrees(rows):
    first, _ = close_all(rows)
    again, _ = close_all(rows)
    assert first == again
    assert [day.sha256 for day in first] == [day.sha256 for day in again]
    booked, balances = set(), Counter()
    for day in first:
        label, read_to = day.business_date, day.read_to
        assert check_close(day, known(rows, label, balances, booked=booked, read_to=read_to)) == ()
        before = [done.business_date for done in first[: first.index(day)]]
        moved = due(rows, label, before, len(rows) if before else 0)
        booked |= {m.name for m in moved}
        for posting in day.postings:
            balances[posting.account, posting.currency] += posting.amount


def test_one_day_by_hand():
    history = History()
    history.sale(1250)
    history.sale(750, merchant="CAFE")
    history.reverse(history.sale(9900))
    later = history.sale(300, merchant="CAFE")
    history.cut_over()
    history.reverse(later)
    day = close(history.rows)
    assert [(p.merchant, p.amount) for p in day.payouts] == [("CAFE", 1050), ("SHOP", 1250)]
    assert sorted(day.files) == [
        "deposit-2026-11-23-sheet.csv", "deposit-2026-11-23.csv", "deposit-2026-11-23.xml",
    ]  # fmt: skip
    assert (day.starts_at, day.ends_at) == (CUT - 86_400, CUT)
    assert (day.follows, day.read_to) == ("", len(history.rows))


def test_a_second_day_of_a_date_has_its_run_number_everywhere():
    history = History()
    label = history.cut_over(early=True)
    history.sale(1250)
    history.cut_over()
    day = close(history.rows, label, closed=[DAYS[0]])
    assert sorted(day.files) == [
        "deposit-2026-11-23-2-sheet.csv", "deposit-2026-11-23-2.csv", "deposit-2026-11-23-2.xml",
    ]  # fmt: skip
    order = day.files["deposit-2026-11-23-2.xml"]
    for written in (
        b"<MsgId>DEPOSIT-20261123.2<",
        b"<PmtInfId>DEPOSIT-20261123.2-EUR<",
        b"<EndToEndId>20261123.2-SHOP-EUR<",
    ):
        assert written in order
    assert b"2026-11-23-2,SHOP," in day.files["deposit-2026-11-23-2.csv"]


def test_an_empty_day_has_a_report_and_nothing_for_the_bank():
    history = History()
    history.cut_over()
    day = close(history.rows)
    assert (day.batches, day.postings, day.payouts) == ((), (), ())
    assert list(day.files) == ["deposit-2026-11-23.csv", "deposit-2026-11-23-sheet.csv"]


def test_what_belongs_to_a_merchant_without_account_is_in_suspense_and_the_others_are_paid():
    history = History()
    history.sale(1250)
    for merchant in ("SHOP2", "=1+1|x", ""):
        history.sale(700, merchant=merchant)
    history.sale(9, currency="999")
    history.cut_over()
    day = close(history.rows)
    assert check_close(day, known(history.rows)) == ()
    assert {(p.merchant, p.currency): (p.amount, p.in_suspense) for p in day.payouts} == {
        ("SHOP", "978"): (1250, 0),
        ("SHOP", "999"): (0, 9),
        ("SHOP2", "978"): (0, 700),
        ("=1+1|x", "978"): (0, 700),
        ("", "978"): (0, 700),
    }
    assert day.files["deposit-2026-11-23.xml"].count(b"<CdtTrfTxInf>") == 1


def test_what_was_in_suspense_is_paid_once_the_account_is_named():
    history = History()
    history.sale(700)
    history.cut_over()
    history.cut_over()
    first = close(history.rows, merchants=())
    opening = {("merchant_payable:SHOP", "978"): -700}
    [paid] = close(history.rows, DAYS[1], opening, closed=[DAYS[0]]).payouts
    assert ([p.amount for p in first.payouts], paid.amount) == ([0], 700)
    assert paid.opening == 700


def test_a_day_is_not_closed_before_it_ends():
    with pytest.raises(Error, match="2026-11-23 is the bank day that runs"):
        close(History().rows)


def test_nothing_crooked_is_closed(monkeypatch):
    history = History()
    history.sale(1250)
    history.cut_over()
    crooked = (Posting("batch:1", DAYS[0], "scheme_settlement", "978", 1250),)
    monkeypatch.setattr("cardswitch.switch.settlement.close.batch_postings", lambda *_: crooked)
    with pytest.raises(Error, match="batch:1 does not sum to zero"):
        close(history.rows)


def test_sha256_sees_every_part_that_the_books_keep():
    history = History()
    history.sale(1250)
    history.cut_over()
    day = close(history.rows)
    others = [
        replace(day, business_date="x"),
        replace(day, follows="x"),
        replace(day, starts_at=0.0),
        replace(day, ends_at=0.0),
        replace(day, read_to=0),
        replace(day, closed_at=0.0),
        replace(day, balances=""),
        replace(day, batches=()),
        replace(day, postings=day.postings[1:]),
        replace(day, files={}),
        replace(day, files=dict.fromkeys(day.files, b"")),
    ]
    assert len({day.sha256, *(other.sha256 for other in others)}) == len(others) + 1


def test_the_fingerprint_does_not_depend_on_the_order_of_the_books():
    history = History()
    history.sale(1250)
    history.sale(100, merchant="CAFE")
    history.cut_over()
    day = close(history.rows)
    about = (
        day.business_date,
        day.follows,
        day.starts_at,
        day.ends_at,
        day.read_to,
        CLOSED_AT,
        day.balances,
    )
    turned = (day.batches[::-1], day.postings[::-1], dict(reversed(day.files.items())))
    assert fingerprint(about, *turned) == day.sha256


def test_heads_are_chained():
    assert books_head("", "a") != books_head("x", "a") != books_head("x", "b")
