"""Keys for PINs and MACs change while a lab sells, and programs that start again know them."""

import asyncio
import random
from functools import partial

import pytest
from msgspec.structs import replace

from cardswitch.hosts.vault import open_vault
from cardswitch.hsm_sim.module import HsmModule
from cardswitch.lab.house.running import running
from cardswitch.lab.house.topology import free_ports, make_lab, read_lab
from cardswitch.specs.hsm.names import ZAK
from cardswitch.specs.security.lmk import TEST_LMK, wrap_key
from cardswitch.switch.operate.keys import change_key, keys_of
from cardswitch.terminal.config import read_cards
from cardswitch.terminal.core.messages import Order
from cardswitch.terminal.core.outcome import SaleState
from cardswitch.terminal.customer.card import find_card
from cardswitch.terminal.session import open_session, read_book
from cardswitch.wire.driver.runtime import run
from cardswitch.wire.machine.keys.working import KEY_KINDS
from cardswitch.wire.operator.macs import MacConfig
from tests.kit.hsm.module import attended
from tests.kit.hsm.module import key as key_of
from tests.kit.programs import LOOK_S, PATIENCE_S, SEED


@pytest.fixture
def lab(tmp_path):
    """A lab in which switch and issuer have MACs too."""
    ask = attended(HsmModule(random.Random(SEED).randbytes))
    made = read_lab(make_lab(tmp_path / "lab", free_ports(), ask=ask)[0])
    macs = MacConfig(key=wrap_key(TEST_LMK, ZAK, "U", key_of(82)))
    switch = made.switch
    issuer = replace(switch.upstreams["issuer"], mac=macs)
    return replace(
        made,
        switch=replace(switch, upstreams={**switch.upstreams, "issuer": issuer}),
        issuer=replace(made.issuer, mac=macs),
        terminal=replace(made.terminal, timeout_s=PATIENCE_S),
    )


def with_macs_at_the_acquirer(lab):
    """The same, and between switch and acquirer there are MACs whose key can be changed."""
    macs, keys = MacConfig(key=wrap_key(TEST_LMK, ZAK, "U", key_of(83))), lab.issuer.keys
    switch, acquirer = lab.switch, lab.acquirer
    upstream = replace(switch.upstreams["acquirer"], mac=macs, keys=keys)
    papers = acquirer.network
    hsm = replace(lab.issuer.hsm, tls_certificate=papers.tls_certificate, tls_key=papers.tls_key)
    return replace(
        lab,
        switch=replace(switch, upstreams={**switch.upstreams, "acquirer": upstream}),
        acquirer=replace(acquirer, front=replace(acquirer.front, mac=macs, keys=keys), hsm=hsm),
    )


async def sold(lab):
    """How a sale with a PIN ends."""
    card = find_card(read_cards(lab.folder / "cards.toml"), "good")
    order = Order(amount=1_250, currency="EUR", card=card, entry="swipe", pin="1234")
    async with open_session(lab.terminal) as session:
        return [o.kind async for o in session.perform(lambda it, now: it.ask(order, now))][-1]


async def changed(lab, kind, place="issuer", **how):
    ask = partial(change_key, lab.switch, place, kind, "", 30.0, **{"theirs": False, **how})
    return await asyncio.to_thread(ask)


def check_values(machine, name):
    return {key["kind"]: key["check_value"] for key in getattr(machine, name)()}


def test_both_sides_have_the_new_keys_and_go_on_selling(lab):
    async def main():
        async with running(lab) as programs:
            await programs.ready()
            for kind in ("pin", "mac"):
                assert (await changed(lab, kind))["outcome"] == "changed"
                assert await sold(lab) is SaleState.APPROVED
            switch, issuer = programs.switch.key_exchange, programs.issuer.key_exchange
            assert check_values(switch, "told") == check_values(issuer, "told")
            assert all(check_values(switch, "told").values())
            return {**programs.switch.counts, **programs.issuer.counts}

    counts = run(main())
    assert not counts.get("mac_wrong")
    assert not counts.get("hsm_error_20")


