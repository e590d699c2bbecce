"""Places at the switch: so many and no more, and none while it is away."""

from cardswitch.gateway.core import desk as desks
from tests.kit.gateway import DOWN, UP, intent, order, played, replies
from tests.kit.play import after, answered


def test_beyond_the_places_nothing_is_sent_and_the_caller_may_try_again(monkeypatch):
    monkeypatch.setattr(desks, "PLACES_MAX", 1)
    play = (played() >> order()).skip()
    play = (play >> order(ref="b" * 22, ticket=2) >> after(0.4)).skip()
    assert not replies(play)
    play = (play >> after(0.2)).skip()
    [reply] = replies(play)
    assert (reply.ticket, reply.problem.status, reply.problem.is_retried) == (2, 503, True)
    assert len([m for m in play.sent_on("switch") if m.mti == "0200"]) == 1


def test_a_place_that_is_left_is_given_to_who_waits(monkeypatch):
    monkeypatch.setattr(desks, "PLACES_MAX", 1)
    play = (played() >> order()).skip()
    play = (play >> order(ref="b" * 22, ticket=2)).skip()
    play = (play >> answered("switch", "00")).skip()
    play = (play >> after(0.1)).skip()
    assert len([m for m in play.sent_on("switch") if m.mti == "0200"]) == 2


def test_who_waits_while_the_link_is_down_is_served_when_it_is_back():
    play = (played() >> DOWN >> order() >> after(0.2)).skip()
    play = (play >> UP).skip()
    play = (play >> answered("switch", "00") >> after(0.1)).skip()
    assert intent(play).is_open
