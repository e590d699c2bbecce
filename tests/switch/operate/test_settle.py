"""Which days are closed and in what order, what is paid, and what happens when it is done again."""

import threading
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from cardswitch.specs.errors import Error
from cardswitch.specs.merchants import Merchant
from cardswitch.switch.core.states import State
from cardswitch.switch.operate.config import UpstreamConfig
from cardswitch.switch.operate.settle import (
    close_each,
    close_now,
)
from cardswitch.switch.operate.show import preview
from cardswitch.switch.operate.verify_books import verify
from cardswitch.switch.store.books import BooksReader, Suspense
from cardswitch.switch.store.reader import JournalReader
from tests.kit.histories import CUT, DAYS, JournalFile, histories
from tests.kit.settling import amounts, close, labels, named

SHOP2 = Merchant(
    id="SHOP2",
    name="Second Shop",
    city="Paris",
    country="FR",
    country_code="250",
    mcc="5411",
    iban="FR1420041010050500013M02606",
    bic="PSSTFRPP",
)


# Which days ---------------------------------------------------------------------------------------


def test_every_day_that_a_row_has_ended_is_closed_once_in_their_order(lab):
    assert close(lab) == []
    lab.history.sale()
    lab.history.cut_over()
    lab.history.cut_over()  # A day without a sale between two others.
    early = lab.history.cut_over(early=True)
    lab.history.sale(700)
    closed = close(lab)
    assert labels(closed) == [*DAYS[:2], DAYS[2]]
    assert [amounts(day) for day in closed] == [{("SHOP", "978"): 1250}, {}, {}]
    assert close(lab) == []
    lab.history.cut_over()
    [last] = close(lab)
    assert (last.business_date, amounts(last)) == (early, {("SHOP", "978"): 700})
    assert named(lab) == [*DAYS, early]


def test_a_clock_and_a_cut_off_of_our_own_decide_nothing(lab, monkeypatch):
    lab.history.sale()
    lab.history.cut_over()
    other = type(lab.switch.cut_off)("05:00", "Asia/Tokyo")
    lab.switch = replace(lab.switch, cut_off=other)
    monkeypatch.setattr("time.time", lambda: 0.0)
    [day] = close(lab)
    assert (day.business_date, day.ends_at) == (DAYS[0], CUT)


def test_a_second_day_of_a_date_has_files_of_its_own(lab):
    lab.history.sale(1)
    second = lab.history.cut_over(early=True)
    lab.history.sale(2)
    lab.history.cut_over()
    closed = close(lab)
    assert labels(closed) == [DAYS[0], second]
    assert lab.files_below().keys() == {
        f"{name}".replace("DAY", label)
        for label in (DAYS[0], second)
        for name in (
            "deposit-DAY.csv", "deposit-DAY-sheet.csv", "deposit-DAY.xml",
            "reports-DAY.sha256", "reports-DAY/SHOP.csv",
        )
    }  # fmt: skip
    names = [payout.end_to_end_id for day in closed for payout in day.payouts]
    assert names == ["20261123-SHOP-EUR", "20261123.2-SHOP-EUR"]


def test_what_is_taken_back_later_is_kept_back_later(lab):
    leg = lab.history.sale(300)
    lab.history.cut_over()
    lab.history.reverse(leg, stays=100)
    lab.history.cut_over()
    lab.history.sale(1250)
    lab.history.cut_over()
    assert [amounts(day) for day in close(lab)] == [
        {("SHOP", "978"): 300},
        {},
        {("SHOP", "978"): 1050},
    ]


def test_a_day_is_closed_by_its_label(lab):
    lab.history.sale()
    lab.history.cut_over()
    assert labels(close(lab, DAYS[0])) == [DAYS[0]]


REFUSED = [
    (DAYS[2], f"{DAYS[2]} is the bank day that runs: cardswitch settle close --now ends it"),
    (DAYS[1], f"{DAYS[1]} cannot be closed yet: first close {DAYS[0]}"),
    (f"{DAYS[0]}-2", f"the journal has no bank day {DAYS[0]}-2"),
]


