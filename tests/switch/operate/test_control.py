"""A switch that runs does the deeds of its operator, and answers when they are durable."""

import asyncio
import os
from functools import partial

import pytest

from cardswitch.specs.errors import Error
from cardswitch.switch.operate.control import control_verbs
from cardswitch.switch.operate.deeds import CONTROL, control_folder, perform
from cardswitch.wire.driver.runtime import Runtime
from cardswitch.wire.ports import Append
from cardswitch.wire.store.disk import user_name
from tests.kit.operated import OperatedMachine, config_in, row, store_of
from tests.kit.wire import PATIENCE_S, GatedJournal, until

pytestmark = pytest.mark.skipif(os.name != "posix", reason="Unix sockets")


def play(folder, story, journal=None):
    """Run *story* beside a switch in *folder* that has one exception, leg 2."""
    config, _ = config_in(folder)
    machine = OperatedMachine()

    async def main():
        runtime = Runtime(machine, journal=journal or store_of(config))
        machine.call = runtime.call
        runtime.call(lambda now: machine.recover([row(1, 2, "exception")], now))
        verbs = control_verbs(runtime, machine)
        await runtime.serve_control(control_folder(config), CONTROL, verbs)
        ask = partial(asyncio.to_thread, perform, config, None)
        try:
            async with asyncio.timeout(PATIENCE_S):
                return await story(machine, ask)
        finally:
            await runtime.stop()
            if journal is not None and journal.error is not None:
                with pytest.raises(OSError, match="No space left"):
                    await runtime.wait()

    return asyncio.run(main())


def test_a_deed_is_done_by_the_switch_that_runs(tmp_path):
    async def story(machine, ask):
        done = await ask("retry", {"leg": 2, "because": "it is back"})
        with pytest.raises(Error, match="leg 2 is not in exception"):
            await ask("resolve", {"leg": 2, "because": "twice"})
        assert await ask("status", {}) == {"is_running": True, "in_flight": []}
        return done, machine.did

    done, did = play(tmp_path, story)
    assert done == {
        "is_running": True,
        "rows": [{"sequence": 2, "leg": 2, "state": "reversing", "business_date": "2026-11-28"}],
    }
    assert did == [("reversing", 2, user_name(), "it is back")]
    store = store_of(config_in(tmp_path)[0])
    assert [each.state for each in store.rows()] == ["reversing"]
    store.close()


def test_the_answer_waits_for_the_disk(tmp_path):
    journal = GatedJournal()

    async def story(machine, ask):
        asked = asyncio.ensure_future(ask("resolve", {"leg": 2, "because": "refunded"}))
        assert await asyncio.to_thread(journal.begun.acquire)
        await asyncio.sleep(0.05)
        assert not asked.done()
        journal.let(100)
        return await asked

    assert play(tmp_path, story, journal)["rows"][0]["state"] == "resolved"


def test_a_disk_that_fails_is_told(tmp_path):
    journal = GatedJournal()
    journal.error = OSError(28, "No space left on device")

    async def story(machine, ask):
        journal.let(100)
        with pytest.raises(Error, match="the journal cannot be written"):
            await ask("resolve", {"leg": 2, "because": "refunded"})

    play(tmp_path, story, journal)


def test_a_cut_over_waits_for_the_legs_that_were_in_flight(tmp_path):
    async def story(machine, ask):
        machine.in_flight = [7, 8]
        asked = asyncio.ensure_future(ask("cut_over", {"wait_s": 30}))
        await until(lambda: machine.did)
        machine.in_flight = [8, 9]
        await asyncio.sleep(0.2)
        assert not asked.done()
        machine.in_flight = [9]  # It came after the cut-over: the next day's affair.
        return await asked

    done = play(tmp_path, story)
    assert (done["still_open"], done["rows"][0]["state"]) == ([], "cut_over")


def test_a_cut_over_names_what_is_open_when_the_time_is_over(tmp_path):
    async def story(machine, ask):
        machine.in_flight = [7, 8]
        return await ask("cut_over", {"wait_s": 0.1})

    assert play(tmp_path, story)["still_open"] == [
        {"leg": 7, "rrn": "000000000007"},
        {"leg": 8, "rrn": "000000000008"},
    ]


def test_a_cut_over_waits_until_the_outcomes_are_durable(tmp_path):
    journal = GatedJournal()

    async def story(machine, ask):
        machine.in_flight = [7]
        asked = asyncio.ensure_future(ask("cut_over", {"wait_s": 30}))
        await until(lambda: machine.did)
        journal.let()
        await until(lambda: journal.commits)
        machine.call(lambda now: [Append(row(9, 7, "approved"))])
        machine.in_flight = []
        await asyncio.sleep(0.3)
        assert not asked.done()
        journal.let(100)
        return await asked

    assert play(tmp_path, story, journal)["still_open"] == []
    assert [each.state for commit in journal.commits for each in commit] == ["cut_over", "approved"]
