"""What operators have the switch do is the work of one turn; how it stands, in one piece."""

import pytest

from cardswitch.specs.errors import Error
from cardswitch.wire.ports import Append, Send
from tests.kit.switch import approved, forwarded, opened


def test_how_it_stands_names_what_is_in_flight():
    play = forwarded(opened())
    told = play.machine.status()
    assert told["business_date"] == "2026-03-29"
    assert [each["leg"] for each in told["in_flight"]] == [1]
    assert told["ready"] == ["acquirer"]
    assert {"keys", "network", "totals", "exceptions"} <= set(told)


def test_a_deed_is_written_before_anything_is_sent():
    play = approved(opened())
    effects = play.machine.say(play.now, "ann", "acquirer", "echo", "why")
    assert [type(effect) for effect in effects] == [Append, Send]


@pytest.mark.parametrize("place", ["pos/TERM0001", "nowhere"])
def test_a_key_that_nobody_has_is_not_changed(place):
    play = opened()
    with pytest.raises(Error):
        play.machine.change_key(play.now, "ann", place, "pin", "", theirs=False)
