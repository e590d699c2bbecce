"""Clearing files, as cardutil writes them."""

import pytest
from cardutil import mciipm
from hypothesis import given
from hypothesis import strategies as st

from cardswitch.lab.messages.inputs import read_items
from cardswitch.lab.messages.records import begins_with_record, read_records
from cardswitch.specs.dialect import load_dialect
from cardswitch.specs.errors import DecodeError
from cardswitch.specs.message import Message

RECORDS = st.lists(st.binary(min_size=1, max_size=700), min_size=1, max_size=8)


def written(records, blocked):
    return mciipm.vbs_list_to_bytes(records, blocked=blocked)


@pytest.mark.parametrize("blocked", [False, True])
@given(records=RECORDS)
def test_what_cardutil_writes_is_read(blocked, records):
    assert list(read_records(written(records, blocked))) == records


@given(st.binary(max_size=60))
def test_any_bytes_are_records_or_refused(data):
    try:
        records = list(read_records(data))
    except DecodeError:
        return
    assert all(records)


@pytest.mark.parametrize("blocked", [False, True])
def test_a_clearing_file_is_told_by_its_beginning(blocked):
    dialect = load_dialect("iso93-ascii")
    message = Message("1240", {11: "000001", 24: "200"})
    wire = dialect.pack(message)
    given = written([wire, wire], blocked)
    items = read_items(given, "auto", dialect)
    assert [item.read(dialect) for item in items] == [message, message]
    assert items[1].origin == "record 2"
    cut = read_items(given[:60] if not blocked else given[:1013], "vbs", dialect)
    assert cut[-1].fault is not None or blocked


@pytest.mark.parametrize("blocked", [False, True])
def test_records_behind_the_end_of_the_file_are_a_fault(blocked):
    given = written([b"1240"] * 2, blocked)
    records = read_records(given + written([b"1442"], blocked))
    assert [next(records), next(records)] == [b"1240", b"1240"]
    with pytest.raises(DecodeError, match="nothing but filling behind the end") as caught:
        next(records)
    end = 1012 if blocked else len(given)
    assert caught.value.offset == end + 3  # the first byte of a length that is not zero


@pytest.mark.parametrize("filling", [b"", bytes(9), b"\x40" * 9, bytes(3) + b"\x40\x40"])
def test_filling_behind_the_end_of_the_file_is_passed_over(filling):
    assert list(read_records(written([b"1240"], False) + filling)) == [b"1240"]


def test_what_is_behind_the_end_of_the_file_is_a_faulty_item():
    dialect = load_dialect("iso93-ascii")
    wire = dialect.pack(Message("1240", {11: "000001", 24: "200"}))
    items = read_items(written([wire], False) * 2, "auto", dialect)
    assert [(item.origin, item.fault is None) for item in items] == [
        ("record 1", True), ("record 2", False),
    ]  # fmt: skip


def test_a_length_alone_is_no_record():
    assert not begins_with_record(bytes.fromhex("00000004"), bool)
    assert begins_with_record(bytes.fromhex("0000000408"), bool)
