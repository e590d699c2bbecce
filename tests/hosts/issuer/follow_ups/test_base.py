"""What comes about an earlier request: nothing is said where nothing can be found out."""

import pytest

from cardswitch.wire.machine.budget import Limits
from cardswitch.wire.machine.kernel import LOOK_UP_S
from cardswitch.wire.ports import Received
from tests.kit.hosts import HOLD, NETWORK, completion, issuer, outcome, reversal_of
from tests.kit.play import after

BOTH = pytest.mark.parametrize("request_of", [completion, lambda: reversal_of(HOLD)])


@BOTH
def test_a_journal_that_does_not_say_makes_for_silence_until_it_comes_again(request_of) -> None:
    play, request = issuer(), request_of()
    outcome(play, HOLD)
    asked, play.journal = play.journal, None
    (play >> Received(NETWORK, request)).skip()
    (play >> after(LOOK_UP_S)).skip()
    assert play.machine.counts["forgotten"] == 1
    assert len(play.sent_on(NETWORK)) == 1
    play.journal = asked
    assert outcome(play, request)[39] == "00"


@BOTH
def test_without_room_nothing_is_begun(request_of) -> None:
    play = issuer(limits=Limits(undoing_max=0))
    (play >> Received(NETWORK, request_of())).skip()
    assert play.machine.counts["full"] == 1
    assert not play.sent_on(NETWORK)
