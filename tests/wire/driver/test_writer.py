"""What waits for the disk leaves after its commit; what gathers meanwhile is the next one.

How commits run in the loop's own turn: test_writer_in_turn.
"""

import asyncio
import threading

import pytest

from cardswitch.specs.errors import Error
from cardswitch.wire.driver.writer import JournalWriter
from cardswitch.wire.ports import Found, LookUp
from tests.kit.wire import PATIENCE_S, GatedJournal, until


@pytest.fixture
def journal():
    return GatedJournal()


def play(journal, story):
    """Run *story* with a writer; return what was released, commit by commit, and the failures."""
    released, failures = [], []

    async def main():
        writer = JournalWriter(journal, released.append, print, failures.append)
        async with asyncio.timeout(PATIENCE_S):
            await story(writer)
            journal.let(100)
            await writer.close()

    asyncio.run(main())
    return released, failures


async def begun(journal):
    await asyncio.to_thread(journal.begun.acquire)


def test_nothing_waits_before_there_is_an_entry(journal):
    async def story(writer):
        assert writer.waiting is None
        writer.submit()

    assert play(journal, story) == ([], [])
    assert journal.commits == []
    assert journal.is_closed


def test_what_comes_after_an_entry_waits_for_it(journal):
    async def story(writer):
        writer.append("entry")
        writer.waiting.append("answer")
        writer.submit()
        await begun(journal)
        writer.waiting.append("later answer")
        assert writer.pending == 1
        journal.let()
        await until(lambda: writer.pending == 0)
        assert writer.waiting is None

    assert play(journal, story) == ([["answer", "later answer"]], [])
    assert journal.commits == [["entry"]]


def test_what_gathers_while_the_disk_is_busy_is_the_next_commit(journal):
    async def story(writer):
        for number in range(4):
            writer.append(f"entry {number}")
            writer.waiting.append(f"answer {number}")
            writer.submit()
            if number == 0:
                await begun(journal)
        assert writer.pending == 4
        journal.let()
        await until(lambda: writer.pending == 3)
        assert writer.waiting is not None
        journal.let()
        await until(lambda: writer.pending == 0)
        assert writer.commits == 2

    released, _ = play(journal, story)
    assert journal.commits == [["entry 0"], ["entry 1", "entry 2", "entry 3"]]
    assert released == [["answer 0"], ["answer 1", "answer 2", "answer 3"]]


def test_what_follows_an_entry_that_is_not_yet_submitted_waits_for_that_one(journal):
    async def story(writer):
        writer.append("first")
        writer.submit()
        await begun(journal)
        writer.waiting.append("after first")
        writer.append("second")
        writer.waiting.append("after second")
        journal.let()
        await until(lambda: writer.pending == 1)
        writer.waiting.append("also after second")
        writer.submit()

    released, _ = play(journal, story)
    assert released == [["after first"], ["after second", "also after second"]]


def test_the_end_waits_for_everything(journal):
    async def story(writer):
        for number in range(3):
            writer.append(number)
            writer.waiting.append(number)

    assert play(journal, story) == ([[0, 1, 2]], [])
    assert journal.commits == [[0, 1, 2]]
    assert journal.is_closed


def test_an_error_is_told_and_nothing_is_written_or_released_after_it(journal):
    async def story(writer):
        journal.error = OSError(5, "Input/output error")
        for number in range(2):
            writer.append(number)
            writer.waiting.append(number)
            writer.submit()
            if number == 0:
                await begun(journal)
        journal.let()

    released, failures = play(journal, story)
    assert (released, failures) == ([], [journal.error])
    assert journal.commits == []
    assert journal.is_closed


def test_the_journal_is_used_by_one_thread_alone(journal):
    async def story(writer):
        for number in range(2):
            writer.append(number)
            writer.submit()
            journal.let()
            await until(lambda: writer.pending == 0)

    play(journal, story)
    assert len(journal.commits) == 2
    assert len(journal.threads) == 1
    assert threading.main_thread() not in journal.threads


def test_a_loop_that_is_gone_is_no_error(journal):
    async def main():
        writer = JournalWriter(journal, print, print, print)
        writer.append(1)
        writer.submit()
        return writer

    writer = asyncio.run(main())
    journal.let()
    writer._queue.put(None)
    writer._thread.join(PATIENCE_S)
    assert not writer._thread.is_alive()
    assert journal.commits == [[1]]


