"""The playbook itself: it must see what is wrong, or the tests that use it prove nothing."""

from collections.abc import Sequence
from typing import Any

import pytest

from cardswitch.specs.hsm import Command
from cardswitch.specs.message import Message
from cardswitch.wire.ports import Append, Close, Effect, LinkId, LinkUp, Received, Send
from tests.kit.play import START, Playbook, after, answered, appended, closed, sent

POS, HOST = LinkId("pos/1"), LinkId("host")
SALE = Message("0200", {4: "000000001250", 11: "000007"})


class Echo:
    """Journals what it is asked, asks the host, hands the answer back; closes after 5 s."""

    def __init__(self) -> None:
        self.due: float | None = None

    def handle(self, event: Any, now: float) -> Sequence[Effect]:
        match event:
            case Received(link, message) if link == POS:
                self.due = now + 5.0
                return [Append(message), Send(HOST, message)]
            case Received(link, message) if link == HOST:
                return [Send(POS, message)]
        return []

    def wake(self, now: float) -> Sequence[Effect]:
        assert now == self.due
        self.due = None
        return [Close(POS, "idle")]

    def deadline(self) -> float | None:
        return self.due


def asked() -> Playbook:
    return Playbook(Echo()) >> LinkUp(POS) >> Received(POS, SALE)


def test_a_play_that_goes_well() -> None:
    play = asked()
    assert (
        play
        << appended(Message, mti="0200")
        << sent("host", "0200", {11: "000007", 39: None})
        >> answered("host", "00")
        << Send(POS, SALE.reply("00"))
        >> after(4.9)
        >> after(0.2)
        << closed("pos/1")
    )
    assert play.now == pytest.approx(START + 5.1)
    assert play.entries == [SALE]
    assert len(play.effects) == 4


def test_what_was_done_but_not_expected_is_seen() -> None:
    with pytest.raises(AssertionError, match="done, but not expected at the end"):
        bool(asked())
    with pytest.raises(AssertionError, match="done, but not expected before"):
        asked() >> after(1.0)


def test_what_was_expected_but_not_done_is_seen() -> None:
    with pytest.raises(AssertionError, match="nothing more was done"):
        asked().skip() << closed("pos/1")


@pytest.mark.parametrize(
    "wrong",
    [
        Send(HOST, SALE),
        Append(SALE.reply("00")),
        appended(Command),
        appended(Message, mti="0210"),
        sent("host", "0200"),
        closed("pos/1"),
    ],
)
def test_another_effect_is_seen(wrong: Any) -> None:
    with pytest.raises(AssertionError, match="but did"):
        asked() << wrong


@pytest.mark.parametrize(
    "wrong",
    [
        sent("pos/1", "0200"),
        sent("host", "0201"),
        sent("host", "0200", {11: "000008"}),
        sent("host", "0200", {11: None}),
        sent("host", "0200", {39: "00"}),
    ],
)
def test_another_message_is_seen(wrong: Any) -> None:
    with pytest.raises(AssertionError, match="but did"):
        asked() << appended(Message) << wrong
