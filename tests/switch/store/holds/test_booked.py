"""Holds step by step: placed, changed, posted in part, voided, expired; and a lie is named."""

from collections import Counter

import pytest
from msgspec.structs import replace

from cardswitch.switch.core.states import State
from cardswitch.switch.operate.rebuild import rebuild
from cardswitch.switch.operate.verify_books import Findings, verify
from cardswitch.switch.store.books import BooksReader
from cardswitch.switch.store.reader import JournalReader
from cardswitch.switch.store.tables import HOLDS
from tests.kit.histories import DAYS
from tests.kit.holding import capture, change, hold
from tests.kit.settling import amounts, close


def end_day(lab):
    lab.history.cut_over()
    [closed] = close(lab)
    return closed


def steps(lab):
    """By leg, its steps: what was done, held, and posted."""
    books = BooksReader(lab.settlement.books)
    order = HOLDS.select().order_by(HOLDS.c.sequence, HOLDS.c.step)
    found = {}
    for row in books._rows(order):
        found.setdefault(row.leg, []).append((row.step, row.held, row.posted))
    return found


def states(lab):
    return {each.leg: each.state for each in BooksReader(lab.settlement.books).holds(journal(lab))}


def journal(lab):
    return JournalReader(lab.switch.database)


def test_a_hold_goes_its_way_over_days_and_no_account_knows_of_it(lab):
    history = lab.history
    kept, partly, whole, back = (hold(history, amount) for amount in (1000, 2000, 3000, 4000))
    hold(history, 500, serves="acquirers")
    history.sale(70, mti="0100", ending="declined")
    history.sale(80, mti="0100", ending="timed out")
    change(history, partly, 2500)
    history.reverse(back)
    end_day(lab)
    capture(history, partly, 700, left=1800)
    capture(history, whole, 2600)
    closed = end_day(lab)
    assert amounts(closed) == {("SHOP", "978"): 3300}
    assert steps(lab) == {
        kept: [("placed", 1000, 0)],
        partly: [("placed", 2000, 0), ("changed", 500, 0), ("posted", -700, 700)],
        whole: [("placed", 3000, 0), ("posted", -3000, 2600)],
        back: [("placed", 4000, 0), ("voided", -4000, 0)],
    }
    assert states(lab) == {
        kept: "pending", partly: "posted in part", whole: "posted", back: "voided",
    }  # fmt: skip
    touched = Counter(each.account for each in closed_postings(lab))
    assert {*touched} == {"scheme_settlement", "merchant_payable:SHOP", "acquirer_cash"}
    assert verify(lab.switch, lab.settlement).findings == ()


def closed_postings(lab):
    books = BooksReader(lab.settlement.books)
    return [line for close in books.closes() for line in books.postings(close.business_date)]


def test_what_is_held_too_long_has_expired_and_a_late_capture_is_posted_all_the_same(lab):
    lab.settlement = replace(lab.settlement, hold_days=1)
    leg = hold(lab.history, 1000)
    end_day(lab)
    assert states(lab) == {leg: "pending"}
    end_day(lab)
    assert states(lab) == {leg: "expired"}
    capture(lab.history, leg, 400, left=600)
    assert amounts(end_day(lab)) == {("SHOP", "978"): 400}
    assert steps(lab) == {leg: [("placed", 1000, 0), ("expired", -1000, 0), ("posted", 0, 400)]}
    assert verify(lab.switch, lab.settlement).findings == ()


def test_a_hold_of_a_day_that_was_begun_anew_is_as_old_as_its_date(lab):
    lab.settlement = replace(lab.settlement, hold_days=1)
    lab.history.cut_over(early=True)
    leg = hold(lab.history, 1000)
    lab.history.cut_over()
    close(lab)
    assert states(lab) == {leg: "pending"}
    end_day(lab)
    assert states(lab) == {leg: "expired"}


def test_a_hold_that_begins_and_ends_between_two_closes(lab):
    leg = hold(lab.history, 1000)
    capture(lab.history, leg, 300, left=700)
    change(lab.history, leg, 900)
    lab.history.reverse(leg)
    end_day(lab)
    assert [held for _, held, _ in steps(lab)[leg]] == [1000, -300, 200, -900]
    assert states(lab) == {leg: "posted"}


