"""What moves no money: nothing is undone, whatever is not known is declined."""

import pytest

from cardswitch.specs.message import Message
from cardswitch.specs.transactions.reversals import original_data
from cardswitch.switch.core.settings import Route, Upstream
from cardswitch.switch.core.states import State
from cardswitch.wire.ports import LinkDown, Received
from tests.kit.play import after, answered, sent
from tests.kit.switch import (
    ACQUIRER,
    NEW_BLOCK,
    PLAIN,
    POS,
    REVERSAL,
    SALE,
    crashed,
    linked,
    opened,
    recorded,
    with_settings,
)

BALANCES = {54: "0001978C000000010000" + "0002978C000000008750"}
BALANCE = Message("0100", {**SALE.without(4, 49).fields, 3: "310000"})
VERIFY = Message("0100", {**PLAIN.fields, 4: "0" * 12, 25: "51"})
UNDO = Message("0400", {**REVERSAL.fields, 3: "310000", 4: "0" * 12, 90: original_data(BALANCE)})


def asked(play=None):
    """A balance inquiry is upstream."""
    play = (play or opened()) >> Received(POS, BALANCE) << sent("hsm", "CA")
    play >> answered("hsm", "00", {"block": NEW_BLOCK}) << recorded(State.FORWARDED)
    return play << sent("acquirer", "0100", {3: "310000", 4: None, 49: None, 52: NEW_BLOCK})


def told():
    """Its answer came back."""
    play = asked() >> answered("acquirer", "00", BALANCES) << recorded(State.APPROVED, moved=0)
    return play << sent("pos/1", "0110", {39: "00", **BALANCES})


def test_a_balance_comes_back_and_its_repeat_hears_the_same():
    play = told() >> Received(POS, Message("0101", BALANCE.fields))
    assert play << sent("pos/1", "0110", {39: "00", **BALANCES})
    again = linked(crashed(play)) >> Received(POS, Message("0101", BALANCE.fields))
    assert again << sent("pos/1", "0110", {39: "00", **BALANCES})


def test_a_repeat_without_the_pin_hears_the_same_and_is_never_performed():
    repeat = Message("0101", BALANCE.without(52).fields)
    assert told() >> Received(POS, repeat) << sent("pos/1", "0110", {39: "00", **BALANCES})
    play = opened() >> Received(POS, repeat) << recorded(State.DECLINED)
    assert play << sent("pos/1", "0110", {39: "70"})


def test_a_card_is_verified():
    play = opened() >> Received(POS, VERIFY) << recorded(State.FORWARDED)
    play << sent("acquirer", "0100", {4: "0" * 12, 25: "51"}) >> answered("acquirer", "85")
    assert play << recorded(State.APPROVED) << sent("pos/1", "0110", {39: "85"})


@pytest.mark.parametrize(
    "end",
    [
        after(3.5),
        LinkDown(ACQUIRER),
        answered("acquirer", "00"),  # without the balances
        answered("acquirer", "00", {**BALANCES, 4: "000000000001"}),
    ],
)
def test_what_is_not_known_is_declined_and_owed_to_nobody(end):
    play = asked() >> end << recorded(State.DECLINED) << sent("pos/1", "0110", {39: "91"})
    assert play >> after(20)
    assert play.machine.status()["pending_reversals"] == 0


def test_after_a_crash_it_is_declined_and_its_repeat_hears_so():
    again = crashed(asked()) << recorded(State.DECLINED)
    assert (
        linked(again)
        >> Received(POS, Message("0101", BALANCE.fields))
        << sent("pos/1", "0110", {39: "91"})
    )


def test_it_needs_no_upstream_after_a_crash():
    renamed = with_settings(upstreams={"bank": Upstream()}, routes=(Route("pos", "bank"),))
    assert crashed(asked(), renamed) << recorded(State.DECLINED)


def test_nobody_need_hear_it():
    play = asked() >> LinkDown(POS) >> answered("acquirer", "00", BALANCES)
    assert play << recorded(State.APPROVED) << sent("pos/1", "0110", {39: "00"})


@pytest.mark.parametrize(
    ("changes", "code"), [({}, "00"), ({4: None}, "00"), ({4: "000000000500"}, "64")]
)
def test_whoever_undoes_it_hears_that_nothing_is_held(changes, code):
    fields = {n: v for n, v in {**UNDO.fields, **changes}.items() if v}
    play = told() >> Received(POS, Message("0400", fields))
    assert play << recorded(State.ANSWERED) << sent("pos/1", "0410", {39: code})


def test_nothing_of_it_can_stay():
    part = UNDO.with_fields({95: "000000000100" + "0" * 12 + "D00000000" * 2})
    play = told() >> Received(POS, part)
    assert play << recorded(State.ANSWERED) << sent("pos/1", "0410", {39: "64"})
