"""The book: which entry may follow which, and what is rebuilt from them."""

import itertools

import msgspec
import pytest

from cardswitch.specs.errors import Error
from cardswitch.specs.message import Message
from cardswitch.specs.transactions.reversals import original_data
from cardswitch.specs.transactions.totals import Totals
from cardswitch.terminal.core.batch import Settlement, Tally
from cardswitch.terminal.core.entries import (
    ApprovalHeard,
    BatchClosed,
    BatchSettled,
    BatchSettling,
    ItemsNumbered,
    KeyProven,
    KeyTaken,
    KsnUsed,
    ReversalRefused,
    SaleAbandoned,
    SaleAnswered,
    SaleBegun,
    SaleRepeated,
    SaleReversed,
    SaleReversing,
    SettlingRefused,
    TerminalEntry,
    Unanswered,
)
from cardswitch.terminal.core.outcome import SaleState
from cardswitch.terminal.core.sales import SALES_MAX, answered_by, key_of
from cardswitch.terminal.core.state import Book, outcomes, rebuild

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
REVERSAL = Message("0420", {**REQUEST.fields, 11: "000008", 90: original_data(REQUEST)})
REVERSING = SaleReversing(2.0, REVERSAL)
IN_PART = SaleReversing(2.0, REVERSAL, stays=1000)
HEARD = ApprovalHeard(2.5, key_of("000007", REQUEST[7]), APPROVED.answer)
REVERSED = SaleReversed(3.0, REVERSAL.reply("00"))
REFUSED = ReversalRefused(3.0, REVERSAL.reply("12"))
CLOSED = BatchClosed(4.0)
ABANDONED = SaleAbandoned(3.0, key_of("000007", REQUEST[7]), "refunded by hand")
NOTHING = Unanswered(2.0)

KEY = KeyTaken(at=4.0, key="X" + "5" * 32, kcv="A1B2C3", instead_of="U" + "1" * 32)
PROVEN = KeyProven(5.0)
KSN = KsnUsed(5.0, "FFFF9876543210E00001")
CLOSE = Message("0500", {11: "000009", 50: "978", 60: "000001"})
SETTLING, NUMBERED = BatchSettling(5.0, CLOSE), ItemsNumbered(5.5, 80)
SETTLED = BatchSettled(
    6.0, Settlement(batch=1, currency="978", is_balanced=True, here=Totals(), there={})
)
UNSETTLED = SettlingRefused(6.0, CLOSE.reply("12"))

ALL = [
    BEGUN,
    APPROVED,
    REPEATED,
    REVERSING,
    REVERSED,
    REFUSED,
    CLOSED,
    HEARD,
    ABANDONED,
    NOTHING,
    KEY,
    PROVEN,
    SETTLING,
    NUMBERED,
    SETTLED,
    UNSETTLED,
    KSN,
]
# What led here, how the sale stands, and which entries may follow.
HISTORIES = [
    ([], None, "bcstuykpz"),
    ([BEGUN], SaleState.BEGUN, "avwnhkpz"),
    ([BEGUN, NOTHING], SaleState.UNANSWERED, "bcstuykpz"),
    ([BEGUN, APPROVED], SaleState.APPROVED, "brcstuyvkpz"),
    ([BEGUN, DECLINED], SaleState.DECLINED, "brcstuyhvkpz"),
    ([BEGUN, REVERSING], SaleState.PENDING, "xfwkpz"),
    ([BEGUN, REVERSING, REVERSED], SaleState.REVERSED, "bcstuyhvkpz"),
    ([BEGUN, REVERSING, REFUSED], SaleState.EXCEPTION, "bcstuykpz"),
    ([BEGUN, APPROVED, IN_PART], SaleState.PENDING, "xfwkpz"),
    ([BEGUN, APPROVED, IN_PART, REVERSED], SaleState.REDUCED, "brcstuyhvkpz"),
    ([BEGUN, DECLINED, HEARD], SaleState.DECLINED, "brcstuyhvwkpz"),
    ([BEGUN, REVERSING, ABANDONED], SaleState.ABANDONED, "bcstuykpz"),
    ([BEGUN, DECLINED, HEARD, REVERSING], SaleState.PENDING, "xfwkpz"),
]
LETTERS = dict(zip("barvxfchwnkpstuyz", ALL, strict=True))


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


