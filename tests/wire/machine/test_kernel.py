"""The kernel: flows run in order, each is woken once, and nothing they wait for is forgotten."""

import asyncio

import pytest

from cardswitch.specs.errors import Error
from cardswitch.specs.hsm import Answer, Command
from cardswitch.specs.message import Message
from cardswitch.wire.machine import timers
from cardswitch.wire.machine.budget import Budget, Limits
from cardswitch.wire.machine.desk import Desk
from cardswitch.wire.machine.kernel import LOOK_UP_S, TRIES_MAX, Kernel
from cardswitch.wire.machine.matching import LATE_S, AliveKeys, HsmExchange, IsoExchange
from cardswitch.wire.machine.waits import NoAnswer, NotAsked
from cardswitch.wire.ports import Append, Close, LinkId, LookUp, Send

HOST, HSM, POS = LinkId("host"), LinkId("hsm"), LinkId("pos/1")
ECHO = Message("0800", {11: "000001", 70: "301"})
EXCHANGES = {"host": IsoExchange(), "hsm": HsmExchange(), "pos": IsoExchange()}


@pytest.fixture
def kernel():
    made = Kernel(EXCHANGES, Limits(flows_max=3, waits_per_link_max=2))
    made.advance(1000.0)
    for link in (HOST, HSM, POS):
        made.link_up(link)
    return made


@pytest.fixture
def desk(kernel):
    return Desk(kernel)


@pytest.fixture
def story():
    """What happened, in order."""
    return []


def numbered(number):
    return ECHO.with_fields({11: f"{number:06d}"})


def pass_time(kernel, seconds):
    kernel.advance(kernel.now + seconds)
    kernel.expire()
    return kernel.take()


def asking(desk, story, question, within=5.0, link=HOST):
    async def flow():
        try:
            story.append(await desk.ask(link, question, within))
        except NoAnswer as error:
            story.append(error)

    desk.start(flow())
    return desk


# Flows ------------------------------------------------------------------------------------------


def test_flows_run_in_the_order_they_were_started(kernel, desk, story):
    async def flow(name):
        story.append(f"{name} begins")
        await desk.sleep(1.0)
        story.append(f"{name} ends")

    desk.start(flow("first"))
    desk.start(flow("second"))
    assert story == []
    kernel.take()
    pass_time(kernel, 1.0)
    assert story == ["first begins", "second begins", "first ends", "second ends"]
    assert kernel.is_idle


def test_effects_come_out_once_and_in_order(kernel, desk):
    async def flow():
        desk.append("entry")
        desk.send(POS, ECHO)
        desk.close(POS, "done")

    desk.start(flow())
    assert kernel.take() == [Append("entry"), Send(POS, ECHO), Close(POS, "done")]
    assert kernel.take() == []


def test_a_flow_may_start_another(kernel, desk, story):
    async def inner():
        story.append("inner")

    async def outer():
        desk.start(inner())
        story.append("outer")

    desk.start(outer())
    kernel.take()
    assert story == ["outer", "inner"]


def test_anything_but_the_desk_is_refused(kernel, desk):
    async def flow():
        await asyncio.sleep(0)

    desk.start(flow())
    with pytest.raises(AssertionError, match="only its desk"):
        kernel.take()


def test_a_flow_that_fails_is_rescued_and_the_others_live_on(kernel, desk, story):
    async def fails():
        raise Error("something is missing")

    async def lives():
        story.append("alive")

    desk.start(fails(), story.append)
    desk.start(lives())
    kernel.take()
    assert [str(happened) for happened in story] == ["something is missing", "alive"]
    assert kernel.counts["flow_failed"] == 1
    assert kernel.is_idle


def test_a_failure_that_nobody_rescues_is_not_hidden(kernel, desk):
    async def fails():
        raise Error("something is missing")

    desk.start(fails())
    with pytest.raises(Error, match="something is missing"):
        kernel.take()


