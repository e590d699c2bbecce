"""A batch is closed: totals that agree, totals that do not, items, and what is asked twice."""

import pytest

from cardswitch.specs.message import Message
from cardswitch.specs.transactions.totals import Totals, read_days, total
from cardswitch.switch.core.states import State
from cardswitch.wire.machine.kernel import LOOK_UP_S
from cardswitch.wire.ports import Received
from tests.kit.batches import SOLD, close, codes, item, sold, told
from tests.kit.play import after, answered
from tests.kit.switch import (
    PLAIN,
    POS,
    REVERSAL,
    approved,
    crashed,
    linked,
    opened,
    with_listener,
)


def ours(answer):
    return total(read_days(answer.get(63)).values())


def test_totals_that_agree_close_the_batch():
    answer = told(sold(), close())
    assert (answer.mti, answer[39], answer[66], ours(answer)) == ("0510", "00", "1", SOLD)
    assert list(read_days(answer[63])) == ["2026-03-29"]


def test_a_batch_of_nothing_agrees():
    answer = told(opened(), close(Totals()))
    assert answer[66] == "1"
    assert 63 not in answer.fields, "an empty field cannot be sent"


def test_what_differs_is_told_with_what_is_here():
    answer = told(sold(), close(Totals().plus(1251)))
    assert (answer[39], answer[66], ours(answer)) == ("95", "2", SOLD)


def test_another_currency_is_another_batch():
    play = sold()
    assert codes(play, close(SOLD, currency="840"), close(Totals(), "000022", currency="840")) == [
        "95",
        "00",
    ]
    assert codes(play, close(stan="000023")) == ["00"]


def test_the_next_batch_begins_behind_the_one_that_was_closed():
    play = sold()
    assert codes(play, close()) == ["00"]
    approved(play, PLAIN.with_fields({11: "000030"}))
    answer = told(play, close(stan="000031", batch="000002"))
    assert (answer[66], ours(answer)) == ("1", SOLD)


@pytest.mark.parametrize("stan", ["000020", "000099"])
def test_asked_again_the_batch_is_not_closed_twice(stan):
    play = sold()
    first = told(play, close())
    again = told(crashed_too(play), close(stan=stan, mti="0501"))
    if stan == "000020":
        assert again == first
    else:
        assert again[39] == "94"


def crashed_too(play):
    return linked(crashed(play).skip()).skip()


def test_a_reversal_counts():
    play = sold()
    (play >> Received(POS, REVERSAL)).skip()
    (play >> answered("acquirer", "00")).skip()
    assert codes(play, close(Totals())) == ["00"]


def test_an_advice_is_never_declined():
    answer = told(sold(), close(Totals(), mti="0520"))
    assert (answer.mti, answer[39], answer[66]) == ("0530", "00", "2")


# Upload -----------------------------------------------------------------------------------------


def test_what_differs_is_found_item_by_item_and_then_the_batch_is_closed():
    play = sold()
    other = PLAIN.with_fields({11: "000077"})
    theirs = Totals().plus(1300).plus(500)
    assert codes(play, close(theirs)) == ["95"]
    differs, missing = told(play, item(1300)), told(play, item(500, "000022", other))
    assert (differs[39], differs[4]) == ("13", "000000001250")
    assert (missing[39], missing[4]) == ("25", "000000000500")
    answer = told(play, close(theirs, "000023"))
    assert (answer[39], answer[66], ours(answer)) == ("00", "2", SOLD)
    assert codes(play, close(Totals(), "000024", batch="000002")) == ["00"]


def test_an_item_that_agrees_is_told_so_and_its_repeat_hears_the_same():
    play = sold()
    first = told(play, item())
    assert (first.mti, first[39], first[4]) == ("0330", "00", "000000001250")
    assert told(crashed_too(play), Message("0321", item().fields)) == first
    assert codes(play, item(stan="000021", amount=99)) == ["94"]


def test_without_all_items_it_is_asked_for_them_again():
    play = sold()
    theirs = Totals().plus(1300).plus(500)
    assert codes(play, close(theirs), item(1300), close(theirs, "000023")) == ["95", "13", "95"]
    # What was uploaded before does not count for the next time.
    other = PLAIN.with_fields({11: "000077"})
    assert codes(play, item(500, "000024", other), close(theirs, "000025")) == ["25", "95"]


