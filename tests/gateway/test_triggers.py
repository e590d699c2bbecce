"""Every story of a type leads to an event of that type, by a table that knows the types."""

import pytest

from cardswitch.gateway.outbox.happenings import TYPES
from cardswitch.gateway.triggers import _STORIES


@pytest.mark.parametrize("type_", sorted(_STORIES))
def test_a_type_that_can_be_triggered_is_one(type_):
    assert type_ in TYPES