def test_the_issuer_makes_one_when_it_is_asked(lab):
    async def main():
        async with running(lab) as programs:
            await programs.ready()
            assert (await changed(lab, "mac", theirs=True))["outcome"] in ("asked", "changed")
            async with asyncio.timeout(PATIENCE_S):
                while not check_values(programs.switch.key_exchange, "told")["mac"]:
                    await asyncio.sleep(LOOK_S)
            assert await sold(lab) is SaleState.APPROVED

    run(main())


def test_a_new_start_of_all_programs_finds_the_new_keys(lab):
    async def first():
        async with running(lab) as programs:
            await programs.ready()
            return [(await changed(lab, kind))["check_value"] for kind in ("pin", "mac")]

    async def again():
        async with running(lab) as programs:
            await programs.ready()
            return await sold(lab)

    values = run(first())
    vault = open_vault(lab.switch.vault)
    assert [key["check_value"] for key in keys_of(lab.switch, vault)] == values
    assert run(again()) is SaleState.APPROVED


def test_a_sale_that_is_under_way_while_keys_change_is_not_lost(lab):
    async def main():
        async with running(lab) as programs:
            await programs.ready()
            for _ in range(3):
                ends = await asyncio.gather(sold(lab), changed(lab, "pin"), changed(lab, "mac"))
                assert ends[0] is SaleState.APPROVED
                assert [end["outcome"] for end in ends[1:]] == ["changed", "changed"]

    run(main())


@pytest.fixture
def sealed_lab(lab):
    """As it is once the two tables that its file has behind # are made part of it."""
    path = lab.folder / "lab.toml"
    text = path.read_text("utf-8")
    for table in ("[switch.listeners.pos.mac]", "[terminal.mac]"):
        assert f"#{table}\n#key" in text
        text = text.replace(f"#{table}\n#key", f"{table}\nkey")
    path.write_text(text, "utf-8")
    made = read_lab(path)
    return replace(made, terminal=replace(made.terminal, timeout_s=PATIENCE_S))


def of_terminal(programs):
    """The check values of the keys of the terminal, as the switch has them."""
    told = programs.switch.key_exchange.told()
    return {key["kind"]: key["check_value"] for key in told if key["place"] == "pos/TERM0001"}


@pytest.mark.parametrize("kind", KEY_KINDS)
def test_a_terminal_has_its_key_changed_and_sells_with_the_new_one(sealed_lab, kind):
    async def main():
        async with running(sealed_lab) as programs:
            await programs.ready()
            async with open_session(sealed_lab.terminal) as session:
                assert await session.change_key(kind) == "changed"
                taken = session.book.keys[kind]
            assert await sold(sealed_lab) is SaleState.APPROVED
            assert of_terminal(programs)[kind] == taken.kcv
            assert await sold(sealed_lab) is SaleState.APPROVED
            assert not programs.switch.counts["mac_wrong"]

    run(main())


def test_both_keys_of_a_terminal_are_brought_to_it_while_it_sells_and_are_there_after_a_start(
    sealed_lab,
):
    async def first():
        async with running(sealed_lab) as programs:
            await programs.ready()
            asked = [changed(sealed_lab, kind, "pos/TERM0001") for kind in KEY_KINDS]
            kinds = asyncio.gather(*asked)
            while len(of_terminal(programs)) < len(KEY_KINDS):
                await asyncio.sleep(LOOK_S)
            assert await sold(sealed_lab) is SaleState.APPROVED
            assert [each["outcome"] for each in await kinds] == ["changed", "changed"]
            return of_terminal(programs)

    async def again():
        async with running(sealed_lab) as programs:
            await programs.ready()
            assert await sold(sealed_lab) is SaleState.APPROVED
            return of_terminal(programs)

    values = run(first())
    book = read_book(sealed_lab.terminal)
    assert {kind: taken.kcv for kind, taken in book.keys.items()} == values
    assert run(again()) == values


def test_the_acquirer_changes_its_key_of_macs_and_says_of_pins_that_it_has_none(lab):
    lab = with_macs_at_the_acquirer(lab)

    async def main():
        async with running(lab) as programs:
            await programs.ready()
            assert (await changed(lab, "mac", "acquirer"))["outcome"] == "changed"
            assert await sold(lab) is SaleState.APPROVED
            refused = await changed(lab, "pin", "acquirer")
            assert (refused["outcome"], refused["reason"][-2:]) == ("kept", "12")
            assert await sold(lab) is SaleState.APPROVED

    run(main())
