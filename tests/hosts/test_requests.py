"""What both hosts do alike with a request."""

import pytest

from cardswitch.hosts.requests import REQUIRED, pan_of, require_fields
from cardswitch.specs.errors import FormatError
from tests.kit.hosts import PAN, purchase, swiped


@pytest.mark.parametrize("number", REQUIRED)
def test_a_missing_field_is_named(number: int) -> None:
    require_fields(purchase())
    with pytest.raises(FormatError) as caught:
        require_fields(purchase().without(number))
    assert caught.value.field == str(number)


def test_a_card_number_stands_in_field_2_or_in_the_track() -> None:
    assert pan_of(purchase()) == pan_of(swiped()) == PAN
    for unreadable in (swiped().without(35), swiped(f35=PAN)):
        with pytest.raises(FormatError) as caught:
            pan_of(unreadable)
        assert caught.value.field == "35"
        assert PAN not in str(caught.value)
