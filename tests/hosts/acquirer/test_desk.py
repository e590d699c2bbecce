"""The desk of the acquirer: what it writes, and what it holds while a flow works on it."""

import pytest

from cardswitch.hosts.acquirer.config import AcquirerConfig
from cardswitch.hosts.acquirer.desk import NETWORK, AcquirerDesk
from cardswitch.hosts.acquirer.entries import PurchaseRefused, PurchaseUndone
from cardswitch.hosts.acquirer.legs import Booking
from cardswitch.hosts.row import CHECKPOINT, told_by
from cardswitch.specs.message import Message
from cardswitch.specs.transactions.accepted import Terms
from cardswitch.specs.transactions.identity import Identity
from cardswitch.wire.machine.budget import Budget, Limits
from cardswitch.wire.machine.kernel import Kernel
from cardswitch.wire.machine.matching import IsoExchange
from cardswitch.wire.ports import Append, LinkId
from tests.kit.hosts import acquirer_config, fingerprint

MERCHANTS = LinkId("front/1")
WHO = Identity("2026-03-29", "front|TERM0001|SHOP|2|000007|20260329010000")
REFUSED = PurchaseRefused(
    Terms(kind="sale", processing="000000", amount=10, currency="978", card="print:14"), "03"
)


@pytest.fixture
def kernel() -> Kernel:
    return Kernel({NETWORK: IsoExchange()}, Limits(flows_max=1))


def desk_of(kernel: Kernel, config: AcquirerConfig) -> AcquirerDesk:
    return AcquirerDesk(kernel, config, fingerprint, remembered_max=10, checkpoint_rows=3)


@pytest.fixture
def desk(kernel: Kernel) -> AcquirerDesk:
    return desk_of(kernel, acquirer_config())


def rows(kernel: Kernel):
    return [effect.entry for effect in kernel.take() if isinstance(effect, Append)]


def test_the_first_row_of_a_leg_carries_its_names_and_every_few_rows_are_summed_up(desk, kernel):
    kernel.skip_numbers(NETWORK, 41)
    for number in range(3):
        leg = Booking(identity=Identity(WHO.sent_on, f"{WHO.name}{number}"), rrn="608801000007")
        desk.books.hold(leg)
        desk.write(leg, REFUSED)
    *first, last = rows(kernel)
    assert [(row.leg, row.identity[-1], row.rrn) for row in first] == [
        (1, "0", "608801000007"),
        (2, "1", "608801000007"),
        (3, "2", "608801000007"),
    ]
    assert last.state == CHECKPOINT
    assert told_by(last) == {
        "legs": [],
        "leg_number": 3,
        "identities": {"until": "", "dates": [WHO.sent_on]},
        "last_trace": 41,
        "key": "print:00",
        "keys": [],
        "settled": [],
    }


def test_a_step_that_the_table_does_not_know_ends_the_program(desk):
    leg = Booking(identity=WHO)
    desk.books.hold(leg)
    desk.write(leg, REFUSED)
    with pytest.raises(AssertionError, match="refused -> undone"):
        desk.write(leg, PurchaseUndone())


def test_a_leg_stays_while_a_flow_works_on_it(desk, kernel):
    leg = Booking(identity=WHO)

    async def flow():
        await desk.sleep(1.0)

    desk.work(leg, flow(), Budget.DOING, MERCHANTS)
    kernel.take()
    assert desk.books.find(WHO.name) is leg
    assert desk.is_full(Budget.DOING, MERCHANTS)
    assert not desk.is_full(Budget.UNDOING, MERCHANTS)
    kernel.advance(1.0)
    kernel.expire()
    kernel.take()
    assert desk.books.find(WHO.name) is None
    assert not desk.is_full(Budget.DOING, MERCHANTS)


def test_who_may_sell_and_what_is_added(desk):
    assert desk.sells("SHOP") == ("978", "840")
    assert desk.sells("LEFT") == desk.sells("NOBODY") == ()
    sale = Message("0200", {18: "1111", 43: "MINE"})
    assert desk.acquirer_fields("NOBODY", sale) == {32: "123456"}
    assert desk.acquirer_fields("LEFT", sale)[18] == "5411"


def test_what_the_front_may_set_is_taken_where_it_comes(kernel):
    desk = desk_of(kernel, acquirer_config(takes=(43,)))
    assert 43 not in desk.acquirer_fields("SHOP", Message("0200", {18: "1111", 43: "MINE"}))
    assert desk.acquirer_fields("SHOP", Message("0200"))[43].startswith("Corner Shop")