def look_up(journal, *story):
    """The answers to look-ups among the entries of *story*, which are committed as they are let."""
    found = []

    async def main():
        writer = JournalWriter(journal, print, found.extend, print)
        async with asyncio.timeout(PATIENCE_S):
            for step in story:
                if isinstance(step, LookUp):
                    writer.look_up(step)
                else:
                    writer.append(step)
                writer.submit()
            assert found == []
            journal.let(100)
            await writer.close()

    asyncio.run(main())
    return found


def test_a_look_up_sees_every_entry_appended_before_it(journal):
    [found] = look_up(journal, "first", "second", LookUp(7, "who"))
    seen = [entry for commit in found.rows[1:] for entry in commit]
    assert (found.number, found.rows[0], seen) == (7, "who", ["first", "second"])


def test_a_look_up_by_itself_commits_nothing(journal):
    assert look_up(journal, LookUp(7, "who")) == [Found(7, ["who"])]
    assert journal.commits == []


def test_nothing_waits_for_a_look_up(journal):
    async def story(writer):
        writer.look_up(LookUp(7, "who"))
        assert writer.waiting is None

    assert play(journal, story) == ([[]], [])


def test_a_journal_that_cannot_be_read_says_nothing(journal):
    journal.error = Error("the disk is gone")
    assert look_up(journal, LookUp(7, "who")) == [Found(7, None)]


def test_a_journal_that_can_be_neither_read_nor_written_ends_the_program(journal):
    journal.error, journal.is_lost = Error("the server is gone"), True

    async def story(writer):
        writer.look_up(LookUp(7, "who"))

    _, [error] = play(journal, story)
    assert str(error) == "the hold of the tables was lost"


def test_whoever_waits_for_the_disk_waits_for_all_that_was_appended(journal):
    async def story(writer):
        await writer.durable()  # Of nothing, everything is durable.
        writer.append("first")
        writer.submit()
        await begun(journal)
        writer.append("second")
        both = asyncio.ensure_future(writer.durable())
        given_up = asyncio.ensure_future(writer.durable())
        await asyncio.sleep(0)
        given_up.cancel()
        writer.submit()
        journal.let()
        await until(lambda: writer.pending == 1)
        assert not both.done()
        journal.let()
        await both
        assert journal.commits == [["first"], ["second"]]
        await writer.durable()

    assert play(journal, story)[1] == []


def test_whoever_waits_for_a_disk_that_fails_is_told(journal):
    async def story(writer):
        journal.error = OSError(28, "No space left on device")
        writer.append("first")
        writer.submit()
        await begun(journal)
        writer.append("second")
        waiting = asyncio.ensure_future(writer.durable())
        await asyncio.sleep(0)
        journal.let()
        for late in (waiting, writer.durable()):
            with pytest.raises(Error, match="the journal cannot be written"):
                await late

    play(journal, story)


def test_a_commit_that_is_never_answered_is_given_up(journal):
    released, failures = [], []

    async def main():
        writer = JournalWriter(journal, released.append, print, failures.append, commit_s=0.05)
        writer.append(1)
        writer.waiting.append(1)
        writer.submit()
        async with asyncio.timeout(PATIENCE_S):
            with pytest.raises(Error, match="cannot be written"):
                await writer.durable()
            await writer.close()
        journal.let()  # What is answered so late is released no more.
        await asyncio.to_thread(writer._thread.join)
        await asyncio.sleep(0)

    asyncio.run(main())
    assert [str(failure) for failure in failures] == [
        "the journal has not answered a commit for 0.05 s: see to its database, then start again"
    ]
    assert released == []


def test_only_a_commit_that_was_there_the_last_time_too_is_given_up(journal):
    async def story(writer):
        writer.append(1)
        writer.submit()
        first = writer._submitted[0]
        journal.let()
        await until(lambda: writer.pending == 0)
        writer.append(2)
        writer.submit()
        writer._look_at(first)

    assert play(journal, story)[1] == []
    assert journal.commits == [[1], [2]]
