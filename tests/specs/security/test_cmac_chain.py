"""CMAC in pieces against that of the whole, which has its known answers elsewhere."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cardswitch.specs.errors import CryptoError
from cardswitch.specs.security.cmac import generate_cmac_aes, generate_cmac_tdes
from cardswitch.specs.security.cmac_chain import (
    chain_cmac_aes,
    chain_cmac_tdes,
    finish_cmac_aes,
    finish_cmac_tdes,
)
from cardswitch.specs.security.errors import KeyRefused

AES = chain_cmac_aes, finish_cmac_aes, generate_cmac_aes, 16
TDES = chain_cmac_tdes, finish_cmac_tdes, generate_cmac_tdes, 8


@pytest.mark.parametrize(("cipher", "lengths"), [(AES, (16, 24, 32)), (TDES, (16, 24))])
@given(st.data())
def test_pieces_give_the_cmac_of_the_whole(cipher, lengths, data) -> None:
    chain, finish, whole, block = cipher
    length = data.draw(st.sampled_from(lengths))
    key = data.draw(st.binary(min_size=length, max_size=length))
    sizes = data.draw(st.lists(st.integers(1, 3), max_size=3))
    pieces = [data.draw(st.binary(min_size=block * n, max_size=block * n)) for n in sizes]
    last = data.draw(st.binary(min_size=1 if pieces else 0, max_size=3 * block))
    iv = bytes(block)
    for piece in pieces:
        iv = chain(key, piece, iv)
    assert finish(key, last, iv) == whole(key, b"".join(pieces) + last)


@pytest.mark.parametrize("cipher", [AES, TDES])
def test_what_is_refused(cipher) -> None:
    chain, finish, _, block = cipher
    for wrong in (b"", b"x" * (block - 1)):
        with pytest.raises(CryptoError):
            chain(bytes(16), wrong)
    for call in (chain, finish):
        with pytest.raises(KeyRefused):
            call(bytes(8), bytes(block))
        with pytest.raises(CryptoError):
            call(bytes(16), bytes(block), b"iv")
