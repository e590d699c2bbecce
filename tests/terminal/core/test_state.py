"""The book: which entry may follow which, and what is rebuilt from them."""

import itertools

import msgspec
import pytest

from cardswitch.specs.errors import Error
from cardswitch.specs.message import Message
from cardswitch.terminal.core.batch import Tally
from cardswitch.terminal.core.state import (
    FOLLOWS,
    BatchClosed,
    Book,
    ReversalRefused,
    SaleAnswered,
    SaleBegun,
    SaleRepeated,
    SaleReversed,
    SaleReversing,
    SaleState,
    TerminalEntry,
    outcomes,
    rebuild,
)

REQUEST = Message(
    "0200",
    {
        3: "000000",
        4: "000000001250",
        7: "0329010000",
        11: "000007",
        12: "030000",
        13: "0329",
        22: "021",
        25: "00",
        41: "TERM01  ",
        42: "SHOP           ",
        49: "978",
    },
)
BEGUN = SaleBegun(1.0, REQUEST, "999999******0014", "good")
APPROVED = SaleAnswered(2.0, REQUEST.reply("00", {38: "A1B2C3", 37: "608801000001"}))
PARTLY = SaleAnswered(2.0, REQUEST.reply("10", {4: "000000000625", 38: "A1B2C3"}))
DECLINED = SaleAnswered(2.0, REQUEST.reply("51"))
REPEATED = SaleRepeated(3.0, REQUEST.reply("94"))
SILENCE = SaleRepeated(3.0, None)
REVERSAL = Message("0420", {**REQUEST.fields, 11: "000008", 90: "0" * 42})
REVERSING = SaleReversing(2.0, REVERSAL)
REVERSED = SaleReversed(3.0, REVERSAL.reply("00"))
REFUSED = ReversalRefused(3.0, REVERSAL.reply("12"))
CLOSED = BatchClosed(4.0)

ALL = [BEGUN, APPROVED, REPEATED, REVERSING, REVERSED, REFUSED, CLOSED]
# What led here, how the sale stands, and which entries may follow.
HISTORIES = [
    ([], None, "bc"),
    ([BEGUN], SaleState.BEGUN, "av"),
    ([BEGUN, APPROVED], SaleState.APPROVED, "brc"),
    ([BEGUN, DECLINED], SaleState.DECLINED, "brc"),
    ([BEGUN, REVERSING], SaleState.PENDING, "xf"),
    ([BEGUN, REVERSING, REVERSED], SaleState.REVERSED, "bc"),
    ([BEGUN, REVERSING, REFUSED], SaleState.EXCEPTION, "bc"),
]
LETTERS = dict(zip("barvxfc", ALL, strict=True))


@pytest.mark.parametrize(("history", "kind", "followers"), HISTORIES)
def test_which_entry_may_follow(history, kind, followers):
    book = rebuild(history)
    assert book.kind == kind
    for letter, entry in LETTERS.items():
        if letter in followers:
            book.with_entry(entry)
        else:
            with pytest.raises(Error, match="damaged"):
                book.with_entry(entry)


def test_every_entry_has_its_place_in_the_table():
    assert set(FOLLOWS) == {type(entry) for entry in ALL}


OUTCOMES = [
    ([APPROVED], [(SaleState.APPROVED, 1250, "00", "A1B2C3")]),
    ([PARTLY], [(SaleState.APPROVED, 625, "10", "A1B2C3")]),
    ([DECLINED], [(SaleState.DECLINED, 1250, "51", "")]),
    (
        [APPROVED, REPEATED],
        [(SaleState.APPROVED, 1250, "00", "A1B2C3"), (SaleState.DECLINED, 1250, "94", "")],
    ),
    (
        [REVERSING, REVERSED],
        [(SaleState.PENDING, 1250, "", ""), (SaleState.REVERSED, 1250, "00", "")],
    ),
    (
        [REVERSING, REFUSED],
        [(SaleState.PENDING, 1250, "", ""), (SaleState.EXCEPTION, 1250, "12", "")],
    ),
    ([APPROVED, CLOSED], [(SaleState.APPROVED, 1250, "00", "A1B2C3")]),
]


@pytest.mark.parametrize(("entries", "expected"), OUTCOMES)
def test_what_there_is_to_tell(entries, expected):
    told = list(outcomes([BEGUN, *entries]))
    assert [(o.kind, o.amount, o.code, o.approval_code) for o in told] == expected
    assert all((o.stan, o.asked, o.card) == ("000007", 1250, "999999******0014") for o in told)
    assert all((o.terminal, o.merchant, o.is_swipe) == ("TERM01", "SHOP", True) for o in told)


def test_an_unanswered_repeat_leaves_the_sale_alone():
    book = rebuild([BEGUN, APPROVED, SILENCE])
    assert (book.last_outcome.kind, book.last_outcome.is_repeat) == (SaleState.UNANSWERED, True)
    assert (book.kind, book.outcome.is_repeat) == (SaleState.APPROVED, False)


def test_totals_count_every_sale_once():
    sales = [[APPROVED], [APPROVED, REPEATED], [PARTLY], [DECLINED], [REVERSING, REVERSED]]
    entries = itertools.chain.from_iterable([BEGUN, *rest] for rest in sales)
    assert rebuild(entries).batch.totals == {
        "978": {
            "approved": Tally(3, 1250 + 1250 + 625),
            "declined": Tally(1, 1250),
            "reversed": Tally(1, 1250),
        }
    }


def test_exceptions_stay_until_the_batch_is_closed():
    entries = [BEGUN, REVERSING, REFUSED, BEGUN, APPROVED]
    assert [outcome.code for outcome in rebuild(entries).exceptions] == ["12"]
    closed = rebuild([*entries, CLOSED])
    assert (closed.exceptions, closed.batch.number, closed.batch.totals) == ((), 2, {})


def test_numbers_go_on_behind_the_last_one_used():
    assert rebuild([BEGUN]).stan == 7
    assert rebuild([BEGUN, REVERSING, REVERSED, CLOSED]).stan == 8


def test_what_is_owed_is_the_same_message_until_it_is_not_owed():
    assert rebuild([BEGUN, REVERSING]).owed == REVERSAL
    assert rebuild([BEGUN, REVERSING, REVERSED]).owed is None
    assert rebuild([BEGUN, REVERSING, REFUSED]).owed is None


@pytest.mark.parametrize("entry", [*ALL, SILENCE, PARTLY, DECLINED])
def test_entries_survive_the_disk(entry):
    assert msgspec.json.decode(msgspec.json.encode(entry), type=TerminalEntry) == entry


def test_the_book_survives_the_disk_too():
    entries = [BEGUN, REVERSING, REVERSED, BEGUN, APPROVED, REPEATED]
    read = [
        msgspec.json.decode(msgspec.json.encode(entry), type=TerminalEntry) for entry in entries
    ]
    assert rebuild(read) == rebuild(entries) != Book()
