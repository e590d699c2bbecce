"""Which events are followed: of a type, of a merchant."""

import pytest

from cardswitch.gateway.following import Followed
from tests.kit.events import event


@pytest.mark.parametrize(
    ("which", "wanted"),
    [
        (Followed(), True),
        (Followed(types=("payment_intent.created", "charge.failed")), True),
        (Followed(types=("charge.failed",)), False),
        (Followed(merchant="SHOP"), True),
        (Followed(merchant="KIOSK"), False),
    ],
)
def test_an_event_is_wanted_by_its_type_and_merchant(which, wanted):
    assert which.wants(event()) is wanted
