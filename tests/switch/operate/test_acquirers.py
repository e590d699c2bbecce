"""Two acquirers in one switch, each with its own bank days, books and deposits."""

import sqlite3
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from functools import partial
from pathlib import Path
from threading import Barrier, Lock

import pytest
from lxml import etree
from msgspec.structs import replace

from cardswitch.specs.dates import CutOff
from cardswitch.specs.errors import ConfigError, Error
from cardswitch.switch.operate.bank.closes import hold_closes, release_closes
from cardswitch.switch.operate.calendar import calendar
from cardswitch.switch.operate.rebuild import rebuild
from cardswitch.switch.operate.settle import settling
from cardswitch.switch.operate.show import holds, preview
from cardswitch.switch.operate.verify_books import Findings, verify
from cardswitch.switch.store.books import BooksReader
from tests.kit.market import BERLIN, DINER, HOUR_S, KIOSK, NYC, Market, paid
from tests.kit.play import after, answered


@pytest.fixture
def market(tmp_path):
    """Wednesday 21 October 2026, 14:00 in Berlin, 8:00 in New York."""
    played = Market(tmp_path)
    yield played
    played.store.close()


def test_each_sale_lies_in_the_day_of_the_acquirer_of_its_merchant(market):
    for hours in (0.0, 9.5, 1.0):  # before both cut-offs, between them, after both
        market.go(hours)
        market.sell(KIOSK, 100)
        market.sell(DINER, 100)
    assert [*market.labels()] == [
        "2026-10-21", "2026-10-21.nyc", "2026-10-22", "2026-10-21.nyc", "2026-10-22",
        "2026-10-22.nyc",
    ]  # fmt: skip


def test_each_is_paid_by_its_own_bank(market):
    market.sell(KIOSK, 100)
    market.sell(DINER, 200)
    market.go(9.5)
    market.sell(KIOSK, 400)
    market.sell(DINER, 800)
    assert paid(market.close(BERLIN)) == {"2026-10-21": {KIOSK: 100}}
    assert paid(market.close(NYC)) == {}
    market.go(1.0)
    assert paid(market.close(BERLIN)) == {}
    assert paid(market.close(NYC)) == {"2026-10-21.nyc": {DINER: 1000}}


def test_each_has_books_on_a_server_one_of_them_beside_the_journal(tmp_path, postgres):
    journal, books = (postgres.url(postgres.database()) for _ in range(2))
    places = {"switch": journal, "settlement": journal, "switch.acquirers.nyc.settlement": books}
    market = Market(tmp_path, urls=places)
    try:
        sale = market.sell(KIOSK, 100)
        dinner = market.sell(DINER, 200)
        market.go(10.5)
        assert paid(market.close(BERLIN)) == {"2026-10-21": {KIOSK: 100}}
        assert paid(market.close(NYC)) == {"2026-10-21.nyc": {DINER: 200}}
        for each, stays in ((sale, 0), (dinner, 50)):
            market.reverse(each, stays)
        market.sell(KIOSK, 1000)
        market.sell(DINER, 1000)
        market.go(24.0)
        assert paid(market.close(BERLIN)) == {"2026-10-22": {KIOSK: 900}}
        assert paid(market.close(NYC)) == {"2026-10-22.nyc": {DINER: 850}}
        assert agree(market, BERLIN) == agree(market, NYC) == ()
    finally:
        market.store.close()


# By an own query: no function of ours, and none of the labels that settlement goes by.
APPROVED = """
SELECT sum(CASE
    WHEN state = 'approved' AND kind = 'sale' THEN amount
    WHEN state = 'approved' AND kind LIKE '%refund' THEN -amount
    WHEN state = 'taken' AND kind = 'completion' THEN amount
    WHEN state = 'reversing' AND kind = 'sale' THEN stays - amount
    ELSE 0 END)
FROM journal JOIN (SELECT leg AS begun, min(at) AS since FROM journal GROUP BY leg) ON begun = leg
WHERE serves = 'merchants' AND merchant = ? AND since < ?
"""
NEVER = 1e12


