"""The link to the console: orders and replies as bytes, and what the machine does with them."""

import pytest

from cardswitch.hsm_sim.console_link import (
    ConsoleChannel,
    ConsoleOrder,
    ConsoleReply,
    OrderUnreadable,
)
from cardswitch.hsm_sim.custody.authority import Credential, enrol
from cardswitch.hsm_sim.machine import HsmMachine
from cardswitch.specs.hsm import unpack_answer
from cardswitch.specs.hsm.commands.keys.any_type import export_key
from cardswitch.wire.ports import Append, Close, Garbled, LinkId, Received, Send
from tests.kit.hsm.module import ZMK, ZPK, module, under_lmk

ANNA, BEN = Credential("anna", "correct horse"), Credential("ben", "battery staple")
EXPORT = export_key("001", under_lmk("000", ZMK), under_lmk("001", ZPK))
LINK = LinkId("console/1")


@pytest.fixture
def machine():
    return HsmMachine(module(), [enrol(*each, bytes(16)) for each in (ANNA, BEN)])


def test_an_order_and_a_reply_are_frames():
    order, channel = ConsoleOrder.of(EXPORT, [ANNA, BEN]), ConsoleChannel()
    read = channel.decode(channel.encode(order))
    assert read == order
    assert read.credentials == [ANNA, BEN]
    assert read.read_command().fields == EXPORT.fields
    assert "horse" not in repr(order)
    assert repr(ConsoleReply(answer="00")) == "<ConsoleReply >"


@pytest.mark.parametrize(
    "frame", [b"", b"{}", b"\xff", b'{"command":"x","officers":[]}', b'{"command":1,"officers":[]}']
)
def test_what_is_no_order(frame):
    with pytest.raises(OrderUnreadable) as refused:
        ConsoleChannel().decode(frame)
    assert refused.value.__cause__ is None


def test_two_officers_export_and_no_host_can_afterwards(machine):
    *noted, sent = machine.handle(Received(LINK, ConsoleOrder.of(EXPORT, [ANNA, BEN])), 5.0)
    assert isinstance(sent, Send)
    answer = unpack_answer(bytes.fromhex(sent.message.answer))
    assert answer.ok
    assert [each.entry.event for each in noted if isinstance(each, Append)] == [
        "authorised",
        "key exported",
    ]
    *_, host = machine.handle(Received(LinkId("host/1"), EXPORT.with_header("0001")), 5.0)
    assert isinstance(host, Send)
    assert host.message.error == "17"


@pytest.mark.parametrize(
    ("officers", "why"),
    [
        ([ANNA], "two officers"),
        ([ANNA, ANNA], "two different"),
        ([ANNA, BEN, ANNA], "no more"),
        ([ANNA, Credential("ben", "something else")], "wrong passphrase"),
        ([], "two officers"),
    ],
)
def test_fewer_or_others_are_refused(machine, officers, why):
    noted, sent = machine.handle(Received(LINK, ConsoleOrder.of(EXPORT, officers)), 5.0)
    assert isinstance(noted, Append)
    assert noted.entry.event == "authority refused"
    assert isinstance(sent, Send)
    assert why in sent.message.refused
    assert not sent.message.answer


def test_an_order_that_holds_no_command_is_refused(machine):
    order = ConsoleOrder("00", (tuple(ANNA), tuple(BEN)))
    [sent] = machine.handle(Received(LINK, order), 5.0)
    assert isinstance(sent, Send)
    assert sent.message.refused


def test_what_cannot_be_read_ends_the_link(machine):
    assert machine.handle(Garbled(LINK, OrderUnreadable("it")), 5.0) == (
        Close(LINK, "expected it"),
    )


def test_the_console_works_while_hosts_are_not_served(machine):
    machine.module.state.set_mode("offline")
    *_, sent = machine.handle(Received(LINK, ConsoleOrder.of(EXPORT, [ANNA, BEN])), 5.0)
    assert isinstance(sent, Send)
    assert sent.message.answer
