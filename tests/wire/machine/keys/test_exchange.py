"""What is about keys and what is not; who is told what; changes by the clock."""

import pytest
from msgspec.structs import replace

from cardswitch.specs.errors import Error
from cardswitch.specs.message import Message
from cardswitch.wire.ports import LinkDown, Received
from tests.kit.keys import (
    HSM,
    NEW,
    OLD,
    PEER,
    PLAN,
    UNDER_MASTER,
    changing,
    keyed,
    noted,
    offer,
    offered,
    step,
    told,
)
from tests.kit.play import after, answered, sent


@pytest.mark.parametrize(
    ("code", "text", "answer"),
    [
        ("161", "", "30"),
        ("161", f"PA1B2C{UNDER_MASTER}", "30"),
        ("161", f"XA1B2C3{UNDER_MASTER}", "30"),
        ("161", "PA1B2C3X01", "30"),
        ("161", f"PA1B2C3{UNDER_MASTER}%00", "30"),
        ("161", f"MA1B2C3{UNDER_MASTER}", "12"),
        ("162", "", "30"),
        ("162", "M", "12"),
        ("162", "PP", "30"),
        ("163", "P", "12"),
        ("301", "", "00"),
    ],
)
def test_what_is_said_of_keys_is_read_to_the_letter(code, text, answer):
    fields = {7: "0329010000", 11: "000001", 48: text, 70: code}
    request = Message("0800", {n: value for n, value in fields.items() if value})
    assert keyed() >> Received(PEER, request) << sent(PEER, "0810", {39: answer})


def test_without_a_plan_a_key_is_an_invalid_request():
    assert keyed(None) >> offer() << sent(PEER, "0810", {39: "12"})


def test_no_key_is_shown_to_people():
    play = offered(changing(keyed()))
    shown = repr(play.machine.exchange.told()) + repr(play.machine.lines)
    assert not any(key in shown for key in (OLD, NEW, UNDER_MASTER))
    assert told(play)["offered"] == "A1B2C3"


def test_what_cannot_be_changed_is_named():
    play = keyed()
    with pytest.raises(Error, match=r"no mac key there that can be changed.* peer \(pin\)"):
        changing(play, kind="mac")
    changing(play).skip()
    with pytest.raises(Error, match="under way already"):
        changing(play)
    away = keyed() >> LinkDown(PEER)
    with pytest.raises(Error, match="nobody is there"):
        changing(away)


def test_by_the_clock_a_key_is_changed_again_and_again():
    play = keyed(replace(PLAN, every_s=3600.0)) >> after(3600.0)
    offered(play) >> answered(PEER, "00", {48: "PA1B2C3"})
    play << noted("changed", by="clock") >> after(3600.0)
    assert offered(play, "D4E5F6")


def test_two_clocks_do_not_go_off_at_once():
    """Else both ends would refuse each other's key, every time."""
    plan = replace(PLAN, every_s=3600.0)
    dialled, listening = keyed(plan), keyed(plan, link="peer/1")
    assert dialled >> after(3599.0)
    assert listening >> after(3601.0)
    assert dialled >> after(1.0) << sent(HSM, "A0")
    assert listening >> after(899.0) << sent(HSM, "A0")


def test_the_clock_waits_for_whoever_is_away_and_for_a_change_that_is_under_way():
    play = keyed(replace(PLAN, every_s=3600.0)) >> LinkDown(PEER)
    assert play >> after(3600.0)
    busy = changing(keyed(replace(PLAN, every_s=0.5))) << sent(HSM, "A0")
    assert busy >> after(0.9), "the module is asked once"


def test_old_keys_are_accepted_only_where_something_comes_in_under_them():
    play = keyed(replace(PLAN, comes_in=("mac",)), steps=[step("changed")])
    assert not told(play)["old_is_accepted"]
    assert told(keyed(steps=[step("changed")]))["old_is_accepted"]
