"""The settings: one limit fits into the next, and what is left out is safe."""

import pytest

from cardswitch.switch.core.settings import ListenerSettings, Route, Settings, Upstream

POS = ListenerSettings(serves="merchants")
SETTINGS = Settings(
    listeners={"pos": POS}, upstreams={"issuer": Upstream()}, routes=(Route("pos", "issuer"),)
)


def test_a_route_without_bins_takes_every_card_of_every_merchant():
    assert Route("pos", "issuer") == Route("pos", "issuer", bins=("",), merchants=())


def test_a_purchase_ends_within_five_seconds():
    assert SETTINGS.hsm_timeout_s + Upstream().timeout_s < 5.0


def test_pauses_grow_to_their_limit():
    assert 0 < SETTINGS.reversal_pause_s < SETTINGS.reversal_pause_max_s


def test_an_upstream_is_signed_on_to_unless_told_otherwise():
    assert Upstream().sign_on


def test_nobody_says_00_to_what_is_unknown_or_names_by_trace_number_unless_told_to():
    assert POS.unknown_reversal == "25"
    assert POS.reversal_by == ("original_data", "rrn")
    assert POS.repeat_of_unknown == "perform"


@pytest.mark.parametrize("value", [SETTINGS, POS, Upstream(), Route("pos", "issuer")])
def test_nobody_changes_a_setting(value):
    with pytest.raises(AttributeError, match="immutable"):
        setattr(value, value.__struct_fields__[0], None)
