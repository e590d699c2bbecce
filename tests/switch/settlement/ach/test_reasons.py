"""Codes of returns and changes, in words."""

import pytest

from cardswitch.switch.settlement.ach.reasons import ACH_REASONS
from cardswitch.switch.settlement.formats.reasons import in_words

achkit = pytest.importorskip("achkit", reason="the oracle achkit is not installed")


def test_codes_that_a_credit_can_have_are_known():
    of_debits = {"R05", "R07", "R08", "R09", "R10", "R11"}
    known = {*achkit.RETURN_CODES, *achkit.CHANGE_CODES}
    assert known - of_debits <= ACH_REASONS.keys()
    assert in_words("R02") == "the account is closed"
    assert in_words("R99") == "a reason that is not in our table"
