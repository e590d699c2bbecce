"""gzip is unpacked, and bounded after that."""

import gzip

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cardswitch.lab.messages import expanded as module
from cardswitch.lab.messages.expanded import expanded
from cardswitch.specs.errors import FormatError


@given(st.binary(), st.integers(1, 50), st.integers(0, 40))
def test_what_is_packed_comes_out_whatever_the_chunks_are(data, size, filling):
    packed = gzip.compress(data) + gzip.compress(data) + bytes(filling)
    chunks = [packed[at : at + size] for at in range(0, len(packed), size)]
    assert b"".join(expanded(chunks)) == data + data


@given(st.binary().filter(lambda data: not data.startswith(b"\x1f\x8b\x08")))
def test_all_else_stays_as_it_is(data):
    assert b"".join(expanded([data])) == data


def test_a_small_file_that_unpacks_to_too_much_is_refused(monkeypatch):
    monkeypatch.setattr(module, "EXPANDED_SIZE_MAX", 1 << 20)
    with pytest.raises(FormatError, match="when unpacked"):
        for _ in expanded([gzip.compress(bytes(1 << 24))]):
            pass


@pytest.mark.parametrize("cut", [slice(0, -4), slice(0, 15)])
def test_what_breaks_off_is_refused(cut):
    with pytest.raises(FormatError, match="gzip that is whole"):
        list(expanded([gzip.compress(b"0800" * 99)[cut]]))


def test_damage_is_refused():
    packed = bytearray(gzip.compress(b"0800" * 99))
    packed[12] ^= 0xFF
    with pytest.raises(FormatError, match="gzip that is whole"):
        list(expanded([bytes(packed)]))
