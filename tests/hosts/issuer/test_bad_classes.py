"""Every class with each field that it requires missing, wrong or another's, at the issuer.

The table is that of the switch: whoever lets something through, the next one refuses it alike, and
no account moves.
"""

import pytest

from cardswitch.wire.ports import Received
from tests.kit.bad_classes import cases, good, kinds, names
from tests.kit.hosts import NETWORK, RIGHT_PIN, hsm_answers, issuer, outcome, purchase

SALE, HOLD = purchase(), purchase(trace=6, mti="0100")
ALL = kinds("ask", "advise")
# Who sells where, the acquirer knows; of the time of what has an original, the front.
NOT_HERE = ("41 unknown", "41 of another merchant", "42 no name", "42 unknown")


def ready():
    """A sale and a pre-authorisation are approved."""
    play = issuer()
    for request in (SALE, HOLD):
        assert outcome(play, request)[39] == "00"
    return play


def made(kind):
    request = good(kind, SALE, HOLD, "000001" if "sale" in kind.original else "000002")
    return request.with_fields({52: RIGHT_PIN}) if 52 in request.fields else request


def account(play):
    [one] = play.machine.books.accounts.values()
    return one.held, one.coming


def heard(play, message):
    """The answers to *message*."""
    before = len(play.sent_on(NETWORK))
    play.do(play.machine.handle(Received(NETWORK, message), play.now))
    hsm_answers(play)
    return play.sent_on(NETWORK)[before:]


@pytest.mark.parametrize("kind", ALL, ids=lambda kind: kind.name)
def test_what_is_good_is_done(kind):
    assert outcome(ready(), made(kind))[39] == kind.approval


MISSING = [(kind, number) for kind in ALL for number in (*kind.requires, 37)]


@pytest.mark.parametrize(("kind", "number"), MISSING, ids=names(MISSING))
def test_a_field_that_is_missing_is_named(kind, number):
    play = ready()
    stood = account(play)
    [answer] = heard(play, made(kind).without(number))
    if number != kind.marked_by:
        assert (answer[39], answer.get(44)) == ("30", str(number))
        assert account(play) == stood
    assert outcome(play, purchase(trace=60))[39] == "00"


CASES = [case for case in cases(ALL) if case[1] not in NOT_HERE]


@pytest.mark.parametrize(
    ("kind", "what", "number", "value", "code", "named"), CASES, ids=names(CASES)
)
def test_what_is_wrong_gets_its_code(kind, what, number, value, code, named):
    play = ready()
    stood = account(play)
    [answer] = heard(play, made(kind).with_fields({number: value}))
    assert (answer[39], answer.get(44) if named else None) == (code, named)
    assert account(play) == stood
    assert outcome(play, purchase(trace=60))[39] == "00"