def approved(market, merchant, until=NEVER):
    with closing(sqlite3.connect(market.path.with_name("switch.db"))) as journal:
        return journal.execute(APPROVED, (merchant, until)).fetchone()[0] or 0


def deposited(market, name):
    """By merchant, what the orders in the folder of an acquirer ask its bank for."""
    found = Counter()
    for path in sorted(Path(market.settlement(name).deposits).glob("*.xml")):
        for transfer in etree.parse(path).iterfind(".//{*}CdtTrfTxInf"):
            shop = transfer.findtext("{*}RmtInf/{*}Ustrd").split()[3]
            found[shop] += round(100 * float(transfer.findtext("{*}Amt/{*}InstdAmt")))
    return found


def agree(market, name):
    """The identities of its books, its files, and its part of the journal."""
    return verify(market.config, market.settlement(name)).findings


def test_days_of_two_with_what_comes_late_and_a_new_cut_off_of_one(market):
    sale, dinner = market.sell(KIOSK, 5000), market.sell(DINER, 7000)
    hold = market.sell(DINER, 3000, "0100")
    market.go(9.5)  # Berlin's day has ended
    market.reverse(sale, stays=2000)
    market.complete(hold, 1000)
    [first] = market.close(BERLIN)
    market.go(1.0)  # New York's too
    market.complete(market.sell(KIOSK, 9000, "0100"), 8000)
    market.reverse(dinner, stays=6500)
    market.refund(DINER, 100, market.sell(DINER, 1500))
    market.restart(nyc=CutOff("20:00", "America/New_York"))
    closed = paid(market.close(NYC))
    assert paid([first]) == {"2026-10-21": {KIOSK: 5000}}
    assert closed == {"2026-10-21.nyc": {DINER: 8000}}  # What was undone later, a later day has.
    market.go(24.0)
    market.sell(DINER, 11)
    assert [*market.labels()][-1] == "2026-10-22-2.nyc"  # until 20:00 of the same date
    market.go(24.0)
    for name in (BERLIN, NYC):
        market.close(name)
        assert agree(market, name) == ()
    assert deposited(market, BERLIN) == {KIOSK: approved(market, KIOSK)}
    assert deposited(market, NYC) == {DINER: approved(market, DINER)}


def test_a_merchant_who_goes_to_another_acquirer_is_paid_by_the_old_one_what_it_sold_there(market):
    sale, hold = market.sell(DINER, 5000), market.sell(DINER, 2500, "0100")
    market.go(0.1)
    moved_at = market.play.now
    market.restart({KIOSK: BERLIN, DINER: BERLIN})
    market.sell(DINER, 300)
    market.complete(hold, 2000)
    market.reverse(sale, stays=4000)
    market.go(12.0)
    assert paid(market.close(BERLIN)) == {"2026-10-21": {DINER: 300}}
    assert paid(market.close(NYC)) == {"2026-10-21.nyc": {DINER: 6000}}
    held = approved(market, DINER, moved_at) + 2000  # A completion goes with its hold.
    assert deposited(market, NYC) == {DINER: held}
    assert deposited(market, BERLIN) == {DINER: approved(market, DINER) - held}
    assert agree(market, BERLIN) == agree(market, NYC) == ()


def test_what_it_still_owes_the_old_one_stays_owed_there(market):
    sale = market.sell(DINER, 5000)
    market.go(12.0)
    market.close(NYC)
    market.restart({KIOSK: BERLIN, DINER: BERLIN})
    market.reverse(sale)
    market.sell(DINER, 700)
    market.go(24.0)
    assert paid(market.close(BERLIN)) == {"2026-10-21": {}, "2026-10-22": {DINER: 700}}
    assert paid(market.close(NYC)) == {"2026-10-22.nyc": {}}
    balances = BooksReader(market.settlement(NYC).books).balances()
    assert balances["merchant_payable:DINER", "978"] == 5000


