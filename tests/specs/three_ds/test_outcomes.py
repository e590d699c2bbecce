"""What comes of an authentication: a line a case."""

import pytest

from cardswitch.specs.three_ds.outcomes import Outcome, eci_of, not_enrolled, outcome_of


@pytest.mark.parametrize(
    ("status", "reason", "has_cavv", "result", "why", "eci", "goes_on", "liable"),
    [
        ("Y", "", True, "authenticated", None, "05", True, "issuer"),
        ("A", "", True, "attempt_acknowledged", None, "06", True, "issuer"),
        ("Y", "", False, "processing_error", "protocol_error", "07", True, "merchant"),
        ("U", "", False, "processing_error", None, "07", True, "merchant"),
        ("U", "", True, "processing_error", None, "07", True, "merchant"),
        ("C", "", True, "processing_error", "protocol_error", "07", True, "merchant"),
        ("N", "01", False, "failed", "rejected", "07", False, "merchant"),
        ("R", "", True, "failed", "rejected", "07", False, "merchant"),
        ("N", "14", False, "failed", "abandoned", "07", False, "merchant"),
    ],
)
def test_an_outcome(status, reason, has_cavv, result, why, eci, goes_on, liable):
    told = outcome_of(status, reason, is_mastercard=False, has_cavv=has_cavv)
    assert told == Outcome(result=result, reason=why, eci=eci, goes_on=goes_on, liable=liable)


def test_who_cancels_has_not_just_left():
    told = outcome_of("N", "14", is_mastercard=False, has_cavv=False, is_canceled=True)
    assert (told.reason, told.goes_on) == ("canceled", False)


def test_a_merchant_may_want_nothing_without_an_authentication():
    assert not outcome_of("U", is_mastercard=False, has_cavv=False, goes_on=False).goes_on
    assert outcome_of("Y", is_mastercard=False, has_cavv=True, goes_on=False).goes_on


def test_mastercard_has_its_own_indicators():
    assert [eci_of(each, is_mastercard=True) for each in "YAUN"] == ["02", "01", "00", "00"]
    assert not_enrolled(is_mastercard=True).eci == "00"
    assert not_enrolled(is_mastercard=False).reason == "card_not_enrolled"
