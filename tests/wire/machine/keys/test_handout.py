"""A key for a terminal, under its TMK, once in a while: in the answer if it asks, or brought."""

import pytest
from msgspec.structs import replace

from cardswitch.specs.errors import Error
from cardswitch.specs.message import Message
from cardswitch.wire.machine.keys import handout
from cardswitch.wire.machine.keys.handout import PAUSE_S
from cardswitch.wire.machine.keys.ours import ANSWER_S
from cardswitch.wire.ports import LinkDown, Received
from tests.kit.keys import (
    HSM,
    MASTER,
    NEW,
    OLD,
    OTHER,
    PEER,
    PLAN,
    UNDER_MASTER,
    keyed,
    noted,
    step,
)
from tests.kit.play import after, answered, sent

AT_TERMINALS = replace(
    PLAN,
    types={"pin": "002"},
    configured={"pin": OLD},
    terminal_keys={"pin": {"TERM0009": OTHER}},
    is_handed_out=True,
)


def asking(play, terminal="TERM0001", code="162", text="P"):
    fields = {7: "0329010000", 11: "000001", 41: terminal, 48: text, 70: code}
    return play >> Received(PEER, Message("0800", {n: v for n, v in fields.items() if v}))


def handed_out(play, terminal="TERM0001", kcv="A1B2C3", key=NEW):
    asked_for = {"key_type": "002", "zmk": MASTER, "zmk_flag": "1", "zmk_scheme": "X"}
    asking(play, terminal) << sent(HSM, "A0", asked_for)
    play >> answered(HSM, "00", {"key": key, "key_under_zmk": UNDER_MASTER, "kcv": kcv})
    play << noted("offered", kcv, key=key, place=f"peer/{terminal}")
    return play << sent(PEER, "0810", {39: "00", 41: terminal, 48: f"P{kcv}{UNDER_MASTER}"})


def accepted(play, terminal="TERM0001", configured=OLD):
    return play.machine.keys.accepted(f"peer/{terminal}", "pin", configured, play.now)


def test_each_terminal_has_one_of_its_own():
    play = handed_out(keyed(AT_TERMINALS))
    assert accepted(play) == (OLD, NEW)
    assert accepted(play, "TERM0002") == (OLD,)
    assert handed_out(play, "TERM0009", "D4E5F6", MASTER)
    assert accepted(play, "TERM0009", OTHER) == (OTHER, MASTER)
    told = play.machine.exchange.told()
    assert [(key["place"], key["offered"]) for key in told] == [
        ("peer/TERM0001", "A1B2C3"),
        ("peer/TERM0009", "D4E5F6"),
    ]


def test_after_an_answer_that_was_lost_it_gets_another_and_may_use_either():
    play = handed_out(keyed(AT_TERMINALS)) >> after(PAUSE_S)
    assert handed_out(play, kcv="D4E5F6", key=OTHER)
    assert accepted(play) == (OLD, OTHER, NEW)


def test_a_terminal_that_asks_again_and_again_gets_none():
    play = handed_out(keyed(AT_TERMINALS)) >> after(PAUSE_S - 0.1)
    assert asking(play) << sent(PEER, "0810", {39: "91", 48: None})


def test_so_many_terminals_get_keys_and_no_more(monkeypatch):
    monkeypatch.setattr(handout, "TERMINALS_MAX", 1)
    play = handed_out(keyed(AT_TERMINALS))
    assert asking(play, "TERM0002") << sent(PEER, "0810", {39: "91"})


@pytest.mark.parametrize(("error", "code"), [("17", "88"), ("", "96")])
def test_what_the_hsm_does_not_make_is_not_handed_out(error, code):
    play = asking(keyed(AT_TERMINALS)) << sent(HSM, "A0")
    play >> (answered(HSM, error) if error else after(1.0))
    assert play << sent(PEER, "0810", {39: code, 48: None})
    assert not play.entries


@pytest.mark.parametrize(
    ("how", "code"),
    [
        ({"terminal": ""}, "30"),
        ({"text": "M"}, "12"),
        ({"code": "161", "text": f"PA1B2C3{UNDER_MASTER}"}, "12"),
    ],
)
def test_a_terminal_that_names_nobody_or_brings_a_key_itself_is_refused(how, code):
    assert asking(keyed(AT_TERMINALS), **how) << sent(PEER, "0810", {39: code})


# Brought ------------------------------------------------------------------------------------------

PLACE = "peer/TERM0001"
WITH_MACS = replace(
    AT_TERMINALS,
    masters={"pin": MASTER, "mac": OTHER},
    types={"pin": "002", "mac": "003"},
    configured={"pin": OLD, "mac": OLD},
)


def ordered(play, kind="pin", place=PLACE, **how):
    play.machine.kernel.advance(play.now)
    play.machine.exchange.change(place, kind, "ann", "why", **how)
    return play


def speaks(play, terminal="TERM0001"):
    """That terminal is heard."""
    play.machine.kernel.advance(play.now)
    play.machine.exchange.heard(PEER, terminal)
    play.do(play.machine.kernel.take())
    return play


