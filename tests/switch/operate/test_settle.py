"""Which days are closed and in what order, what is paid, and what happens when it is done again."""

import pytest
from msgspec.structs import replace

from cardswitch.specs.errors import ConfigError, Error
from cardswitch.switch.core.states import State
from cardswitch.switch.operate import settle
from cardswitch.switch.operate.settle import CALM_S, Findings, close_days, close_each, preview
from cardswitch.switch.store.books import Books
from cardswitch.switch.store.journal import SqlStore
from cardswitch.wire.store.database import Missing
from tests.kit.histories import CUT, CUT_OFF, DAYS, LATER, NOON, History

DAY_S = 86_400
AFTER = CUT + CALM_S  # From here on the first day can be closed.


def close(lab, now, date=None):
    return close_days(lab.switch, lab.settlement, lab.vault, now, date)


def dates(closed):
    return [day.business_date for day in closed]


def amounts(day):
    return {(p.merchant, p.currency): p.amount for p in day.payouts}


def commit_sales(lab, *instants, amount=1250):
    history = History()
    for at in instants:
        history.sale(amount, at=at)
    lab.commit(history.entries())


# Which days ---------------------------------------------------------------------------------------

# The instants of sales, the instant of the close, and how many days it closes.
DUE = [
    ([], LATER, 0),
    ([NOON], CUT - 1, 0),
    ([NOON], AFTER - 0.001, 0),
    ([NOON], AFTER, 1),
    ([NOON], LATER, 1),
    ([CUT - 0.5, CUT], AFTER, 1),
    ([NOON, NOON + DAY_S], AFTER, 1),
    ([NOON, NOON + DAY_S], LATER, 2),
    ([NOON, NOON + 2 * DAY_S], LATER, 3),  # An idle day between two others.
]


@pytest.mark.parametrize(("sales", "now", "count"), DUE)
def test_the_days_that_ended_up_to_the_last_with_something_in_it(lab, sales, now, count):
    commit_sales(lab, *sales)
    closed = close(lab, now)
    assert dates(closed) == list(DAYS[:count])
    assert close(lab, now) == []
    busy = {CUT_OFF.business_date(at) for at in sales}
    expected = [{("SHOP", "978"): 1250} if day in busy else {} for day in DAYS[:count]]
    assert [amounts(day) for day in closed] == expected


def test_days_are_closed_one_after_the_other_as_they_end(lab):
    history = History()
    history.reverse(history.sale(300), CUT + 60)
    history.sale(1250, at=NOON + 2 * DAY_S)
    lab.commit(history.entries())
    assert dates(close(lab, AFTER)) == [DAYS[0]]
    assert dates(close(lab, AFTER + DAY_S)) == [DAYS[1]]
    [last] = close(lab, LATER)
    assert amounts(last) == {("SHOP", "978"): 950}  # What was paid too much is kept back.


def test_the_switch_goes_on_while_days_are_closed(lab):
    history = History()
    history.sale()
    history.sale(at=NOON + DAY_S)
    *entries, last = history.entries()
    lab.commit(entries)
    for day in close_each(lab.switch, lab.settlement, lab.vault, AFTER):
        lab.commit([last])
        assert day.business_date == DAYS[0]
    assert list(lab.store.load())[-1] == last


def test_a_day_is_not_closed_by_its_date_before_it_has_ended_and_all_is_on_the_disk(lab):
    commit_sales(lab, NOON)
    with pytest.raises(Error, match=r"ends at 2026-11-23T22:00:00.000Z: it can be closed from"):
        close(lab, AFTER - 0.001, DAYS[0])
    assert dates(close(lab, AFTER, DAYS[0])) == [DAYS[0]]


def test_a_day_is_not_skipped_by_its_date(lab):
    commit_sales(lab, NOON, NOON + DAY_S)
    with pytest.raises(Error, match="first close the days before it"):
        close(lab, LATER, DAYS[1])
    assert not list(lab.deposits.iterdir())


def test_a_day_before_the_journal_begins_is_not_closed(lab):
    commit_sales(lab, NOON + DAY_S)
    with pytest.raises(Error, match="the journal begins after it"):
        close(lab, LATER, DAYS[0])
    assert dates(close(lab, LATER)) == [DAYS[1]]


# Doing it again -----------------------------------------------------------------------------------


def test_a_closed_day_is_given_back_and_its_files_are_written_again(lab):
    commit_sales(lab, NOON, NOON + DAY_S)
    [first, _] = close(lab, LATER)
    written = lab.files()
    assert len(written) == 4
    assert first.files.items() <= written.items()
    for name in first.files:
        (lab.deposits / name).unlink()
    assert close(lab, LATER, DAYS[0]) == [first]
    assert lab.files() == written


def test_a_closed_day_stays_what_it_was_though_the_merchant_moves(lab):
    commit_sales(lab, NOON)
    [first] = close(lab, AFTER)
    moved = replace(lab.settlement.merchants[0], iban="DE02120300000000202051", bic="BYLADEM1001")
    lab.settlement = replace(lab.settlement, merchants=(moved,))
    assert close(lab, AFTER, DAYS[0]) == [first]


def test_files_that_somebody_took_away_are_not_written_again_unasked(lab):
    commit_sales(lab, NOON)
    close(lab, AFTER)
    for path in lab.deposits.iterdir():
        path.unlink()
    assert close(lab, AFTER) == []
    assert lab.files() == {}


class Crash(BaseException):
    """Ends the program here."""