def test_what_must_hold_is_never_rescued(kernel, desk, story):
    async def fails():
        raise AssertionError("money was lost")

    desk.start(fails(), story.append)
    with pytest.raises(AssertionError, match="money was lost"):
        kernel.take()
    assert story == []


def test_flows_are_limited(kernel, desk):
    async def flow():
        await desk.sleep(1.0)

    for _ in range(3):
        assert not kernel.is_full()
        desk.start(flow())
    kernel.take()
    assert kernel.is_full()
    pass_time(kernel, 1.0)
    assert not kernel.is_full()


def test_a_budget_is_not_spent_by_another(kernel, desk):
    async def flow():
        await desk.sleep(1.0)

    for _ in range(3):
        desk.start(flow())
    assert kernel.is_full()
    assert not any(map(kernel.is_full, (Budget.UNDOING, Budget.PENDING, Budget.CARING)))
    desk.start(flow(), budget=Budget.UNDOING)
    kernel.take()
    pass_time(kernel, 1.0)
    assert kernel.is_idle


# Time -------------------------------------------------------------------------------------------


def test_what_is_to_be_done_later_is_no_flow_until_then(kernel, desk, story):
    desk.later(1.0, lambda: story.append(desk.now))
    assert (kernel.is_idle, kernel.deadline()) == (True, 1001.0)
    pass_time(kernel, 1.0)
    assert (story, kernel.deadline()) == ([1001.0], None)


# The journal ------------------------------------------------------------------------------------


def looking_up(desk, story):
    async def flow():
        try:
            story.append(await desk.look_up("who"))
        except NoAnswer:
            story.append("nothing is known")

    desk.start(flow())


def test_the_journal_answers_whoever_asked_it(kernel, desk, story):
    looking_up(desk, story)
    looking_up(desk, story)
    first, second = kernel.take()
    assert (first, second.question) == (LookUp(first.number, "who"), "who")
    kernel.found(second.number, ["second"])
    kernel.found(first.number, [])
    kernel.take()
    assert story == [["second"], []]


@pytest.mark.parametrize("late", [False, True])
def test_a_journal_that_cannot_say_or_is_late_says_nothing(kernel, desk, story, late):
    looking_up(desk, story)
    [asked] = kernel.take()
    if late:
        pass_time(kernel, LOOK_UP_S)
    kernel.found(asked.number, ["a row"] if late else None)
    kernel.take()
    assert story == ["nothing is known"]
    assert kernel.is_idle


# Sleep ------------------------------------------------------------------------------------------


def test_sleepers_wake_in_the_order_of_their_time(kernel, desk, story):
    async def flow(seconds):
        await desk.sleep(seconds)
        story.append((seconds, desk.now))

    for seconds in (3.0, 1.0, 2.0):
        desk.start(flow(seconds))
    kernel.take()
    assert kernel.deadline() == 1001.0
    pass_time(kernel, 0.5)
    assert story == []
    pass_time(kernel, 5.0)
    assert story == [(1.0, 1005.5), (2.0, 1005.5), (3.0, 1005.5)]
    assert kernel.deadline() is None


def test_time_does_not_run_backwards(kernel):
    kernel.advance(kernel.now)
    with pytest.raises(AssertionError, match="backwards"):
        kernel.advance(kernel.now - 0.001)


def test_the_timer_of_an_answered_question_is_no_deadline(kernel, desk, story):
    asking(desk, story, ECHO)
    kernel.take()
    assert kernel.deadline() == 1005.0
    kernel.answered(HOST, ECHO.reply("00"))
    kernel.take()
    assert kernel.deadline() is None


def test_finished_timers_do_not_pile_up(kernel, desk, story, monkeypatch):
    monkeypatch.setattr(timers, "TIMERS_SLACK", 10)

    async def sleeps():
        await desk.sleep(1.0)

    desk.start(sleeps())  # Its timer is the first, so that no other is dropped on the way.
    for number in range(1, 100):
        asking(desk, story, numbered(number), within=50.0)
        kernel.take()
        kernel.answered(HOST, numbered(number).reply("00"))
        kernel.take()
        assert len(kernel._timers) <= 2 * 2 + 10 + 1
    assert len(story) == 99
    assert kernel.deadline() == 1001.0


