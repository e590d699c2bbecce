"""The switch changes keys: rows, checkpoints, starts; PINs and MACs under the old and the new."""

import msgspec
import pytest
from msgspec.structs import replace

from cardswitch.specs.errors import Error
from cardswitch.specs.message import Message
from cardswitch.switch.core.row import said
from cardswitch.switch.core.states import Mark, State
from cardswitch.wire.machine.keys.handout import PAUSE_S
from cardswitch.wire.machine.keys.offers import KeyPlan
from cardswitch.wire.ports import LinkUp, Received
from tests.kit.macs import rule
from tests.kit.play import after, answered, sent
from tests.kit.switch import (
    ACQUIRER,
    BLOCK,
    HSM,
    NEW_BLOCK,
    PLAIN,
    POS,
    SALE,
    SETTINGS,
    TPK,
    ZPK,
    crashed,
    linked,
    opened,
    recorded,
    with_listener,
    with_settings,
)

MASTER, NEW, OTHER = "U" + "3" * 32, "U" + "4" * 32, "U" + "6" * 32
UNDER_MASTER = "X" + "5" * 32
PLAN = KeyPlan(
    masters={"pin": MASTER, "mac": MASTER},
    types={"pin": "001", "mac": "008"},
    configured={"pin": ZPK, "mac": ""},
)
ZONE = "network/1"


def settings(**more):
    """Keys are changed at the acquirer, and where acquirers come in."""
    upstream = replace(SETTINGS.upstreams["acquirer"], keys=replace(PLAN, comes_in=("mac",)))
    network = replace(SETTINGS.listeners["network"], keys=PLAN)
    listeners = {**SETTINGS.listeners, "network": network}
    return with_settings(upstreams={"acquirer": upstream}, listeners=listeners, **more)


def change(play, place="acquirer"):
    play.do(play.machine.change_key(play.now, "ann", place, "pin", "why", theirs=False))
    return play


def changed(play):
    """The key for PINs at the acquirer is changed."""
    change(play) << sent(HSM, "A0") >> answered(HSM, "00", {"key": NEW, "kcv": "A1B2C3"})
    play << sent(HSM, "A8", {"key": NEW, "zmk": MASTER})
    play >> answered(HSM, "00", {"key": UNDER_MASTER, "kcv": "A1B2C3"})
    (
        play
        << recorded(Mark.KEY)
        << sent(ACQUIRER, "0800")
        >> answered(ACQUIRER, "00", {48: "PA1B2C3"})
    )
    return play << recorded(Mark.KEY)


def offered(play, kcv="A1B2C3", key=NEW):
    """An acquirer offers a key for PINs, and it is taken."""
    fields = {7: "0329010000", 11: "000001", 48: f"P{kcv}{UNDER_MASTER}", 70: "161"}
    play >> Received(ZONE, Message("0800", fields)) << sent(HSM, "A6", {"zmk": MASTER})
    play >> answered(HSM, "00", {"key": key, "kcv": kcv}) << recorded(Mark.KEY)
    return play << sent(ZONE, "0810", {39: "00", 48: f"P{kcv}"})


def sold(play, key):
    """A sale with a PIN from a terminal leaves under *key*."""
    play >> Received(POS, SALE) << sent(HSM, "CA", {"zpk": key})
    return play >> answered(HSM, "00", {"block": NEW_BLOCK})


def test_pins_leave_under_the_new_key_once_the_peer_has_it():
    play = changed(opened(settings()))
    assert sold(play, NEW) << recorded(State.FORWARDED) << sent(ACQUIRER, "0200", {52: NEW_BLOCK})


def test_the_rows_say_who_wanted_it_and_hold_the_key_under_the_lmk_alone():
    play = changed(opened(settings()))
    rows = [said(row) for row in play.entries if row.state == Mark.KEY]
    assert [row["step"] for row in rows] == ["offered", "changed"]
    assert {(row["by"], row["because"], row["kcv"], row["key"]) for row in rows} == {
        ("ann", "why", "A1B2C3", NEW)
    }
    assert UNDER_MASTER not in repr(play.entries)


@pytest.mark.parametrize("has_checkpoint", [False, True])
def test_a_start_knows_the_keys_with_and_without_a_checkpoint(has_checkpoint):
    play = changed(opened(settings()))
    if has_checkpoint:
        play.do(play.machine.cut_over_now(play.now, "ann", ""))
    again = linked(crashed(play.skip(), settings()).skip())
    assert again.machine.status()["keys"][1]["check_value"] == "A1B2C3"
    sold(again, NEW).skip()


def test_a_checkpoint_of_before_there_were_keys_is_read():
    play = opened(settings())
    [checkpoint] = [row for row in play.entries if row.state == Mark.CHECKPOINT]
    told = {name: value for name, value in said(checkpoint).items() if name != "keys"}
    play.journal.rows[play.journal.rows.index(checkpoint)] = replace(
        checkpoint, fields=msgspec.json.encode(told).decode()
    )
    assert crashed(play, settings()).skip()


