"""Some of the programs of a lab: those whose sections are there, and whom each waits for."""

import asyncio
import random

import pytest
from msgspec.structs import replace

from cardswitch.hosts.serve import serve_issuer
from cardswitch.hsm_sim.module import HsmModule
from cardswitch.lab.house.programs import Programs, ports, read_programs, settlements_of
from cardswitch.lab.house.running import running
from cardswitch.lab.house.topology import free_ports, make_lab, read_lab
from cardswitch.specs.errors import ConfigError
from cardswitch.switch.core.settings import Route
from cardswitch.terminal.config import read_cards
from cardswitch.terminal.core.messages import Order
from cardswitch.terminal.core.outcome import SaleState
from cardswitch.terminal.customer.card import find_card
from cardswitch.terminal.session import open_session
from cardswitch.wire.driver.runtime import run
from tests.kit.hsm.module import attended
from tests.kit.programs import LOOK_S, PATIENCE_S, SEED


@pytest.fixture
def path(tmp_path):
    ask = attended(HsmModule(random.Random(SEED).randbytes))
    return make_lab(tmp_path / "lab", free_ports(), ask=ask)[0]


def test_a_whole_file_has_all_programs_of_a_lab(path):
    found, lab = read_programs(path), read_lab(path)
    names = [name for name in Programs.__struct_fields__ if name != "folder"]
    assert [getattr(found, name) for name in names] == [getattr(lab, name) for name in names]
    assert {found.hsm.port, found.issuer.network.port, lab.terminal.port} <= ports(found)


def test_what_has_no_section_is_not_there(path):
    path.write_text("[hsm]\nport = 7100\n")
    found = read_programs(path)
    assert (found.hsm.port, found.switch, found.issuer) == (7100, None, None)
    assert ports(found) == {7100}
    with pytest.raises(ConfigError, match=r"no section \[switch\], which a whole lab has"):
        read_lab(path)


def test_all_acquirers_settle_first_the_one_without_a_name(path):
    nyc = """
[switch.acquirers.nyc.settlement.acquirer]
name = "Hudson Bank"
iban = "GB82WEST12345698765432"
bic = "WESTGB22"
"""
    path.write_text(path.read_text("utf-8") + nyc, "utf-8")
    found = settlements_of(read_programs(path))
    assert [each.name for each in found] == ["", "nyc"]
    assert found[1].deposits == str(path.with_name("deposits-nyc"))
    assert settlements_of(read_lab(path)) == found


def test_a_file_without_a_program_is_refused(path):
    path.write_text("[terminal]\nport = 1\n")
    with pytest.raises(ConfigError, match="no program to run"):
        read_programs(path)


def test_a_switch_without_an_issuer_here_takes_one_elsewhere_by_its_bin(path):
    """The issuer is another process, so to speak, and comes later; there is no acquirer."""
    lab, found = read_lab(path), read_programs(path)
    switch = replace(found.switch, routes=(Route("pos", "issuer", bins=("999999",)),))
    away = dict.fromkeys(("acquirer", "issuer", "gateway", "bank", "shop", "acs"))
    some = replace(found, switch=switch, **away)
    card = find_card(read_cards(lab.folder / "cards.toml"), "good")
    order = Order(amount=1_250, currency="EUR", card=card, entry="swipe", pin="1234")

    async def main():
        async with running(some) as programs:
            await programs.ready()
            assert len(programs.runtimes) == 2
            issuer, _ = await serve_issuer(lab.issuer, lab.folder)
            async with asyncio.timeout(PATIENCE_S):
                while "issuer" not in programs.switch.memory.ready:
                    await asyncio.sleep(LOOK_S)
            async with open_session(replace(lab.terminal, timeout_s=PATIENCE_S)) as session:
                sold = [o.kind async for o in session.perform(lambda it, now: it.ask(order, now))]
            await issuer.stop()
        return sold[-1]

    assert run(main()) is SaleState.APPROVED