# Questions and answers --------------------------------------------------------------------------


def asking_two(desk, story):
    async def flow():
        waits = [desk.ask(HOST, numbered(number), within=5.0) for number in (1, 2)]
        for wait in waits:
            try:
                story.append((await wait)[11])
            except NoAnswer:
                story.append("no answer")

    desk.start(flow())


@pytest.mark.parametrize("order", [(1, 2), (2, 1)])
def test_two_may_be_asked_in_one_turn_and_answered_in_any_order(kernel, desk, story, order):
    asking_two(desk, story)
    assert [effect.message[11] for effect in kernel.take()] == ["000001", "000002"]
    for number in order:
        assert kernel.answered(HOST, numbered(number).reply("00"))
        kernel.take()
    assert story == ["000001", "000002"]
    assert (kernel.is_idle, kernel.deadline()) == (True, None)
    assert not kernel.answered(HOST, numbered(2).reply("00"))


def test_of_two_that_nobody_answers_both_end_in_time(kernel, desk, story):
    asking_two(desk, story)
    kernel.take()
    pass_time(kernel, 5.0)
    pass_time(kernel, 0.0)
    assert (story, kernel.is_idle) == (["no answer"] * 2, True)


def test_the_second_of_two_may_have_its_answer_when_the_first_has_none(kernel, desk, story):
    asking_two(desk, story)
    kernel.take()
    kernel.answered(HOST, numbered(2).reply("00"))
    pass_time(kernel, 5.0)
    assert (story, kernel.is_idle) == (["no answer", "000002"], True)


def test_with_the_link_both_of_two_are_gone(kernel, desk, story):
    asking_two(desk, story)
    kernel.take()
    kernel.link_down(HOST)
    kernel.take()
    assert (story, kernel.is_idle) == (["no answer"] * 2, True)


def test_an_answer_wakes_the_flow_that_asked(kernel, desk, story):
    asking(asking(desk, story, numbered(1)), story, numbered(2))
    assert kernel.take() == [Send(HOST, numbered(1)), Send(HOST, numbered(2))]
    kernel.answered(HOST, numbered(2).reply("00"))
    kernel.take()
    assert story == [numbered(2).reply("00")]
    kernel.answered(HOST, numbered(1).reply("00"))
    kernel.take()
    assert story[1] == numbered(1).reply("00")


def test_a_late_answer_and_an_unmatched_one_are_counted_and_dropped(kernel, desk, story):
    asking(desk, story, ECHO, within=5.0)
    kernel.take()
    pass_time(kernel, 5.0)
    assert isinstance(story.pop(), NoAnswer)
    for count in ("late_answer", "unmatched_answer"):
        kernel.answered(HOST, ECHO.reply("00"))
        assert kernel.take() == []
        assert kernel.counts[count] == 1
    assert story == []


def test_an_answer_of_another_link_is_no_answer(kernel, desk, story):
    asking(desk, story, ECHO)
    kernel.take()
    kernel.answered(POS, ECHO.reply("00"))
    kernel.take()
    assert story == []
    assert kernel.counts["unmatched_answer"] == 1


def test_the_answer_and_the_time_have_one_winner(kernel, desk, story):
    asking(desk, story, ECHO, within=5.0)
    kernel.take()
    kernel.advance(1005.0)
    kernel.answered(HOST, ECHO.reply("00"))
    kernel.expire()
    kernel.take()
    assert story == [ECHO.reply("00")]


def test_a_link_that_goes_down_takes_its_answers_along(kernel, desk, story):
    asking(desk, story, ECHO)
    asking(desk, story, ECHO, link=POS)
    kernel.take()
    kernel.link_down(HOST)
    kernel.take()
    assert [type(happened) for happened in story] == [NoAnswer]
    assert not desk.is_up(HOST)
    kernel.answered(POS, ECHO.reply("00"))
    kernel.take()
    assert story[1] == ECHO.reply("00")


