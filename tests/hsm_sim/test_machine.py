"""The module behind wires: what comes in, what goes out, and what is on the disk before that."""

import pytest

from cardswitch.hsm_sim.custody import events
from cardswitch.hsm_sim.custody.audit import AuditEntry, AuditLog
from cardswitch.hsm_sim.custody.authority import AuthorityRefused, authorise
from cardswitch.hsm_sim.machine import HsmMachine
from cardswitch.specs.errors import FormatError
from cardswitch.specs.hsm import Answer, Command, HsmFormatError, unpack_command
from cardswitch.specs.hsm.commands.keys.any_type import export_key, generate_key
from cardswitch.specs.hsm.commands.module.status import diagnostics, echo, set_response_delay
from cardswitch.specs.hsm.commands.pins.blocks import translate_pin_zpk_zpk, verify_pin_pvv_zpk
from cardswitch.wire.ports import (
    Append,
    Close,
    Effect,
    Garbled,
    LinkDown,
    LinkId,
    LinkUp,
    Received,
    Send,
)
from tests.kit.hsm.module import PAN12, PVK, ZMK, ZPK, allowed, key, module, pin_block, under_lmk

LINK, OTHER = LinkId("hsm/1"), LinkId("hsm/2")
EXPORT = export_key("001", under_lmk("000", ZMK), under_lmk("001", ZPK)).with_header("0001")


def garbled(frame: bytes) -> Garbled:
    """What a link reports of *frame*."""
    try:
        unpack_command(frame)
    except HsmFormatError as error:
        return Garbled(LINK, error)
    raise AssertionError("expected a frame that breaks the format")


def sends(effects) -> list[Answer]:
    """The answers among *effects*."""
    return [effect.message for effect in effects if isinstance(effect, Send)]


def told(effects) -> list[tuple[str, dict[str, str]]]:
    """The audit entries among *effects*."""
    return [(e.entry.event, e.entry.details) for e in effects if isinstance(e, Append)]


def test_each_command_is_answered_at_once_on_its_link() -> None:
    machine = HsmMachine(module())
    answered = machine.handle(Received(LINK, echo("A").with_header("0001")), 0.0)
    assert answered == (Send(LINK, Answer("0001", "B3", "00", {"data": "A"})),)


def test_an_unreadable_command_is_answered_and_the_link_stays() -> None:
    machine = HsmMachine(module())
    assert machine.handle(garbled(b"0001NCx"), 0.0) == (Send(LINK, Answer("0001", "ND", "15")),)
    assert machine.handle(garbled(b"0001ZZ"), 0.0) == (Send(LINK, Answer("0001", "Z0", "68")),)


def test_what_cannot_be_answered_ends_the_link_and_is_counted() -> None:
    machine = HsmMachine(module())
    for frame in (b"", b"0001", b"0001N", b"0001n\n", b"0001nc"):
        [closed] = machine.handle(garbled(frame), 0.0)
        assert isinstance(closed, Close)
        assert "expected a" in closed.reason
    assert machine.handle(Garbled(LINK, FormatError("a frame")), 0.0) == ()
    assert machine.module.counts["unanswerable"] == 5


def test_links_and_time_mean_nothing_to_it() -> None:
    machine = HsmMachine(module())
    assert machine.handle(LinkUp(LINK), 0.0) == ()
    assert machine.handle(LinkDown(LINK), 1.0) == ()
    assert not machine.wake(2.0)
    assert machine.deadline() is None


# The audit log ----------------------------------------------------------------------------------


def test_what_must_be_told_is_durable_before_the_answer_leaves() -> None:
    machine = HsmMachine(allowed())
    appended, sent = machine.handle(Received(LINK, EXPORT), 12.5)
    assert isinstance(appended, Append)
    assert isinstance(sent, Send)
    entry = appended.entry
    assert isinstance(entry, AuditEntry)
    assert (entry.sequence, entry.time, entry.event) == (1, 12.5, events.KEY_EXPORTED)
    assert entry.details == {
        "command": "A8",
        "error": "00",
        "key_type": "001",
        "zmk_scheme": "X",
        "kcv": sent.message.fields["kcv"],
    }


