"""Every class with each field that it requires missing, wrong or another's: one line a case.

What cannot be read as its class says is answered 30, with the number of the field; what can, but
cannot be, gets the code of its class. Nothing of it goes upstream, and the next good one is served.
"""

import pytest

from cardswitch.specs.message import Message
from cardswitch.specs.transactions.kinds import KINDS, Kind
from cardswitch.specs.transactions.totals import Totals, pack_totals
from cardswitch.wire.ports import Received
from tests.kit.bad_classes import cases, good, kinds, names
from tests.kit.play import answered
from tests.kit.switch import (
    ACQUIRER,
    NEW_BLOCK,
    PLAIN,
    POS,
    approved,
    opened,
    with_listener,
)

HOLD = Message("0100", {**PLAIN.fields, 11: "000006"})
BY_NAME = tuple(kind.name for kind in KINDS.all.values() if kind.by_name)
KNOWN = {"SHOP0001": frozenset({"TERM0001"}), "SHOP0002": frozenset({"TERM0002"})}
ALL = kinds("ask", "advise", "reconcile", "upload")


def ready():
    """A sale and a pre-authorisation are approved, and their terminal known by name."""
    settings = with_listener(allows=BY_NAME, merchants=KNOWN)
    play = approved(opened(settings))
    (play >> Received(POS, HOLD)).skip() >> answered("acquirer", "00", {38: "A1B2C3"})
    return play.skip()


def made(kind: Kind) -> Message:
    """What is of that class, and nothing wrong with it."""
    return good(kind, PLAIN, HOLD)


def heard(play, message):
    """The answer to *message*, None if there is none; and whether anything went upstream."""
    before, asked = len(play.sent_on(POS)), len(play.sent_on(ACQUIRER))
    (play >> Received(POS, message)).skip()
    answers = play.sent_on(POS)[before:]
    return (answers[0] if answers else None), len(play.sent_on(ACQUIRER)) > asked


@pytest.mark.parametrize("kind", ALL, ids=lambda kind: kind.name)
def test_what_is_good_is_taken(kind):
    play = ready()
    answer, was_asked = heard(play, made(kind))
    if kind.pin == "required":
        assert (answer, was_asked) == (None, False), "the PIN goes first"
        (play >> answered("hsm", "00", {"block": NEW_BLOCK})).skip()
    elif kind.shape == "ask":
        assert (answer, was_asked) == (None, True)
    if kind.shape == "ask":
        (play >> answered("acquirer", "00", {54: "0" * 20} if 54 in kind.answer else {})).skip()
        answer = play.sent_on(POS)[-1]
    assert answer[39] == "00"


MISSING = [(kind, number) for kind in ALL for number in kind.requires]


@pytest.mark.parametrize(("kind", "number"), MISSING, ids=names(MISSING))
def test_a_field_that_is_missing_is_named(kind, number):
    play = ready()
    answer, was_asked = heard(play, made(kind).without(number))
    assert not was_asked
    if number == 11:
        assert answer is None, "an answer could not be told from others"
    elif number == kind.marked_by:
        assert answer is not None
    else:
        assert (answer[39], answer.get(44)) == ("30", str(number))
    assert heard(play, PLAIN.with_fields({11: "000060"}))[1], "the next one is served"


def test_what_we_ask_nobody_may_ask_us():
    day = KINDS.named("day_totals")
    fields = {**pack_totals(Totals()), **{n: PLAIN[n] for n in (7, 11, 41, 42)}}
    answer, was_asked = heard(ready(), Message("0500", {**fields, 15: "0329", 50: "978", 99: "1"}))
    assert not day.sent_by
    assert (answer[39], was_asked) == ("58", False)


CASES = cases(ALL)


@pytest.mark.parametrize(
    ("kind", "what", "number", "value", "code", "named"), CASES, ids=names(CASES)
)
def test_what_is_wrong_gets_its_code(kind, what, number, value, code, named):
    play = ready()
    answer, was_asked = heard(play, made(kind).with_fields({number: value}))
    assert not was_asked
    assert answer is not None
    assert (answer[39], answer.get(44) if named else None) == (code, named)
    assert heard(play, PLAIN.with_fields({11: "000060"}))[1], "the next one is served"
