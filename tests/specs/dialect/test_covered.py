"""Over what bytes a MAC is made, in several dialects, and in which field it stands."""

import pytest

from cardswitch.specs.dialect import load_dialect
from cardswitch.specs.dialect.covered import covered, mac_field
from cardswitch.specs.message import Message

SALE = Message("0200", {3: "000000", 4: "000000001250", 11: "000007", 41: "TERM0001", 52: "AB" * 8})
REVERSAL = Message("0420", {3: "000000", 11: "000008", 90: "0" * 42})
DIALECTS = ("iso87-ascii", "iso87-binary", "iso87-ebcdic", "pos")


@pytest.mark.parametrize(("message", "field"), [(SALE, 64), (REVERSAL, 128)])
def test_a_mac_stands_in_the_last_field_of_the_last_bitmap(message, field):
    assert mac_field(message) == field
    assert mac_field(message.with_fields({field: "00" * 8})) == field


@pytest.mark.parametrize("name", DIALECTS)
@pytest.mark.parametrize("message", [SALE, REVERSAL], ids=["64", "128"])
def test_it_covers_all_bytes_before_it_whatever_it_is(name, message):
    dialect = load_dialect(name)
    field, mac = mac_field(message), "0123456789ABCDEF"
    whole = dialect.pack(message.with_fields({field: mac}))
    data = covered(dialect, message)
    assert whole.startswith(data)
    assert len(whole) - len(data) in (8, 16)
    assert covered(dialect, message.with_fields({field: mac})) == data
    assert covered(dialect, dialect.unpack(whole)) == data


def test_by_hand():
    message = Message("0800", {11: "000007", 41: "TERM0001"})
    assert covered(load_dialect("iso87-ascii"), message) == (
        b"0800" + b"0020000000800001" + b"000007" + b"TERM0001"
    )


def test_of_chosen_fields_the_values_count():
    dialect = load_dialect("iso87-binary")
    assert covered(dialect, SALE, (0, 11, 4, 37, 52)) == (
        b"0200" + b"000007" + b"000000001250" + bytes.fromhex("AB" * 8)
    )
