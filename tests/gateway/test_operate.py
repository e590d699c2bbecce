"""The operator's verbs: what is no text is refused, and nothing is done."""

import asyncio

import pytest

from cardswitch.gateway.operate import VERBS, operator_verbs
from cardswitch.specs.errors import Error


@pytest.mark.parametrize(
    ("verb", "told", "match"),
    [
        ("trigger", {"type": 1}, "type: expected text"),
        ("trigger", {"type": "charge.failed", "merchant": "X"}, "expected one of SHOP"),
        ("resend", {"event": ["evt_1"]}, "event: expected text"),
    ],
)
def test_what_is_wrong_is_named(verb, told, match):
    with pytest.raises(Error, match=match):
        asyncio.run(operator_verbs(None, ("SHOP",))[verb](told))


def test_the_verbs_are_those_that_a_gateway_which_does_not_lead_refers():
    assert {*operator_verbs(None, ()), "vault_status", "vault_rotate"} == set(VERBS)
