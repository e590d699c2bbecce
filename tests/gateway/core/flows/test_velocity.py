"""A card that was declined too often is not asked about for a while."""

from cardswitch.gateway.core.calls import Create, Pay
from cardswitch.gateway.core.flows import velocity
from cardswitch.gateway.core.flows.velocity import Declines
from cardswitch.gateway.core.machine import Gateway
from cardswitch.gateway.core.messages import Node
from tests.kit.gateway import SOURCE, VAULT, call, played, replies
from tests.kit.play import answered


def test_so_many_within_so_long():
    declines = Declines(2, 60.0)
    declines.add("f", 0.0)
    assert not declines.are_too_many("f", 1.0)
    declines.add("f", 30.0)
    assert declines.are_too_many("f", 59.0)
    assert not declines.are_too_many("other", 59.0)
    assert not declines.are_too_many("f", 60.0)
    declines.add("f", 61.0)
    assert declines.are_too_many("f", 89.0)


def test_none_is_counted_where_as_many_may_come_as_do():
    declines = Declines(0, 60.0)
    for _ in range(100):
        declines.add("f", 0.0)
    assert not declines.are_too_many("f", 0.0)


def test_memory_is_bounded(monkeypatch):
    monkeypatch.setattr(velocity, "CARDS_MAX", 2)
    declines = Declines(1, 60.0)
    for card in "abc":
        declines.add(card, 0.0)
    assert [declines.are_too_many(card, 1.0) for card in "abc"] == [False, True, True]


def tried(play, number):
    deed = Create(secret="s", amount=700, currency="eur", source=SOURCE, pay=Pay())
    return (play >> call(deed, str(number) * 22, number)).skip()


def test_the_issuer_is_asked_no_more_and_approvals_do_not_count():
    play = played(Gateway(Node("GATE0001"), VAULT, declines=Declines(2, 60.0)))
    for number, code in enumerate(("00", "05", "51"), 1):
        play = (tried(play, number) >> answered("switch", code)).skip()
    before = len(play.sent_on("switch"))
    play = tried(play, 4)
    problem = replies(play)[-1].problem
    assert (problem.status, problem.decline_code) == (402, "card_velocity_exceeded")
    assert len(play.sent_on("switch")) == before
