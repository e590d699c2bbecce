"""specs.interop.drafts: numbers, names and losses."""

import pytest

from cardswitch.specs.dialect.file import DialectFile
from cardswitch.specs.errors import DialectError
from cardswitch.specs.interop.drafts import NAME_LENGTH_MAX, Draft, Loss, plain_name


@pytest.mark.parametrize("text", ["", "+5", "-5", " 5", "5 ", "1_6", "٣", "0x5", "5.0", "9" * 99])
def test_numbers_are_digits_alone(text):
    with pytest.raises(DialectError, match=r"^a\.xml, line 3: length: a number of 1 to 99"):
        Draft("a.xml").number(3, "length", text, 1, 99)


@pytest.mark.parametrize("text", ["0", "100"])
def test_numbers_have_limits(text):
    with pytest.raises(DialectError, match=f"seen {text}$"):
        Draft("a.xml").number(0, "length", text, 1, 99)


def test_the_same_loss_counts_once_and_losses_stand_by_line():
    draft = Draft("a.xml")
    for line in (7, 2, 7):
        draft.lose(line, "field 4", "left out")
    written = DialectFile(version="0", encodings={"mti": "ascii", "bitmap": "hex"})
    imported = draft.done(written)
    assert imported.losses == (Loss("field 4", "left out", 2), Loss("field 4", "left out", 7))
    assert str(imported.losses[0]) == "line 2: field 4: left out"


def test_what_is_no_dialect_is_not_given_away():
    with pytest.raises(DialectError, match=r"^a\.xml: encodings\.mti"):
        Draft("a.xml").done(DialectFile(version="0"))


def test_names_are_bounded():
    assert plain_name("\x1b\u202e\ud800", "field 2") == "field 2"
    assert len(plain_name("x" * 999, "")) == NAME_LENGTH_MAX
