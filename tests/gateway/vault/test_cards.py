"""Sealed cards: durable before they are named, sealed anew in steps, and never in clear on disk."""

import asyncio

import pytest

from cardswitch.gateway.vault import cards as module
from cardswitch.gateway.vault.cards import CARDS, SealedCards
from cardswitch.gateway.vault.keys import SealKeys
from cardswitch.specs.errors import ConfigError, CryptoError, Error
from cardswitch.specs.security.vault import AesVault
from cardswitch.wire.driver.runtime import run
from cardswitch.wire.store.database import reading

BASE = AesVault(bytes(range(32)))
PANS = [f"42424242424{number:05d}" for number in range(7)]


@pytest.fixture
def opened(tmp_path):
    """Opens the cards of one folder, again and again as after a crash."""
    made = []

    def open_():
        while made:
            made.pop().close()
        keys = SealKeys(tmp_path / "seals", 5.0)
        made.append(SealedCards(f"sqlite:///{tmp_path}/cards.db", keys, BASE))
        return made[-1]

    yield open_
    while made:
        made.pop().close()


def kept(cards, pans=PANS):
    """The references of *pans*, durable."""
    references = [cards.seal(pan) for pan in pans]
    run(cards.durable())
    return references


def sealed_with(cards):
    with reading(cards._database.engine) as connection:
        return [row.key for row in connection.execute(CARDS.select()).all()]


def test_a_card_is_found_again_by_its_reference_alone(opened, tmp_path):
    references = kept(opened())
    assert references[0] == BASE.fingerprint(PANS[0])
    again = opened()
    assert [again.open(each) for each in references] == PANS
    assert again.seal(PANS[0]) == references[0]
    content = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert not any(pan.encode() in content for pan in PANS)


def test_before_it_is_durable_it_can_be_opened_and_many_are_written_at_once(opened, monkeypatch):
    cards = opened()
    writes = []
    write = cards._write
    monkeypatch.setattr(cards, "_write", lambda some: writes.append(len(some)) or write(some))

    async def several():
        references = [cards.seal(pan) for pan in PANS]
        assert cards.open(references[3]) == PANS[3]
        await asyncio.gather(*(cards.durable() for _ in range(5)))
        cards.seal(PANS[0])
        await cards.durable()

    run(several())
    assert writes == [len(PANS)]


def test_a_card_that_comes_as_a_writing_ends_is_the_next_ones(opened, monkeypatch):
    cards, others, waits = opened(), [], []
    know, shield = cards._know, asyncio.shield

    async def another():
        cards.seal(PANS[1])
        await cards.durable()

    def known(sealed):
        know(sealed)
        if not others:  # Its first step comes before the loop tells anybody that this one is done.
            others.append(asyncio.create_task(another()))

    def counted(task):
        waits.append(task)
        assert len(waits) < 10, "the loop goes on between two waits"
        return shield(task)

    async def several():
        cards.seal(PANS[0])
        await cards.durable()
        await others[0]

    monkeypatch.setattr(cards, "_know", known)
    monkeypatch.setattr(module.asyncio, "shield", counted)
    run(several())
    assert sealed_with(cards) == [1, 1]


def test_whoever_waits_does_not_wait_for_cards_that_come_later(opened, monkeypatch):
    cards = opened()
    pans = iter(PANS)
    write = cards._write

    def written(some):
        done = write(some)
        loop.call_soon_threadsafe(lambda: cards.seal(next(pans)))
        return done

    async def first():
        nonlocal loop
        loop = asyncio.get_running_loop()
        cards.seal(next(pans))
        await cards.durable()

    loop = None
    monkeypatch.setattr(cards, "_write", written)
    run(first())
    assert len(sealed_with(cards)) < len(PANS)


def test_what_cannot_be_written_is_told_and_written_later(opened, monkeypatch):
    cards = opened()
    cards.seal(PANS[0])

    def full(_):
        raise Error("the disk is full")

    monkeypatch.setattr(cards, "_write", full)
    with pytest.raises(Error, match="full"):
        run(cards.durable())
    monkeypatch.undo()
    run(cards.durable())
    assert sealed_with(cards) == [1]


@pytest.mark.parametrize("reference", ["", "x", "0" * 32])
def test_what_is_no_reference_opens_nothing(opened, reference):
    with pytest.raises(CryptoError):
        opened().open(reference)


@pytest.mark.parametrize("is_restarted", [False, True])
def test_cards_are_sealed_anew_in_steps_and_can_be_opened_at_every_moment(
    opened, monkeypatch, is_restarted
):
    monkeypatch.setattr(module, "STEP", 3)
    cards = opened()
    references = kept(cards)
    assert cards.begin(6.0).id == 2
    new = kept(cards, ["4000000000000002"])
    steps = []
    while True:
        assert [cards.open(each) for each in references + new] == [*PANS, "4000000000000002"]
        steps.append(cards.step())
        if is_restarted:
            cards = opened()
        if not steps[-1]:
            break
    assert steps == [3, 3, 1, 0]
    assert cards.count() == {2: 8}
    cards.end()
    assert [cards.open(each) for each in references] == PANS
    assert [opened().open(each) for each in references] == PANS


def test_without_its_keys_the_cards_are_refused(opened, tmp_path):
    kept(opened())
    (tmp_path / "seals").unlink()
    with pytest.raises(ConfigError, match="put the file"):
        opened()


def test_a_lost_key_stops_a_step(opened):
    cards = opened()
    kept(cards)
    cards.begin(6.0)
    cards.keys.drop_old()
    with pytest.raises(Error, match="key 1 is not there"):
        cards.step()
    assert sealed_with(cards) == [1] * len(PANS)


def test_it_shows_itself_without_a_number(opened):
    cards = opened()
    cards.seal(PANS[0])
    assert PANS[0] not in repr(cards)


def test_few_are_kept_in_memory_and_all_are_found(opened, monkeypatch):
    monkeypatch.setattr(module, "KNOWN_MAX", 2)
    cards = opened()
    references = kept(cards)
    assert len(cards._known) == 2
    assert [cards.open(each) for each in references] == PANS