class Killed(BaseException):
    """Ends the program here."""


def test_a_close_that_is_killed_between_fence_and_journal_does_not_hold_up_the_other(market):
    market.sell(KIOSK, 100)
    market.sell(DINER, 200)
    market.go(12.0)

    def die(_):
        raise Killed

    with pytest.raises(Killed):
        market.close(NYC, record=die)
    assert paid(market.close(BERLIN)) == {"2026-10-21": {KIOSK: 100}}
    market.restart()
    told = []
    assert market.close(NYC, tell=told.append) == []
    assert told == ["2026-10-21.nyc was closed before, and the journal now says so too"]
    assert deposited(market, NYC) == {DINER: 200}
    assert agree(market, BERLIN) == agree(market, NYC) == ()


def test_lost_books_of_one_are_refused_and_made_anew_while_the_other_goes_on(market):
    market.sell(DINER, 200)
    market.go(12.0)
    closed = market.close(NYC)
    books = market.path.with_name("books-nyc.db")
    for path in books.parent.glob("books-nyc.db*"):
        path.unlink()
    market.sell(KIOSK, 100)
    market.go(24.0)
    with pytest.raises(Findings, match=r"the journal names the close of 2026-10-21\.nyc"):
        market.close(NYC)
    assert {KIOSK: 100} in paid(market.close(BERLIN)).values()
    assert rebuild(market.config, market.settlement(NYC)) == closed
    assert paid(market.close(NYC)) == {"2026-10-22.nyc": {}}
    assert deposited(market, NYC) == {DINER: 200}


def test_books_of_the_one_are_not_taken_for_those_of_the_other(market):
    market.sell(KIOSK, 100)
    market.go(12.0)
    market.close(BERLIN)
    nyc, berlin = market.settlement(NYC), market.settlement(BERLIN)
    with pytest.raises(ConfigError, match=r"settlement.books: the acquirer nyc has these books"):
        market.close(BERLIN, settlement=replace(berlin, books=nyc.books))
    with pytest.raises(Findings, match=r"close 2026-10-21, a day that this journal has not had"):
        market.close(NYC, settlement=replace(nyc, books=berlin.books))


def test_both_close_at_once(market):
    market.sell(KIOSK, 100)
    market.sell(DINER, 200)
    market.go(12.0)
    both, lock = Barrier(2), Lock()

    def close(name):
        def record(booked):
            both.wait(20)  # Both have booked by now.
            with lock:
                market.record(name, booked)

        return paid(market.close(name, record=record))

    with ThreadPoolExecutor(2) as pool:
        berlin, nyc = pool.map(close, (BERLIN, NYC))
    assert berlin == {"2026-10-21": {KIOSK: 100}}
    assert nyc == {"2026-10-21.nyc": {DINER: 200}}
    assert agree(market, BERLIN) == agree(market, NYC) == ()


def test_what_the_day_would_pay_is_said_of_each(market):
    market.sell(KIOSK, 100)
    market.sell(DINER, 200)
    market.sell(DINER, 50, "0100")
    for name, shop, label in ((BERLIN, KIOSK, "2026-10-21"), (NYC, DINER, "2026-10-21.nyc")):
        seen = preview(market.config, market.settlement(name))
        assert (seen.business_date, [p.merchant for p in seen.payouts]) == (label, [shop])
    assert holds(market.config, market.settlement(BERLIN)) == []
    [held] = holds(market.config, market.settlement(NYC))
    assert (held.merchant, held.held, held.placed_on) == (DINER, 50, "2026-10-21.nyc")


def test_a_hold_expires_by_the_days_of_its_acquirer(market):
    market.sell(DINER, 50, "0100")
    for _ in range(8):
        market.go(24.0)
    days = [close.business_date for close in market.close(NYC)]
    [held] = holds(market.config, market.settlement(NYC))
    assert held.has_expired
    assert agree(market, NYC) == ()
    with closing(sqlite3.connect(market.path.with_name("books-nyc.db"))) as books:
        rows = books.execute("SELECT business_date FROM holds WHERE step = 'expired'").fetchall()
    assert rows == [("2026-10-28.nyc",)]
    assert days[-1] == "2026-10-28.nyc"


