"""A PIN for the card to check, under its key."""

import pytest

from cardswitch.specs.security.errors import CertificateRefused, PinRefused
from cardswitch.specs.security.oda.pins import encipher_pin, fill_length
from tests.kit.samples.oda import CARD

CHALLENGE = bytes.fromhex("B34571E839F2E14F")


def test_the_card_finds_block_challenge_and_fill():
    fill = bytes(range(fill_length(CARD.key)))
    sent = encipher_pin(CARD.key, "1234", CHALLENGE, fill)
    private = CARD._key.private_exponent
    opened = pow(int.from_bytes(sent, "big"), private, CARD.modulus).to_bytes(128, "big")
    assert opened == bytes.fromhex("7F241234FFFFFFFFFF") + CHALLENGE + fill


@pytest.mark.parametrize(
    ("challenge", "length"), [(CHALLENGE[:7], 111), (CHALLENGE, 110), (CHALLENGE, 112)]
)
def test_nothing_may_be_missing(challenge, length):
    with pytest.raises(CertificateRefused):
        encipher_pin(CARD.key, "1234", challenge, bytes(length))


def test_a_pin_has_4_to_12_digits():
    with pytest.raises(PinRefused):
        encipher_pin(CARD.key, "123", CHALLENGE, bytes(111))
