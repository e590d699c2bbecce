"""Sales that a terminal has approved by itself, at the acquirer: passed on until they are kept."""

import pytest

from cardswitch.hosts.acquirer.entries import PurchaseAnswered, PurchaseForwarded
from cardswitch.specs.message import Message
from cardswitch.wire.ports import Received
from tests.kit.hosts import FRONT, UPSTREAM, acquirer, again, booked, purchase, repeat_of
from tests.kit.play import after, answered, sent

from .test_completions import amounts, told

OFFLINE = Message("0220", {n: v for n, v in purchase().fields.items() if n not in (48, 52)})


@pytest.mark.parametrize("crash", [False, True])
def test_it_is_passed_on_and_booked_once(crash: bool) -> None:
    play = acquirer() >> Received(FRONT, OFFLINE) << booked(PurchaseForwarded, names="")
    play << sent(UPSTREAM, "0220", {90: None}) >> after(3.1)
    first = play.sent_on(UPSTREAM)[-1]
    play = again(play) if crash else play
    play >> Received(FRONT, repeat_of(OFFLINE)) << sent(UPSTREAM, "0221", first.fields)
    play >> answered(UPSTREAM, "00") << booked(PurchaseAnswered, code="00")
    play << sent(FRONT, "0230", {39: "00"})
    assert told(play, repeat_of(OFFLINE)) == "00"
    assert amounts(play) == [int(OFFLINE[4])]


def test_what_the_network_says_but_yes_is_handed_on_and_asked_again() -> None:
    play = (acquirer() >> Received(FRONT, OFFLINE)).skip() >> answered(UPSTREAM, "14")
    play << sent(FRONT, "0230", {39: "14"})
    assert play >> Received(FRONT, repeat_of(OFFLINE)) << sent(UPSTREAM, "0221")
    assert amounts(play) == []
