"""specs.fuzzing.shrink: less and less, as long as the fault is there, and not for ever."""

from hypothesis import given
from hypothesis import strategies as st

from cardswitch.specs.fuzzing.shrink import shrink


@given(st.binary(max_size=80), st.sets(st.integers(0, 255), min_size=1, max_size=3))
def test_the_fault_stays_and_little_else(data, needed):
    def is_same(candidate):
        return needed <= set(candidate)

    small = shrink(data, is_same)
    if is_same(data):
        assert is_same(small)
        assert len(small) == len(needed)
    assert small == data or is_same(small)


def test_bytes_that_do_not_matter_become_plain():
    assert shrink(b"abcX", lambda data: len(data) == 4 and data[3:] == b"X") == b"000X"
    assert shrink(b"", lambda data: True) == b""


def test_tries_are_counted():
    tries = []
    data = bytes(range(1, 200))
    assert shrink(data, lambda candidate: bool(tries.append(1)), tries_max=50) == data
    assert len(tries) == 50
    assert shrink(data, lambda candidate: True, tries_max=0) == data
