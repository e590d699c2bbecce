"""What the types share."""

import pytest

from cardswitch.gateway.shop.types.adapter import attempt_in


@pytest.mark.parametrize("said", ["", "x", "-1", "\u0661", "1" * 4, None, ["1"], "../1"])
def test_a_try_that_is_no_number_is_none(said):
    assert attempt_in({"attempt": said}) == ""
