"""A module without a header is asked one command at a time: so each answer has its question."""

import pytest

from cardswitch.specs.hsm import Answer, Command
from cardswitch.wire.machine.budget import Limits
from cardswitch.wire.machine.desk import Desk
from cardswitch.wire.machine.kernel import Kernel
from cardswitch.wire.machine.matching import HsmExchange
from cardswitch.wire.machine.waits import NoAnswer
from cardswitch.wire.ports import Close, LinkId, Send

PLAIN = LinkId("plain")


@pytest.fixture
def kernel():
    made = Kernel({"plain": HsmExchange(0)}, Limits())
    made.link_up(PLAIN)
    return made


@pytest.fixture
def story():
    """What the flows heard, in order."""
    return []


def pass_time(kernel, seconds):
    kernel.advance(kernel.now + seconds)
    kernel.expire()
    return kernel.take()


def asking(kernel, story, command, within=5.0):
    desk = Desk(kernel)

    async def flow():
        try:
            story.append(await desk.ask(PLAIN, command, within))
        except NoAnswer as error:
            story.append(error)

    desk.start(flow())


def test_where_answers_do_not_say_whose_they_are_one_is_asked_at_a_time(kernel, story):
    for code in ("NC", "BQ"):
        asking(kernel, story, Command("", code))
    assert kernel.take() == [Send(PLAIN, Command("0001", "NC"))]
    kernel.answered(PLAIN, Answer("", "ND", "00"))
    assert kernel.take() == [Send(PLAIN, Command("0002", "BQ"))]
    kernel.answered(PLAIN, Answer("", "BR", "01"))
    kernel.take()
    assert story == [Answer("", "ND", "00"), Answer("", "BR", "01")]
    assert not kernel.answered(PLAIN, Answer("", "BR", "01"))


def test_where_answers_do_not_say_whose_they_are_a_late_one_would_be_anothers(kernel, story):
    asking(kernel, story, Command("", "NC"), within=5.0)
    asking(kernel, story, Command("", "BQ"), within=60.0)
    kernel.take()
    assert pass_time(kernel, 5.0) == [Close(PLAIN, "a command was not answered in time")]
    assert not kernel.answered(PLAIN, Answer("", "ND", "00"))
    assert [type(each) for each in story] == [NoAnswer, NoAnswer]
    asking(kernel, story, Command("", "NC"))
    assert kernel.take() == []  # until the link is up again
    kernel.link_up(PLAIN)
    asking(kernel, story, Command("", "NC"))
    assert kernel.take() == [Send(PLAIN, Command("0003", "NC"))]


def test_a_question_whose_time_is_over_before_its_turn_is_never_asked(kernel, story):
    asking(kernel, story, Command("", "NC"), within=60.0)
    asking(kernel, story, Command("", "BQ"), within=5.0)
    kernel.take()
    assert pass_time(kernel, 5.0) == []
    kernel.answered(PLAIN, Answer("", "ND", "00"))
    assert kernel.take() == []
    assert [type(each) for each in story] == [NoAnswer, Answer]
