"""A cable that was pulled: the link looks alive, nobody answers, and it is soon dialled anew."""

import asyncio
import time

import pytest

from cardswitch.specs.hsm.commands.module.status import diagnostics
from cardswitch.wire.channel import HsmClientChannel
from cardswitch.wire.driver import connections
from cardswitch.wire.machine.matching import HsmExchange
from cardswitch.wire.machine.network import SILENCES_MAX, Watch
from cardswitch.wire.machine.program import Program
from cardswitch.wire.machine.waits import NoAnswer
from cardswitch.wire.ports import LinkId
from cardswitch.wire.record import Record
from tests.kit.listening import listening
from tests.kit.wire import HOST, running

HSM = LinkId("hsm")
WITHIN_S = 0.1


class Asking(Program):
    """Asks an HSM one thing after the other, and notes when it had no answer."""

    def __init__(self):
        super().__init__({"hsm": HsmExchange()})
        self.silences = 0
        Watch(self.desk, HSM)

    def linked(self, link):
        self.desk.start(self._ask())

    async def _ask(self):
        while self.desk.is_up(HSM):
            try:
                await self.desk.ask(HSM, diagnostics(), WITHIN_S)
            except NoAnswer:
                self.silences += 1


@pytest.fixture(autouse=True)
def _no_patience(monkeypatch):
    monkeypatch.setattr(connections, "REDIAL_FIRST_S", 0.01)


def test_a_module_behind_a_black_hole_is_dialled_again_within_three_silences(on_loop):
    came, told = asyncio.Event(), []
    begun = []

    async def swallow(reader, _):
        """Take everything and say nothing: a reset would be too easy."""
        begun.append(time.monotonic())
        if len(begun) == 2:
            came.set()
        while await reader.read(65_536):
            pass

    async def main():
        record = Record("switch", [told.append], time.monotonic)
        async with listening(swallow) as port, running(Asking(), record=record) as runtime:
            runtime.dial("hsm", HOST, port, HsmClientChannel())
            await came.wait()

    on_loop(main())
    assert begun[1] - begun[0] < (SILENCES_MAX + 2) * WITHIN_S
    assert [line.kind for line in told[:3]] == ["link_up", "link_down", "link_up"]
    assert told[1].reason == "closed: 3 questions in a row had no answer"
