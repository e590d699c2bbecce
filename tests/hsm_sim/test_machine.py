"""The module behind wires: what comes in, and what goes out."""

from hsm_sim.machine import HsmMachine
from specs.errors import FormatError
from specs.hsm import Answer, HsmFormatError, echo, unpack_command
from tests.hsm_sim.helpers import module
from wire.ports import Garbled, LinkDown, LinkId, LinkUp, Received, Send

LINK = LinkId("hsm/1")


def garbled(frame: bytes) -> Garbled:
    """What a link reports of *frame*."""
    try:
        unpack_command(frame)
    except HsmFormatError as error:
        return Garbled(LINK, error)
    raise AssertionError("expected a frame that breaks the format")


def test_each_command_is_answered_at_once_on_its_link() -> None:
    machine = HsmMachine(module())
    answered = machine.handle(Received(LINK, echo("A").with_header("0001")), 0.0)
    assert answered == (Send(LINK, Answer("0001", "B3", "00", {"data": "A"})),)


def test_an_unreadable_command_is_answered_and_the_link_stays() -> None:
    machine = HsmMachine(module())
    assert machine.handle(garbled(b"0001NCx"), 0.0) == (Send(LINK, Answer("0001", "ND", "15")),)
    assert machine.handle(garbled(b"0001ZZ"), 0.0) == (Send(LINK, Answer("0001", "Z0", "68")),)


def test_what_cannot_be_answered_is_counted() -> None:
    machine = HsmMachine(module())
    assert machine.handle(garbled(b"0001N"), 0.0) == ()
    assert machine.handle(garbled(b"0001n\n"), 0.0) == ()
    assert machine.handle(Garbled(LINK, FormatError("a frame")), 0.0) == ()
    assert machine.module.counts["unanswerable"] == 2


def test_links_and_time_mean_nothing_to_it() -> None:
    machine = HsmMachine(module())
    assert machine.handle(LinkUp(LINK), 0.0) == ()
    assert machine.handle(LinkDown(LINK), 1.0) == ()
    assert machine.wake(2.0) == ()
    assert machine.deadline() is None
