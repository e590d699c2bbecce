"""What a flow is for decides how many of its kind there may be."""

import pytest

from cardswitch.wire.machine.budget import NEVER, Budget, Limits
from cardswitch.wire.machine.desk import Desk
from cardswitch.wire.machine.kernel import Kernel
from cardswitch.wire.ports import LinkId


@pytest.mark.parametrize(
    ("budget", "most"),
    [(Budget.DOING, 3), (Budget.UNDOING, 2), (Budget.PENDING, 1), (Budget.CARING, NEVER)],
)
def test_each_has_a_bound_of_its_own(budget, most):
    assert Limits(flows_max=3, undoing_max=2, pending_max=1).of(budget) == most


def test_one_link_does_not_take_the_room_of_another():
    kernel = Kernel({}, Limits(flows_per_link_max=2))
    desk = Desk(kernel)
    greedy, other = LinkId("front/1"), LinkId("front/2")

    async def flow(seconds):
        await desk.sleep(seconds)

    for seconds in (1.0, 2.0):
        assert not kernel.is_full(Budget.DOING, greedy)
        desk.start(flow(seconds), link=greedy)
    kernel.take()
    assert kernel.is_full(Budget.DOING, greedy)
    assert not kernel.is_full(Budget.UNDOING, greedy)
    assert not kernel.is_full(Budget.DOING, other)
    kernel.advance(1.0)
    kernel.expire()
    kernel.take()
    assert not kernel.is_full(Budget.DOING, greedy)