def test_the_last_keys_are_known_and_what_must_not_come_again():
    tak = msgspec.structs.replace(KEY, key="X" + "6" * 32, kcv="D4E5F6", kind="mac")
    book = rebuild([KEY, tak, PROVEN])
    assert book.keys == {"pin": KEY, "mac": tak}
    assert (book.spent, book.mac_key_seen_at) == (("A1B2C3", "D4E5F6"), 5.0)
    assert book.with_entry(KEY).mac_key_seen_at == 5.0
    assert book.with_entry(tak).mac_key_seen_at is None


def test_the_last_ksn_is_known():
    assert rebuild([KSN, CLOSED]).ksn == KSN.ksn


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
    (
        [APPROVED, IN_PART, REVERSED],
        [
            (SaleState.APPROVED, 1250, "00", "A1B2C3"),
            (SaleState.PENDING, 1000, "00", "A1B2C3"),
            (SaleState.REDUCED, 1000, "00", "A1B2C3"),
        ],
    ),
    (
        [APPROVED, IN_PART, ABANDONED],
        [
            (SaleState.APPROVED, 1250, "00", "A1B2C3"),
            (SaleState.PENDING, 1000, "00", "A1B2C3"),
            (SaleState.ABANDONED, 1250, "00", "A1B2C3"),
        ],
    ),
    (
        [APPROVED, IN_PART, REFUSED],
        [
            (SaleState.APPROVED, 1250, "00", "A1B2C3"),
            (SaleState.PENDING, 1000, "00", "A1B2C3"),
            (SaleState.EXCEPTION, 1250, "12", "A1B2C3"),
        ],
    ),
    (
        [APPROVED, REVERSING, REVERSED],
        [
            (SaleState.APPROVED, 1250, "00", "A1B2C3"),
            (SaleState.PENDING, 0, "00", "A1B2C3"),
            (SaleState.REVERSED, 0, "00", ""),
        ],
    ),
    (
        [DECLINED, HEARD, REVERSING, REVERSED],
        [
            (SaleState.DECLINED, 1250, "51", ""),
            (SaleState.PENDING, 1250, "51", ""),
            (SaleState.REVERSED, 1250, "00", ""),
        ],
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
            "sale approved": Tally(3, 1250 + 1250 + 625),
            "sale declined": Tally(1, 1250),
            "sale reversed": Tally(1, 1250),
        }
    }


UNDOING = [
    ([APPROVED, IN_PART, REVERSED], {"sale approved": (1, 1000), "sale reversed": (1, 250)}),
    (
        [APPROVED, IN_PART, REVERSED, SaleReversing(5.0, REVERSAL, stays=400), REVERSED],
        {"sale approved": (1, 400), "sale reversed": (2, 850)},
    ),
    (
        [APPROVED, IN_PART, REVERSED, REVERSING, REVERSED],
        {"sale approved": (0, 0), "sale reversed": (2, 1250)},
    ),
    ([APPROVED, REVERSING, REVERSED], {"sale approved": (0, 0), "sale reversed": (1, 1250)}),
    ([APPROVED, IN_PART, REFUSED], {"sale approved": (1, 1250), "sale exception": (1, 250)}),
    ([APPROVED, IN_PART], {"sale approved": (1, 1250)}),
    (
        [DECLINED, HEARD, REVERSING, REVERSED],
        {"sale declined": (1, 1250), "sale reversed": (1, 1250)},
    ),
]


@pytest.mark.parametrize(("entries", "expected"), UNDOING)
def test_totals_count_as_approved_what_stays(entries, expected):
    totals = rebuild([BEGUN, *entries]).batch.totals["978"]
    assert {kind: (tally.count, tally.amount) for kind, tally in totals.items()} == expected


