"""Totals of a batch: they are read as they were written, and what is wrong is named."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cardswitch.specs.errors import Decline, EncodeError
from cardswitch.specs.message import Message
from cardswitch.specs.transactions.totals import (
    Side,
    Totals,
    is_batch,
    pack_days,
    pack_totals,
    read_days,
    read_totals,
    total,
)

SIDES = st.builds(Side, st.integers(0, 10**10 - 1), st.integers(0, 10**16 - 1))
TOTALS = st.builds(Totals, SIDES, SIDES)
TWO = Totals(Side(2, 3000), Side(1, 500))
FIELDS = pack_totals(TWO)


@given(TOTALS)
def test_what_is_written_is_read(totals):
    assert read_totals(Message("0500", pack_totals(totals))) == totals


def test_where_they_stand():
    assert FIELDS == {
        74: "0000000001", 75: "0000000000", 76: "0000000002", 77: "0000000000",
        86: "0000000000000500", 87: "0000000000000000",
        88: "0000000000003000", 89: "0000000000000000",
        97: "D0000000000002500",
    }  # fmt: skip


def test_what_was_undone_is_taken_off():
    said = {**FIELDS, 76: "0000000003", 77: "0000000001"}
    said |= {88: "0000000000004250", 89: "0000000000001250"}
    assert read_totals(Message("0500", said)) == TWO


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({74: None}, "74"),
        ({89: None}, "89"),
        ({76: "00000000x2"}, "76"),
        ({88: ""}, "88"),
        ({97: None}, "97"),
        ({97: "C0000000000002500"}, "97"),
        ({97: "D0000000000002501"}, "97"),
        ({78: "0000000001"}, "78"),
        ({85: "000000000100"}, "85"),
    ],
)
def test_what_is_missing_or_wrong_is_named(changes, field):
    fields = {n: v for n, v in {**FIELDS, **changes}.items() if v is not None}
    with pytest.raises(Decline) as declined:
        read_totals(Message("0500", fields))
    assert (declined.value.code, declined.value.field) == ("30", field)


def test_nothing_has_either_sign():
    fields = pack_totals(Totals())
    for sign in "CD":
        assert read_totals(Message("0500", {**fields, 97: sign + "0" * 16})) == Totals()


@pytest.mark.parametrize(
    ("totals", "field"),
    [
        (Totals(Side(1, 10**16)), "88"),
        (Totals(Side(), Side(1, 10**16)), "86"),
        (Totals(Side(10**10, 1)), "76"),
        (Totals(Side(), Side(10**10, 1)), "74"),
    ],
)
def test_what_is_too_large_is_named_and_never_cut(totals, field):
    with pytest.raises(EncodeError) as error:
        pack_totals(totals)
    assert error.value.field == field


@given(st.dictionaries(st.dates().map(str), TOTALS, max_size=16))
def test_days_are_read_as_they_were_written(days):
    assert read_days(pack_days(days)) == days


def test_of_too_many_days_the_oldest_are_one_and_no_cent_is_lost():
    days = {f"2026-01-{n:02}": Totals().plus(n) for n in range(1, 32)}
    packed = pack_days(days)
    found = read_days(packed)
    assert len(packed) <= 999
    assert len(found) == 16
    assert total(found.values()) == total(days.values())
    assert found["2026-01-16"] == total(days[f"2026-01-{n:02}"] for n in range(1, 17))


def test_two_runs_of_a_date_are_two_days():
    days = {"2026-11-28": TWO, "2026-11-28-2": TWO, "2026-11-28-10": TWO}
    assert list(read_days(pack_days(days)).items()) == list(days.items())


def test_runs_of_a_date_that_have_three_digits_are_told_with_the_99th():
    days = {f"2026-11-28-{run}": TWO for run in (98, 99, 100, 101)}
    found = read_days(pack_days(days))
    assert list(found) == ["2026-11-28-98", "2026-11-28-99"]
    assert total(found.values()) == total(days.values())


@pytest.mark.parametrize("value", ["", "1", "x" * 62, "2026"])
def test_what_is_no_list_of_days_is_nothing(value):
    assert read_days(value) == {}


@pytest.mark.parametrize("value", ["1", "000007", "123456"])
def test_a_number_of_a_batch(value):
    assert is_batch(value)


@pytest.mark.parametrize("value", ["", "1234567", "12a", " 1"])
def test_what_is_none(value):
    assert not is_batch(value)
