"""The runtime over real sockets: order, durability, time, limits, and how it ends."""

import asyncio
import itertools
import sys
import time

import pytest

from cardswitch.specs.errors import Error
from cardswitch.wire.driver import runtime as runtime_module
from cardswitch.wire.driver.journal import FileJournal
from cardswitch.wire.driver.links import Link, LinkLimits
from cardswitch.wire.driver.runtime import Clock, Runtime, run
from cardswitch.wire.driver.tap import Tap
from cardswitch.wire.operator.control import ask_control
from cardswitch.wire.ports import Append, Close, LinkDown, LinkId, LinkUp, Received, Send
from cardswitch.wire.store.disk import user_name
from tests.kit.wire import HOST, GatedJournal, SmallMachine, Words, peer_at, running, until

POS = LinkId("pos/1")


def pay(link):
    return [Send(link, "before"), Append("entry"), Send(link, "after")]


def stop_with(error):
    def react(*_):
        raise error

    return react


# Events and effects -----------------------------------------------------------------------------


def test_a_machine_hears_of_its_links_and_is_heard(on_loop):
    machine = SmallMachine()

    async def main():
        async with running(machine) as runtime:
            port = await runtime.listen("pos", HOST, 0, Words())
            async with peer_at(port) as first, peer_at(port) as second:
                assert await first.ask("one") == "one"
                assert await second.ask("two") == "two"
            await until(lambda: len(machine.events) == 6)

    on_loop(main())
    assert machine.kinds("pos/1") == machine.kinds("pos/2") == ["LinkUp", "Received", "LinkDown"]


def test_a_turn_of_the_loop_writes_once_to_every_link(on_loop, monkeypatch):
    flushed = []
    flush = Link.flush
    monkeypatch.setattr(Link, "flush", lambda link: (flushed.append(len(link._out)), flush(link)))
    words = [str(number) for number in range(20)]

    async def main():
        async with running(SmallMachine()) as runtime:
            port = await runtime.listen("pos", HOST, 0, Words())
            async with peer_at(port) as peer:
                peer.say(*words)
                assert [await peer.hear() for _ in words] == words

    on_loop(main())
    assert flushed[0] == 20


def test_a_message_for_a_link_that_is_down_is_lost(on_loop):
    elsewhere = {"call": lambda link: [Send(LinkId("nobody"), "lost"), Send(link, "sent")]}

    async def main():
        async with running(SmallMachine(**elsewhere)) as runtime:
            port = await runtime.listen("pos", HOST, 0, Words())
            async with peer_at(port) as peer:
                assert await peer.ask("call") == "sent"
            assert runtime.counts["not_sent"] == 1

    on_loop(main())


def test_a_link_is_closed_after_its_last_message(on_loop):
    reactions = {"bye": lambda link: [Send(link, "bye"), Close(link, "done"), Send(link, "no")]}

    async def main():
        async with running(SmallMachine(**reactions), journal=GatedJournal()) as runtime:
            port = await runtime.listen("pos", HOST, 0, Words())
            async with peer_at(port) as peer:
                peer.say("bye", "never heard")
                assert [await peer.hear(), await peer.hear()] == ["bye", None]

    on_loop(main())


def test_a_broken_frame_ends_its_own_link_alone(on_loop):
    async def main():
        async with running(SmallMachine()) as runtime:
            port = await runtime.listen("pos", HOST, 0, Words())
            async with peer_at(port) as good, peer_at(port) as bad:
                assert await good.ask("one") == "one"
                bad.writer.write(b"GET / HTTP/1.1\r\n\r\n")
                assert await bad.hear() is None
                assert await good.ask("two") == "two"
            assert runtime.counts["frame_error"] == 1

    on_loop(main())


def test_a_peer_that_does_not_read_is_dropped_and_the_others_are_served(on_loop):
    flood = {"flood": lambda link: [Send(link, "x" * 4000)] * 4000}

    async def main():
        async with running(SmallMachine(**flood)) as runtime:
            limits = LinkLimits(write_buffer_max=100_000)
            port = await runtime.listen("pos", HOST, 0, Words(), limits=limits)
            async with peer_at(port) as deaf, peer_at(port) as good:
                deaf.say("flood")
                await until(lambda: runtime.counts["slow_peer"] == 1)
                assert await good.ask("one") == "one"

    on_loop(main())


