"""Protection of key blocks: derived keys, and nothing opened that was not protected so."""

import psec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cardswitch.specs.security.errors import KeyBlockRefused, KeyRefused
from cardswitch.specs.security.tr31_crypto import (
    MAC_LENGTHS,
    derive_keys_tr31,
    open_tr31,
    protect_tr31,
)

# The oracle uses names that its library wants to retire; ours must not.
ORACLE = pytest.mark.filterwarnings("ignore::cryptography.utils.CryptographyDeprecationWarning")
VERSIONS = st.sampled_from("ABCD")
HEADER = b"B0080P0TE00N0000"


@ORACLE
@settings(deadline=None)
@given(VERSIONS, st.sampled_from([16, 24, 32]), st.data())
def test_the_oracle_derives_the_same_keys(version: str, length: int, data: st.DataObject) -> None:
    kbpk = data.draw(st.binary(min_size=length, max_size=length))
    if length == 32 and version != "D":
        with pytest.raises(KeyRefused):
            derive_keys_tr31(version, kbpk)
        return
    block = psec.tr31.KeyBlock(kbpk, psec.tr31.Header(version))
    derive = {"A": block._c_derive, "B": block._b_derive, "C": block._c_derive}
    assert derive_keys_tr31(version, kbpk) == derive.get(version, block._d_derive)()


@settings(deadline=None)
@given(VERSIONS, st.binary(min_size=16, max_size=16), st.integers(1, 4), st.data())
def test_what_is_protected_is_opened_by_nobody_else(
    version: str, kbpk: bytes, count: int, data: st.DataObject
) -> None:
    clear = bytes(range(16)) * count
    payload, mac = protect_tr31(version, kbpk, HEADER, clear)
    assert (len(payload), len(mac)) == (len(clear), MAC_LENGTHS[version])
    assert open_tr31(version, kbpk, HEADER, payload, mac) == clear

    parts = [HEADER, payload, mac]
    which = data.draw(st.integers(0, 2))
    changed = bytearray(parts[which])
    changed[data.draw(st.integers(0, len(changed) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    parts[which] = bytes(changed)
    with pytest.raises(KeyBlockRefused) as refused:
        open_tr31(version, kbpk, *parts)
    assert refused.value.reason == "mac"


def test_the_two_keys_are_not_the_same_nor_the_kbpk() -> None:
    for version in "ABCD":
        kbpk = bytes(range(16))
        assert len({kbpk, *derive_keys_tr31(version, kbpk)}) == 3


@pytest.mark.parametrize(("version", "length"), [("A", 8), ("B", 8), ("C", 32), ("D", 8)])
def test_a_kbpk_of_another_length_is_refused(version: str, length: int) -> None:
    for call in (
        lambda: protect_tr31(version, bytes(length), HEADER, bytes(16)),
        lambda: open_tr31(version, bytes(length), HEADER, bytes(16), bytes(MAC_LENGTHS[version])),
    ):
        with pytest.raises(KeyRefused) as refused:
            call()
        assert refused.value.reason == "length"
        assert str(length) in str(refused.value)
