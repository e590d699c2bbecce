"""A module that serves, reached from another thread of its process."""

import asyncio

import pytest

from cardswitch.hsm_sim.console import Console, ask_inside
from cardswitch.hsm_sim.custody.authority import AuthorityRefused, authorise
from cardswitch.hsm_sim.serving import ServedModule
from tests.kit.hsm.served import run, serving


@pytest.fixture
def module():
    with serving() as (port, machine, runtime):
        yield port, ServedModule(runtime._loop, runtime, machine)


def test_what_is_done_inside_is_seen_outside(module):
    port, inside = module
    assert inside(lambda module: module.state.mode) == "online"
    assert run(port, "send", "NC")[0] == 0
    inside(lambda module: module.tamper("test"))
    assert run(port, "send", "NC")[1].startswith("ND 13")


def test_errors_come_back(module):
    _, inside = module
    with pytest.raises(AuthorityRefused):
        inside(lambda module: authorise(module.state, (), (), ["export"]))


def test_a_console_asks_it_like_a_host(module):
    _, inside = module
    console = Console(ask_inside(inside), inside)
    assert "ND 00 no error" in list(console.obey("status"))
    assert asyncio.iscoroutinefunction(inside) is False
