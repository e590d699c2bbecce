"""Every class with each field that it requires missing, wrong or another's, at the acquirer.

The table is that of the switch: whoever lets something through, the next one refuses it alike.
"""

import pytest

from cardswitch.wire.ports import Received
from tests.kit.bad_classes import cases, good, kinds, names
from tests.kit.hosts import FRONT, UPSTREAM, acquirer, approved, purchase
from tests.kit.play import answered

SALE, HOLD = purchase(), purchase(trace=6, mti="0100")
ALL = kinds("ask", "advise")
NOT_HERE = ("41 unknown", "41 of another merchant", "42 no name")  # terminals are the front's
# A merchant who left is still paid, and pays back, for what was sold; when, the front has seen.
OF_ITS_ORIGINAL = ("42 unknown", "7 of yesterday's yesterday")


def ready():
    """A sale and a pre-authorisation are approved."""
    return approved(approved(acquirer(), SALE), HOLD)


def made(kind):
    return good(kind, SALE, HOLD, "000001")


def heard(play, message):
    """The answer to *message*, None if there is none; and whether anything went upstream."""
    before, asked = len(play.sent_on(FRONT)), len(play.sent_on(UPSTREAM))
    (play >> Received(FRONT, message)).skip()
    answers = play.sent_on(FRONT)[before:]
    return (answers[0] if answers else None), len(play.sent_on(UPSTREAM)) > asked


def next_is_served(play):
    return heard(play, purchase(trace=60))[1]


@pytest.mark.parametrize("kind", ALL, ids=lambda kind: kind.name)
def test_what_is_good_is_passed_on_and_answered(kind):
    play = ready()
    assert heard(play, made(kind)) == (None, True)
    (play >> answered(UPSTREAM, "00", {54: "0" * 20} if 54 in kind.answer else {})).skip()
    assert play.sent_on(FRONT)[-1][39] == "00"


MISSING = [(kind, number) for kind in ALL for number in (*kind.requires, 37)]


@pytest.mark.parametrize(("kind", "number"), MISSING, ids=names(MISSING))
def test_a_field_that_is_missing_is_named(kind, number):
    play = ready()
    answer, was_asked = heard(play, made(kind).without(number))
    assert not was_asked
    if number != kind.marked_by:
        assert (answer[39], answer.get(44)) == ("30", str(number))
    assert next_is_served(play)


CASES = [
    case
    for case in cases(ALL)
    if (case[1] not in NOT_HERE and not (case[0].original or case[0].shape == "advise"))
    or case[1] not in (*NOT_HERE, *OF_ITS_ORIGINAL)
]  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "what", "number", "value", "code", "named"), CASES, ids=names(CASES)
)
def test_what_is_wrong_gets_its_code(kind, what, number, value, code, named):
    play = ready()
    answer, was_asked = heard(play, made(kind).with_fields({number: value}))
    assert not was_asked
    assert answer is not None
    assert (answer[39], answer.get(44) if named else None) == (code, named)
    assert next_is_served(play)
