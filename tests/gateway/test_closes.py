"""What happens to money in the books is told once each, also if the gateway was down then."""

import asyncio
import copy
from types import SimpleNamespace

import pytest
from msgspec.structs import replace

from cardswitch.gateway.api.events import event_object
from cardswitch.gateway.closes import ClosesWatch
from cardswitch.gateway.core.things.payouts import Batch, DayClosed, Owed
from cardswitch.gateway.front import Front
from cardswitch.gateway.outbox.events import KEPT_S
from cardswitch.gateway.outbox.follow import follow
from cardswitch.specs.errors import Error
from cardswitch.wire.driver.runtime import Runtime
from tests.gateway.core.things.test_payouts import FAILED, PAID, WENT
from tests.gateway.test_front import Journal
from tests.kit.events import PlayReader
from tests.kit.gateway import gateway

NOW = 1_000.0
SALES = Batch(channel="gateway", currency="978", kind="sale", count=1, amount=1250)
DAY = DayClosed(business_date="2026-11-28", at=5.0, batches=(SALES,))
CREATED = ["x.batch.closed", "balance.available", "payout.created"]


class Books:
    """What the test says of the money of SHOP."""

    def __init__(self):
        self.days, self.deposits, self.looks, self.is_away = [], [], 0, False

    def mark(self):
        if self.is_away:
            raise Error("the books are away")
        return len(self.days), len({(each.reference, each.status) for each in self.deposits})

    def closes(self, merchant, since):
        self.looks += 1
        return [each for each in self.days if merchant == "SHOP" and each.at >= since]

    def payouts(self, merchant):
        return self.deposits[::-1] if merchant == "SHOP" else []

    def balance(self, merchant):
        return [Owed(currency="978", available=40, pending=7)]


class Gate:
    """A gateway with its journal, and the events that stand in that."""

    def __init__(self):
        self.books, self.journal, self.now, self.notes = Books(), Journal(), NOW, []

    def run(self, scene=None):
        """From a start to an end: what the journal has stays."""

        async def main():
            front = Front(gateway())
            runtime = Runtime(front, journal=self.journal)
            front.driven_by(runtime)
            runtime.call(lambda now: front.gateway.recover(list(self.journal.rows), now))
            services = SimpleNamespace(
                money=self.books, front=front, now=lambda: self.now,
                reader=PlayReader(SimpleNamespace(entries=self.journal.rows)),
                merchants={"SHOP": None, "OTHER": None},
            )  # fmt: skip
            watch = ClosesWatch(services, lambda *said: self.notes.append(said))
            try:
                await (scene or ClosesWatch.look)(watch)
            finally:
                await watch.stop()
                front.end()
                await runtime.stop()

        asyncio.run(main())

    @property
    def events(self):
        reader = PlayReader(SimpleNamespace(entries=self.journal.rows))
        return [event_object(each, reader, 0) for each in follow(reader, 0).events]

    @property
    def types(self):
        return [each["type"] for each in self.events]


@pytest.fixture
def gate():
    return Gate()


def test_a_close_and_each_step_of_its_payout_are_told_once(gate):
    gate.books.days, gate.books.deposits = [DAY], [WENT]
    gate.run()
    gate.run()
    assert gate.types == CREATED
    batch, balance, payout = (each["data"]["object"] for each in gate.events)
    assert [each["amount"] for each in batch["totals"]] == [1250]
    assert [each["amount"] for each in (*balance["available"], *balance["pending"])] == [40, 7]
    assert (payout["status"], payout["amount"], payout["x_account_last4"]) == (
        "in_transit", 1250, "2051",
    )  # fmt: skip
    gate.books.deposits = [PAID]
    gate.run()
    gate.books.deposits = [FAILED]
    gate.run()
    assert gate.types == [*CREATED, "payout.paid", "payout.failed"]
    assert gate.events[-1]["data"]["object"]["failure_code"] == "account_closed"
    assert gate.events[2]["data"]["object"]["status"] == "in_transit"  # as it was then


def test_what_happened_while_it_was_down_is_told_at_the_start(gate):
    gate.books.days = [DAY, replace(DAY, business_date="2026-11-29")]
    gate.books.deposits = [FAILED]
    gate.run()
    assert gate.types == [*CREATED[:2], *CREATED, "payout.failed"]


def test_a_crash_behind_any_step_leaves_nothing_out_and_tells_nothing_twice(gate):
    gate.books.days, gate.books.deposits = [DAY], [PAID, replace(WENT, reference="R2")]
    gate.run()
    whole, wanted = list(gate.journal.rows), gate.types
    assert len(whole) > 8
    for cut in range(1, len(whole)):
        again = copy.copy(gate)
        again.journal = Journal()
        # The thing and its key are rows of one commit, and so is the answer to the key.
        again.journal.rows = whole[:cut]
        if {row.state for row in whole[cut - 1 : cut]} & {"KeyTaken"}:
            continue
        again.run()
        assert sorted(again.types) == sorted(wanted), cut
        assert len({each["id"] for each in again.events}) == len(wanted)


def test_two_that_look_at_once_tell_once(gate):
    gate.books.days, gate.books.deposits = [DAY], [PAID]

    async def scene(watch):
        other = ClosesWatch(watch._services, lambda *_: None)
        ends = await asyncio.gather(watch.look(), other.look(), return_exceptions=True)
        assert all(end is None or isinstance(end, Error) for end in ends)
        await other.look()

    gate.run(scene)
    assert gate.types == [*CREATED, "payout.paid"]


def test_books_that_are_as_they_were_are_not_read_again(gate):
    gate.books.days = [DAY]

    async def scene(watch):
        await watch.look()
        looks = gate.books.looks
        await watch.look()
        assert gate.books.looks == looks

    gate.run(scene)


def test_what_is_older_than_events_are_kept_is_told_to_nobody_but_how_it_ends(gate):
    gate.books.days, gate.books.deposits = [DAY], [WENT]
    gate.run()
    gate.now += KEPT_S + NOW
    gate.books.days += [replace(DAY, business_date="2026-11-29")]
    gate.books.deposits = [FAILED, replace(WENT, reference="R2")]
    gate.run()
    assert gate.types == [*CREATED, "payout.failed"]


def test_books_that_are_away_are_looked_at_again(gate, monkeypatch):
    monkeypatch.setattr("cardswitch.gateway.closes.LOOK_S", 0.0)
    gate.books.days, gate.books.is_away = [DAY], True

    async def scene(watch):
        watch.start()
        while not gate.notes:
            await asyncio.sleep(0)
        gate.books.is_away = False
        while not gate.types:
            await asyncio.sleep(0.001)

    gate.run(scene)
    assert gate.notes == [("books_unread", "the books are away")]
    assert gate.types == CREATED[:2]
