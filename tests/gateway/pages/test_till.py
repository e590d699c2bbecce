"""An offer is a value: nothing in it changes."""

import pytest

from tests.gateway.pages.fakes import OFFER


def test_an_offer_does_not_change():
    with pytest.raises(AttributeError):
        OFFER.total = 1