def brought(play, kind="pin", master=MASTER, key_type="002", by="ann", kcv="A1B2C3"):
    """It is given one as it speaks, which is durable before it leaves."""
    speaks(play) << sent(HSM, "A0", {"key_type": key_type, "zmk": master, "zmk_scheme": "X"})
    play >> answered(HSM, "00", {"key": NEW, "key_under_zmk": UNDER_MASTER, "kcv": kcv})
    play << noted("offered", kcv, key=NEW, place=PLACE, by=by)
    text = f"{kind[0].upper()}{kcv}{UNDER_MASTER}"
    return play << sent(PEER, "0800", {41: "TERM0001", 48: text, 70: "161"})


def stands(play, kind="pin"):
    return next(
        key for key in play.machine.exchange.told() if (key["place"], key["kind"]) == (PLACE, kind)
    )


@pytest.mark.parametrize(
    ("kind", "master", "key_type"), [("pin", MASTER, "002"), ("mac", OTHER, "003")]
)
def test_what_is_ordered_is_brought_when_the_terminal_speaks(kind, master, key_type):
    play = ordered(keyed(WITH_MACS), kind)
    assert (stands(play, kind)["outcome"], stands(play, kind)["is_under_way"]) == ("waiting", True)
    play = brought(speaks(play, "TERM0002"), kind, master, key_type)
    play >> answered(PEER, "00", {48: f"{kind[0].upper()}A1B2C3"})
    play << noted("changed", key=NEW, by="ann", because="why", place=PLACE)
    found = stands(play, kind)
    assert (found["outcome"], found["check_value"], found["is_under_way"]) == (
        "changed",
        "A1B2C3",
        False,
    )
    assert play.machine.keys.accepted(PLACE, kind, OLD, play.now) == (NEW, OLD)
    assert speaks(play >> after(PAUSE_S))


def test_one_that_is_in_use_before_its_answer_is_heard_is_changed_once():
    play = brought(ordered(keyed(WITH_MACS), "mac"), "mac", OTHER, "003")
    play.machine.keys.apply(step("changed", place=PLACE, kind="mac"))
    assert play >> answered(PEER, "00", {48: "MA1B2C3"})
    assert stands(play, "mac")["outcome"] == "changed"


@pytest.mark.parametrize(("code", "text"), [("88", "PA1B2C3"), ("00", "PD4E5F6"), ("00", "")])
def test_one_that_is_refused_is_no_longer_accepted(code, text):
    play = brought(ordered(keyed(WITH_MACS))) >> answered(PEER, code, {48: text} if text else {})
    play << noted("kept", place=PLACE)
    assert accepted(play) == (OLD,)
    assert (stands(play)["outcome"], stands(play)["is_under_way"]) == ("kept", False)
    assert speaks(play >> after(PAUSE_S))


@pytest.mark.parametrize("end", [after(ANSWER_S), LinkDown(PEER)])
def test_without_an_answer_another_is_brought_and_either_is_accepted(end):
    play = brought(ordered(keyed(WITH_MACS))) >> end
    assert stands(play)["outcome"] == "waiting"
    assert speaks(play), "not so soon again"
    play >> after(PAUSE_S)
    speaks(play) << sent(HSM, "A0")
    play >> answered(HSM, "00", {"key": OTHER, "key_under_zmk": UNDER_MASTER, "kcv": "D4E5F6"})
    play.skip()
    assert accepted(play) == (OLD, OTHER, NEW)


def test_what_the_hsm_does_not_make_is_not_brought_again():
    play = speaks(ordered(keyed(WITH_MACS))) << sent(HSM, "A0") >> answered(HSM, "17")
    assert (stands(play)["outcome"], stands(play)["is_under_way"]) == ("kept", False)
    assert speaks(play >> after(PAUSE_S))


def test_by_the_clock_each_terminal_is_brought_one_when_its_own_is_old():
    play = speaks(keyed(replace(AT_TERMINALS, every_s=100.0))) >> after(99.0)
    play = brought(speaks(play) >> after(1.5), by="clock") >> answered(PEER, "00", {48: "PA1B2C3"})
    play << noted("changed", by="clock", place=PLACE)
    assert speaks(play >> after(99.0))
    assert brought(play >> after(1.5), by="clock", kcv="D4E5F6")


@pytest.mark.parametrize(
    ("place", "kind", "how", "text"),
    [
        (PLACE, "pin", {"theirs": True}, "terminals make no keys"),
        (PLACE, "data", {}, r"expected one of peer/TERMINAL \(pin, mac\)"),
        ("peer", "pin", {}, "expected one of peer/TERMINAL"),
        ("other/TERM0001", "pin", {}, "expected one of"),
    ],
)
def test_what_cannot_be_ordered_says_what_can(place, kind, how, text):
    with pytest.raises(Error, match=text):
        ordered(keyed(WITH_MACS), kind, place, **how)


def test_what_is_ordered_already_is_not_ordered_twice_and_there_is_an_end(monkeypatch):
    play = ordered(keyed(WITH_MACS))
    with pytest.raises(Error, match="under way"):
        ordered(play)
    monkeypatch.setattr(handout, "TERMINALS_MAX", 1)
    with pytest.raises(Error, match="wait for a key already"):
        ordered(play, place="peer/TERM0002")
