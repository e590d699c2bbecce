"""Cards: what the stripe holds, how one is found, and that none shows its number."""

import pytest

from cardswitch.specs.errors import EncodeError, Error
from cardswitch.specs.tracks import personal_data, unpack_track2
from cardswitch.terminal.customer.card import Card, find_card

GOOD = Card(
    pan="9999990000000014",
    expiry="3012",
    service_code="201",
    pvki="1",
    pvv="1234",
    cvv="567",
    cvv2="890",
    name="GOOD CARD",
    alias="good",
)
RICH = Card(pan="9999990000000022", expiry="3112", alias="rich")


def test_the_stripe_reads_back():
    track = unpack_track2(GOOD.track2)
    assert (track.pan, track.expiry, track.service_code) == (GOOD.pan, "3012", "201")
    assert personal_data(track) == ("1", "1234", "567")


@pytest.mark.parametrize("digits", range(8, 20))
def test_the_stripe_is_always_full(digits):
    assert len(Card(pan="9" * digits, expiry="3012").track2) == 37


def test_a_stripe_of_letters_is_refused():
    with pytest.raises(EncodeError):
        _ = Card(pan="9999990000000014", expiry="3012", cvv="12A").track2


def test_a_card_shows_no_number():
    assert GOOD.pan not in repr(GOOD)
    assert "567" not in repr(GOOD)


def test_altered_changes_what_it_is_told():
    other = GOOD.altered(expiry="2401", cvv="999")
    assert (other.expiry, other.cvv, other.cvv2) == ("2401", "999", "999")
    assert GOOD.altered() == GOOD


@pytest.mark.parametrize("wanted", ["rich", RICH.pan])
def test_found_by_alias_or_number(wanted):
    assert find_card([GOOD, RICH], wanted) is RICH


def test_a_number_that_is_not_listed_needs_its_expiry():
    with pytest.raises(Error, match="expiry"):
        find_card([GOOD], "4242424242424242")
    assert find_card([GOOD], "4242424242424242", "3001").expiry == "3001"


@pytest.mark.parametrize("wanted", ["", "goood", "4242 4242", "٣" * 16])
def test_an_unknown_alias_names_those_there_are(wanted):
    with pytest.raises(Error, match="good, rich"):
        find_card([GOOD, RICH], wanted, "3012")
