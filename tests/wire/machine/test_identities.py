"""What is surely not in a journal: never what is there, and seldom what is not."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from cardswitch.wire.machine.identities import BEFORE_MAX, DATES_MAX, Identities

TODAY, TOMORROW = "2026-11-30", "2026-12-01"
NOW = 1_795_996_800.0
days = st.sampled_from([f"2026-11-{day:02d}" for day in range(20, 28)])
keys = st.tuples(days, st.text("ab|", max_size=3))
events = st.lists(st.tuples(st.sampled_from(["add", "start", "ask"]), keys), max_size=60)


def test_an_empty_journal_holds_nothing() -> None:
    assert not Identities().may_hold(TODAY, "pos|1")


def test_what_was_written_may_be_there_and_nothing_else() -> None:
    identities = Identities()
    for number in range(5_000):
        identities.add(TODAY, f"pos|{number}")
    assert all(identities.may_hold(TODAY, f"pos|{number}") for number in range(5_000))
    in_vain = sum(identities.may_hold(TODAY, f"pos|{number}") for number in range(5_000, 10_000))
    assert in_vain == 0  # The same in every run; one in 10^9 is expected.


def test_of_dates_before_the_start_the_journal_is_asked() -> None:
    identities = Identities()
    identities.seen(TODAY)
    identities.add(TODAY, "pos|2")
    assert identities.may_hold(TODAY, "pos|1")
    assert not identities.may_hold(TOMORROW, "pos|1")


def test_a_checkpoint_names_the_dates_that_had_rows() -> None:
    before, after = Identities(), Identities()
    before.add(TODAY, "pos|1")
    after.restore(before.told(), NOW)
    assert after.may_hold(TODAY, "pos|1")
    assert after.may_hold(TODAY, "pos|2")  # It might be, for all that is known now.
    assert not after.may_hold(TOMORROW, "pos|1")


def test_an_older_checkpoint_says_nothing_so_the_journal_is_asked() -> None:
    identities = Identities()
    identities.restore(None, NOW)
    identities.add(TODAY, "pos|1")
    assert identities.may_hold(TODAY, "pos|2")
    assert identities.may_hold("2027-05-30", "pos|2")  # Field 7 is never from further ahead.
    assert not identities.may_hold("2027-06-30", "pos|2")


def test_who_sends_dates_of_all_kinds_does_not_end_that_of_today() -> None:
    identities = Identities()
    for number in range(3):
        identities.add(TODAY, f"pos|{number}")
    for day in range(1, 10 * DATES_MAX):
        identities.add(f"2027-01-{day:02d}", "pos|7")
    assert not identities.may_hold(TODAY, "pos|3")
    assert identities.may_hold("2027-01-01", "pos|3")


def test_no_more_dates_are_named_than_there_is_room_for() -> None:
    identities = Identities()
    dates = [f"{2000 + number // 300}-{number % 300:03d}" for number in range(2 * BEFORE_MAX)]
    for date in dates:
        identities.seen(date)
    assert len(identities.told()["dates"]) == BEFORE_MAX
    assert all(identities.may_hold(date, "pos|1") for date in dates)


@given(events)
def test_what_is_there_is_never_denied(happened: list[tuple[str, tuple[str, str]]]) -> None:
    identities = Identities()
    identities.dates_max = 2
    journal: set[tuple[str, str]] = set()
    checkpoint, since = identities.told(), []
    for what, key in happened:
        if what == "add":
            identities.add(*key)
            journal.add(key)
            since.append(key)
        elif what == "start":
            identities = Identities()
            identities.restore(checkpoint, NOW)
            for sent_on, _ in since:
                identities.seen(sent_on)
            checkpoint, since = identities.told(), []
        else:
            assert identities.may_hold(*key) or key not in journal
    assert all(identities.may_hold(*key) for key in journal)