@pytest.mark.parametrize(("label", "why"), REFUSED)
def test_a_day_that_cannot_be_closed(lab, label, why):
    lab.history.cut_over()
    lab.history.cut_over()
    with pytest.raises(Error, match=why):
        close(lab, label)
    assert not lab.deposits.exists()


def test_the_switch_goes_on_while_days_are_closed(lab):
    lab.history.sale()
    lab.history.cut_over()
    lab.commit()
    for report in close_each(lab.switch, lab.settlement, lab.record):
        lab.history.sale()
        lab.commit()
        assert report.closed.business_date == DAYS[0]
    assert list(JournalReader(lab.switch.database).rows()) == lab.history.rows


# What has no outcome yet --------------------------------------------------------------------------


def test_what_is_open_is_named_and_booked_by_the_next_close(lab):
    lab.history.sale(1)
    late = lab.history.begin(700)
    lab.history.cut_over()
    lab.history.sale(40, ending="open")
    lab.commit()
    [report] = close_each(lab.switch, lab.settlement, lab.record)
    assert [line.leg for line in report.undecided] == [late]
    assert amounts(report.closed) == {("SHOP", "978"): 1}
    lab.history.add(late, State.APPROVED)
    lab.history.cut_over()
    [second] = close(lab)
    assert amounts(second) == {("SHOP", "978"): 700}
    assert [(b.moved_on, b.amount) for b in second.batches] == [(DAYS[0], 700)]


def test_what_came_late_and_before_the_close_is_booked_by_that_close_alone(lab):
    late = lab.history.begin(700)
    lab.history.cut_over()
    lab.history.add(late, State.APPROVED)
    [first] = close(lab)
    lab.history.cut_over()
    [second] = close(lab)
    assert (amounts(first), second.batches) == ({("SHOP", "978"): 700}, ())


def test_what_was_reversed_on_its_day_and_approved_too_late_is_booked_in_both_ways(lab):
    late = lab.history.begin(700)
    lab.history.cut_over()
    close(lab)
    lab.history.add(late, State.APPROVED)
    lab.history.reverse(late)
    lab.history.cut_over()
    [second] = close(lab)
    assert [(b.moved_on, b.amount) for b in second.batches] == [(DAYS[0], 700), (DAYS[1], -700)]


# Suspense -----------------------------------------------------------------------------------------


def test_a_merchant_without_account_is_paid_by_the_close_after_it_is_named(lab):
    lab.history.sale(1250)
    lab.history.sale(1200, merchant="SHOP2")
    lab.history.sale(30, merchant="")
    lab.history.cut_over()
    [first] = close(lab)
    assert amounts(first) == {("SHOP", "978"): 1250}
    assert [(owed.merchant, owed.amount) for owed in first.suspense] == [("", 30), ("SHOP2", 1200)]
    assert "name its account under [[merchants]]" in first.suspense[1].because
    assert (
        b"2026-11-23,SHOP2,,EUR,0.00,1,12.00,0,0.00,0.00,0.00,12.00,name its account"
        in first.files["deposit-2026-11-23.csv"]
    )
    seen = preview(lab.switch, lab.settlement)
    assert seen.suspense == first.suspense
    merchants = (*lab.settlement.merchants, SHOP2)
    lab.settlement = replace(lab.settlement, merchants=merchants)
    lab.history.cut_over()
    [second] = close(lab)
    assert amounts(second) == {("SHOP2", "978"): 1200}
    field_42 = "field 42 of these sales is empty"
    assert second.suspense == (Suspense("", "978", 30, field_42),)


def test_a_listener_decides_by_whom_it_serves_and_not_by_its_name(lab):
    lab.history.sale(1, source="till")
    lab.history.sale(2, source="web")
    lab.history.sale(4, source="pos", serves="acquirers")
    lab.history.cut_over()
    [day] = close(lab)
    assert amounts(day) == {("SHOP", "978"): 3}


# Now ----------------------------------------------------------------------------------------------


def close_at_once(lab, then=lambda: None):
    def cut_over():
        lab.history.cut_over(early=True)
        lab.commit()
        then()

    lab.commit()
    return list(close_now(lab.switch, lab.settlement, lab.record, cut_over))


