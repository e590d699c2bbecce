"""The watch over a link: sign-on, echoes in silence, and the end of a link that does not answer."""

from collections.abc import Callable

import pytest

from cardswitch.hosts.acquirer.machine import Acquirer
from cardswitch.specs.message import Message
from cardswitch.wire.machine.matching import IsoExchange
from cardswitch.wire.machine.network import Watch, network_reply
from cardswitch.wire.machine.program import Program
from cardswitch.wire.ports import LinkDown, LinkId, LinkUp
from tests.kit.hosts import UPSTREAM, acquirer, acquirer_config, approved, fingerprint, purchase
from tests.kit.play import Playbook, after, answered, closed, sent


def test_it_signs_on_and_asks_a_silent_network_for_a_sign_of_life() -> None:
    play = Playbook(Acquirer(acquirer_config(), fingerprint))
    assert (
        play
        >> LinkUp(UPSTREAM)
        << sent(UPSTREAM, "0800", {70: "001", 7: "0329010000", 11: "000001"})
        >> answered(UPSTREAM, "00")
        >> after(29.9)
        >> after(0.2)
        << sent(UPSTREAM, "0800", {70: "301", 11: "000002"})
        >> answered(UPSTREAM, "00")
        >> after(30.1)
        << sent(UPSTREAM, "0800", {70: "301"})
        >> after(2.1)
        << closed(UPSTREAM)
        >> LinkDown(UPSTREAM)
        >> after(100.0)
    )


def test_a_network_that_answers_is_not_asked_whether_it_lives() -> None:
    play = acquirer() >> after(20.0)
    approved(play, purchase())
    assert play >> after(29.0)
    assert play >> after(1.1) << sent(UPSTREAM, "0800", {70: "301"})


def test_a_new_link_ends_the_watch_over_the_old_one() -> None:
    play = acquirer() >> after(10.0) >> LinkDown(UPSTREAM)
    assert (
        play
        >> LinkUp(UPSTREAM)
        << sent(UPSTREAM, "0800", {70: "001"})
        >> answered(UPSTREAM, "00")
        >> after(30.1)
        << sent(UPSTREAM, "0800", {70: "301"})
    )


def test_a_refused_sign_on_is_tried_again_and_only_then_is_it_ready() -> None:
    ready: list[str] = []
    program = Asking(lambda: ready.append("ready"))
    play = Playbook(program) >> LinkUp(UPSTREAM) << sent(UPSTREAM, "0800", {70: "001"})
    play >> answered(UPSTREAM, "91")
    assert not ready
    play >> after(1.0) << sent(UPSTREAM, "0800", {70: "001"})
    play >> answered(UPSTREAM, "00")
    assert ready == ["ready"]


def test_a_peer_without_sign_on_is_ready_at_once() -> None:
    ready: list[str] = []
    assert Playbook(Asking(lambda: ready.append("ready"), sign_on=False)) >> LinkUp(UPSTREAM)
    assert ready == ["ready"]


@pytest.mark.parametrize(
    ("mti", "code", "reply"),
    [
        ("0800", "001", "00"),
        ("0800", "002", "00"),
        ("0801", "301", "00"),
        ("0800", "161", "12"),
        ("0800", "", "12"),
        ("0820", "301", "12"),
    ],
)
def test_what_a_peer_is_answered(mti: str, code: str, reply: str) -> None:
    assert network_reply(Message(mti, {11: "000001", 70: code}))[39] == reply


class Asking(Program):
    """Nothing but a watch over one link."""

    def __init__(self, ready: Callable[[], None], *, sign_on: bool = True) -> None:
        super().__init__({UPSTREAM: IsoExchange()})
        self.watch = Watch(self.desk, UPSTREAM, 30.0, sign_on=sign_on, ready=ready)

    def linked(self, link: LinkId) -> None:
        self.desk.start(self.watch.begin())