def test_the_tap_sees_both_ways(on_loop):
    tap = Tap()

    async def main():
        async with running(SmallMachine(), tap=tap) as runtime:
            port = await runtime.listen("pos", HOST, 0, Words())
            async with peer_at(port) as peer:
                await peer.ask("one")

    on_loop(main())
    assert [(seen.link, seen.direction, seen.size) for seen in tap.seen] == [
        (POS, "in", 3),
        (POS, "out", 3),
    ]


# Durability -------------------------------------------------------------------------------------


def test_what_follows_an_entry_leaves_after_its_commit(on_loop):
    journal = GatedJournal()

    async def main():
        async with running(SmallMachine(pay=pay), journal=journal) as runtime:
            port = await runtime.listen("pos", HOST, 0, Words())
            async with peer_at(port) as payer, peer_at(port) as other:
                assert await payer.ask("pay") == "before"
                await asyncio.to_thread(journal.begun.acquire)
                other.say("one")
                await until(lambda: runtime._writer.waiting == [*runtime._writer.waiting[:1], ANY])
                heard = [asyncio.create_task(peer.hear()) for peer in (payer, other)]
                for _ in range(20):
                    await asyncio.sleep(0)
                assert not any(task.done() for task in heard)
                assert journal.commits == []
                journal.let()
                assert await asyncio.gather(*heard) == ["after", "one"]
        assert journal.commits == [["entry"]]
        assert journal.is_closed

    on_loop(main())


class Anything:
    def __eq__(self, other):
        return True

    __hash__ = None


ANY = Anything()


def test_a_close_waits_for_the_entry_before_it(on_loop):
    journal = GatedJournal()
    quit_ = {"quit": lambda link: [Append("quits"), Send(link, "bye"), Close(link, "done")]}

    async def main():
        async with running(SmallMachine(**quit_), journal=journal) as runtime:
            port = await runtime.listen("pos", HOST, 0, Words())
            async with peer_at(port) as peer:
                peer.say("quit")
                await asyncio.to_thread(journal.begun.acquire)
                journal.let()
                assert [await peer.hear(), await peer.hear()] == ["bye", None]

    on_loop(main())


def test_without_a_journal_nothing_waits(on_loop):
    async def main():
        async with running(SmallMachine(pay=pay)) as runtime:
            port = await runtime.listen("pos", HOST, 0, Words())
            async with peer_at(port) as peer:
                peer.say("pay")
                assert [await peer.hear(), await peer.hear()] == ["before", "after"]

    on_loop(main())


def test_a_file_journal_holds_every_entry_of_which_we_heard(on_loop, tmp_path):
    path = tmp_path / "journal"
    numbers = itertools.count(1)
    book = {"pay": lambda link: [Append(number := next(numbers)), Send(link, str(number))]}

    async def main():
        async with running(SmallMachine(**book), journal=FileJournal(path, int)) as runtime:
            port = await runtime.listen("pos", HOST, 0, Words())
            async with peer_at(port) as peer:
                for _ in range(10):
                    peer.say(*["pay"] * 10)
                    heard = [await peer.hear() for _ in range(10)]
                    assert path.read_text().split()[-1] == heard[-1]
        again = FileJournal(path, int)
        assert again.read() == list(range(1, 101))
        again.close()

    on_loop(main())


def test_when_the_disk_is_behind_no_more_work_is_taken_in(on_loop, monkeypatch):
    monkeypatch.setattr(runtime_module, "PENDING_HIGH", 5)
    monkeypatch.setattr(runtime_module, "PENDING_LOW", 2)
    journal = GatedJournal()
    machine = SmallMachine(pay=pay)

    async def main():
        async with running(machine, journal=journal) as runtime, running(SmallMachine()) as host:
            port = await runtime.listen("pos", HOST, 0, Words())
            runtime.dial("host", HOST, await host.listen("front", HOST, 0, Words()), Words())
            async with peer_at(port) as peer:
                await until(lambda: machine.kinds("host") == ["LinkUp"])
                peer.say(*["pay"] * 6)
                await until(lambda: runtime.counts["held"] == 1)
                peer.say("no more")
                async with peer_at(port) as newcomer:
                    await until(lambda: machine.kinds("pos/2") == ["LinkUp"])
                    newcomer.say("no more")
                    # Answers to what is under way still come in, so that it can end.
                    for turn in range(1, 5):
                        host.call(lambda now: [Send(LinkId("front/1"), "answer")])
                        await until(lambda turn=turn: machine.words.count("answer") == turn)
                    assert "no more" not in machine.words
                    journal.let(1000)
                    await until(lambda: machine.words.count("no more") == 2)
        assert sum(map(len, journal.commits)) == 6

    on_loop(main())