def test_the_day_that_runs_is_ended_and_closed(lab):
    lab.history.sale(1)
    [first] = close_at_once(lab)
    lab.history.sale(2)
    [second] = close_at_once(lab)
    assert labels([first.closed, second.closed]) == [DAYS[0], f"{DAYS[0]}-2"]
    assert [amounts(report.closed) for report in (first, second)] == [
        {("SHOP", "978"): 1},
        {("SHOP", "978"): 2},
    ]


def test_a_day_that_another_settlement_has_closed_meanwhile_is_shown_as_it_is(lab):
    lab.history.sale(1)
    [report] = close_at_once(lab, lambda: close(lab))
    assert (report.closed.business_date, named(lab)) == (DAYS[0], [DAYS[0]])


def test_purchases_in_flight_are_waited_for(lab):
    leg = lab.history.begin(700)

    def outcome():
        lab.history.add(leg, State.APPROVED)
        lab.commit()

    timer = threading.Timer(0.25, outcome)
    [report] = close_at_once(lab, timer.start)
    timer.join()
    assert amounts(report.closed) == {("SHOP", "978"): 700}
    assert report.undecided == ()


def test_purchases_in_flight_are_not_waited_for_longer_than_their_upstream_may_take(
    lab, monkeypatch
):
    upstream = UpstreamConfig(port=1, timeout_s=3.5)
    lab.switch = replace(lab.switch, upstreams={"acquirer": upstream})
    slept = []
    monkeypatch.setattr("time.sleep", slept.append)
    monkeypatch.setattr("time.monotonic", lambda: 100.0 + sum(slept))
    leg = lab.history.begin(700)
    [report] = close_at_once(lab)
    assert [line.leg for line in report.undecided] == [leg]
    assert 4.4 < sum(slept) < 4.7


def test_days_follow_each_other_without_a_gap(lab):
    lab.history.cut_over(early=True)
    lab.history.cut_over()
    lab.history.cut_over()
    closed = close(lab)
    assert all(first.ends_at == second.starts_at for first, second in pairwise(closed))


def test_journal_and_books_in_one_database_of_a_server(lab, postgres):
    url = postgres.url(postgres.database())
    lab.store.close()
    lab.store = JournalFile(url)
    lab.switch = replace(lab.switch, database=url)
    lab.settlement = replace(lab.settlement, books=url)
    leg, late = lab.history.sale(300), lab.history.begin(50)
    lab.history.cut_over()
    [first] = close(lab)
    lab.history.reverse(leg, stays=100)
    lab.history.add(late, State.APPROVED)
    lab.history.sale(1000)
    lab.history.cut_over()
    [second] = close(lab)
    assert [amounts(first), amounts(second)] == [{("SHOP", "978"): 300}, {("SHOP", "978"): 850}]
    assert named(lab) == list(DAYS[:2])
    assert verify(lab.switch, lab.settlement).findings == ()


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=histories(), data=st.data())
def test_every_approved_purchase_is_in_one_batch_whenever_settlement_runs(
    lab_in, tmp_path_factory, rows, data
):
    """Settlement runs at instants of its own: between any two rows, before and after cut-overs."""
    lab = lab_in(tmp_path_factory.mktemp("lab"))
    try:
        lab.history.rows = []
        for row in rows:
            lab.history.rows.append(replace(row, sequence=len(lab.history.rows) + 1))
            if data.draw(st.sampled_from([False, False, False, True])):
                close(lab)
        close(lab)
        books = BooksReader(lab.settlement.books)
        batches = [b for done in books.closes() for b in books.batches(done.business_date)]
        approved = [
            row
            for row in rows
            if (row.state, row.mti, row.serves) == (State.APPROVED, "0210", "merchants")
            and row.amount
        ]
        sales = [batch for batch in batches if batch.kind == "sale"]
        assert sum(batch.count for batch in sales) == len(approved)
        assert sum(batch.amount for batch in sales) == sum(row.amount for row in approved)
        assert sum(batch.amount for batch in batches) == sum(
            row.moved for row in rows if row.serves == "merchants"
        )
        assert verify(lab.switch, lab.settlement).findings == ()
    finally:
        lab.store.close()