def test_an_acquirer_changes_its_key_and_its_pins_may_be_under_either():
    play = offered(opened(settings()) >> LinkUp(ZONE))
    request = SALE.with_fields({32: "999001", 41: "TERM0009"})
    play >> Received(ZONE, request) << sent(HSM, "CC", {"source_zpk": NEW, "block": BLOCK})
    play >> answered(HSM, "20") << sent(HSM, "CC", {"source_zpk": ZPK, "block": BLOCK})
    assert (
        play
        >> answered(HSM, "00", {"block": NEW_BLOCK})
        << recorded(State.FORWARDED)
        << sent(ACQUIRER, "0200", {52: NEW_BLOCK})
    )


def test_the_old_key_goes_a_while_after_the_new_one_was_in_use():
    play = offered(opened(settings()) >> LinkUp(ZONE))
    for trace, error in (("000011", "00"), ("000012", "20")):
        (
            play
            >> Received(ZONE, SALE.with_fields({11: trace}))
            << sent(HSM, "CC", {"source_zpk": NEW})
        )
        (play >> answered(HSM, error, {"block": NEW_BLOCK} if error == "00" else {})).skip()
        play >> after(PLAN.overlap_s + 0.1)
        play.skip()
    assert play.sent_on(HSM)[-1].fields["source_zpk"] == NEW, "the old one is not tried any more"
    assert play.sent_on(ZONE)[-1][39] == "55"


# Terminals ----------------------------------------------------------------------------------------

HANDED_OUT = KeyPlan(
    masters={"pin": MASTER}, types={"pin": "002"}, configured={"pin": TPK}, is_handed_out=True
)
KNOWN = {"SHOP0001": frozenset({"TERM0001"})}


def wanted(play, terminal="TERM0001", number="000001"):
    fields = {7: "0329010000", 11: number, 41: terminal, 48: "P", 70: "162"}
    return play >> Received(
        POS, Message("0800", {n: value for n, value in fields.items() if value})
    )


def handed_out():
    play = wanted(opened(with_listener(keys=HANDED_OUT, merchants=KNOWN))) << sent(HSM, "A0")
    play >> answered(HSM, "00", {"key": NEW, "key_under_zmk": UNDER_MASTER, "kcv": "A1B2C3"})
    return play << recorded(Mark.KEY) << sent(POS, "0810", {39: "00"})


def test_what_a_terminal_was_given_counts_when_it_is_used():
    play = handed_out() >> Received(POS, SALE) << sent(HSM, "CA", {"tpk": TPK})
    play >> answered(HSM, "20") << sent(HSM, "CA", {"tpk": NEW})
    play >> answered(HSM, "00", {"block": NEW_BLOCK}) << recorded(Mark.KEY)
    step = said([row for row in play.entries if row.state == Mark.KEY][-1])
    assert (step["step"], step["place"], step["by"]) == ("changed", "pos/TERM0001", "use")
    play.skip()
    again = linked(
        crashed(play, with_listener(keys=HANDED_OUT, merchants=KNOWN), down_s=9.0).skip()
    ).skip()
    again >> Received(POS, SALE.with_fields({11: "000012"})) << sent(HSM, "CA", {"tpk": NEW})


def test_a_terminal_may_have_the_key_before_the_one_that_was_lost_on_its_way():
    play = handed_out() >> after(PAUSE_S)
    wanted(play, number="000002") << sent(HSM, "A0")
    play >> answered(HSM, "00", {"key": OTHER, "key_under_zmk": UNDER_MASTER, "kcv": "D4E5F6"})
    play << recorded(Mark.KEY) << sent(POS, "0810", {39: "00"})
    play >> Received(POS, SALE) << sent(HSM, "CA", {"tpk": TPK})
    play >> answered(HSM, "20") << sent(HSM, "CA", {"tpk": OTHER})
    play >> answered(HSM, "20") << sent(HSM, "CA", {"tpk": NEW})
    play >> answered(HSM, "00", {"block": NEW_BLOCK}) << recorded(Mark.KEY)
    step = said([row for row in play.entries if row.state == Mark.KEY][-1])
    assert (step["step"], step["kcv"], step["by"]) == ("changed", "A1B2C3", "use")


def with_macs():
    """Terminals have MACs, and are handed out keys for them."""
    plan = replace(
        HANDED_OUT,
        masters={"pin": MASTER, "mac": OTHER},
        types={"pin": "002", "mac": "003"},
        configured={"pin": TPK, "mac": "TAK"},
    )
    return with_listener(keys=plan, merchants=KNOWN, mac=rule())