# Time -------------------------------------------------------------------------------------------


def test_the_clock_follows_no_step_of_the_wall_clock(monkeypatch):
    clock = Clock()
    before = clock.now()
    assert abs(before - time.time()) < 60.0
    monkeypatch.setattr(time, "time", lambda: 0.0)
    assert clock.now() >= before


def test_the_clock_is_shifted_forward_only():
    clock = Clock()
    before = clock.now()
    clock.shift(3600.0)
    assert clock.now() >= before + 3600.0
    with pytest.raises(ValueError, match="forward only"):
        clock.shift(-1.0)


def test_a_machine_is_woken_when_it_is_due_and_not_before(on_loop):
    machine = SmallMachine()
    woken = []

    async def main():
        async with running(machine) as runtime:

            def sleep(now, seconds):
                machine.due = now + seconds
                machine.on_wake = lambda then, due=machine.due: (woken.append(then - due), [])[1]
                return []

            runtime.call(lambda now: sleep(now, 3600.0))
            await asyncio.sleep(0)
            runtime.call(lambda now: sleep(now, 0.02))
            await until(lambda: woken)

    on_loop(main())
    assert len(woken) == 1
    assert woken[0] >= 0


def test_a_machine_may_sleep_again_when_it_is_woken(on_loop):
    machine = SmallMachine()
    woken = []

    async def main():
        async with running(machine) as runtime:

            def again(now):
                woken.append(now)
                machine.due = now + 0.002 if len(woken) < 3 else None
                return []

            machine.on_wake = again
            machine.due = runtime.clock.now()
            runtime.call(lambda now: [])
            await until(lambda: len(woken) == 3)

    on_loop(main())


def test_shifting_the_clock_wakes_who_is_due_then(on_loop):
    machine = SmallMachine()
    woken = []

    async def main():
        clock = Clock()
        async with running(machine, clock=clock) as runtime:
            machine.due = clock.now() + 86_400.0
            machine.on_wake = lambda now: (woken.append(now), [])[1]
            runtime.call(lambda now: [])
            await asyncio.sleep(0.01)
            assert woken == []
            clock.shift(86_400.0)
            await until(lambda: woken)

    on_loop(main())


# The end ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("where", ["handle", "wake", "deadline", "effect"])
def test_an_error_of_the_machine_ends_everything(on_loop, where):
    error = AssertionError("money was lost")
    machine = SmallMachine(
        fail=stop_with(error) if where == "handle" else lambda link: [Send(link, "first")]
    )

    async def main():
        async with running(machine) as runtime:
            port = await runtime.listen("pos", HOST, 0, Words())
            async with peer_at(port) as peer, peer_at(port) as other:
                assert await other.ask("one") == "one"
                if where == "wake":
                    machine.due, machine.on_wake = 0.0, stop_with(error)
                elif where == "deadline":
                    machine.deadline = stop_with(error)
                elif where == "effect":
                    machine.reactions["fail"] = lambda link: stop_with(error)()
                peer.say("fail")
                with pytest.raises(AssertionError, match="money was lost"):
                    await runtime.wait()
                assert await other.hear() is None
                with pytest.raises(ConnectionRefusedError):
                    await asyncio.open_connection(HOST, port)
                with pytest.raises(Error, match="ended already"):
                    runtime.call(lambda now: [])

    on_loop(main())
    assert not any(isinstance(event, LinkDown) for event in machine.events)


def test_an_error_of_the_journal_ends_everything_and_no_answer_leaves(on_loop):
    journal = GatedJournal()
    journal.error = OSError(5, "Input/output error")
    machine = SmallMachine(pay=pay)

    async def main():
        async with running(machine, journal=journal) as runtime:
            port = await runtime.listen("pos", HOST, 0, Words())
            async with peer_at(port) as peer:
                assert await peer.ask("pay") == "before"
                journal.let()
                with pytest.raises(OSError, match="Input/output"):
                    await runtime.wait()
                assert await peer.hear() is None
                with pytest.raises(ConnectionRefusedError):
                    await asyncio.open_connection(HOST, port)

    on_loop(main())
    assert journal.is_closed


def test_a_call_that_fails_is_the_caller_s_affair(on_loop):
    async def main():
        async with running(SmallMachine()) as runtime:
            port = await runtime.listen("pos", HOST, 0, Words())
            with pytest.raises(Error, match="no such card"):
                runtime.call(stop_with(Error("no such card")))
            async with peer_at(port) as peer:
                assert await peer.ask("one") == "one"
                runtime.call(lambda now: [Send(POS, "from outside")])
                assert await peer.hear() == "from outside"
                with pytest.raises(AssertionError, match="lost"):
                    runtime.call(stop_with(AssertionError("money was lost")))
                with pytest.raises(AssertionError, match="lost"):
                    await runtime.wait()

    on_loop(main())


