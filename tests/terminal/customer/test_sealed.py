"""A card is sealed with its expiry, and nothing of it can be read without the key."""

import pytest

from cardswitch.specs.errors import CryptoError
from cardswitch.specs.security.vault import AesVault
from cardswitch.terminal.customer.sealed import opened_card, sealed_card
from tests.kit.terminal import CARD

VAULT = AesVault(bytes(32))


def test_a_card_is_opened_with_its_expiry_by_its_own_key_alone():
    sealed = sealed_card(CARD, VAULT)
    assert not {CARD.pan, CARD.expiry} & set(sealed.split())
    assert opened_card(sealed, VAULT) == (CARD.pan, CARD.expiry)
    with pytest.raises(CryptoError):
        opened_card(sealed, AesVault(bytes(31) + b"1"))
