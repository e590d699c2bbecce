"""Session keys by the key tree of EMV2000, against pyemv."""

import pyemv
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cardswitch.specs.errors import CryptoError
from cardswitch.specs.security.emv_tree import HEIGHTS, derive_session_key_emv2000_tree
from cardswitch.specs.security.errors import KeyRefused

# The oracle uses names that its library wants to retire; ours must not.
ORACLE = pytest.mark.filterwarnings("ignore::cryptography.utils.CryptographyDeprecationWarning")
KEYS = st.binary(min_size=16, max_size=16)
KEY = bytes.fromhex("0123456789ABCDEFFEDCBA9876543210")


@ORACLE
@given(KEYS, st.binary(min_size=2, max_size=2), st.sampled_from(sorted(HEIGHTS)), KEYS)
def test_pyemv_derives_the_same(key, atc, branch_factor, iv):
    theirs = pyemv.kd.derive_emv2000_tree_sk(key, atc, HEIGHTS[branch_factor], branch_factor, iv)
    assert derive_session_key_emv2000_tree(key, atc, branch_factor, iv) == theirs


def test_every_tree_has_a_leaf_for_every_atc():
    assert all(factor**height == 0x10000 for factor, height in HEIGHTS.items())


@pytest.mark.parametrize(
    ("key", "atc", "iv"),
    [(KEY[:8], bytes(2), bytes(16)), (KEY, bytes(3), bytes(16)), (KEY, bytes(2), bytes(8))],
)
def test_wrong_lengths_are_refused(key, atc, iv):
    with pytest.raises((KeyRefused, CryptoError)):
        derive_session_key_emv2000_tree(key, atc, 4, iv)


def test_other_trees_are_refused():
    with pytest.raises(ValueError, match="2 or 4"):
        derive_session_key_emv2000_tree(KEY, bytes(2), 3)
