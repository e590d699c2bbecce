"""A key that the peer offers: taken once, or refused for ever; and its copies and recordings."""

import pytest

from cardswitch.wire.machine.keys.working import SPENT_MAX
from tests.kit.keys import (
    HSM,
    MASTER,
    NEW,
    OLD,
    OTHER,
    PEER,
    UNDER_MASTER,
    accepted,
    changing,
    keyed,
    noted,
    offer,
    offered,
    sending,
    step,
    told,
)
from tests.kit.play import after, answered, sent


def imported(play, kcv="A1B2C3", key=NEW, error="00"):
    fields = {"key_type": "001", "zmk": MASTER, "key": UNDER_MASTER, "lmk_scheme": "U"}
    play << sent(HSM, "A6", fields)
    return play >> answered(HSM, error, {"key": key, "kcv": kcv} if error in ("00", "01") else {})


def taken(play, kcv="A1B2C3", key=NEW):
    play = imported(play >> offer(kcv), kcv, key) << noted("changed", kcv, key=key, by="peer")
    return play << sent(PEER, "0810", {39: "00", 48: f"P{kcv}"})


def test_a_key_is_taken_and_both_are_accepted():
    play = taken(keyed())
    assert (sending(play), accepted(play)) == (NEW, (NEW, OLD))
    assert told(play)["outcome"] == "changed"
    assert told(play)["old_is_accepted"]


@pytest.mark.parametrize(
    ("error", "kcv"), [("10", ""), ("17", ""), ("01", "A1B2C3"), ("00", "FFFFFF")]
)
def test_what_the_hsm_refuses_or_knows_by_another_check_value_is_not_taken(error, kcv):
    play = imported(keyed() >> offer(), kcv, error=error) << noted("kept", key="")
    assert play << sent(PEER, "0810", {39: "88", 48: "PA1B2C3"})
    assert accepted(play) == (OLD,)
    assert play.machine.lines[0][0] == "key_kept"


def test_an_hsm_that_is_away_is_a_refusal_too():
    play = keyed() >> offer() << sent(HSM, "A6") >> after(1.0)
    assert play << noted("kept") << sent(PEER, "0810", {39: "96"})
    assert accepted(play) == (OLD,)


def test_what_was_refused_once_is_refused_for_ever():
    """The peer counts on the old key now: a late copy of the new one must not part the two."""
    play = imported(keyed() >> offer(), error="10").skip()
    assert play >> offer(trace=2) << sent(PEER, "0810", {39: "94"})
    again = keyed(steps=[step("kept", key="")])
    assert again >> offer() << sent(PEER, "0810", {39: "94"})


def test_a_copy_of_what_was_taken_is_answered_as_it_was():
    play = taken(keyed())
    assert play >> offer(trace=2) << sent(PEER, "0810", {39: "00", 48: "PA1B2C3"})
    again = keyed(steps=[step("changed")])
    assert again >> offer() << sent(PEER, "0810", {39: "00"})


def test_a_key_of_before_that_comes_again_is_a_recording():
    play = taken(taken(keyed()), "D4E5F6", OTHER)
    assert play >> offer("A1B2C3", trace=9) << sent(PEER, "0810", {39: "94"})
    assert sending(play) == OTHER


def test_a_recording_is_known_by_its_time_too():
    """Check values are remembered in a number: what is older than a day needs none."""
    assert SPENT_MAX >= 24
    assert keyed() >> offer(at="0326010000") << sent(PEER, "0810", {39: "94"})
    assert keyed() >> offer(at="") << sent(PEER, "0810", {39: "30"})


def test_two_copies_at_once_are_one():
    play = keyed() >> offer() << sent(HSM, "A6")
    play.do(play.machine.handle(offer(trace=2), play.now))
    assert play.machine.counts["key_in_work"] == 1
    play >> answered(HSM, "00", {"key": NEW, "kcv": "A1B2C3"}) << noted("changed")
    assert play << sent(PEER, "0810", {11: "000001", 39: "00"})


def test_if_both_sides_make_one_at_once_neither_is_taken():
    play = offered(changing(keyed())) >> offer("D4E5F6")
    assert play << noted("kept", "D4E5F6") << sent(PEER, "0810", {39: "91"})
    assert accepted(play) == (OLD, NEW), "ours is not answered yet"
