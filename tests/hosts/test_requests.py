"""What both hosts do alike with a request."""

import pytest

from cardswitch.hosts.requests import REQUIRED, InFlight, pan_of, request_digest_of, require_fields
from cardswitch.specs.errors import FormatError
from cardswitch.wire.machine.matching import WAITERS_MAX
from cardswitch.wire.ports import LinkId
from tests.kit.hosts import PAN, purchase, swiped


@pytest.mark.parametrize("number", REQUIRED)
def test_a_missing_field_is_named(number: int) -> None:
    require_fields(purchase())
    with pytest.raises(FormatError) as caught:
        require_fields(purchase().without(number))
    assert caught.value.field == str(number)


def test_waiters_are_one_a_link_and_bounded() -> None:
    request = InFlight("me", "like", LinkId("pos/0"), purchase())
    for n in (1, 2, 3, 0, 4):
        request.wait(LinkId(f"pos/{n}"), purchase())
    assert list(request.waiters) == ["pos/2", "pos/3", "pos/0", "pos/4"]
    assert len(request.waiters) == WAITERS_MAX


def test_a_card_number_stands_in_field_2_or_in_the_track() -> None:
    assert pan_of(purchase()) == pan_of(swiped()) == PAN
    for unreadable in (swiped().without(35), swiped(f35=PAN)):
        with pytest.raises(FormatError) as caught:
            pan_of(unreadable)
        assert caught.value.field == "35"
        assert PAN not in str(caught.value)


@pytest.mark.parametrize("changed", [{"f3": "010000"}, {"f4": "000000000001"}, {"f49": "840"}])
def test_the_request_digest_tells_what_must_agree(changed: dict[str, str]) -> None:
    alike = request_digest_of(purchase(), PAN)
    assert request_digest_of(purchase(f38="1", f12="120000", f52="0"), PAN) == alike
    assert request_digest_of(purchase(**changed), PAN) != alike
    assert request_digest_of(purchase(), "9999990000000022") != alike
    assert PAN not in alike
