"""A new key while cards come in: the old one goes when none needs it, and not before."""

import asyncio
from contextlib import asynccontextmanager

import pytest

from cardswitch.gateway.vault import cards as module
from cardswitch.gateway.vault.cards import SealedCards
from cardswitch.gateway.vault.keys import SealKeys
from cardswitch.gateway.vault.rotation import Rotation
from cardswitch.specs.errors import Error
from cardswitch.specs.security.vault import AesVault
from cardswitch.wire.driver.runtime import run

BASE = AesVault(bytes(range(32)))
PATIENCE_S = 30.0
PANS = [f"42424242424{number:05d}" for number in range(9)]


@pytest.fixture(autouse=True)
def small_steps(monkeypatch):
    monkeypatch.setattr(module, "STEP", 2)


@asynccontextmanager
async def running(tmp_path, notes):
    cards = SealedCards(f"sqlite:///{tmp_path}/c.db", SealKeys(tmp_path / "s", 5.0), BASE)
    rotation = Rotation(cards, lambda: 7.0, lambda kind, text: notes.append(kind))
    rotation.start()
    try:
        yield cards, rotation
    finally:
        await rotation.stop()
        cards.close()


async def done(rotation):
    async with asyncio.timeout(PATIENCE_S):
        while not (told := await rotation.status({}))["is_done"]:
            await asyncio.sleep(0.005)
    return told


def test_the_old_key_goes_when_all_cards_are_sealed_anew(tmp_path):
    notes = []

    async def test():
        async with running(tmp_path, notes) as (cards, rotation):
            references = [cards.seal(pan) for pan in PANS]
            await cards.durable()
            told = await rotation.rotate({})
            assert [each["seals"] for each in told["keys"]] == [False, True]
            while_it_goes_on = cards.seal("4000000000000002")
            await cards.durable()
            told = await done(rotation)
            assert told["keys"] == [{"id": 2, "made": 7, "seals": True, "cards": 10}]
            assert [cards.open(each) for each in references] == PANS
            assert cards.open(while_it_goes_on) == "4000000000000002"

    run(test())
    assert notes == ["vault_rotated", "vault_rotated"]


def test_a_gateway_that_ended_in_the_middle_goes_on(tmp_path):
    async def test():
        async with running(tmp_path, []) as (cards, _):
            for pan in PANS:
                cards.seal(pan)
            await cards.durable()
            cards.begin(6.0)
            assert cards.step() == 2
        async with running(tmp_path, []) as (cards, rotation):
            told = await done(rotation)
            assert [each["cards"] for each in told["keys"]] == [len(PANS)]

    run(test())


def test_what_stops_it_is_told_and_nothing_is_forgotten(tmp_path, monkeypatch):
    notes = []

    async def test():
        async with running(tmp_path, notes) as (cards, rotation):
            cards.seal(PANS[0])
            await cards.durable()

            def fails():
                raise Error("the disk is full")

            monkeypatch.setattr(cards, "step", fails)
            await rotation.rotate({})
            async with asyncio.timeout(PATIENCE_S):
                while "vault_stopped" not in notes:
                    await asyncio.sleep(0.005)
            told = await rotation.status({})
            assert (told["failed"], len(told["keys"])) == ("the disk is full", 2)
            monkeypatch.undo()
            with pytest.raises(Error, match="vault status"):
                await rotation.rotate({})
            assert (await done(rotation))["failed"] == ""

    run(test())
