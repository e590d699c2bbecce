"""Our own terminal and issuer with MACs, with each algorithm: sales, reversals, and a wrong key."""

import asyncio
import random

import pytest
from msgspec.structs import replace

from cardswitch.hsm_sim.module import HsmModule
from cardswitch.lab.house.running import running
from cardswitch.lab.house.topology import free_ports, make_lab, read_lab
from cardswitch.specs.hsm.names import TAK, ZAK
from cardswitch.specs.security.lmk import TEST_LMK, wrap_key, wrap_key_under_key
from cardswitch.switch.core.settings import Route
from cardswitch.terminal.config import read_cards
from cardswitch.terminal.core.messages import Order
from cardswitch.terminal.core.outcome import SaleState
from cardswitch.terminal.customer.card import find_card
from cardswitch.terminal.pinpad.pad import TEST_MAC_TMK
from cardswitch.terminal.session import open_session
from cardswitch.wire.driver.runtime import run
from cardswitch.wire.operator.macs import MacConfig
from tests.kit.hsm.module import attended
from tests.kit.hsm.module import key as key_of
from tests.kit.programs import LOOK_S, PATIENCE_S, SEED

TERMINAL, ZONE, OTHER = key_of(81), key_of(82), key_of(83)


def lab_with_macs(folder, terminal_key, **manner):
    """A lab whose terminal and issuer have MACs, the terminal under *terminal_key*."""
    ask = attended(HsmModule(random.Random(SEED).randbytes))
    lab = read_lab(make_lab(folder / "lab", free_ports(), ask=ask)[0])
    switch, zone = lab.switch, MacConfig(key=wrap_key(TEST_LMK, ZAK, "U", ZONE), **manner)
    tak = MacConfig(key=wrap_key(TEST_LMK, TAK, "U", TERMINAL), **manner)
    own = MacConfig(key=wrap_key_under_key(TEST_MAC_TMK, "U", terminal_key), **manner)
    pos = replace(switch.listeners["pos"], mac=tak)
    issuer = replace(switch.upstreams["issuer"], mac=zone)
    switch = replace(
        switch,
        listeners={**switch.listeners, "pos": pos},
        upstreams={**switch.upstreams, "issuer": issuer},
        routes=(Route("pos", "issuer"),),
    )
    return replace(
        lab,
        switch=switch,
        issuer=replace(lab.issuer, mac=zone),
        terminal=replace(lab.terminal, mac=own, timeout_s=60.0),
    )


def with_macs_everywhere(lab):
    """The same, but a sale goes by the acquirer, and every link has a key of its own."""
    front, network = (MacConfig(key=wrap_key(TEST_LMK, ZAK, "U", key_of(n))) for n in (84, 85))
    switch, acquirer = lab.switch, lab.acquirer
    switch = replace(
        switch,
        listeners={
            **switch.listeners,
            "network": replace(switch.listeners["network"], mac=network),
        },
        upstreams={
            **switch.upstreams,
            "acquirer": replace(switch.upstreams["acquirer"], mac=front),
        },
        routes=(Route("pos", "acquirer"), Route("network", "issuer")),
    )
    acquirer = replace(
        acquirer,
        front=replace(acquirer.front, mac=front),
        network=replace(acquirer.network, mac=network),
        hsm=replace(
            lab.issuer.hsm,
            tls_certificate=acquirer.network.tls_certificate,
            tls_key=acquirer.network.tls_key,
        ),
    )
    return replace(lab, switch=switch, acquirer=acquirer)


async def sell_and_reverse(lab):
    """How a sale with a PIN ends, and its reversal, until nothing is held; and what was counted."""
    card = find_card(read_cards(lab.folder / "cards.toml"), "good")
    order = Order(amount=1_250, currency="EUR", card=card, entry="swipe", pin="1234")
    async with running(lab) as programs:
        await programs.ready()
        async with open_session(lab.terminal) as session:
            sale = [o async for o in session.perform(lambda it, now: it.ask(order, now))]
            undone = [o async for o in session.perform(lambda it, now: it.reverse(now))]
        # The switch has promised to undo it; the issuer hears of that a moment later.
        async with asyncio.timeout(PATIENCE_S):
            while any(programs.issuer.held_in_all().values()):
                await asyncio.sleep(LOOK_S)
        counts = {**programs.switch.counts, **programs.issuer.counts}
    return [outcome.kind for outcome in (*sale, *undone)], counts


@pytest.mark.parametrize(
    "manner",
    [
        {},
        {"algorithm": "iso9797-1", "padding": 2, "length": 4},
        {"algorithm": "cmac"},
        {"fields": (0, 3, 4, 7, 11, 39, 41)},
    ],
    ids=["algorithm 3", "algorithm 1, 4 bytes", "CMAC", "chosen fields"],
)
def test_a_sale_and_its_reversal_go_through_with_macs(tmp_path, manner):
    kinds, counts = run(sell_and_reverse(lab_with_macs(tmp_path, TERMINAL, **manner)))
    assert (kinds[0], kinds[-1]) == (SaleState.APPROVED, SaleState.REVERSED)
    assert not counts.get("mac_wrong")


def test_every_link_has_macs_under_a_key_of_its_own(tmp_path):
    lab = with_macs_everywhere(lab_with_macs(tmp_path, TERMINAL))
    kinds, counts = run(sell_and_reverse(lab))
    assert (kinds[0], kinds[-1]) == (SaleState.APPROVED, SaleState.REVERSED)
    assert not counts.get("mac_wrong")


def test_a_terminal_with_another_key_sells_nothing(tmp_path):
    lab = lab_with_macs(tmp_path, OTHER, wrong="drop")
    lab = replace(lab, terminal=replace(lab.terminal, timeout_s=0.5))
    card = find_card(read_cards(lab.folder / "cards.toml"), "good")
    order = Order(amount=1_250, currency="EUR", card=card, entry="swipe", pin="1234")

    async def main():
        async with running(lab) as programs:
            await programs.ready()
            async with open_session(lab.terminal) as session:
                await session.connected()
                session.do(lambda it, now: it.ask(order, now))
                outcome = await session._next(float("inf"))
            return outcome.kind, programs.switch.counts["mac_wrong"], programs.issuer.held_in_all()

    kind, wrong, held = run(main())
    assert kind is SaleState.PENDING
    assert wrong >= 1
    assert not any(held.values())
