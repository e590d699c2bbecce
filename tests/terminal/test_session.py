"""A terminal on a real connection: what it tells is durable, and its end loses nothing."""

import asyncio
from pathlib import Path

import pytest
from msgspec.structs import replace

from cardswitch.specs.errors import ConfigError, Error
from cardswitch.specs.transactions.reversals import stays_of
from cardswitch.terminal.config import read_terminal_config
from cardswitch.terminal.core.errors import NoLink, NotReady
from cardswitch.terminal.core.messages import Order
from cardswitch.terminal.core.outcome import SaleState
from cardswitch.terminal.core.state import Book
from cardswitch.terminal.customer.card import Card
from cardswitch.terminal.session import close_batch, open_journal, open_session, read_book

CARD = Card(
    pan="9999990000000014",
    expiry="3012",
    service_code="201",
    pvki="1",
    pvv="1234",
    cvv="567",
    cvv2="890",
    alias="good",
)


@pytest.fixture
def config(lab):
    return read_terminal_config(lab)


def sale(amount):
    return lambda terminal, now: terminal.ask(
        Order(amount=amount, currency="EUR", card=CARD, pin="1234"), now
    )


def perform(config, *actions):
    """What is told of *actions*, one session for all."""

    async def main():
        async with open_session(config) as session:
            return [o.kind for action in actions async for o in session.perform(action)]

    return asyncio.run(main())


def test_three_sales_in_a_row(config, small_switch):
    kinds = perform(config, sale(1200), sale(1269), sale(1251))
    assert kinds == [SaleState.APPROVED, SaleState.PENDING, SaleState.REVERSED, SaleState.DECLINED]
    assert [m.mti for m in small_switch.seen] == ["0200", "0200", "0420", "0200"]
    assert read_book(config).kind is SaleState.DECLINED


def test_a_sale_that_was_declined_and_approved_is_reversed(config, small_switch):
    small_switch.silent = 1_000

    async def hear():
        async with open_session(config) as session:
            kinds = [outcome.kind async for outcome in session.perform(sale(1200))]
            session.do(sale(1291))
            while session.book.pending is None:
                await asyncio.sleep(0.01)
            return kinds

    assert asyncio.run(hear()) == [SaleState.APPROVED]
    assert read_book(config).unsettled.stan == "000002"
    small_switch.silent = 0
    assert perform(config, sale(1200)) == [SaleState.REVERSED, SaleState.APPROVED]
    assert {m[90][4:10] for m in small_switch.seen if m.mti in ("0420", "0421")} == {"000002"}


def test_a_sale_is_reversed_in_part_from_one_session_to_the_next(config, small_switch):
    perform(config, sale(1200))
    in_part = perform(config, lambda terminal, now: terminal.reverse(now, 1000))
    assert in_part == [SaleState.PENDING, SaleState.REDUCED]
    assert perform(config, lambda terminal, now: terminal.reverse(now, 300)) == in_part
    whole = perform(config, lambda terminal, now: terminal.reverse(now))
    assert whole == [SaleState.PENDING, SaleState.REVERSED]
    assert [stays_of(m) for m in small_switch.seen[1:]] == [1000, 300, 0]


def test_what_is_told_is_on_disk_already(config):
    path = Path(config.state) / "terminal-TERM01.log"

    async def main():
        async with open_session(config) as session:
            outcome = await anext(session.perform(sale(1200)))
            return outcome.kind, path.read_text().count("\n")

    assert asyncio.run(main()) == (SaleState.APPROVED, 2)


def test_who_only_looks_makes_no_journal(config):
    unknown = replace(config, id="TYPO")
    assert read_book(unknown) == Book()
    assert not unknown.journal.exists()


def test_a_second_process_must_wait(config):
    async def main():
        async with open_session(config):
            read_book(config)

    with pytest.raises(Error, match="running already"):
        asyncio.run(main())


def test_a_terminal_stopped_in_mid_flight_reverses_later(config, small_switch):
    small_switch.silent = 1_000

    async def main():
        async with open_session(config) as session:
            async for _ in session.perform(sale(1269)):
                return

    asyncio.run(main())
    assert read_book(config).kind is SaleState.PENDING
    with pytest.raises(NotReady, match="pending"):
        close_batch(config)
    small_switch.silent = 0
    assert perform(config, sale(1200)) == [SaleState.REVERSED, SaleState.APPROVED]


def test_nothing_happens_without_a_switch(config, monkeypatch):
    monkeypatch.setattr("cardswitch.terminal.session.CONNECT_S", 0.05)
    with pytest.raises(NoLink, match="cardswitch up"):
        perform(replace(config, port=1), sale(1200))
    assert read_book(config) == Book()


def test_a_full_disk_ends_the_terminal(config, monkeypatch):
    def full(self, entries):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("cardswitch.wire.driver.journal.FileJournal.commit", full)
    with pytest.raises(OSError, match="No space"):
        perform(config, sale(1200))


def test_a_damaged_journal_is_refused(config):
    journal = open_journal(config)
    journal.close()
    journal.path.write_text("{}\n")
    with pytest.raises(Error, match="not a journal of this program, or damaged"):
        perform(config, sale(1200))


def test_what_was_settled_unheard_is_told_before_the_next_sale(config, small_switch):
    perform(config, sale(1200))
    path = Path(config.state) / "terminal-TERM01.log"
    path.write_bytes(path.read_bytes().splitlines(keepends=True)[0])

    async def main():
        async with open_session(config) as session:
            while session.book.kind is not SaleState.REVERSED:
                await asyncio.sleep(0.01)
            return [outcome.kind async for outcome in session.perform(sale(1200))]

    assert asyncio.run(main()) == [SaleState.PENDING, SaleState.REVERSED, SaleState.APPROVED]


def test_in_clear_beyond_this_machine_no_card_goes_that_is_no_test_card(config, small_switch):
    """Nobody is dialled there: the terminal refuses before."""
    exposed = replace(config, host="192.0.2.1", plain=True)
    order = Order(
        amount=1200, currency="EUR", card=replace(CARD, pan="4000000000000002"), pin="1234"
    )

    async def main():
        async with open_session(exposed) as session:
            session.do(lambda terminal, now: terminal.ask(order, now))

    with pytest.raises(ConfigError, match=r"^terminal\.plain: this card is no test card"):
        asyncio.run(main())
    assert read_book(exposed).sales == {}