def test_a_refused_export_is_told_as_well() -> None:
    machine = HsmMachine(module())
    wrong = export_key("002", under_lmk("000", ZMK), under_lmk("001", ZPK))
    effects = machine.handle(Received(LINK, wrong), 0.0)
    details = {"command": "A8", "error": "11", "key_type": "002", "zmk_scheme": "X"}
    assert told(effects) == [(events.KEY_EXPORTED, details)]


def test_the_end_of_all_authority_is_told() -> None:
    effects = HsmMachine(module()).handle(Received(LINK, Command("0001", "RA")), 0.0)
    assert told(effects) == [(events.AUTHORITY_CANCELLED, {"activity": "all"})]
    assert isinstance(effects[-1], Send)


def test_too_many_failed_pins_are_told() -> None:
    machine = HsmMachine(module(pin_failures_max=1))
    block = pin_block(ZPK, "1234")
    zpk, pvk = under_lmk("001", ZPK), under_lmk("002", PVK)
    wrong = verify_pin_pvv_zpk(zpk, pvk, block, PAN12, "1", "0000")
    effects = machine.handle(Received(LINK, wrong), 0.0)
    details = {"limit": "total", "failures": "1"}
    assert told(effects) == [(events.PINS_CLOSED, details)]
    assert effects[-1].message.error == "01"
    assert machine.handle(Received(LINK, wrong), 0.0)[-1].message.error == "39"


def test_generated_keys_are_told_if_the_policy_says_so() -> None:
    command = Received(LINK, generate_key("001"))
    for told_of in (True, False):
        machine = HsmMachine(module(audit_generated_keys=told_of))
        assert len(told(machine.handle(command, 0.0))) == told_of
        assert told(machine.handle(Received(LINK, EXPORT), 0.0))


def started(*entries: AuditEntry, tampered: str = "", erased: str = "", **policy) -> tuple:
    machine = HsmMachine(module(**policy))
    return machine, machine.start(entries, 100.0, tampered, erased)


def entries_of(effects: list[Effect]) -> list[AuditEntry]:
    return [effect.entry for effect in effects if isinstance(effect, Append)]


def test_a_start_tells_policy_and_lmks() -> None:
    machine, effects = started()
    [(event, details)] = told(effects)
    assert event == events.STARTED
    assert details["lmk_00"] == "test 4F550070D645C657"
    assert details["policy"] == machine.module.policy.digest()
    assert machine.module.state.reboots == 1


def test_another_policy_than_last_time_is_told() -> None:
    _, first = started()
    _, same = started(*entries_of(first))
    assert [event for event, _ in told(same)] == [events.STARTED]
    _, other = started(*entries_of(first), uniform_pin_error=False)
    assert [event for event, _ in told(other)] == [events.STARTED, events.POLICY_CHANGED]


def test_the_chain_goes_on_and_so_do_the_counters() -> None:
    _, first = started()
    machine, second = started(*entries_of(first))
    assert entries_of(second)[0].previous == entries_of(first)[-1].hash
    assert machine.module.state.reboots == 2


def test_a_tamper_lasts_over_a_restart() -> None:
    log = AuditLog()
    machine, effects = started(log.entry(events.TAMPERED, {"cause": "lid"}, 1.0))
    assert told(effects)[0][0] == events.STARTED
    assert "lmk_00" not in told(effects)[0][1]
    state = machine.module.state
    assert (state.tampered, state.tampers, state.lmks_test) == ("lid", 1, 0)
    answer = machine.handle(Received(LINK, diagnostics()), 0.0)[-1].message
    assert answer.error == "13"


