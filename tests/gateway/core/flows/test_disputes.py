"""A dispute begins with the payment that it is of, in one commit."""

from cardswitch.gateway.core.calls import Dispute, Refund
from cardswitch.gateway.core.row import legs_of
from tests.kit.gateway import call, intent, order, played, replies
from tests.kit.play import answered


def paid():
    play = (played() >> order()).skip()
    return (play >> answered("switch", "00")).skip()


def deny(play, **more):
    return (play >> call(Dispute(id="dp_1", number=1, **more), ticket=9)).skip()


def test_what_was_paid_can_be_denied_once():
    play = deny(paid())
    thing = legs_of(play.entries).things["dp_1"].thing
    assert (thing.amount, thing.number, intent(play).dispute) == (1250, 1, "dp_1")
    assert replies(deny(play))[-1].problem.param == "charge"


def test_what_was_given_back_or_never_paid_cannot():
    play = (paid() >> call(Refund(), ticket=2)).skip()
    play = (play >> answered("switch", "00")).skip()
    assert replies(deny(play))[-1].problem.param == "charge"
    declined = ((played() >> order()).skip() >> answered("switch", "51")).skip()
    assert replies(deny(declined))[-1].problem.param == "charge"
    assert replies(deny(paid(), amount=1251))[-1].problem.param == "amount"
