"""What people and settlement read from a journal, also while its switch is writing."""

import pytest
from hypothesis import HealthCheck, given, settings
from msgspec.structs import replace

from cardswitch.specs.errors import Error
from cardswitch.switch.core.states import Mark, State
from cardswitch.switch.store.reader import GOES_ON, JournalReader
from cardswitch.wire.store.database import Missing
from tests.kit.derivations import days_of, due, totals_of
from tests.kit.histories import DAYS, ENDINGS, History, JournalFile, histories

PAN = "9999990000000011"
STUCK = 1 + list(ENDINGS).index("stuck")  # its leg, where there is one for each ending


@pytest.fixture
def journal(url):
    """A journal that a switch holds open, and a reader beside it."""
    made = JournalFile(url)
    made.reader = JournalReader(url)
    yield made
    made.close()


def test_rows_come_back_as_they_were(journal):
    history = History()
    for ending in ENDINGS:
        history.sale(ending=ending, pan=PAN)
    journal.write(history.rows)
    assert list(journal.reader.rows()) == history.rows
    assert list(journal.reader.rows(after=7)) == history.rows[7:]


def test_an_empty_journal(journal):
    with journal.reader.snapshot():
        assert (journal.reader.days(), journal.reader.head()[0], journal.reader.closes()) == (
            (),
            0,
            [],
        )
        assert (journal.reader.undecided(), journal.reader.left_to_people()) == ([], [])
    assert (journal.reader.days(), journal.reader.newest(5)) == ((), [])


def test_what_is_owed_comes_in_pages_and_a_checkpoint_hides_none_of_it(journal):
    history = History()
    for ending in ENDINGS:
        history.sale(ending=ending)
    history.begin(state=State.TAKEN, kind="completion", mti="0220")
    owed = [leg for leg in range(1, 9) if history.rows[-1].leg == leg or leg == STUCK]
    history.mark(Mark.CHECKPOINT, {"legs": owed})
    history.add(history.begin(), State.REVERSING)
    journal.write(history.rows)
    lines = journal.reader.owed(9)
    assert [(line.leg, line.state) for line in lines] == [
        (STUCK, "exception"),
        (8, "taken"),
        (9, "reversing"),
    ]
    assert [line.leg for line in journal.reader.owed(1, after=STUCK)] == [8]
    assert journal.reader.owed(9, after=9) == []
    assert [row.state for row in journal.reader.steps_of(9)] == ["forwarded", "reversing"]


def test_a_reader_comes_too_early(tmp_path):
    with pytest.raises(Missing, match="there is no journal yet: start the switch once"):
        JournalReader(f"sqlite:///{tmp_path}/switch.db")
    assert list(tmp_path.iterdir()) == []


# What settlement asks -----------------------------------------------------------------------------


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=histories())
def test_days_and_batches_are_those_of_the_rows(tmp_path_factory, rows):
    url = f"sqlite:///{tmp_path_factory.mktemp('rows')}/switch.db"
    journal = JournalFile(url)
    try:
        journal.write(rows)
        seen = JournalReader(url)
        with seen.snapshot():
            assert seen.days() == days_of(rows)
            assert seen.head()[0] == len(rows)
            closed = []
            for day in seen.days():
                found = totals_of(day.label, due(rows, day.label, closed, 9), after=3)
                assert seen.batches(day, closed, 9, number=3) == found
                closed.append(day.label)
    finally:
        journal.close()


def test_a_snapshot_does_not_see_what_is_written_after_its_first_question(journal):
    history = History()
    history.sale()
    journal.write(history.rows)
    with journal.reader.snapshot():
        [day] = journal.reader.days()
        history.sale()
        history.cut_over()
        journal.write(history.rows)
        assert (
            len(journal.reader.days()),
            journal.reader.head()[0],
            sum(batch.count for batch in journal.reader.batches(day, (), 0)),
        ) == (1, 3, 1)
    assert len(journal.reader.days()) == 2