def test_an_item_that_comes_twice_counts_once():
    play = sold()
    theirs = Totals().plus(1300)
    assert codes(play, close(theirs), item(1300), item(1300, "000022")) == ["95", "13", "13"]
    assert codes(play, close(theirs, "000023")) == ["00"]


def test_items_of_another_batch_or_currency_do_not_count():
    play = sold()
    theirs = Totals().plus(1300)
    assert codes(play, close(theirs), item(1300, batch="000009")) == ["95", "13"]
    assert codes(play, item(1300, "000022", f49="840"), close(theirs, "000023")) == ["64", "95"]


# Bad input --------------------------------------------------------------------------------------

REQUIRED = (7, 41, 42, 50, 60, 74, 75, 76, 77, 86, 87, 88, 89, 97)


@pytest.mark.parametrize("field", REQUIRED)
def test_without_a_field_it_is_refused_naming_that(field):
    answer = told(sold(), close(**{f"f{field}": None}))
    assert (answer[39], answer[44]) == ("30", str(field))


@pytest.mark.parametrize("field", [3, 4, 7, 41, 42, 49, 60, 90])
def test_so_is_an_item(field):
    answer = told(sold(), item(**{f"f{field}": None}))
    assert (answer[39], answer[44]) == ("30", str(field))


@pytest.mark.parametrize(
    ("request_", "code", "field"),
    [
        (close(f7="1399999999"), "30", "7"),
        (close(f50="000"), "30", "50"),
        (close(f60="one"), "30", "60"),
        (close(f97="C0000000000001250"), "30", "97"),
        (item(f49="000"), "30", "49"),
        (item(f90="x" * 42), "30", "90"),
        (item(f3="310000"), "12", "90"),
    ],
)
def test_what_is_wrong_is_named(request_, code, field):
    answer = told(sold(), request_)
    assert (answer[39], answer[44]) == (code, field)


def test_acquirers_have_no_batch_here():
    play = opened(with_listener("pos", serves="acquirers"))
    assert codes(play, close()) == ["58"]


def test_a_merchant_that_the_listener_does_not_know():
    play = opened(with_listener("pos", merchants={"OTHER": None}))
    assert codes(play, close(Totals()), item()) == ["03", "03"]


def test_who_must_sign_on_and_has_not_is_told_so():
    play = opened(with_listener("pos", sign_on="required"))
    assert codes(play, close(Totals()), item()) == ["91", "91"]
    # Signed on, what was told so is taken when it comes again.
    signed = Message("0800", {7: "0329010000", 11: "000001", 41: "TERM0001", 70: "001"})
    assert codes(play, signed, close(Totals()), item()) == ["00", "00", "25"]


@pytest.mark.parametrize("message", [close(), item()])
def test_a_journal_that_cannot_say_makes_for_silence(message):
    play = sold()
    play.journal = lambda question: None
    assert told(play, message) is None
    (play >> after(LOOK_UP_S)).skip()
    assert not [row for row in play.entries if row.state == State.ANSWERED]


def test_so_many_legs_that_the_journal_names_them_piece_by_piece():
    play = sold()
    book = play.journal
    asked = []

    def few(question):
        asked.append(question)
        is_whole = question.begins and question.begins[0][1].endswith("|2|")
        is_counted = is_whole and any(on == "2026-03-29" for on, _ in question.begins)
        return None if is_counted else book(question)

    play.journal = few
    assert codes(play, close()) == ["00"]
    assert any(q.begins and q.begins[0][1].endswith("|2|0") for q in asked)


@pytest.mark.parametrize("sent", ["0327000000", "0401000000"])
def test_what_is_of_another_day_is_refused(sent):
    assert codes(sold(), close(f7=sent)) == ["12"]


def test_two_at_once_one_is_silent_and_may_ask_again():
    play = sold()
    play.journal = None
    (play >> Received(POS, close())).skip()
    assert told(play, close(stan="000021")) is None
