"""The desk: each thing that a flow does becomes one effect, in order."""

import pytest

from cardswitch.specs.message import Message
from cardswitch.wire.machine.budget import Limits
from cardswitch.wire.machine.desk import Desk
from cardswitch.wire.machine.kernel import Kernel
from cardswitch.wire.machine.matching import IsoExchange
from cardswitch.wire.ports import Append, Close, LinkId, LookUp, Question, Send

HOST = LinkId("host")
ECHO = Message("0800", {70: "301"})


@pytest.fixture
def kernel():
    made = Kernel({"host": IsoExchange()}, Limits())
    made.advance(1000.0)
    made.link_up(HOST)
    return made


def test_what_a_flow_does_comes_out_in_order(kernel):
    desk = Desk(kernel)
    stamped = desk.stamp(HOST, ECHO)
    question = Question(legs=(7,))
    desk.append("a row")
    desk.send(HOST, stamped)
    desk.look_up(question)
    desk.close(HOST, "over")
    assert kernel.take() == [
        Append("a row"),
        Send(HOST, ECHO.with_fields({11: "000001"})),
        LookUp(1, question),
        Close(HOST, "over"),
    ]


def test_it_knows_the_time_and_who_is_there(kernel):
    desk = Desk(kernel)
    assert desk.now == 1000.0
    assert desk.is_up(HOST)
    assert not desk.is_up(LinkId("pos/1"))


def test_what_is_put_off_is_done_in_time(kernel):
    done = []
    Desk(kernel).later(2.0, lambda: done.append(kernel.now))
    assert kernel.deadline() == 1002.0
    kernel.advance(1002.0)
    kernel.expire()
    assert done == [1002.0]