def test_an_advice_that_is_sent_again_by_a_person_was_captured_once(lab):
    leg = hold(lab.history, 1000)
    taken = capture(lab.history, leg, 300)
    lab.history.add(taken, State.EXCEPTION)
    end_day(lab)
    lab.history.add(taken, State.TAKEN, original=leg)
    end_day(lab)
    assert steps(lab)[leg][-1] == ("posted", -1000, 300)
    assert verify(lab.switch, lab.settlement).findings == ()


def test_a_capture_whose_hold_says_another_amount_is_found_and_the_day_is_not_closed(lab):
    leg = hold(lab.history, 1000)
    capture(lab.history, leg, 300)
    lab.history.rows[-2] = replace(lab.history.rows[-2], amount=301)
    lab.history.cut_over()
    with pytest.raises(Findings, match=r"hold of leg 1/RRN 0+1 has posted 301, expected 300"):
        close(lab)


def test_lost_books_are_made_anew_with_them(lab):
    leg = hold(lab.history, 1000)
    end_day(lab)
    capture(lab.history, leg, 300, left=700)
    end_day(lab)
    before = steps(lab)
    for path in lab.folder.glob("books.db*"):
        path.unlink()
    rebuild(lab.switch, lab.settlement)
    assert steps(lab) == before
    assert verify(lab.switch, lab.settlement).findings == ()


DAMAGES = {
    "a cent more is held": "UPDATE holds SET held = held + 1 WHERE step = 'placed'",
    "a cent more was posted": "UPDATE holds SET posted = posted + 1 WHERE step = 'posted'",
    "a step is missing": "DELETE FROM holds WHERE step = 'posted'",
    "a step twice": "INSERT INTO holds SELECT sequence + 100, step, business_date, leg, merchant,"
    " currency, rrn, placed_on, held, posted FROM holds WHERE step = 'posted'",
    "another leg": "UPDATE holds SET leg = leg + 7",
    "another RRN": "UPDATE holds SET rrn = 'x'",
    "another merchant": "UPDATE holds SET merchant = 'CAFE'",
    "another currency": "UPDATE holds SET currency = '840'",
    "expired": "UPDATE holds SET step = 'expired' WHERE step = 'posted'",
}


@pytest.mark.parametrize("statement", DAMAGES.values(), ids=DAMAGES)
def test_whoever_changes_a_step_is_found_and_the_hold_named(lab, damage, statement):
    leg = hold(lab.history, 1000)
    capture(lab.history, leg, 300, left=700)
    end_day(lab)
    damage(statement)
    findings = verify(lab.switch, lab.settlement).findings
    assert f"hold of leg 1/RRN {1:012d} is another in the books than in the journal" in findings


def test_the_labels_of_days_are_those_of_closes(lab):
    hold(lab.history, 1000)
    end_day(lab)
    books = BooksReader(lab.settlement.books)
    assert {row.business_date for row in books._rows(HOLDS.select())} == {DAYS[0]}


def test_sqlite_and_a_server_book_and_check_the_same(ledger):
    history, said = ledger.history, []
    leg = hold(history, 1000)
    change(history, leg, 1500)
    capture(history, leg, 300, left=1200)
    old = hold(history, 50)
    after = 0
    for label in DAYS[:2]:
        history.cut_over()
        until = len(history.rows)

        def then(booking, label=label, after=after, until=until):
            said.append(booking.hold(label, after, until, hold_days=1))

        ledger.close_day(label, then=then)
        after = until
    assert said == [(), ()]
    steps = ledger.books._rows(HOLDS.select().order_by(HOLDS.c.sequence, HOLDS.c.leg))
    assert [(row.leg, row.step, row.held, row.posted) for row in steps] == [
        (leg, "placed", 1000, 0), (leg, "changed", 500, 0), (leg, "posted", -300, 300),
        (old, "placed", 50, 0), (leg, "expired", -1200, 0), (old, "expired", -50, 0),
    ]  # fmt: skip