def test_stopping_keeps_what_was_promised_and_the_machine_hears_no_more(on_loop):
    journal = GatedJournal()
    machine = SmallMachine(pay=pay)

    async def main():
        runtime = Runtime(machine, journal=journal)
        port = await runtime.listen("pos", HOST, 0, Words())
        waiting = asyncio.create_task(runtime.wait())
        async with peer_at(port) as peer:
            assert await peer.ask("pay") == "before"
            await asyncio.to_thread(journal.begun.acquire)
            stopping = asyncio.create_task(runtime.stop())
            await asyncio.sleep(0)
            peer.say("too late")
            journal.let()
            assert [await peer.hear(), await peer.hear()] == ["after", None]
            await stopping
            await waiting
            await runtime.stop()
            with pytest.raises(ConnectionRefusedError):
                await asyncio.open_connection(HOST, port)

    on_loop(main())
    assert machine.events == [LinkUp(POS, HOST), Received(POS, "pay")]
    assert journal.commits == [["entry"]]
    assert journal.is_closed


def test_a_deed_of_the_operator_is_answered_when_it_is_durable(on_loop, tmp_path):
    journal = GatedJournal()

    async def main():
        runtime = Runtime(SmallMachine(), journal=journal)

        async def note(told):
            runtime.call(lambda now: [Append(told["who"])])
            await runtime.durable()
            return {"commits": len(journal.commits)}

        await runtime.serve_control(tmp_path, "switch", {"note": note})
        ask = asyncio.to_thread(ask_control, tmp_path, "switch", "note")
        asked = asyncio.ensure_future(ask)
        assert await asyncio.to_thread(journal.begun.acquire)
        assert not asked.done()
        journal.let()
        assert await asked == {"commits": 1}
        await runtime.stop()
        assert not (tmp_path / "switch.sock").exists()

    on_loop(main())
    assert journal.commits == [[user_name()]]


def test_what_is_told_inside_waits_for_the_disk_as_all_that_is_sent(on_loop):
    journal, told = GatedJournal(), []

    async def main():
        runtime = Runtime(SmallMachine(), journal=journal)
        runtime.tell(HOST, told.append, lambda: None)
        runtime.call(lambda now: [Append("entry"), Send(HOST, "reply")])
        assert await asyncio.to_thread(journal.begun.acquire)
        assert told == []
        journal.let()
        await runtime.durable()
        assert told == ["reply"]
        runtime.call(lambda now: [Send(HOST, "another")])
        assert told == ["reply", "another"]
        await runtime.stop()

    on_loop(main())


def test_what_fails_tells_those_inside(on_loop):
    told = []

    async def main():
        runtime = Runtime(SmallMachine())
        runtime.tell(HOST, told.append, lambda: told.append("failed"))
        with pytest.raises(AssertionError):
            runtime.call(_wrong)
        assert told == ["failed"]
        with pytest.raises(AssertionError):
            await runtime.wait()
        await runtime.stop()

    def _wrong(now):
        raise AssertionError("what must hold")

    on_loop(main())


def test_without_a_journal_everything_is_durable(on_loop):
    async def main():
        async with running(SmallMachine(pay=pay)) as runtime:
            runtime.call(lambda now: [Append("entry")])
            await runtime.durable()

    on_loop(main())


def test_who_waits_may_give_up_waiting(on_loop):
    async def main():
        async with running(SmallMachine()) as runtime:
            waiting = asyncio.create_task(runtime.wait())
            await asyncio.sleep(0)
            waiting.cancel()
            with pytest.raises(asyncio.CancelledError):
                await waiting
            port = await runtime.listen("pos", HOST, 0, Words())
            async with peer_at(port) as peer:
                assert await peer.ask("one") == "one"

    on_loop(main())


async def kind_of_loop():
    return type(asyncio.get_running_loop()).__module__


def test_run_takes_uvloop_where_there_is_one_and_does_without(monkeypatch):
    if "uvloop" in sys.modules or sys.platform != "win32":
        pytest.importorskip("uvloop")
        assert run(kind_of_loop()).startswith("uvloop")
    monkeypatch.setitem(sys.modules, "uvloop", None)
    assert run(kind_of_loop()).startswith("asyncio")