@pytest.mark.parametrize("name", ["till-7", "a" * 64])
def test_a_client_that_failed_too_often_stays_out_over_a_restart(name: str) -> None:
    peer = f"2001:db8:1111:2222:3333:4444:5555:6666 CN={name}"
    wrong = verify_pin_pvv_zpk(
        under_lmk("001", ZPK), under_lmk("002", PVK), pin_block(ZPK, "1234"), PAN12, "1", "0000"
    )
    entries: list[AuditEntry] = []
    for error in ("01", "39"):
        machine, effects = started(*entries, pin_failures_per_minute_max=1)
        effects += machine.handle(LinkUp(LINK, peer), 100.0)
        effects += machine.handle(Received(LINK, wrong), 100.0)
        assert effects[-1].message.error == error
        entries += entries_of(effects)


def test_a_key_store_that_was_changed_is_a_tamper() -> None:
    machine, effects = started(tampered="the key store was changed")
    assert [event for event, _ in told(effects)] == [events.STARTED, events.TAMPERED]
    assert machine.module.state.tampers == 1
    assert machine.handle(Received(LINK, diagnostics()), 0.0)[-1].message.error == "13"


def test_a_key_store_that_was_erased_stays_so_whatever_the_log_tells() -> None:
    machine, effects = started(erased="lid")
    assert [event for event, _ in told(effects)] == [events.STARTED]
    assert (machine.module.state.tampered, machine.module.state.tampers) == ("lid", 0)


# The console ------------------------------------------------------------------------------------


def test_what_a_console_does_is_told() -> None:
    machine = HsmMachine(module())
    result, effects = machine.perform(lambda asked: asked.tamper("lid") or 7, 5.0)
    assert result == 7
    assert told(effects) == [(events.TAMPERED, {"cause": "lid"})]
    assert entries_of(effects)[0].time == 5.0


def test_what_a_console_was_refused_is_told_too() -> None:
    machine = HsmMachine(module())
    with pytest.raises(AuthorityRefused):
        machine.perform(lambda asked: authorise(asked.state, (), [], ["export"]), 5.0)
    assert [event for event, _ in told(machine.unwritten(6.0))] == [events.AUTHORITY_REFUSED]
    assert machine.unwritten(7.0) == []


@pytest.mark.parametrize("mode", ["offline", "secure"])
def test_hosts_are_shut_out_unless_the_module_is_online(mode: str) -> None:
    machine = HsmMachine(module())
    machine.perform(lambda asked: asked.state.set_mode(mode), 0.0)
    close = (Close(LINK, f"the module is {mode}"),)
    assert machine.handle(Received(LINK, echo("A")), 0.0) == close
    assert machine.handle(garbled(b"0001NCx"), 0.0) == close
    assert machine.module.counts == {}
    machine.perform(lambda asked: asked.state.set_mode("online"), 0.0)
    assert isinstance(machine.handle(Received(LINK, echo("A")), 0.0)[0], Send)


def test_who_connects_is_told_once_and_stands_in_what_they_do() -> None:
    machine = HsmMachine(allowed())
    peer = "10.0.0.7 CN=switch"
    assert told(machine.handle(LinkUp(LINK, peer), 1.0)) == [
        (events.PEER_SEEN, {"peer": peer, "listener": "hsm"})
    ]
    assert machine.handle(LinkUp(LinkId("hsm/2"), peer), 2.0) == ()
    [(event, details)] = told(machine.handle(Received(LINK, EXPORT), 3.0))
    assert (event, details["peer"]) == (events.KEY_EXPORTED, peer)
    machine.handle(LinkDown(LINK), 4.0)
    [(_, details)] = told(machine.handle(Received(LINK, EXPORT), 5.0))
    assert "peer" not in details


