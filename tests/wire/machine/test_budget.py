"""What a flow is for decides how many of its kind there may be."""

import pytest

from cardswitch.wire.machine.budget import NEVER, Budget, Limits


@pytest.mark.parametrize(
    ("budget", "most"),
    [(Budget.DOING, 3), (Budget.UNDOING, 2), (Budget.PENDING, 1), (Budget.CARING, NEVER)],
)
def test_each_has_a_bound_of_its_own(budget, most):
    assert Limits(flows_max=3, undoing_max=2, pending_max=1).of(budget) == most