def test_a_terminal_is_answered_under_its_old_key_for_macs_until_it_uses_the_new_one():
    play = opened(with_macs())
    mac = {64: "1" * 16}
    request = {7: "0329010000", 11: "000001", 41: "TERM0001", 48: "M", 70: "162", 128: "1" * 16}
    play >> Received(POS, Message("0800", request)) << sent(HSM, "M8", {"key": "TAK"})
    play >> answered(HSM, "00") << sent(HSM, "A0", {"key_type": "003", "zmk": OTHER})
    play >> answered(HSM, "00", {"key": NEW, "key_under_zmk": UNDER_MASTER, "kcv": "A1B2C3"})
    play << recorded(Mark.KEY) << sent(HSM, "M6", {"key": "TAK"})
    (
        play
        >> answered(HSM, "00", {"mac": "2" * 16})
        << sent(POS, "0810", {48: f"MA1B2C3{UNDER_MASTER}"})
    )
    sale = PLAIN.with_fields({41: "TERM0001", **mac})
    play >> Received(POS, sale) << sent(HSM, "M8", {"key": "TAK"}) >> answered(HSM, "01")
    play << sent(HSM, "M8", {"key": NEW}) >> answered(HSM, "00") << recorded(Mark.KEY)
    step = said([row for row in play.entries if row.state == Mark.KEY][-1])
    assert (step["step"], step["kind"], step["place"], step["by"]) == (
        "changed",
        "mac",
        "pos/TERM0001",
        "use",
    )
    play.skip()
    echo = {7: "0329010000", 11: "000003", 41: "TERM0001", 70: "301", 128: "1" * 16}
    play >> Received(POS, Message("0800", echo)) << sent(HSM, "M8", {"key": NEW})
    play >> answered(HSM, "00") << sent(HSM, "M6", {"key": NEW})


def test_an_operator_has_a_terminal_brought_a_key_as_it_speaks():
    play = opened(with_listener(keys=HANDED_OUT, merchants=KNOWN))
    change(play, "pos/TERM0001") >> Received(POS, SALE.with_fields({41: "TERM0002"}))
    assert not [m for m in play.skip().sent_on(HSM) if m.code == "A0"]
    play >> Received(POS, SALE.with_fields({11: "000012"}))
    assert [m.code for m in play.skip().sent_on(HSM)][-2:] == ["A0", "CA"]


@pytest.mark.parametrize("place", ["pos/TERM0002", "till/TERM0001", "pos"])
def test_no_key_is_ordered_for_a_terminal_that_is_nobodys(place):
    with pytest.raises(Error, match=place):
        change(opened(with_listener(keys=HANDED_OUT, merchants=KNOWN)), place)


@pytest.mark.parametrize(("terminal", "code"), [("TERM0002", "58"), ("", "30")])
def test_no_key_is_made_for_a_terminal_that_is_nobodys(terminal, code):
    play = wanted(opened(with_listener(keys=HANDED_OUT, merchants=KNOWN)), terminal)
    assert play << sent(POS, "0810", {39: code})


def test_a_key_that_is_changed_by_a_person_in_the_configuration_is_used():
    play = changed(opened(settings())).skip()
    other = "U" + "9" * 32
    upstream = replace(
        SETTINGS.upstreams["acquirer"],
        pin_key=other,
        keys=replace(PLAN, configured={"pin": other, "mac": ""}),
    )
    again = linked(crashed(play, with_settings(upstreams={"acquirer": upstream})).skip())
    sold(again, other).skip()


def test_macs_are_made_with_the_key_that_is_in_use_and_checked_with_both():
    plan = replace(PLAN, configured={"pin": "", "mac": "ZAK"})
    network = replace(SETTINGS.listeners["network"], mac=rule(key="ZAK", key_type="008"), keys=plan)
    play = opened(with_settings(listeners={**SETTINGS.listeners, "network": network}))
    offer = {7: "0329010000", 11: "000001", 48: f"MA1B2C3{UNDER_MASTER}", 70: "161", 128: "1" * 16}
    play >> LinkUp(ZONE) >> Received(ZONE, Message("0800", offer))
    play << sent(HSM, "M8", {"key": "ZAK"}) >> answered(HSM, "00")
    play << sent(HSM, "A6", {"key_type": "008"})
    play >> answered(HSM, "00", {"key": NEW, "kcv": "A1B2C3"}) << recorded(Mark.KEY)
    play << sent(HSM, "M6", {"key": NEW}) >> answered(HSM, "00", {"mac": "2" * 16})
    play << sent(ZONE, "0810", {39: "00", 128: "2" * 16})
    request = PLAIN.with_fields({32: "999001", 64: "3" * 16})
    play >> Received(ZONE, request) << sent(HSM, "M8", {"key": NEW}) >> answered(HSM, "01")
    play << sent(HSM, "M8", {"key": "ZAK", "mac": "3" * 16}) >> answered(HSM, "00")
    assert play << recorded(State.FORWARDED) << sent(ACQUIRER, "0200")


def test_what_was_offered_and_not_answered_is_offered_again_when_the_upstream_is_back():
    play = change(opened(settings())) << sent(HSM, "A0")
    play >> answered(HSM, "00", {"key": NEW, "kcv": "A1B2C3"}) << sent(HSM, "A8")
    (play >> answered(HSM, "00", {"key": UNDER_MASTER, "kcv": "A1B2C3"})).skip()
    again = linked(crashed(play, settings()).skip())
    again << sent(HSM, "A8", {"key": NEW})
    again >> answered(HSM, "00", {"key": UNDER_MASTER, "kcv": "A1B2C3"})
    again << sent(ACQUIRER, "0800", {48: f"PA1B2C3{UNDER_MASTER}", 70: "161"})
    assert again >> answered(ACQUIRER, "00", {48: "PA1B2C3"}) << recorded(Mark.KEY)