def test_what_a_person_decides_is_of_one_acquirer(market):
    market.sell(KIOSK, 100)
    market.sell(DINER, 200)
    market.go(12.0)
    with settling(market.config, market.settlement(NYC), partial(market.record, NYC)) as opened:
        hold_closes(opened, "late advices, ticket 4711")
    with pytest.raises(Error, match="closes are held by"):
        market.close(NYC)
    assert paid(market.close(BERLIN)) == {"2026-10-21": {KIOSK: 100}}
    with settling(market.config, market.settlement(NYC), partial(market.record, NYC)) as opened:
        release_closes(opened, "all have come, ticket 4711")
    assert paid(market.close(NYC)) == {"2026-10-21.nyc": {DINER: 200}}
    assert agree(market, BERLIN) == agree(market, NYC) == ()


def test_a_person_ends_the_day_of_one(market):
    market.sell(DINER, 200)
    market.cut_over(NYC)
    market.sell(KIOSK, 100)
    market.sell(DINER, 300)
    assert [*market.labels()] == ["2026-10-21.nyc", "2026-10-21", "2026-10-21-2.nyc"]
    assert paid(market.close(NYC)) == {"2026-10-21.nyc": {DINER: 200}}
    assert market.close(BERLIN) == []


def test_orders_of_both_have_names_of_their_own(market):
    market.sell(KIOSK, 100)
    market.sell(DINER, 200)
    market.go(12.0)
    files = [market.close(name)[0].files for name in (BERLIN, NYC)]
    assert b"<MsgId>DEPOSIT-20261021</MsgId>" in files[0]["deposit-2026-10-21.xml"]
    assert b"<MsgId>DEPOSIT-20261021.nyc</MsgId>" in files[1]["deposit-2026-10-21.nyc.xml"]
    assert b"<Nm>Hudson Bank</Nm>" in files[1]["deposit-2026-10-21.nyc.xml"]


def test_each_has_its_calendar(market):
    market.go(12.0)
    days = [calendar(market.config, 1, 1, name) for name in (BERLIN, NYC)]
    assert [[day.business_date for day in each] for each in days] == [
        ["2026-10-21", "2026-10-22", "2026-10-23"],
        ["2026-10-21.nyc", "2026-10-22.nyc", "2026-10-23.nyc"],
    ]
    assert [each[1].ends_at - each[1].starts_at for each in days] == [24 * HOUR_S] * 2
    assert days[1][1].ends_at - days[0][1].ends_at == HOUR_S


def test_an_acquirer_that_is_left_out_for_a_while_has_what_was_sold(market):
    market.sell(DINER, 200)
    market.restart({KIOSK: BERLIN, DINER: BERLIN}, without=NYC)
    market.go(24.0)
    market.sell(DINER, 300)
    market.restart()
    market.sell(DINER, 400)
    assert [*market.labels()] == ["2026-10-21.nyc", "2026-10-22", "2026-10-22.nyc"]
    assert paid(market.close(NYC)) == {"2026-10-21.nyc": {DINER: 200}}


def test_what_has_no_outcome_yet_is_told_of_its_own_acquirer(market):
    market.begin(DINER)
    seen = [preview(market.config, market.settlement(name)) for name in (BERLIN, NYC)]
    assert [[line.merchant for line in each.undecided] for each in seen] == [[], [DINER]]
    (market.play.skip() >> after(4.0)).skip()
    (market.play >> answered("acquirer", "64")).skip()  # Its reversal is refused: for people.
    market.flush()
    seen = [preview(market.config, market.settlement(name)) for name in (BERLIN, NYC)]
    assert [[line.merchant for line in each.left_to_people] for each in seen] == [[], [DINER]]
