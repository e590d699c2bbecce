"""Track 2 taken apart."""

import pytest

from cardswitch.lab.messages.views.parts import Part
from cardswitch.lab.messages.views.track2 import track2_parts
from cardswitch.specs.errors import FormatError

PAN = "9999990000000014"


def test_a_track_has_four_parts():
    assert list(track2_parts(f"{PAN}=30121010000")) == [
        Part("card number", PAN),
        Part("expiry (YYMM)", "3012"),
        Part("service code", "101"),
        Part("discretionary data", "0000"),
    ]


def test_what_is_no_track_is_refused_without_its_card_number():
    with pytest.raises(FormatError) as refused:
        list(track2_parts(f"{PAN}=29"))
    assert PAN not in str(refused.value)
