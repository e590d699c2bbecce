"""What differs is named, what it means is said, and card data is masked."""

from cardswitch.lab.messages.views.diff import differences
from cardswitch.specs.dialect import load_dialect
from cardswitch.specs.message import Message

ASCII = load_dialect("iso87-ascii")
PAN, OTHER = "9999991234567890", "9999990000000014"


def test_equal_messages_do_not_differ():
    assert differences(ASCII, Message("0200", {2: PAN}), Message("0200", {2: PAN})) == []


def test_the_whole_comes_first():
    lines = differences(ASCII, Message("0200", {}, b"\x60"), Message("x\x1by", {3: "000000"}))
    assert lines == [
        "header: 60 != not there",
        "MTI: 0200 (1987 financial request, acquirer) != x\\x1by",
        "field   3 processing code: not there != '000000' (purchase)",
    ]


def test_card_data_is_masked_unless_asked_for():
    one, other = Message("0200", {2: PAN, 127: "a"}), Message("0200", {2: OTHER, 127: "b"})
    masked = "\n".join(differences(ASCII, one, other))
    assert PAN not in masked
    assert "'999999******7890' != '999999******0014'" in masked
    assert "field 127 reserved, private: '*** (1)': differ, where they are masked" in masked
    assert f"'{PAN}' != '{OTHER}'" in "\n".join(differences(ASCII, one, other, unsafe=True))


def test_without_a_dialect_numbers_must_do():
    one, other = Message("0210", {39: "00", 200: "1"}), Message("0210", {39: "51"})
    assert differences(None, one, other) == [
        "field  39: '00' != '51'",
        "field 200: '*** (1)' != not there",
    ]


def test_bits_of_chip_data_that_differ_are_named():
    one, other = (
        Message("0200", {55: f"9505{tvr}9B02E800"}) for tvr in ("8000008000", "0000008000")
    )
    assert differences(ASCII, one, other)[1:] == [
        "          55.95 terminal verification results: '8000008000' != '0000008000'",
        "            1.8: 'offline data authentication not performed' != not there",
    ]