def test_one_client_cannot_close_pins_for_all() -> None:
    machine = HsmMachine(module(pin_failures_per_minute_max=2))
    other = LinkId("hsm/2")
    machine.handle(LinkUp(LINK, "10.0.0.7"), 0.0)
    machine.handle(LinkUp(other, "10.0.0.8"), 0.0)
    zpk, pvk = under_lmk("001", ZPK), under_lmk("002", PVK)
    wrong = verify_pin_pvv_zpk(zpk, pvk, pin_block(ZPK, "1234"), PAN12, "1", "0000")

    def error_on(link: LinkId) -> str:
        return next(
            effect.message.error
            for effect in machine.handle(Received(link, wrong), 0.0)
            if isinstance(effect, Send)
        )

    assert [error_on(LINK) for _ in range(3)] == ["01", "01", "39"]
    assert error_on(other) == "01"


def test_a_stop_is_the_last_entry() -> None:
    machine = HsmMachine(module())
    assert told(machine.part(9.0)) == [(events.STOPPED, {})]
    assert told(machine.start([], 1.0, troubles=[(events.AUDIT_REPAIRED, {"bytes": "3"})]))[0] == (
        events.AUDIT_REPAIRED,
        {"bytes": "3"},
    )


def test_answers_wait_as_long_as_told_in_the_order_of_their_commands() -> None:
    machine = HsmMachine(module())
    first, second = echo("A").with_header("0001"), echo("B").with_header("0002")
    told_off = machine.handle(Received(LINK, set_response_delay(250).with_header("0000")), 1.0)
    assert told_off[-1] == Send(LINK, Answer("0000", "LH", "00"))
    assert machine.handle(Received(LINK, first), 2.0) == ()
    assert machine.deadline() == 2.25
    assert not sends(machine.handle(Received(LINK, set_response_delay(0)), 2.1))
    assert machine.handle(Received(OTHER, second), 2.2) == ()
    assert machine.wake(2.24) == []
    machine.handle(LinkDown(OTHER), 2.3)
    assert [answer.code for answer in sends(machine.wake(2.35))] == ["B3", "LH"]
    assert machine.deadline() is None
    assert sends(machine.handle(Received(LINK, second), 3.0))


def test_answers_without_room_to_wait_go_at_once(monkeypatch) -> None:
    monkeypatch.setattr("cardswitch.hsm_sim.machine.ANSWERS_WAITING_MAX", 1)
    machine = HsmMachine(module())
    machine.handle(Received(LINK, set_response_delay(999)), 1.0)
    assert not sends(machine.handle(Received(LINK, echo("A")), 2.0))
    assert sends(machine.handle(Received(LINK, echo("B")), 2.0))


def test_a_rule_that_refused_what_is_no_event_is_told_once() -> None:
    hsm = HsmMachine(module())
    hsm.start((), 1.0)
    single = under_lmk("001", key(9, 8), "Z")
    command = translate_pin_zpk_zpk(single, single, "0123456789ABCDEF", PAN12)
    [(event, details)] = told(hsm.handle(Received(LINK, command), 2.0))
    assert (event, details["rule"]) == (events.POLICY_REFUSED, "refuse_single_length")
    assert told(hsm.handle(Received(LINK, command), 3.0)) == []


def test_the_rule_that_refused_is_in_the_log_and_not_on_the_wire() -> None:
    machine = HsmMachine(module())
    short = generate_key("001", "Z").with_header("0001")
    *noted, sent = machine.handle(Received(LINK, short), 1.0)
    [(event, details)] = told(noted)
    assert (event, details["error"], details["rule"]) == (
        events.KEY_GENERATED,
        "27",
        "refuse_single_length",
    )
    assert sent == Send(LINK, Answer("0001", "A1", "27"))
    plain = export_key("001", under_lmk("000", ZMK), under_lmk("001", ZPK)).with_header("0001")
    [(_, details)] = told(machine.handle(Received(LINK, plain), 2.0))
    assert (details["error"], details["rule"]) == ("17", "keys_keep_their_type")
