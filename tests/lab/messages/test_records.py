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


def test_a_length_alone_is_no_record():
    assert not begins_with_record(bytes.fromhex("00000004"), bool)
    assert begins_with_record(bytes.fromhex("0000000408"), bool)
