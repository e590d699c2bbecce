"""The driver is tested on both loops: that of asyncio, and uvloop where it is installed."""

import asyncio

import pytest


@pytest.fixture(params=["asyncio", "uvloop"])
def on_loop(request):
    """Runs a coroutine on the loop of that name."""
    factory = None
    if request.param == "uvloop":
        factory = pytest.importorskip("uvloop").new_event_loop

    def run(main):
        with asyncio.Runner(loop_factory=factory) as runner:
            return runner.run(main)

    return run
