"""What was set aside and not captured in time is free again, by the issuer's clock."""

import pytest

from cardswitch.hosts.issuer.entries import HoldExpired, PurchaseDecided, PurchaseUndone, Terms
from cardswitch.hosts.issuer.holds import HOLDS_MAX
from cardswitch.specs.dates import transmission_time
from cardswitch.specs.message import Message
from cardswitch.specs.transactions.reversals import original_data, replacement_amounts
from cardswitch.wire.machine.timers import TIMERS_SLACK
from tests.kit.hosts import issuer, outcome, purchase, reversal_of, wrote
from tests.kit.play import START, Playbook, after

DAY_S = 86_400.0
HOLD = purchase(mti="0100")  # typed: seven days


def completion(at: float, amount: int = 1_000) -> Message:
    fields = {n: HOLD[n] for n in (2, 3, 37, 41, 42, 49)}
    fields |= {4: f"{amount:012d}", 11: "000009", 25: "06", 38: "000001", 7: transmission_time(at)}
    return Message("0220", {**fields, 90: original_data(HOLD)})


def held(play: Playbook | None = None) -> Playbook:
    play = play or issuer()
    assert outcome(play, HOLD)[39] == "00"
    return play


def account(play: Playbook) -> tuple[int, int]:
    [one] = play.machine.books.accounts.values()
    return one.held, one.available


def rebuilt(play: Playbook, **changes: object) -> Playbook:
    """The same issuer after a crash, at the same instant."""
    again = issuer(play.journal.rows, **changes)
    again.now = play.now
    return again


def test_it_ends_by_itself_to_the_second() -> None:
    play = held()
    assert play >> after(7 * DAY_S - 1)
    assert account(play) == (1_250, 8_750)
    assert play >> after(1.0) << wrote(HoldExpired, released=1_250)
    assert account(play) == (0, 10_000)
    assert play >> after(30 * DAY_S)
    assert account(rebuilt(play)) == (0, 10_000)


def test_where_the_card_was_there_it_lasts_thirty_days() -> None:
    play = issuer()
    outcome(play, purchase(mti="0100", f22="021"))
    assert play >> after(30 * DAY_S - 1) >> after(1.0) << wrote(HoldExpired)


@pytest.mark.parametrize("rows", [1, 10_000])
def test_it_ends_after_a_crash_too_whatever_checkpoint_lies_between(rows: int) -> None:
    play = held(issuer(checkpoint_rows=rows))
    again = rebuilt(play)
    (again >> after(7 * DAY_S)).skip()
    assert account(again) == (0, 10_000)


def test_what_stays_of_it_ends_and_what_was_undone_or_captured_does_not() -> None:
    play = held()
    part = Message("0420", {**reversal_of(HOLD).fields, 95: replacement_amounts(600)})
    outcome(play, part)
    assert play >> after(7 * DAY_S) << wrote(HoldExpired, released=600)
    for ending in (reversal_of(HOLD), completion(START)):
        play = held()
        assert outcome(play, ending)[39] == "00"
        assert play >> after(8 * DAY_S)


def test_later_it_cannot_be_captured_but_what_was_sent_in_time_can() -> None:
    play = held()
    end = play.now + 7 * DAY_S
    (play >> after(7 * DAY_S + 60)).skip()
    assert outcome(play, completion(end + 1))[39] == "21"
    assert account(play) == (0, 10_000)
    assert outcome(play, completion(end).with_fields({11: "000010"}))[39] == "00"
    assert account(play) == (1_000, 9_000)


@pytest.mark.parametrize("rows", [1, 10_000])
def test_what_was_promised_is_taken_though_the_account_has_no_more(rows: int) -> None:
    play = held(issuer(checkpoint_rows=rows))
    end = play.now + 7 * DAY_S
    (play >> after(7 * DAY_S)).skip()
    sale = purchase(10_000, 8, f7=transmission_time(play.now))
    assert outcome(play, sale)[39] == "00"
    assert outcome(play, completion(end))[39] == "00"
    assert account(play) == account(rebuilt(play)) == (11_000, -1_000)


def test_what_was_reversed_after_its_end_cannot_be_captured_any_more() -> None:
    play = held()
    end = play.now + 7 * DAY_S
    (play >> after(7 * DAY_S)).skip()
    assert outcome(play, reversal_of(HOLD))[39] == "00"
    assert outcome(play, completion(end))[39] == "12"


def test_a_journal_that_cannot_say_is_asked_again() -> None:
    play = held()
    notebook, play.journal = play.journal, None
    (play >> after(7 * DAY_S + 10)).skip()
    assert account(play) == (1_250, 8_750)
    play.journal = notebook
    (play >> after(120.0)).skip()
    assert account(play) == (0, 10_000)


def test_more_holds_than_a_checkpoint_may_name_are_not_given() -> None:
    play = issuer()
    holds = play.machine._journal.holds
    holds.restore([(number, play.now + 1e9) for number in range(HOLDS_MAX)])
    assert outcome(play, HOLD)[39] == "91"


def test_what_was_completed_before_its_day_is_not_kept_until_then() -> None:
    play = issuer()
    holds = play.machine._journal.holds
    terms = Terms(kind="preauth", processing="000000", amount=10, currency="978", card="F2F4")
    until = play.now + 30 * DAY_S
    given = PurchaseDecided(terms=terms, pan_masked="", code="00", amount=10, expires_at=until)
    for leg in range(20_000):
        holds.apply(leg, given)
        holds.apply(leg, PurchaseUndone(account="ada", released=10, stays=0))
    assert len(holds) == 0
    assert len(holds._ends) <= TIMERS_SLACK
