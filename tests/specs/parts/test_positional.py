"""specs.parts.positional: parts in order, early ends on their borders, groups to the end."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cardswitch.specs.dialect import load_dialect
from cardswitch.specs.errors import DecodeError, EncodeError
from cardswitch.specs.parts.layout import PARTS_MAX

PARTS = load_dialect(str(Path(__file__).parents[2] / "vectors" / "parts_dialect.toml")).form.parts
ALL_KINDS = PARTS["120"]
GROUPS = PARTS["54"]
GROUP = b"1002978C000000001250"

values = st.tuples(
    st.text("0123456789", min_size=1, max_size=19),
    st.text("ABC -", min_size=3, max_size=3),
    st.text("0123456789ABCDEF", min_size=4, max_size=4),
    st.builds(str.__add__, st.sampled_from("CD"), st.text("0123456789", min_size=4, max_size=4)),
)


def keys_and_values(parts):
    return [(part.key, part.value) for part in parts]


@given(values, st.integers(0, 4))
def test_parts_come_back_and_may_end_early(given_values, count):
    made = [ALL_KINDS.make(str(n), value) for n, value in enumerate(given_values[:count], 1)]
    octets = ALL_KINDS.join(made)
    parts = ALL_KINDS.split(octets)
    assert keys_and_values(parts) == keys_and_values(made)
    assert ALL_KINDS.join(parts) == octets
    assert [octets[part.start : part.end] for part in parts] == [part.raw for part in parts]


@given(values, st.integers(1, 34))
def test_an_end_within_a_part_is_refused(given_values, cut):
    made = [ALL_KINDS.make(str(n), value) for n, value in enumerate(given_values, 1)]
    octets = ALL_KINDS.join(made)
    borders = {sum(len(one.raw) for one in made[:n]) for n in range(5)}
    if cut in borders or cut > len(octets):
        return
    with pytest.raises(DecodeError):
        ALL_KINDS.split(octets[:cut])


@given(st.binary(max_size=40))
def test_anything_is_split_and_joined_or_refused_by_name(octets):
    try:
        parts = ALL_KINDS.split(octets)
    except DecodeError:
        return
    assert ALL_KINDS.join(parts) == octets


def test_bodies_begin_behind_prefixes():
    first, second, *_ = ALL_KINDS.split(b"0512345ABC")
    assert (first.start, first.body, first.end) == (0, 2, 7)
    assert (second.start, second.body, second.end) == (7, 7, 10)


def test_only_the_end_moves():
    parts = ALL_KINDS.split(b"0512345ABC")
    third = ALL_KINDS.make("3", "FFFF")
    assert ALL_KINDS.place(parts, third) == [*parts, third]
    assert ALL_KINDS.drop(parts, parts[1]) == parts[:1]
    for refused in (
        lambda: ALL_KINDS.place(parts[:1], third),
        lambda: ALL_KINDS.place([], ALL_KINDS.make("1", "1")),
        lambda: ALL_KINDS.drop(parts, parts[0]),
        lambda: ALL_KINDS.make("5", "1"),
        lambda: ALL_KINDS.make("2", "AB"),
    ):
        with pytest.raises(EncodeError):
            refused()


def test_groups_repeat_to_the_end():
    octets = GROUP * 3
    groups = GROUPS.split(octets)
    assert [group.key for group in groups] == ["1", "2", "3"]
    assert groups[1].value == GROUP.decode()
    assert (groups[1].start, groups[1].body, groups[1].end) == (20, 20, 40)
    assert GROUPS.join(groups) == octets
    assert GROUPS.split(b"") == []


def test_groups_are_counted():
    assert len(GROUPS.split(GROUP * PARTS_MAX)) == PARTS_MAX
    with pytest.raises(DecodeError, match="at most 128 groups") as caught:
        GROUPS.split(GROUP * (PARTS_MAX + 1))
    assert caught.value.offset == 20 * PARTS_MAX


def test_a_new_group_stands_at_the_end():
    groups = GROUPS.split(GROUP)
    second = GROUPS.make("2", GROUP.decode())
    assert GROUPS.join(GROUPS.place(groups, second)) == GROUP * 2
    for key in ("1", "3", "x", ""):
        with pytest.raises(EncodeError, match="group 2 as the next"):
            GROUPS.place(groups, GROUPS.make(key, ""))


@pytest.mark.parametrize("key", ["0", "01", "x", "", "1000", "²", "-1"])
def test_no_group_has_such_a_number(key):
    assert GROUPS.inner(key) is None
    assert GROUPS.inner("7") is not None