@pytest.mark.parametrize("renamed", [0, 1])
def test_a_crash_between_record_and_files_is_mended_by_the_next_close(lab, monkeypatch, renamed):
    commit_sales(lab, NOON)
    with monkeypatch.context() as patch:
        original, calls = type(lab.deposits).replace, []

        def crashing(path, target):
            calls.append(path)
            if len(calls) > renamed:
                raise Crash
            return original(path, target)

        patch.setattr("pathlib.Path.replace", crashing)
        patch.setattr("pathlib.Path.unlink", lambda *_, **__: None)  # The dead do not clean up.
        with pytest.raises(Crash):
            close(lab, AFTER)
    assert close(lab, AFTER) == []
    mended = lab.files()
    [day] = close(lab, AFTER, DAYS[0])
    assert mended == day.files


# What is refused ----------------------------------------------------------------------------------


def test_nothing_is_paid_if_the_check_finds_anything(lab, monkeypatch):
    commit_sales(lab, NOON, NOON + 1)
    original = settle.close_day

    def forgetful(*arguments, **options):
        day = original(*arguments, **options)
        return replace(day, movements=day.movements[1:])

    with monkeypatch.context() as patch:
        patch.setattr(settle, "close_day", forgetful)
        with pytest.raises(Findings, match="records do not agree: capture:1 is missing") as caught:
            close(lab, AFTER)
    assert caught.value.findings[0] == "capture:1 is missing"
    assert not lab.deposits.exists()
    [day] = close(lab, AFTER)
    assert amounts(day) == {("SHOP", "978"): 2500}


def test_a_day_with_an_open_leg_waits_and_those_before_it_do_not(lab):
    history = History()
    history.sale()
    history.sale(at=NOON + DAY_S, states=(State.RECEIVED, State.FORWARDED))
    lab.commit(history.entries())
    closing = close_each(lab.switch, lab.settlement, lab.vault, LATER)
    assert next(closing).business_date == DAYS[0]
    with pytest.raises(Error, match="is still forwarded; close again when it has an outcome"):
        next(closing)


def test_a_merchant_without_an_account(lab):
    lab.settlement = replace(lab.settlement, merchants=())
    commit_sales(lab, NOON)
    with pytest.raises(Error, match="merchant SHOP has no nominated account"):
        close(lab, AFTER)


def test_two_settlements_at_once(lab):
    books = Books(lab.settlement.books)
    with pytest.raises(Error, match="another settlement is running"):
        close(lab, AFTER)
    books.close()
    assert close(lab, AFTER) == []


def test_no_journal_yet_and_no_books_are_made(lab):
    lab.switch = replace(lab.switch, database=f"sqlite:///{lab.folder}/other.db")
    with pytest.raises(Missing, match="start the switch once"):
        close(lab, AFTER)
    assert not (lab.folder / "books.db").exists()


def test_books_in_the_file_of_the_journal(lab):
    lab.settlement = replace(lab.settlement, books=lab.switch.database)
    with pytest.raises(ConfigError, match=r"settlement\.books: expected a file of its own"):
        close(lab, AFTER)


# Preview ------------------------------------------------------------------------------------------


def look(lab, now):
    return preview(lab.switch, lab.settlement, lab.vault, now)


def test_a_preview_counts_what_has_an_outcome_and_records_nothing(lab):
    history = History()
    history.sale(1250)
    history.sale(700, states=(State.RECEIVED,))
    history.sale(700, states=(State.RECEIVED, State.FORWARDED), source="network")
    history.reverse(history.sale(300), NOON + 60)
    lab.commit(history.entries())
    seen = look(lab, NOON + 100)
    assert (seen.business_date, seen.ends_at) == (DAYS[0], CUT)
    assert (seen.open_legs, seen.unclosed) == (1, ())
    assert amounts(seen) == {("SHOP", "978"): 1250}
    assert [(b.captures, b.captured, b.reversals, b.reversed) for b in seen.batches] == [
        (2, 1550, 1, 300)
    ]
    assert not (lab.folder / "books.db").exists()


def test_a_preview_says_which_days_are_to_be_closed_before(lab):
    commit_sales(lab, NOON, NOON + DAY_S)
    assert look(lab, NOON + DAY_S + 1).unclosed == (DAYS[0],)
    close(lab, AFTER)
    assert look(lab, NOON + DAY_S + 1).unclosed == ()


def test_a_preview_takes_off_what_was_paid_too_much(lab):
    history = History()
    history.reverse(history.sale(300), CUT + 60)
    history.sale(1250, at=NOON + 2 * DAY_S)
    lab.commit(history.entries())
    close(lab, AFTER + DAY_S)
    seen = look(lab, NOON + 2 * DAY_S + 1)
    [day] = close(lab, LATER)
    assert (seen.batches, seen.payouts) == (day.batches, day.payouts)
    assert amounts(seen) == {("SHOP", "978"): 950}


def test_a_preview_needs_no_books_for_itself(lab):
    commit_sales(lab, NOON)
    close(lab, AFTER)
    books = Books(lab.settlement.books)  # Somebody is settling.
    assert look(lab, AFTER).payouts == ()
    books.close()


def test_a_preview_of_a_switch_that_has_ended(lab):
    commit_sales(lab, NOON)
    lab.store.close()
    assert amounts(look(lab, NOON + 1)) == {("SHOP", "978"): 1250}
    SqlStore(lab.switch.database, lab.vault).close()
