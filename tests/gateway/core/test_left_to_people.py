"""What nobody knows the outcome of: left to a person, who decides, and nothing is sent any more."""

import pytest

from cardswitch.gateway.core.calls import Resolve
from cardswitch.gateway.core.exchanges import Stand
from cardswitch.gateway.core.states import Status
from tests.kit.gateway import call, held, intent, order, played, replies, restarted
from tests.kit.play import after, answered

DAY_S = 86_400


def step(play, happening):
    return (play.skip() >> happening).skip()


def unknown(asked=order):
    """A payment, or a hold, whose reversal is owed."""
    return step(step(played(), asked()), after(4.0))


def resolve(outcome, number=1, ticket=2):
    return call(Resolve(number=number, outcome=outcome, because="b", who="ann"), ticket=ticket)


def problem(play):
    return replies(play)[-1].problem


def test_a_reversal_that_nobody_acknowledges_for_a_day_is_left_to_a_person():
    play = unknown()
    while play.machine.pending:
        play = step(play, after(60.0))
    found = intent(play)
    assert (found.exchange(1).stand, found.status) == (Stand.EXCEPTION, Status.PROCESSING)
    assert play.entries[-1].state == "Spent"
    assert DAY_S <= play.now - found.exchange(1).owed_at < DAY_S + 200


def test_a_day_counts_over_a_start():
    play = step(unknown(), after(DAY_S / 2))
    owed_at = intent(play).exchange(1).owed_at
    again = restarted(play)
    assert intent(again).exchange(1).owed_at == owed_at
    assert again.machine.pending == 1


@pytest.mark.parametrize(
    ("outcome", "status", "received"),
    [("reversed", Status.NEEDS_METHOD, 0), ("paid", Status.SUCCEEDED, 1250)],
)
def test_a_person_decides_and_nothing_is_sent_any_more(outcome, status, received):
    play = step(step(unknown(), answered("switch", "64")), resolve(outcome))
    sends = len(play.sent_on("switch"))
    play = step(play, after(40.0))
    assert {m.mti for m in play.sent_on("switch")[sends:]} <= {"0800"}
    assert (intent(play).status, intent(play).received) == (status, received)
    assert problem(play) is None
    assert problem(step(play, resolve(outcome))).code == "not_an_exception"


@pytest.mark.parametrize("number", [0, 1, 2])
def test_what_is_no_exception_cannot_be_resolved(number):
    play = step(step(played(), order()), answered("switch", "00"))
    assert problem(step(play, resolve("reversed", number))).code == "not_an_exception"


def test_what_was_answered_or_is_held_cannot_turn_out_to_be_paid():
    play = step(unknown(held), answered("switch", "64"))
    assert problem(step(play, resolve("paid"))).param == "outcome"
    play = step(step(played(), order()), answered("switch", "10", {4: "000000000500"}))
    play = step(play, answered("switch", "64"))
    assert problem(step(play, resolve("paid"))).param == "outcome"
    assert intent(step(play, resolve("reversed"))).exchange(1).stand is Stand.DECLINED
