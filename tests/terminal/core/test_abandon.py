"""A person ends by a word what a terminal owes."""

import pytest

from cardswitch.specs.errors import Error
from cardswitch.terminal.core.abandon import abandoned
from cardswitch.terminal.core.errors import NotReady
from cardswitch.terminal.core.flows import SWITCH
from cardswitch.terminal.core.outcome import SaleState
from cardswitch.terminal.core.state import rebuild
from cardswitch.wire.ports import Received
from tests.kit.play import START, Playbook, after, answered
from tests.kit.terminal import DOWN, UP, sell, terminal


def test_a_person_ends_all_that_is_owed():
    play = Playbook(terminal()) >> UP >> sell()
    play.skip() >> answered("switch", "51")
    play.skip() >> DOWN
    play.skip() >> UP
    play.skip() >> sell()
    play.skip() >> after(5)  # The second sale's reversal is pending ...
    play.skip() >> Received(SWITCH, play.sent_on("switch")[0].reply("00", {38: "A1B2C3"}))
    play.skip()  # ... and the first one was approved after all.
    book = rebuild(play.entries)
    entries = abandoned(book, "the switch is gone", play.now)
    assert [entry.sale.split()[0] for entry in entries] == ["000002", "000001"]
    after_all = rebuild([*play.entries, *entries])
    assert after_all.unsettled is None
    assert [outcome.kind for outcome in after_all.exceptions] == [SaleState.ABANDONED] * 2


@pytest.mark.parametrize("because", ["", " ", "x" * 201, "card 9999 9900 0000 0014"])
def test_what_a_person_says_is_said_and_holds_no_card(because):
    play = Playbook(terminal()) >> UP >> sell()
    with pytest.raises(Error, match="because: say in"):
        abandoned(rebuild(play.skip().entries), because, play.now)


def test_there_is_nothing_to_abandon():
    with pytest.raises(NotReady, match="nothing to abandon"):
        abandoned(rebuild([]), "why not", START)
