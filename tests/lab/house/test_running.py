"""A whole lab over TCP: a sale goes all the way, and every book says the same."""

import socket
from pathlib import Path

import pytest
from msgspec.structs import replace

from cardswitch.lab.house.running import running
from cardswitch.lab.house.topology import free_ports, make_lab, read_lab
from cardswitch.specs.amounts import parse_amount
from cardswitch.specs.errors import Error
from cardswitch.terminal.config import read_cards
from cardswitch.terminal.core.messages import Order
from cardswitch.terminal.core.outcome import SaleState
from cardswitch.terminal.customer.card import find_card
from cardswitch.terminal.session import open_session
from cardswitch.wire.driver.runtime import run


@pytest.fixture
def lab(tmp_path):
    """A lab on ports that nobody has."""
    return read_lab(make_lab(tmp_path / "lab", free_ports())[0])


async def sell(lab, *amounts):
    """What the terminal tells of sales of *amounts* with the good card and its PIN."""
    card = find_card(read_cards(lab.folder / "cards.toml"), "good")
    outcomes = []
    async with open_session(lab.terminal) as session:
        for amount in amounts:
            order = Order(
                amount=parse_amount(amount, "EUR"),
                currency="EUR",
                card=card,
                entry="swipe",
                pin="1234",
            )
            told = session.perform(lambda terminal, now, order=order: terminal.ask(order, now))
            outcomes += [outcome async for outcome in told]
    return outcomes


def test_a_sale_goes_all_the_way_and_all_books_agree(lab):
    async def main():
        async with running(lab) as programs:
            await programs.ready()
            outcomes = await sell(lab, "12.50", "80.51")
            return outcomes, programs.acquirer.approved(), programs.issuer.held()

    (first, second), approved, held = run(main())
    assert (first.kind, first.amount, first.code) == (SaleState.APPROVED, 1_250, "00")
    assert (second.kind, second.code) == (SaleState.DECLINED, "51")
    assert [amount for *_, amount in approved.values()] == [1_250]
    assert sum(held.values()) == 1_250


def test_a_lab_runs_in_a_folder_that_is_named_from_here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    lab = read_lab(make_lab(Path("lab"), free_ports())[0])

    async def main():
        async with running(lab) as programs:
            await programs.ready()
            return await sell(lab, "12.50")

    assert [outcome.kind for outcome in run(main())] == [SaleState.APPROVED]


def test_books_are_still_there_after_a_restart(lab):
    async def main():
        for sales in (["12.50"], []):
            async with running(lab) as programs:
                await programs.ready()
                await sell(lab, *sales)
                held = programs.issuer.held()
        return held, programs.switch.memory.sequence

    held, sequence = run(main())
    assert sum(held.values()) == 1_250
    assert sequence == 6  # received, forwarded, approved: once for each side of the switch


def test_all_ports_are_free_again_at_the_end(lab):
    async def main():
        for _ in range(2):
            async with running(lab) as programs:
                await programs.ready()

    run(main())


def test_a_port_that_is_taken_is_explained_and_nothing_stays(lab):
    async def main():
        async with running(lab):
            raise AssertionError("it runs on a port of somebody else")

    with socket.socket() as other:
        other.bind(("127.0.0.1", lab.acquirer.front.port))
        other.listen()
        with pytest.raises(Error, match=r"a port is taken.*lab\.toml"):
            run(main())
    with socket.socket() as mine:
        mine.bind(("127.0.0.1", lab.switch.listeners["pos"].port))


def test_without_an_issuer_it_is_never_ready(lab, monkeypatch):
    monkeypatch.setattr("cardswitch.lab.house.running.READY_S", 0.05)
    nowhere = replace(lab.switch.upstreams["issuer"], port=lab.hsm.port)
    switch = replace(lab.switch, upstreams={**lab.switch.upstreams, "issuer": nowhere})

    async def main():
        async with running(replace(lab, switch=switch)) as programs:
            await programs.ready()

    with pytest.raises(Error, match=r"no link in .*issuer"):
        run(main())