def test_closes_are_named_once_each_in_their_order(journal):
    history = History()
    for day, sha in ((DAYS[1], "a"), (DAYS[0], "b"), (DAYS[1], "a")):
        said = {"day": day, "run": 1, "sha256": sha, "books_head": f"h{sha}", "by": "who"}
        history.mark(Mark.CLOSED, said, day)
    journal.write(history.rows)
    with journal.reader.snapshot():
        found = [(row.day, row.sha256, row.books_head) for row in journal.reader.closes()]
    assert found == [(DAYS[1], "a", "ha"), (DAYS[0], "b", "hb")]


def test_purchases_without_an_outcome(journal):
    history = History()
    for ending in ENDINGS:
        history.sale(ending=ending)
    history.sale(ending="open", serves="acquirers")
    history.sale(ending="open", mti="0100")
    journal.write(history.rows)
    with journal.reader.snapshot():
        assert [(line.leg, line.state) for line in journal.reader.undecided()] == [(4, "forwarded")]


def test_purchases_without_an_outcome_are_found_behind_the_last_checkpoint_and_in_it(journal):
    history = History()
    older, ended = history.sale(ending="open"), history.sale(ending="open")
    history.mark(Mark.CHECKPOINT, {"legs": [older, ended], "numbers": {"acquirer": 7}})
    newer = history.sale(ending="open")
    history.add(ended, State.APPROVED)
    journal.write(history.rows)
    with journal.reader.snapshot():
        assert [line.leg for line in journal.reader.undecided()] == [older, newer]


def test_what_is_left_to_people_and_what_they_have_done(journal):
    history = History()
    waiting, resolved, again = (history.sale(ending="stuck") for _ in range(3))
    said = '{"by":"olga","because":"the bank has confirmed it"}'
    history.add(resolved, State.RESOLVED, fields=said)
    history.reverse(again)
    journal.write(history.rows)
    with journal.reader.snapshot():
        found = [(line.leg, line.state, line.by) for line in journal.reader.left_to_people()]
        [_, line] = journal.reader.left_to_people()
    assert found == [(waiting, "exception", ""), (resolved, "resolved", "olga")]
    assert line.because == "the bank has confirmed it"


# What people ask ----------------------------------------------------------------------------------


def test_the_newest_legs_as_they_stand(journal):
    history = History()
    for ending in ENDINGS:
        history.sale(ending=ending, pan=PAN)
    history.cut_over()
    journal.write(history.rows)
    lines = journal.reader.newest(100)
    assert [line.leg for line in lines] == [7, 6, 5, 4, 3, 2, 1]
    assert [line.state for line in lines] == [
        "reversed", "exception", "reversed", "forwarded", "declined", "declined", "approved",
    ]  # fmt: skip
    assert (lines[-1].card, lines[-1].rrn) == ("999999******0011", "000000000001")
    assert [line.leg for line in journal.reader.newest(2)] == [7, 6]
    assert [line.leg for line in journal.reader.newest(9, GOES_ON)] == [4]
    assert [line.leg for line in journal.reader.newest(9, {State.EXCEPTION})] == [6]


def test_what_a_later_row_leaves_out_an_earlier_one_has_said(journal):
    history = History()
    leg = history.begin(700, merchant="CAFE")
    history.add(leg, State.DECLINED, amount=0, merchant="", code="51")
    journal.write(history.rows)
    [line] = journal.reader.newest(1)
    assert (line.amount, line.merchant, line.code) == (700, "CAFE", "51")


def test_a_damaged_row_is_said(journal):
    history = History()
    history.mark(Mark.CUT_OVER, {})
    journal.write(history.rows)
    with pytest.raises(Error, match="row 2 of the journal"):
        journal.reader.days()


def test_money_is_read_from_columns_alone(journal):
    """What else the row says of its amount, in JSON, is never paid."""
    history = History()
    leg = history.sale(500)
    said = '{"4":"000000090500","49":"840","42":"OTHER"}'
    history.rows = [replace(row, fields=said) if row.leg == leg else row for row in history.rows]
    journal.write(history.rows)
    [day] = journal.reader.days()
    [batch] = journal.reader.batches(day, (), 0)
    assert (batch.amount, batch.currency, batch.merchant) == (500, "978", "SHOP")
