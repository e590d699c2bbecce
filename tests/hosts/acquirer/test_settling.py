"""What the acquirer settles by date: counted as its rows say, compared with what others bring."""

import pytest

from cardswitch.hosts.acquirer.settling import PEER
from cardswitch.hosts.row import CHECKPOINT
from cardswitch.specs.message import Message
from cardswitch.specs.transactions.kinds import KINDS
from cardswitch.specs.transactions.reversals import replacement_amounts
from cardswitch.specs.transactions.settled import Account, pack_account
from cardswitch.specs.transactions.totals import Side, Totals
from cardswitch.wire.ports import Received
from tests.kit.hosts import (
    FRONT,
    HOLD,
    UPSTREAM,
    acquirer,
    again,
    approved,
    outcome,
    purchase,
    reversal_of,
)
from tests.kit.play import Playbook, answered

from .test_followed import refund

DATE = "2026-03-29"
SALE = purchase(f15="0329")
SOLD = Account(Totals(Side(1, 1250)))
REQUIRED = [number for number in KINDS.named("day_totals").requires if number != 11]
PART = Account(Totals(Side(1, 1000)))


def account(play: Playbook, date: str = DATE, currency: str = "978") -> Account:
    found: Account = play.machine.books.settled.account(PEER, date, currency)
    return found


def asked(told: Account = SOLD, mti: str = "0500", **changes: str) -> Message:
    fields = {7: "0330010000", 11: "000900", 15: "0329", 50: "978", 99: "123456"}
    fields |= pack_account(told)
    fields |= {int(name[1:]): value for name, value in changes.items()}
    return Message(mti, {n: fields[n] for n in sorted(fields) if fields[n]})


def undone(play: Playbook, original: Message, stays: int = 0, trace: int = 900) -> Playbook:
    request = reversal_of(original, trace=trace)
    request = request.with_fields({95: replacement_amounts(stays)}) if stays else request
    (play >> Received(FRONT, request)).skip()
    return (play >> answered(UPSTREAM, "00")).skip()


# What is counted ----------------------------------------------------------------------------------


@pytest.mark.parametrize("restart", ["none", "crash", "checkpoint"])
def test_each_row_counts_once_whatever_was_forgotten(restart: str) -> None:
    """With a checkpoint after each row, what comes to rest is known from its row alone."""
    bounds = {"checkpoint_rows": 1, "remembered_max": 0} if restart == "checkpoint" else {}
    play = acquirer(**bounds)

    def next_life(play: Playbook) -> Playbook:
        return play if restart == "none" else again(play, **bounds)

    play = next_life(approved(play, SALE))
    assert account(play) == SOLD
    second = purchase(trace=8, f15="0329")
    play = next_life(approved(play, second))
    assert account(play) == Account(Totals(Side(2, 2500)))
    play = next_life(undone(play, second, 1000))
    assert account(play) == Account(Totals(Side(2, 2250)))
    play = next_life(undone(play, SALE, trace=901))
    assert account(play) == PART
    play = next_life(approved(play, HOLD.with_fields({15: "0329", 11: "000050"})))
    assert account(play) == PART._replace(authorisations=1)


def test_what_a_checkpoint_names_is_not_counted_again() -> None:
    """Its rows are read again, since its reversal has no answer yet; they were counted."""
    play = approved(acquirer(checkpoint_rows=3), SALE)
    (play >> Received(FRONT, reversal_of(SALE))).skip()
    assert play.entries[-1].state == CHECKPOINT
    assert account(again(play)) == SOLD


def test_a_refund_is_a_credit_and_what_is_declined_is_nothing() -> None:
    play = approved(acquirer(), SALE)
    play = approved(play, refund().with_fields({15: "0330"}))
    (play >> Received(FRONT, purchase(trace=8, f15="0329"))).skip()
    (play >> answered(UPSTREAM, "51")).skip()
    assert account(play) == SOLD
    assert account(play, "2026-03-30") == Account(Totals(credits=Side(1, 500)))


