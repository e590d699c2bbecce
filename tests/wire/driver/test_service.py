"""Programs end when they are asked to, all of them, and no error is lost on the way."""

import asyncio
import signal

import pytest

from cardswitch.specs.errors import Error
from cardswitch.wire.driver.runtime import Runtime
from cardswitch.wire.driver.service import SIGNALS, until_stopped
from cardswitch.wire.ports import Append
from tests.kit.wire import HOST, PATIENCE_S, GatedJournal, SmallMachine, Words, peer_at, until


def stop_with(error):
    def react(*_):
        raise error

    return react


async def ended(runtimes, asking):
    """Do *asking* while *runtimes* are waited for; how that ended."""
    async with asyncio.timeout(PATIENCE_S):
        waiting = asyncio.ensure_future(until_stopped(*runtimes))
        await asyncio.sleep(0)  # It begins to wait, and takes the signals.
        await asking()
        return await waiting


def is_running(runtime):
    try:
        runtime.call(lambda now: [])
    except Error:
        return False
    return True


@pytest.mark.parametrize("number", SIGNALS)
def test_a_signal_stops_all_in_the_other_order_and_is_then_what_it_was(on_loop, number):
    stopped = []

    class Named(Runtime):
        async def stop(self):
            stopped.append(self)
            await super().stop()

    async def main():
        runtimes = [Named(SmallMachine()), Named(SmallMachine())]
        before = signal.getsignal(number)

        async def ask():
            assert all(map(is_running, runtimes))
            signal.raise_signal(number)

        await ended(runtimes, ask)
        assert not any(map(is_running, runtimes))
        assert stopped == runtimes[::-1]
        assert signal.getsignal(number) is before

    on_loop(main())


def test_the_error_of_one_stops_all_and_is_raised(on_loop):
    async def main():
        failing = Runtime(SmallMachine(fail=stop_with(Error("broken"))))
        other = Runtime(SmallMachine())
        port = await failing.listen("pos", HOST, 0, Words())

        async def ask():
            async with peer_at(port) as peer:
                peer.say("fail")
                await until(lambda: not is_running(failing))

        with pytest.raises(Error, match="broken"):
            await ended([failing, other], ask)
        assert not is_running(other)

    on_loop(main())


def test_what_fails_in_the_last_commit_is_raised_too(on_loop):
    async def main():
        journal = GatedJournal()
        journal.error = Error("disk full")
        runtime = Runtime(SmallMachine(), journal=journal)

        async def ask():
            runtime.call(lambda now: [Append("entry")])
            signal.raise_signal(signal.SIGTERM)
            journal.let()

        with pytest.raises(Error, match="disk full"):
            await ended([runtime], ask)
        assert journal.is_closed

    on_loop(main())


def test_one_that_is_stopped_by_its_program_ends_the_others(on_loop):
    async def main():
        first, second = Runtime(SmallMachine()), Runtime(SmallMachine())
        await ended([first, second], first.stop)
        assert not is_running(second)

    on_loop(main())
