"""Blocks of TDES and AES: ECB and CBC go by the initial vector."""

import pytest

from cardswitch.specs.errors import CryptoError
from cardswitch.specs.security.ciphers import block_length, decrypt_blocks, encrypt_blocks

# SP 800-38A, F.2.1: the second block tells whether they are chained.
KEY = bytes.fromhex("2B7E151628AED2A6ABF7158809CF4F3C")
IV = bytes(range(16))
DATA = bytes.fromhex("6BC1BEE22E409F96E93D7E117393172AAE2D8A571E03AC9C9EB76FAC45AF8E51")
CHAINED = bytes.fromhex("7649ABAC8119B246CEE98E9B12E9197D5086CB9B507219EE95DB113A917678B2")


def test_an_initial_vector_chains_blocks() -> None:
    assert encrypt_blocks(KEY, DATA, IV, aes=True) == CHAINED
    assert decrypt_blocks(KEY, CHAINED, IV, aes=True) == DATA


@pytest.mark.parametrize("aes", [True, False])
def test_what_is_encrypted_is_decrypted(aes: bool) -> None:
    size = block_length(aes=aes)
    for iv in (b"", bytes(size)):
        data = encrypt_blocks(KEY, bytes(3 * size), iv, aes=aes)
        assert decrypt_blocks(KEY, data, iv, aes=aes) == bytes(3 * size)
        assert (data[:size] == data[size : 2 * size]) == (not iv)


@pytest.mark.parametrize("aes", [True, False])
def test_half_a_block_is_refused(aes: bool) -> None:
    with pytest.raises(CryptoError):
        encrypt_blocks(KEY, bytes(7), aes=aes)
