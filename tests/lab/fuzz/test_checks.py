"""Each check notices a reader that is wrong in its way."""

import pytest

from cardswitch.lab.fuzz import checks
from cardswitch.lab.fuzz.subjects import our_reader
from cardswitch.specs.dialect import load_dialect
from cardswitch.specs.message import Message

ASCII = load_dialect("iso87-ascii")
OURS = our_reader(ASCII)
SALE = Message("0200", {2: "9999991234567890", 3: "000000", 11: "000007", 55: "9F36028001"})
WIRE = ASCII.pack(SALE)


@pytest.mark.parametrize("check", checks.CHECKS)
def test_all_is_well_with_our_own(check):
    assert check(OURS, WIRE, SALE) == ""


def test_other_bytes_than_came():
    assert checks.roundtrip(OURS, WIRE, SALE.without(3)) == "other bytes are written"
    assert checks.lazy(OURS, WIRE, SALE.without(3)) == "other values are read"


def test_two_readers_of_ours_that_differ(monkeypatch):
    monkeypatch.setattr(checks, "unpack_by_table", lambda *_: SALE.with_fields({3: "1"}))
    assert checks.walk(OURS, WIRE, SALE) == "other values are read"


class OtherReference:
    def __init__(self, message):
        self.message = message

    def read(self, data):
        return self.message


@pytest.mark.parametrize(
    ("message", "said"),
    [
        (None, ""),
        (SALE, ""),
        (SALE.with_fields({3: "1"}), "another value of field 3"),
        (SALE.without(11), "another value of field 11"),
    ],
)
def test_another_opinion_counts_where_there_is_one(monkeypatch, message, said):
    monkeypatch.setattr(checks, "reference_of", lambda dialect: OtherReference(message))
    assert checks.reference(OURS, WIRE, SALE) == said


def test_another_opinion_on_chip_data(monkeypatch):
    monkeypatch.setattr(checks, "read_chip", lambda data: ())
    assert checks.chip(OURS, WIRE, SALE) == "other objects than construct reads"
    monkeypatch.setattr(checks, "pack_tlv", lambda objects: "")
    assert checks.chip(OURS, WIRE, SALE) == "other objects are written"


def test_chip_data_that_is_none_is_no_fault():
    assert checks.chip(OURS, WIRE, SALE.with_fields({55: "9F36"})) == ""


def test_parts_that_do_not_come_back(monkeypatch):
    monkeypatch.setattr(type(ASCII.form.parts["3"]), "join", lambda self, parts: b"")
    said = checks.parts(OURS, WIRE, Message("0200", {3: "000000"}))
    assert said == "other octets are written to 3"
