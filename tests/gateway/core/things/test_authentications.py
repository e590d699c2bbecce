"""A challenge has one result."""

import pytest

from cardswitch.gateway.core.things.authentications import Authentication, ended
from cardswitch.specs.three_ds.outcomes import not_enrolled

ASKED = Authentication(
    intent="a" * 22, acs_url="https://acs.example/c", acs_transaction="a", ds_transaction="d",
    is_mastercard=False,
)  # fmt: skip


def test_a_result_is_told_once():
    outcome = not_enrolled(is_mastercard=False)
    told = ended(ASKED, outcome)
    assert told.outcome == outcome
    with pytest.raises(AssertionError):
        ended(told, outcome)