def test_nothing_is_asked_of_a_link_that_is_down(kernel, desk, story):
    kernel.link_down(HOST)
    asking(desk, story, ECHO)
    assert kernel.take() == []
    assert [type(happened) for happened in story] == [NotAsked]
    assert kernel.counts["not_asked"] == 1


def test_what_does_not_leave_after_all_was_not_asked(kernel, desk, story):
    asking(desk, story, ECHO)
    kernel.take()
    kernel.not_sent(HOST, ECHO.reply("00"), "an answer: nobody waits")
    kernel.not_sent(POS, ECHO, "another link")
    assert not story
    kernel.not_sent(HOST, ECHO, "it has no MAC")
    kernel.take()
    assert [(type(happened), str(happened)) for happened in story] == [(NotAsked, "it has no MAC")]
    assert kernel.deadline() is None


def test_questions_on_one_link_are_limited(kernel, desk, story):
    for number in (1, 2, 3):
        asking(desk, story, numbered(number))
    assert kernel.take() == [Send(HOST, numbered(1)), Send(HOST, numbered(2))]
    assert [type(happened) for happened in story] == [NotAsked]
    assert kernel.counts["not_asked"] == 1


def test_one_key_waits_once(kernel, desk, story):
    asking(asking(desk, story, ECHO), story, ECHO)
    with pytest.raises(AssertionError, match="still waits"):
        kernel.take()


def test_commands_are_numbered_when_they_are_asked(kernel, desk, story):
    asking(desk, story, Command("", "NC"), link=HSM)
    assert kernel.take() == [Send(HSM, Command("0001", "NC"))]
    kernel.answered(HSM, Answer("0001", "ND", "00"))
    kernel.take()
    assert story == [Answer("0001", "ND", "00")]


# Numbers ----------------------------------------------------------------------------------------


@pytest.fixture
def few(kernel):
    """Three trace numbers on the host's link."""
    kernel.exchange(HOST).number_max = 3
    yield kernel
    kernel.exchange(HOST).number_max = 999_999


def number_of(message):
    return message[11]


def test_a_number_is_not_used_again_while_somebody_waits_for_it(few, desk, story):
    asking(desk, story, desk.stamp(HOST, ECHO))
    few.take()
    assert [number_of(desk.stamp(HOST, ECHO)) for _ in range(3)] == ["000002", "000003", "000002"]


def test_a_number_is_not_used_again_while_its_answer_may_still_come(few, desk, story):
    asking(desk, story, desk.stamp(HOST, ECHO), within=5.0)
    few.take()
    pass_time(few, 5.0)
    assert [number_of(desk.stamp(HOST, ECHO)) for _ in range(3)] == ["000002", "000003", "000002"]
    few.answered(HOST, numbered(1).reply("00"))
    assert [number_of(desk.stamp(HOST, ECHO)) for _ in range(2)] == ["000003", "000001"]


def test_a_number_is_free_again_when_no_answer_can_come(few, desk, story):
    for number in (1, 2, 3):
        asking(desk, story, numbered(number), within=1.0)
        few.take()
        pass_time(few, 1.0)
    with pytest.raises(NoAnswer, match="3 numbers of host in a row are in use"):
        desk.stamp(HOST, ECHO)
    # Keys are let go when the next one is given up.
    pass_time(few, LATE_S)
    asking(desk, story, ECHO, link=POS, within=1.0)
    few.take()
    pass_time(few, 1.0)
    assert number_of(desk.stamp(HOST, ECHO)) == "000001"


