"""The desk of the switch by itself: what is passed on, what a reversal repeats, who is told."""

import pytest
from msgspec.structs import replace

from cardswitch.specs.errors import Decline
from cardswitch.specs.message import Message
from cardswitch.specs.transactions.accepted import accept
from cardswitch.specs.transactions.identity import Identity
from cardswitch.specs.transactions.kinds import KINDS
from cardswitch.switch.core.desk import REVERSAL_FIELDS, SwitchDesk
from cardswitch.switch.core.machine import Switch
from cardswitch.switch.core.settings import Settings
from cardswitch.switch.core.states import State
from cardswitch.wire.machine.budget import Budget, Limits
from cardswitch.wire.ports import LinkDown, LinkId, Received, Send
from tests.kit.rows import IDENTITY
from tests.kit.switch import ACQUIRER, PAN, PLAIN, POS, SALE, SETTINGS, opened

ACCEPTED = accept(PLAIN, KINDS.named("sale"))


def desk(settings: Settings = SETTINGS) -> SwitchDesk:
    """The desk of a fresh leg of a switch that is open."""
    return desk_of(opened(settings).skip().machine)


def desk_of(switch: Switch) -> SwitchDesk:
    """The desk of a fresh leg of *switch*."""
    who = Identity("2026-03-29", IDENTITY)
    leg = switch.memory.open_leg(
        who, KINDS.named("sale"), source="pos", serves="merchants", link="pos/1"
    )
    at = switch.desk_of(leg)
    at.leg.rrn = "608800000042"
    return at


# Where it goes ------------------------------------------------------------------------------------


def test_the_route_is_that_of_the_card_and_is_remembered():
    at = desk()
    link, upstream = at.route(ACCEPTED)
    assert (link, upstream) == (ACQUIRER, SETTINGS.upstreams["acquirer"])
    assert at.leg.upstream == "acquirer"


def test_without_a_route_it_is_15():
    with pytest.raises(Decline, match="declined with 15") as refused:
        desk().route(replace(ACCEPTED, pan="4242424242424242"))
    assert refused.value.code == "15"


def test_nobody_there_is_91():
    play = opened() >> LinkDown(ACQUIRER)
    with pytest.raises(Decline, match="91"):
        desk_of(play.machine).route(ACCEPTED)


def test_too_many_pending_reversals_are_91():
    switch = opened().skip().machine
    at = desk_of(switch)
    switch.memory.pending[State.REVERSING] = SETTINGS.pending_reversals_max
    with pytest.raises(Decline, match="91"):
        at.route(ACCEPTED)
    switch.memory.pending[State.REVERSING] -= 1
    assert at.route(ACCEPTED)


def test_what_is_the_terminals_own_is_not_passed_on():
    request = SALE.with_fields({53: "0" * 16, 64: "A" * 16, 37: "000000000001"})
    spoken = desk().speak(ACQUIRER, Message("0201", request.fields, header=b"\x60"), {})
    assert not {52, 53, 64} & set(spoken.fields)
    assert spoken[11] != SALE[11]
    assert (spoken.mti, spoken.header) == ("0200", b"")
    assert spoken[37] == "608800000042"


def test_the_pin_data_for_upstream_is_added():
    assert desk().speak(ACQUIRER, SALE, {52: "F" * 16})[52] == "F" * 16


def test_the_bank_day_goes_along_unless_somebody_set_it():
    assert desk().speak(ACQUIRER, PLAIN, {})[15] == "0329"
    assert desk().speak(ACQUIRER, PLAIN.with_fields({15: "0328"}), {})[15] == "0328"


def test_a_reversal_repeats_its_original_and_nothing_secret():
    at = desk()
    at.route(ACCEPTED)
    forwarded = at.speak(ACQUIRER, SALE.with_fields({35: f"{PAN}=30122011", 55: "9F26"}), {52: "0"})
    at.record(State.FORWARDED, forwarded)
    reversal = at.reversal()
    assert reversal.mti == "0420"
    assert set(reversal.fields) <= {*REVERSAL_FIELDS, 7, 11, 90}
    assert {n: reversal[n] for n in (2, 4, 37)} == {n: forwarded[n] for n in (2, 4, 37)}
    assert reversal[90][4:10] == forwarded[11] != reversal[11]
    assert at.reversal(stays=600)[95][:12] == "000000000600"


# What is durable, and who is told -----------------------------------------------------------------


def test_what_the_table_of_states_forbids_is_not_written():
    switch = opened().skip().machine
    at = desk_of(switch)
    with pytest.raises(AssertionError, match="None -> approved"):
        at.record(State.APPROVED, PLAIN)
    assert not switch.kernel.take()


def test_everybody_who_waits_is_told_once():
    switch = opened().skip().machine
    at = desk_of(switch)
    other = LinkId("pos/2")
    at.leg.wait(POS, PLAIN)
    at.leg.wait(other, PLAIN.with_fields({11: "000009"}))
    at.decline(PLAIN, "96")
    at.respond()
    sent = [effect for effect in switch.kernel.take() if isinstance(effect, Send)]
    assert [(effect.link, effect.message[11]) for effect in sent] == [
        (POS, "000007"),
        (other, "000009"),
    ]
    assert {(e.message[39], e.message[37]) for e in sent} == {("96", "608800000042")}


def test_an_answer_can_be_delivered_while_one_who_waits_is_there():
    play = opened()
    at = desk_of(play.machine)
    assert not at.is_deliverable()
    at.leg.wait(POS, PLAIN)
    at.leg.wait(LinkId("pos/2"), PLAIN)
    assert at.is_deliverable()
    play >> LinkDown(POS)
    assert not at.is_deliverable()


def test_a_decline_of_the_switch_frees_its_place_among_those_in_work():
    play = opened() >> Received(POS, PLAIN.with_fields({2: "4242424242424242"}))
    assert play.machine.memory.in_flight[Budget.DOING][POS] == 0


# What is known ------------------------------------------------------------------------------------


def test_whoever_is_forgotten_hears_nothing_and_may_ask_again():
    switch = opened().skip().machine
    at = desk_of(switch)
    switch.memory.wait(at.leg, POS, PLAIN)
    at.forget()
    assert not switch.kernel.take()
    assert switch.memory.legs.find(at.leg.identity) is None


def test_what_is_declined_without_a_reference_number_names_none():
    at = desk()
    at.leg.rrn = ""
    assert 37 not in at.decided(PLAIN, "25").fields


def test_there_is_room_until_the_budget_is_spent():
    at = desk_of(opened(limits=Limits(pending_max=0)).machine)
    assert at.has_room(Budget.DOING)
    assert not at.has_room(Budget.PENDING)
