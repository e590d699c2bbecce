"""How the fields of messages are shown."""

import pytest
from hypothesis import given

from cardswitch.lab.messages.showing import show
from cardswitch.lab.messages.views.fields import FieldsView
from cardswitch.specs.dialect import load_dialect
from cardswitch.specs.fuzzing.strategies import messages
from cardswitch.specs.message import Message

ASCII = load_dialect("iso87-ascii")
PAN = "9999990000000014"
CHIP = "9F3602003C" + "E1055F34020001" + "5A08" + PAN
SALE = Message("0200", {2: PAN, 35: f"{PAN}=30121010000012300000", 43: "SHOP\x1b[2J", 55: CHIP})


def test_values_and_their_parts_are_sizes_unless_unsafe():
    text = "\n".join(FieldsView().lines(show(ASCII, SALE)))
    for hidden in PAN, "3012101", "\x1b":
        assert hidden not in text
    for shown in "999999******0014", "card number", "(16)", "9F36", "003C", "  5F34", "\\x1b":
        assert shown in text


def test_values_and_their_parts_are_shown_if_unsafe():
    lines = [line.split() for line in FieldsView().lines(show(ASCII, SALE, unsafe=True))]
    assert ["2", "primary", "account", "number", PAN] in lines
    assert ["card", "number", PAN] in lines
    assert ["expiry", "(YYMM)", "3012"] in lines
    assert ["9F36", "application", "transaction", "counter", "003C"] in lines
    assert ["E1", "unknown"] in lines
    assert any(line[0] == "5F34" and line[-1] == "0001" for line in lines if line)


@pytest.mark.parametrize("fields", [{35: f"{PAN}=29"}, {55: "9F36"}])
def test_what_cannot_be_taken_apart_says_why(fields):
    text = "\n".join(FieldsView().lines(show(ASCII, Message("0200", fields))))
    assert "cannot be taken apart" in text
    assert PAN not in text


@given(messages(ASCII))
def test_every_message_can_be_shown(message):
    lines = FieldsView().lines(show(ASCII, message))
    assert len(lines) > len(message.fields)
    assert len(FieldsView().lines(show(ASCII, message, unsafe=True))) == len(lines)


def test_chip_data_says_what_its_bits_mean():
    lines = FieldsView().lines(show(ASCII, Message("0200", {55: "95058000000000"})))
    assert [line.split(maxsplit=1) for line in lines[-1:]] == [
        ["1.8", "offline data authentication not performed"]
    ]
    assert lines[-2].endswith("8000000000")
    said = FieldsView().document(show(ASCII, Message("0200", {55: "95058000000000"})))
    assert said["parts"]["55.95"]["words"] == ["1.8 offline data authentication not performed"]
