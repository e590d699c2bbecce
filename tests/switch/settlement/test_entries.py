"""An entry's hash covers all that belongs to it, and each is chained to the one before."""

import pytest
from msgspec.structs import replace

from cardswitch.specs.errors import Error
from cardswitch.switch.settlement.entries import BankEntry, BankSheet, bank_head, numbered
from cardswitch.switch.settlement.ledger import Posting
from cardswitch.switch.settlement.matching import Matched

ENTRY = BankEntry(
    number=1, closes=2, at=3.0, kind="statement", name="a", message="M", content_sha256="00"
)
SHEET = BankSheet(
    entry=ENTRY,
    content=b"a",
    lines=(Matched(outcome="booked"), Matched(outcome="twice")),
    postings=(Posting("a:1", "", "a", "978", 1), Posting("a:1", "", "b", "978", -1)),
)


@pytest.mark.parametrize("field", sorted({*BankEntry.__struct_fields__} - {"sha256", "head"}))
def test_every_field_of_an_entry_counts(field):
    value = getattr(ENTRY, field)
    other = value + 1 if isinstance(value, int | float) else f"{value}x"
    changed = replace(SHEET, entry=replace(ENTRY, **{field: other}))
    assert changed.computed() != SHEET.computed()


@pytest.mark.parametrize(
    "changed",
    [{"content": b"b"}, {"lines": SHEET.lines[::-1]}, {"lines": SHEET.lines[:1]}, {"postings": ()}],
)
def test_all_that_belongs_to_it_counts(changed):
    assert replace(SHEET, **changed).computed() != SHEET.computed()


def test_postings_have_no_order():
    assert replace(SHEET, postings=SHEET.postings[::-1]).computed() == SHEET.computed()


def test_each_is_chained_to_the_one_before():
    first = numbered(SHEET, [])
    assert first.entry.sha256 == SHEET.computed() == first.computed()
    assert first.entry.head == bank_head("", first.entry.sha256)
    second = numbered(replace(SHEET, entry=replace(ENTRY, number=2)), [first.entry])
    assert second.entry.head == bank_head(first.entry.head, second.entry.sha256)
    with pytest.raises(Error, match="entry 1 cannot be booked: the next one is 2"):
        numbered(SHEET, [first.entry])
