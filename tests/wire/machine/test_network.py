"""The watch over a link: sign-on, echoes in silence, and the end of a link that does not answer."""

from collections.abc import Callable, Sequence
from contextlib import suppress

import pytest

from cardswitch.specs.message import Message
from cardswitch.wire.machine.budget import Limits
from cardswitch.wire.machine.matching import HsmExchange, IsoExchange
from cardswitch.wire.machine.network import ModuleWatch, NetworkWatch, Watch, network_reply
from cardswitch.wire.machine.program import Program
from cardswitch.wire.machine.waits import NoAnswer
from cardswitch.wire.ports import Effect, LinkDown, LinkId, LinkUp, Received
from tests.kit.play import Playbook, after, answered, closed, sent

HSM, UPSTREAM = LinkId("hsm"), LinkId("network")


def test_it_signs_on_and_asks_a_silent_network_for_a_sign_of_life() -> None:
    play = Playbook(Asking())
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
    play = signed_on() >> after(20.0)
    question = Message("0200", {11: "900000", 41: "TERM0001"})
    play >> (lambda play: play.do(play.machine.ask(question, play.now)))
    play << sent(UPSTREAM, "0200") >> answered(UPSTREAM, "51")
    assert play >> after(29.0)
    assert play >> after(1.1) << sent(UPSTREAM, "0800", {70: "301"})


def test_a_new_link_ends_the_watch_over_the_old_one() -> None:
    play = signed_on() >> after(10.0) >> LinkDown(UPSTREAM)
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


def test_a_peer_without_sign_on_is_ready_at_once_and_hears_from_us() -> None:
    ready: list[str] = []
    play = Playbook(Asking(lambda: ready.append("ready"), sign_on=False)) >> LinkUp(UPSTREAM)
    assert play << sent(UPSTREAM, "0800", {70: "301"})
    assert ready == ["ready"]


def signed_on() -> Playbook:
    """A link that is up and signed on."""
    return (Playbook(Asking()) >> LinkUp(UPSTREAM)).skip() >> answered(UPSTREAM, "00")


# Half-open links ----------------------------------------------------------------------------------


def asked_in_vain(play: Playbook, times: int) -> Playbook:
    """*play*, after so many questions without an answer; what is done then is still to be taken."""
    for number in range(times):
        question = Message("0200", {11: f"9{number:05d}", 41: "TERM0001"})
        play >> (lambda play, q=question: play.do(play.machine.ask(q, play.now)))
        play << sent(play.machine.link, "0200")
        play >> after(1.0)
    return play


def test_three_questions_without_an_answer_lead_to_an_echo_and_that_to_the_end() -> None:
    play = Playbook(Asking(sign_on=False)) >> LinkUp(UPSTREAM) << sent(UPSTREAM, "0800")
    assert asked_in_vain(play >> answered(UPSTREAM, "00"), 2)
    assert asked_in_vain(play, 1) << sent(UPSTREAM, "0800", {70: "301"})
    assert play >> after(2.0) << closed(UPSTREAM)
    assert play >> after(1.0)


def test_any_answer_is_a_sign_of_life() -> None:
    play = (
        Playbook(Asking(sign_on=False))
        >> LinkUp(UPSTREAM)
        << sent(UPSTREAM, "0800")
        >> answered(UPSTREAM, "00")
    )
    assert asked_in_vain(play, 2)
    assert play >> Received(UPSTREAM, Message("0210", {11: "900001", 41: "TERM0001"}))
    assert asked_in_vain(play, 2)


def test_an_echo_that_has_no_answer_does_not_end_a_link_that_answers_others() -> None:
    play = (
        Playbook(Asking(sign_on=False))
        >> LinkUp(UPSTREAM)
        << sent(UPSTREAM, "0800")
        >> answered(UPSTREAM, "00")
    )
    play >> after(30.0) << sent(UPSTREAM, "0800", {70: "301"})
    play >> after(1.9) >> Received(UPSTREAM, Message("0210", {11: "900001", 41: "TERM0001"}))
    assert play >> after(0.2) >> after(29.0)
    assert play >> after(1.0) << sent(UPSTREAM, "0800", {70: "301"})


def test_an_echo_that_finds_its_link_busy_does_not_end_it() -> None:
    play = Playbook(Asking(sign_on=False, waits_max=1)) >> LinkUp(UPSTREAM)
    play << sent(UPSTREAM, "0800") >> answered(UPSTREAM, "00")
    play >> after(29.5)
    question = Message("0200", {11: "900000", 41: "TERM0001"})
    play >> (lambda play: play.do(play.machine.ask(question, play.now))) << sent(UPSTREAM, "0200")
    assert play >> after(0.5)  # The echo cannot be asked.
    assert play.machine.counts["echo_not_asked"] == 1
    assert play >> after(0.6) >> after(1.5) << sent(UPSTREAM, "0800", {70: "301"})


def test_a_module_that_is_silent_three_times_is_dialled_again() -> None:
    play = Playbook(Asking(kind=Watch)) >> LinkUp(UPSTREAM)
    assert asked_in_vain(play, 2)
    assert asked_in_vain(play, 1) << closed(UPSTREAM)
    assert play >> LinkDown(UPSTREAM) >> LinkUp(UPSTREAM)
    assert asked_in_vain(play, 2)


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


def test_a_module_is_asked_for_a_sign_of_life_and_given_up_without_one() -> None:
    program = Program({"hsm": HsmExchange()})
    watch = ModuleWatch(program.desk, HSM, 30.0)
    program.linked = lambda link: program.desk.start(watch.begin())  # type: ignore[method-assign]
    play = Playbook(program) >> LinkUp(HSM) << sent("hsm", "NO") >> answered("hsm", "68")
    assert play >> after(29.0)
    assert play >> after(1.0) << sent("hsm", "NO")
    assert play >> after(2.0) << closed("hsm")


class Asking(Program):
    """Nothing but a watch over one link, on which it may be made to ask."""

    link = UPSTREAM

    def __init__(
        self,
        ready: Callable[[], None] = lambda: None,
        *,
        sign_on: bool = True,
        waits_max: int = 100,
        kind: type[Watch] = NetworkWatch,
    ) -> None:
        super().__init__({UPSTREAM: IsoExchange()}, Limits(waits_per_link_max=waits_max))
        if kind is Watch:
            Watch(self.desk, UPSTREAM)
            self.watch = None
        else:
            self.watch = NetworkWatch(self.desk, UPSTREAM, 30.0, sign_on=sign_on, ready=ready)

    def linked(self, link: LinkId) -> None:
        if self.watch is not None:
            self.desk.start(self.watch.begin())

    def ask(self, question: Message, now: float) -> Sequence[Effect]:
        self.kernel.advance(now)
        self.kernel.start(self._ask(question))
        return self.kernel.take()

    async def _ask(self, question: Message) -> None:
        with suppress(NoAnswer):
            await self.desk.ask(UPSTREAM, question, 1.0)
