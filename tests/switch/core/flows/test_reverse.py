"""What is undone: recorded before it is sent, and whoever waits hears of it."""

import pytest

from cardswitch.specs.message import Message
from cardswitch.specs.transactions.reversals import original_data, replacement_amounts
from cardswitch.switch.core.states import State
from cardswitch.wire.ports import Received
from tests.kit.play import after, sent
from tests.kit.switch import ACQUIRER, POS, REVERSAL, approved, forwarded, opened, recorded


def test_without_an_answer_the_reversal_is_owed_before_anybody_hears_of_it():
    play = forwarded(opened()) >> after(3.5) << recorded(State.REVERSING)
    assert play << sent("pos/1", "0210", {39: "91"}) << sent("acquirer", "0420")


@pytest.mark.parametrize("stays", [0, 600])
def test_it_names_what_was_sent_and_says_what_stays(stays):
    play = approved(opened())
    part = {95: replacement_amounts(stays)} if stays else {}
    (play >> Received(POS, Message("0420", {**REVERSAL.fields, **part}))).skip()
    sale, undo = [m for m in play.sent_on(ACQUIRER) if m.mti[:2] in ("02", "04")]
    assert undo[90] == original_data(sale)
    assert undo.get(95) == part.get(95, "")