def test_numbers_in_use_cost_no_search_however_many_they_are(kernel, desk, story):
    """All that a module can have: the next question fails at once, and one behind them is found."""
    kernel._alive[HOST] = spent = AliveKeys()
    for number in range(1, 10 * TRIES_MAX):
        spent.add(EXCHANGES["host"].key(HOST, numbered(number)), kernel.now)
    refused = 0
    while True:
        stamps = 0

        def stamp(question, number):
            nonlocal stamps
            stamps += 1
            return question.with_fields({11: f"{number:06d}"})

        EXCHANGES["host"].stamp = stamp
        try:
            desk.stamp(HOST, ECHO)
            break
        except NotAsked:
            refused += 1
            assert stamps == TRIES_MAX
        finally:
            del EXCHANGES["host"].stamp
    assert refused == 9


def test_what_a_module_did_not_answer_it_never_will_once_its_link_is_gone(kernel, desk, story):
    """Its answers come where it was asked: a new connection begins with all its numbers."""
    for link in (HSM, HOST, POS):
        question = numbered(1) if link != HSM else Command("", "NC")
        asking(desk, story, question, within=1.0, link=link)
    kernel.take()
    pass_time(kernel, 1.0)
    assert set(kernel._alive) == {HSM, HOST, POS}
    for link in (HSM, HOST, POS):
        kernel.link_down(link)
    assert set(kernel._alive) == {HOST}


# Who looks after a link ---------------------------------------------------------------------------


class Watcher:
    def __init__(self):
        self.told = []

    def heard(self):
        self.told.append("heard")

    def unanswered(self):
        self.told.append("unanswered")


def test_the_watcher_of_a_link_is_told_of_its_silences_and_of_no_others(kernel, desk, story):
    watcher = Watcher()
    desk.watch(HOST, watcher)
    asking(desk, story, ECHO, within=1.0)
    asking(desk, story, ECHO, within=1.0, link=POS)
    kernel.take()
    pass_time(kernel, 1.0)
    kernel.heard(HOST)
    kernel.heard(POS)
    assert watcher.told == ["unanswered", "heard"]


def test_a_link_that_is_gone_is_no_silence(kernel, desk, story):
    watcher = Watcher()
    desk.watch(HOST, watcher)
    asking(desk, story, ECHO, within=1.0)
    kernel.take()
    kernel.link_down(HOST)
    assert watcher.told == []


def test_the_question_may_be_asked_again_under_its_key(kernel, desk, story):
    """A repeat: the answer to either send is the answer."""
    asking(desk, story, ECHO, within=1.0)
    kernel.take()
    pass_time(kernel, 1.0)
    asking(desk, story, ECHO)
    assert kernel.take() == [Send(HOST, ECHO)]
    kernel.answered(HOST, ECHO.reply("00"))
    kernel.take()
    assert story[1] == ECHO.reply("00")


def test_after_a_crash_numbers_go_on_behind_the_last(kernel, desk):
    kernel.skip_numbers("host", 41)
    assert number_of(desk.stamp(HOST, ECHO)) == "000042"
    kernel.skip_numbers("host", 999_999)
    assert number_of(desk.stamp(HOST, ECHO)) == "000001"


def test_links_of_one_listener_share_their_numbers(kernel, desk):
    kernel.link_up(LinkId("pos/2"))
    assert number_of(desk.stamp(POS, ECHO)) == "000001"
    assert number_of(desk.stamp(LinkId("pos/2"), ECHO)) == "000002"


# Waiting for another flow -----------------------------------------------------------------------


def test_everybody_who_listens_hears_an_announcement_once(kernel, desk, story):
    async def listens(name):
        await kernel.wait_for("done")
        story.append(name)

    for name in ("first", "second"):
        desk.start(listens(name))
    kernel.take()
    assert kernel.deadline() is None
    kernel.notify("something else")
    kernel.take()
    assert story == []
    kernel.notify("done")
    kernel.notify("done")
    kernel.take()
    assert story == ["first", "second"]
    assert kernel.is_idle


def test_a_desk_counts(kernel, desk):
    desk.count("seen")
    assert kernel.counts == {"seen": 1}