def test_what_was_sold_is_what_stays_and_what_was_reversed():
    book = rebuild([BEGUN, APPROVED, IN_PART, REVERSED, SaleReversing(5.0, REVERSAL, 400)])
    assert (book.outcome.amount, book.outcome.reversed) == (400, 850)
    refused = book.with_entry(REFUSED)
    assert (refused.outcome.amount, refused.outcome.reversed) == (1000, 250)


def test_a_repeat_after_a_reversal_in_part_says_what_stays():
    repeated = SaleRepeated(4.0, REQUEST.reply("10", {4: "000000001000", 38: "A1B2C3"}))
    told = rebuild([BEGUN, APPROVED, IN_PART, REVERSED, repeated]).last_outcome
    assert (told.kind, told.amount, told.reversed) == (SaleState.REDUCED, 1000, 250)
    assert told.is_repeat


def sale(number):
    request = REQUEST.with_fields({11: f"{number:06d}"})
    return [SaleBegun(1.0, request, "999999******0014"), SaleAnswered(2.0, request.reply("51"))]


def test_the_last_sales_are_remembered():
    book = rebuild(entry for number in range(1, SALES_MAX + 2) for entry in sale(number))
    assert len(book.sales) == SALES_MAX
    assert answered_by(book.sales, sale(1)[1].answer) is None
    assert answered_by(book.sales, sale(2)[1].answer) == key_of("000002", REQUEST[7])


@pytest.mark.parametrize(
    ("changes", "is_own"),
    [
        ({}, True),
        ({37: "999999999999"}, True),
        ({7: "0329010001"}, False),
        ({11: "000008"}, False),
        ({41: "TERM02  "}, False),
        ({42: "OTHER          "}, False),
    ],
)
def test_which_answers_are_those_of_an_own_sale(changes, is_own):
    book = rebuild([BEGUN, APPROVED])
    assert (answered_by(book.sales, APPROVED.answer.with_fields(changes)) is not None) is is_own


def test_while_a_reversal_of_an_older_sale_is_pending_nothing_new_begins():
    entries = [BEGUN, DECLINED, *sale(9), HEARD, REVERSING]
    book = rebuild(entries)
    assert (book.kind, book.unsettled.stan) == (SaleState.DECLINED, "000007")
    for entry in (sale(10)[0], REPEATED, CLOSED, REVERSING):
        with pytest.raises(Error, match="damaged"):
            book.with_entry(entry)
    after = book.with_entry(REVERSED)
    assert (after.unsettled, after.outcome.stan) == (None, "000009")


def test_exceptions_stay_until_the_batch_is_closed():
    entries = [BEGUN, REVERSING, REFUSED, BEGUN, APPROVED]
    assert [outcome.code for outcome in rebuild(entries).exceptions] == ["12"]
    closed = rebuild([*entries, CLOSED])
    assert (closed.exceptions, closed.batch.number, closed.batch.totals) == ((), 2, {})


def test_numbers_go_on_behind_the_last_one_used():
    assert rebuild([BEGUN]).stan == 7
    assert rebuild([BEGUN, REVERSING, REVERSED, CLOSED]).stan == 8


def test_a_pending_reversal_is_the_same_message_until_it_is_acknowledged():
    assert rebuild([BEGUN, REVERSING]).pending_reversal == REVERSAL
    assert rebuild([BEGUN, REVERSING, REVERSED]).pending_reversal is None
    assert rebuild([BEGUN, REVERSING, REFUSED]).pending_reversal is None


def test_the_book_survives_the_disk_too():
    entries = [BEGUN, REVERSING, REVERSED, BEGUN, APPROVED, REPEATED]
    read = [
        msgspec.json.decode(msgspec.json.encode(entry), type=TerminalEntry) for entry in entries
    ]
    assert rebuild(read) == rebuild(entries) != Book()
