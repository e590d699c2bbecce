"""The load host answers all that can be answered, and is bounded like every program."""

import pytest

from cardswitch.hosts.load.machine import LoadHost
from cardswitch.specs.errors import FormatError
from cardswitch.specs.message import Message
from cardswitch.wire.ports import Close, Garbled, LinkId, LinkUp, Received, Send

LINK = LinkId("load/1")
PURCHASE = Message("0200", {2: "9999990000000014", 3: "000000", 4: "000000001250", 11: "000007"})


def told(machine, message):
    machine.handle(LinkUp(LINK), 1000.0)
    return machine.handle(Received(LINK, message), 1001.0)


@pytest.mark.parametrize(
    ("code", "request_", "answer"),
    [
        ("00", PURCHASE, {39: "00", 38: "000001", 11: "000007", 4: "000000001250"}),
        ("51", PURCHASE, {39: "51", 11: "000007"}),
        ("51", Message("0420", {11: "000007"}), {39: "00", 11: "000007"}),
        ("51", Message("0800", {11: "000007", 70: "301"}), {39: "00", 11: "000007"}),
        ("00", Message("0220", {11: "000007"}), {39: "00", 38: "000001"}),
    ],
)
def test_every_request_has_its_answer(code, request_, answer):
    [sent] = told(LoadHost(code), request_)
    assert type(sent) is Send
    assert sent.message.mti == f"{request_.mti[:2]}{int(request_.mti[2]) + 1}0"
    assert {n: sent.message.get(n) for n in answer} == answer
    assert 2 not in sent.message.fields
    assert (38 in sent.message.fields) is (38 in answer)


@pytest.mark.parametrize("mti", ["0210", "0280"])
def test_what_asks_nothing_has_no_answer(mti):
    assert told(LoadHost(), Message(mti, {11: "000007"})) == []


def test_whoever_sends_garbage_is_dropped():
    machine = LoadHost()
    machine.handle(LinkUp(LINK), 1000.0)
    garbage = Garbled(LINK, FormatError("a message"))
    done = [machine.handle(garbage, 1000.0) for _ in range(3)]
    assert [type(effect) for effects in done for effect in effects] == [Close]
