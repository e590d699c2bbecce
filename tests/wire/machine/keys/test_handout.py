"""A key that a terminal asks for: in the answer, under its TMK, once in a while."""

import pytest
from msgspec.structs import replace

from cardswitch.specs.message import Message
from cardswitch.wire.machine.keys import handout
from cardswitch.wire.machine.keys.handout import PAUSE_S
from cardswitch.wire.ports import Received
from tests.kit.keys import HSM, MASTER, NEW, OLD, OTHER, PEER, PLAN, UNDER_MASTER, keyed, noted
from tests.kit.play import after, answered, sent

AT_TERMINALS = replace(
    PLAN,
    types={"pin": "002"},
    configured={"pin": OLD},
    terminal_keys={"TERM0009": OTHER},
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
