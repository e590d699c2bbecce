"""Which events are followed: of a type, of a merchant."""

from types import SimpleNamespace

import pytest

from cardswitch.gateway.following import Followed, following
from cardswitch.specs.errors import Error
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


@pytest.mark.parametrize(
    ("which", "said"),
    [
        (Followed(types=("charge.refundd",)), "--type: .*did you mean charge.refunded"),
        (Followed(merchant="SHOP000"), "--merchant: .*did you mean SHOP0001"),
    ],
)
def test_what_never_comes_is_not_waited_for(which, said):
    merchants = [SimpleNamespace(id="SHOP0001")]
    config = SimpleNamespace(merchants=merchants, events="", database="")
    with pytest.raises(Error, match=said):
        next(following(config, which))
