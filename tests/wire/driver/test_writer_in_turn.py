"""Where the disk is quick a commit runs in the turn: before anything that waited for it leaves."""

import asyncio
import itertools
import threading

import pytest

from cardswitch.specs.errors import Error
from cardswitch.wire.driver.pace import QUICK_S, TRIAL_COMMITS, TRIES
from cardswitch.wire.driver.writer import JournalWriter
from cardswitch.wire.ports import Found, LookUp
from tests.kit.wire import PATIENCE_S, GatedJournal, until

SLOW_S = 10 * QUICK_S


class LocalJournal:
    """Writes down what it did in *story*, where the test writes what was released."""

    is_local = True

    def __init__(self, story):
        self.error = None
        self.threads = []
        self._story = story
        self._entries = []

    def commit(self, entries):
        self._story.append(("begun", *entries))
        if self.error is not None:
            raise self.error
        self.threads.append(threading.current_thread())
        self._entries += entries
        self._story.append(("durable", *entries))

    def look_up(self, questions):
        return [[question, *self._entries] for question in questions]

    def require_held(self):
        """Nobody takes it away."""

    def close(self):
        self._story.append(("closed",))


def play(act, journal=None):
    """What happened, in its order, while *act* used a writer."""
    story = []
    journal = journal or LocalJournal(story)

    def note(kind):
        return lambda what: story.append((kind, what))

    async def main():
        writer = JournalWriter(
            journal, note("released"), note("found"), note("failed"), lambda: 0.0
        )
        async with asyncio.timeout(PATIENCE_S):
            await act(writer, journal)
            await writer.close()

    asyncio.run(main())
    return story


def put(writer, *names):
    for name in names:
        writer.append(name)
        writer.waiting.append(f"after {name}")


def in_thread(writer):
    """Have it known that the disk is slow."""
    for _ in range(TRIES):
        writer._pace.committed_in_turn(SLOW_S)


def test_what_waits_leaves_when_its_entries_are_durable_and_not_before():
    async def act(writer, journal):
        put(writer, 1, 2)
        writer.submit()
        assert (writer.pending, writer.waiting, writer.commits) == (0, None, 1)
        put(writer, 3)
        writer.submit()
        assert journal.threads == [threading.main_thread()] * 2

    assert play(act) == [
        ("begun", 1, 2),
        ("durable", 1, 2),
        ("released", ["after 1", "after 2"]),
        ("begun", 3),
        ("durable", 3),
        ("released", ["after 3"]),
        ("closed",),
    ]


def test_what_is_not_durable_releases_nothing_and_nothing_is_written_after_it():
    error = OSError(5, "Input/output error")

    async def act(writer, journal):
        journal.error = error
        put(writer, 1)
        waiting = asyncio.ensure_future(writer.durable())
        await asyncio.sleep(0)
        writer.submit()
        journal.error = None
        put(writer, 2)
        writer.submit()
        for late in (waiting, writer.durable()):
            with pytest.raises(Error, match="the journal cannot be written"):
                await late

    assert play(act) == [("begun", 1), ("failed", error), ("closed",)]


def test_nothing_is_written_by_the_thread_after_an_error_in_the_turn():
    error = OSError(5, "Input/output error")

    async def act(writer, journal):
        in_thread(writer)
        put(writer, 1)
        writer.submit()
        await until(lambda: writer.pending == 0)
        for _ in range(TRIAL_COMMITS):
            writer._pace.committed_in_thread()
        journal.error = error
        put(writer, 2)
        writer.submit()
        journal.error = None

    story = play(act)
    assert story[3:] == [("begun", 2), ("failed", error), ("closed",)]


def test_a_look_up_is_answered_in_the_turn_and_sees_what_was_appended_before_it():
    async def act(writer, journal):
        put(writer, 1)
        writer.look_up(LookUp(7, "who"))
        writer.submit()

    assert play(act)[2:4] == [("released", ["after 1"]), ("found", [Found(7, ["who", 1])])]


def test_a_look_up_that_fails_in_an_unexpected_way_ends_the_program():
    async def act(writer, journal):
        journal.look_up = lambda questions: 1 / 0
        writer.look_up(LookUp(7, "who"))
        writer.submit()

    [(kind, error), _] = play(act)
    assert (kind, type(error)) == ("failed", ZeroDivisionError)


def test_whoever_waits_for_the_disk_is_told_at_the_end_of_the_turn():
    async def act(writer, journal):
        await writer.durable()
        put(writer, 1)
        waiting = asyncio.ensure_future(writer.durable())
        await asyncio.sleep(0)
        assert not waiting.done()
        writer.submit()
        await waiting

    play(act)


def test_commits_that_wait_too_long_are_the_last_ones_in_the_turn():
    clock = itertools.count(0.0, SLOW_S)
    story = []

    async def main():
        journal = LocalJournal(story)
        writer = JournalWriter(journal, story.append, print, print, lambda: next(clock))
        for number in range(TRIES + 1):
            put(writer, number)
            writer.submit()
        await until(lambda: writer.pending == 0)
        await writer.close()
        in_turn = [thread is threading.main_thread() for thread in journal.threads]
        assert in_turn == [True] * TRIES + [False]

    asyncio.run(main())
    assert story[2] == ["after 0"]


def test_the_end_commits_what_is_open():
    async def act(writer, journal):
        put(writer, 1)

    assert play(act)[1:] == [("durable", 1), ("released", ["after 1"]), ("closed",)]


def test_a_journal_that_cannot_be_closed_is_told():
    error = OSError(5, "Input/output error")

    async def act(writer, journal):
        def close():
            raise error

        journal.close = close

    assert play(act) == [("failed", error)]


def test_a_trial_in_the_turn_waits_for_what_the_thread_was_given():
    journal = GatedJournal()
    journal.is_local = True

    async def act(writer, journal):
        in_thread(writer)
        put(writer, 1)
        writer.submit()
        await asyncio.to_thread(journal.begun.acquire)
        put(writer, 2)
        writer.submit()
        for _ in range(TRIAL_COMMITS):
            writer._pace.committed_in_thread()
        put(writer, 3)
        writer.submit()  # Would commit in the turn, but the thread has 1 and 2.
        put(writer, 4)
        writer.submit()
        assert writer.pending == 4
        journal.let(3)
        await until(lambda: writer.pending == 0)
        assert threading.main_thread() in journal.threads

    story = play(act, journal)
    assert journal.commits == [[1], [2], [3, 4]]
    assert story == [("released", [f"after {n}" for n in some]) for some in journal.commits]


def test_an_end_in_the_middle_of_a_trial_commits_in_order():
    journal = GatedJournal()
    journal.is_local = True

    async def act(writer, journal):
        in_thread(writer)
        put(writer, 1)
        writer.submit()
        for _ in range(TRIAL_COMMITS):
            writer._pace.committed_in_thread()
        put(writer, 2)
        writer.submit()
        journal.let(2)

    story = play(act, journal)
    assert [entry for commit in journal.commits for entry in commit] == [1, 2]
    assert journal.is_closed
    assert [each for _, released in story for each in released] == ["after 1", "after 2"]
