"""Every program treats bad input the same, and hands the rest to the right place."""

import pytest

from cardswitch.specs.errors import FormatError
from cardswitch.specs.message import Message, MessageError
from cardswitch.wire.machine.matching import IsoExchange
from cardswitch.wire.machine.program import GARBAGE_MAX, GARBAGE_S, Program
from cardswitch.wire.machine.waits import NoAnswer
from cardswitch.wire.ports import Close, Garbled, LinkDown, LinkId, LinkUp, Received, Send

POS, OTHER, HOST = LinkId("pos/1"), LinkId("pos/2"), LinkId("host")
ECHO = Message("0800", {11: "000001", 70: "301"})
GARBAGE = FormatError("anything else")


class Relay(Program):
    """Asks the host what it is asked, and remembers its links."""

    def __init__(self):
        super().__init__({"pos": IsoExchange(), "host": IsoExchange()})
        self.links = []

    def asked(self, link, question):
        self.kernel.start(self.relay(link, question))

    def linked(self, link):
        self.links.append(f"{link} up")

    def unlinked(self, link):
        self.links.append(f"{link} down")

    async def relay(self, link, question):
        try:
            answer = await self.desk.ask(HOST, question, 2.0)
        except NoAnswer:
            answer = question.reply("91")
        self.desk.send(link, answer)


@pytest.fixture
def relay():
    made = Relay()
    for link in (POS, OTHER, HOST):
        assert made.handle(LinkUp(link), 0.0) == []
    return made


def unreadable(field="4", echo=ECHO):
    error = MessageError("12 digits", field=field)
    error.echo = echo
    return error


def test_a_question_is_asked_on_and_its_answer_comes_back(relay):
    assert relay.handle(Received(POS, ECHO), 1.0) == [Send(HOST, ECHO)]
    assert relay.deadline() == 3.0
    assert relay.handle(Received(HOST, ECHO.reply("00")), 2.0) == [Send(POS, ECHO.reply("00"))]
    assert relay.deadline() is None


def test_time_is_up_when_it_is_up(relay):
    relay.handle(Received(POS, ECHO), 1.0)
    assert relay.wake(2.9) == []
    assert relay.wake(3.0) == [Send(POS, ECHO.reply("91"))]


def test_a_link_that_goes_down_ends_its_questions(relay):
    relay.handle(Received(POS, ECHO), 1.0)
    assert relay.handle(LinkDown(HOST), 1.5) == [Send(POS, ECHO.reply("91"))]
    assert relay.links == ["pos/1 up", "pos/2 up", "host up", "host down"]


def test_an_answer_that_nobody_asked_for_is_counted(relay):
    assert relay.handle(Received(POS, ECHO.reply("00")), 1.0) == []
    assert relay.counts["unmatched_answer"] == 1


def test_a_request_that_can_be_correlated_is_answered_with_its_field(relay):
    (sent,) = relay.handle(Garbled(POS, unreadable()), 1.0)
    assert sent == Send(POS, ECHO.reply("30", {44: "4"}))
    (sent,) = relay.handle(Garbled(POS, unreadable(field="")), 1.0)
    assert sent == Send(POS, ECHO.reply("30"))
    assert relay.counts == {"garbled": 2, "refused_30": 2}


def test_a_request_may_be_refused_for_another_reason(relay):
    relay.refuse(POS, ECHO, "12", "70")
    assert relay.wake(1.0) == [Send(POS, ECHO.reply("12", {44: "70"}))]
    assert relay.counts == {"refused_12": 1}


@pytest.mark.parametrize("error", [GARBAGE, unreadable(echo=None)])
def test_garbage_is_dropped_and_the_third_within_a_minute_closes_the_link(relay, error):
    for second in range(GARBAGE_MAX - 1):
        assert relay.handle(Garbled(POS, error), float(second)) == []
    (closed,) = relay.handle(Garbled(POS, error), GARBAGE_S)
    assert isinstance(closed, Close)
    assert closed.link == POS
    assert relay.counts["dropped"] == GARBAGE_MAX


def test_garbage_now_and_then_is_borne(relay):
    for number in range(10):
        assert relay.handle(Garbled(POS, GARBAGE), number * (GARBAGE_S / 2 + 0.1)) == []


def test_garbage_counts_for_its_own_connection_alone(relay):
    for link in (POS, OTHER, POS, OTHER):
        assert relay.handle(Garbled(link, GARBAGE), 1.0) == []
    relay.handle(LinkDown(POS), 1.0)
    relay.handle(LinkUp(POS), 1.0)
    assert relay.handle(Garbled(POS, GARBAGE), 1.0) == []


def test_the_next_good_message_is_served(relay):
    relay.handle(Garbled(POS, GARBAGE), 1.0)
    assert relay.handle(Received(POS, ECHO), 1.0) == [Send(HOST, ECHO)]


def test_a_program_says_what_it_does_when_asked():
    mute = Program({"pos": IsoExchange()})
    with pytest.raises(AssertionError, match="says what it does"):
        mute.handle(Received(POS, ECHO), 0.0)


# What the record is told --------------------------------------------------------------------------


@pytest.fixture
def told(relay):
    lines = []
    relay.observe(lambda *line: lines.append(line))
    return lines


def test_what_is_refused_dropped_or_nobodys_answer_is_told(relay, told):
    relay.handle(Garbled(POS, unreadable()), 1.0)
    relay.handle(Garbled(POS, GARBAGE), 1.0)
    relay.handle(Received(HOST, ECHO.reply("00")), 1.0)
    relay.handle(Received(POS, ECHO), 1.0)
    relay.wake(9.0)
    relay.handle(Received(HOST, ECHO.reply("00")), 9.0)
    assert told == [
        ("refused", POS, "0800, trace number 000001: 30: field 4: expected 12 digits"),
        ("dropped", POS, "expected anything else"),
        ("unmatched_answer", HOST, "0810, trace number 000001"),
        ("late_answer", HOST, "0810, trace number 000001"),
    ]


@pytest.mark.parametrize("mti", ["0280", "0281", "0290", "0880"])
def test_what_no_mti_answers_is_dropped_and_counted_however_often(relay, told, mti):
    message = Message(mti, {11: "000001"})
    for _ in range(10):
        assert relay.handle(Received(POS, message), 1.0) == []
        assert relay.handle(Garbled(POS, unreadable(echo=message)), 1.0) == []
    assert relay.counts["unanswerable"] == 20
    assert told[0] == ("unanswerable", POS, f"{mti}, trace number 000001")
