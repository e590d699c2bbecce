"""Messages changed by words."""

import pytest

from cardswitch.lab.messages.changes import changed
from cardswitch.specs.dialect import load_dialect
from cardswitch.specs.errors import FormatError
from cardswitch.specs.message import Message

POS = load_dialect("pos")
SALE = Message("0200", {3: "000000", 11: "000001"})


@pytest.mark.parametrize(
    ("changes", "deletions", "expected"),
    [
        (["4=000000001051"], [], Message("0200", {3: "000000", 4: "000000001051", 11: "000001"})),
        (["mti=0420"], ["3"], Message("0420", {11: "000001"})),
        (["header=6000010000"], [], Message("0200", SALE.fields, bytes.fromhex("6000010000"))),
        (["header="], [], SALE),
        (["3.1=20"], [], Message("0200", {3: "200000", 11: "000001"})),
    ],
)
def test_fields_parts_type_and_header(changes, deletions, expected):
    found = changed(POS, SALE, changes, deletions)
    assert (found.mti, dict(found.fields), found.header) == (
        expected.mti, dict(expected.fields), expected.header,
    )  # fmt: skip


@pytest.mark.parametrize("change", ["4", "mti=42", "mti=02a0", "header=xyz", "3.1=2", "abc=1"])
def test_what_changes_nothing_is_refused(change):
    with pytest.raises(FormatError):
        changed(POS, SALE, [change])