def test_without_a_field_15_it_is_of_today() -> None:
    assert account(approved(acquirer(), purchase())) == SOLD


# What is compared ---------------------------------------------------------------------------------


@pytest.mark.parametrize("mti", ["0500", "0501", "0520", "0521"])
def test_what_agrees_is_in_balance(mti: str) -> None:
    play = approved(acquirer(), SALE)
    answer = outcome(play, asked(mti=mti), FRONT)
    assert answer.mti == ("0510" if mti[2] == "0" else "0530")
    assert (answer[39], answer[66], answer[97]) == ("00", "1", "D0000000000001250")
    assert (answer[15], answer[50], answer[99]) == ("0329", "978", "123456")
    assert not play.pending


@pytest.mark.parametrize(("mti", "code"), [("0500", "95"), ("0520", "00")])
@pytest.mark.parametrize(
    "there",
    [
        Account(),
        Account(Totals(Side(1, 1251))),
        Account(Totals(Side(2, 1250))),
        Account(Totals(Side(1, 1250), Side(1, 0))),
        Account(Totals(Side(10**10 - 1, 10**16 - 1))),
    ],
)
def test_what_differs_is_told_with_our_figures(there: Account, mti: str, code: str) -> None:
    answer = outcome(approved(acquirer(), SALE), asked(there, mti), FRONT)
    assert (answer[39], answer[66]) == (code, "2")
    assert (answer[76], answer[88], answer[74]) == ("0000000001", "0" * 12 + "1250", "0" * 10)


def test_numbers_that_are_no_money_are_told_and_not_compared() -> None:
    play = approved(approved(acquirer(), SALE), HOLD.with_fields({15: "0329", 11: "000050"}))
    answer = outcome(play, asked(SOLD._replace(inquiries=7, authorisations=3)), FRONT)
    assert (answer[66], answer[80], answer[81]) == ("1", "0000000000", "0000000001")


def test_other_dates_and_currencies_are_apart() -> None:
    play = approved(acquirer(), SALE)
    for other in ({"f15": "0328"}, {"f15": "0330"}, {"f50": "840"}):
        answer = outcome(play, asked(**other), FRONT)
        assert (answer[39], answer[88]) == ("95", "0" * 16)


@pytest.mark.parametrize("number", REQUIRED)
def test_a_field_that_is_missing_is_named(number: int) -> None:
    play = approved(acquirer(), SALE)
    answer = outcome(play, asked().without(number), FRONT)
    if number == 99:
        assert answer[39] == "12", "the batch of a terminal is none of the acquirer's business"
    else:
        assert (answer[39], answer[44]) == ("30", str(number))
    assert outcome(play, asked(), FRONT)[39] == "00"


@pytest.mark.parametrize(
    ("number", "value", "code", "named"),
    [
        (7, "1332250000", "30", "7"),
        (15, "1301", "30", "15"),
        (15, "x", "30", "15"),
        (50, "000", "30", "50"),
        (50, "EUR", "30", "50"),
        (74, "000000000A", "30", "74"),
        (88, "0000000000001251", "30", "97"),
        (97, "D" + "9" * 17, "30", "97"),
        (97, "C0000000000001250", "30", "97"),
        (84, "0000000000000001", "30", "84"),
        (99, "123457", "58", "99"),
    ],
)
def test_what_is_wrong_gets_its_code(number: int, value: str, code: str, named: str) -> None:
    play = approved(acquirer(), SALE)
    answer = outcome(play, asked().with_fields({number: value}), FRONT)
    assert (answer[39], answer[44]) == (code, named)


def test_what_no_field_has_room_for_is_declined() -> None:
    play = acquirer()
    sale = KINDS.named("sale")
    play.machine.books.settled.note(PEER, DATE, "978", sale, 10**16)
    assert outcome(play, asked(), FRONT)[39] == "96"
