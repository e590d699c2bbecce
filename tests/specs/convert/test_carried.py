"""CVC, address, CAVV and their results in four carriages: each comes back as it was."""

import pytest

from cardswitch.specs.convert.carried import put_ours, put_theirs, take_ours, take_theirs
from cardswitch.specs.dialect import load_dialect
from cardswitch.specs.errors import DecodeError
from cardswitch.specs.message import Message
from cardswitch.specs.tlv import pack_private, unpack_private

CAVV = "XVDeTzxBkwEmmEEzKUSo0i9yrLg="
SAID = {"92": "123", "82": "10115|12", "42": "05", "43": CAVV, "66": "d1", "70": "01/02F"}
SALE = Message("0200", {11: "000007", 48: pack_private(SAID)})
ANSWER = Message("0210", {11: "000007", 39: "00", 44: "8701M8301Z45012"})
PARTS, TAGS = load_dialect("example-carried-parts"), load_dialect("example-carried-tags")
FOUR = ("iso87-binary", "example-carried-parts", "example-carried-tags", "example-carried-2003")


def over(message: Message, dialect) -> tuple[Message, Message]:
    """*message* as *dialect* has it, and as it is again with us."""
    rest, values = take_ours(message, dialect)
    said, losses = put_theirs(rest, values, dialect)
    assert not losses
    rest, values = take_theirs(said, dialect)
    return said, put_ours(rest, values)


@pytest.mark.parametrize("name", FOUR)
@pytest.mark.parametrize("number", [44, 48])
def test_what_goes_over_comes_back(name, number):
    message = SALE if number == 48 else ANSWER
    _, back = over(message, load_dialect(name))
    assert unpack_private(back[number]) == unpack_private(message[number])
    assert back.fields.keys() == message.fields.keys()


def test_where_it_stands():
    said, _ = over(SALE, PARTS)
    assert (said[48], said[60], said[123]) == ("700601/02F", "0000000005", "10115|12")
    assert PARTS.read(said, "126.10") == "11 123"
    assert PARTS.read(said, "126.9") == CAVV
    assert over(ANSWER, PARTS)[0][44] == " Z       M  2"
    assert TAGS.read(over(SALE, TAGS)[0], "48.42") == "212"
    assert over(ANSWER, TAGS)[0].fields.keys() == {11, 39, 48}
    assert over(SALE, load_dialect("example-carried-2003"))[0][49] == "203123"


@pytest.mark.parametrize("tag", SAID)
def test_each_alone(tag):
    message = SALE.with_fields({48: pack_private({tag: SAID[tag]})})
    for name in FOUR:
        assert over(message, load_dialect(name))[1] == message


def test_what_cannot_be_carried_is_a_loss_that_quotes_nothing():
    sale = SALE.with_fields({48: pack_private({"42": "99", "92": "12345"})})
    said, losses = put_theirs(*take_ours(sale, PARTS), PARTS)
    assert said.fields == {11: "000007"}
    assert [(loss.field, loss.what) for loss in losses] == [
        ("48.92", "dropped"),
        ("48.42", "dropped"),
    ]
    assert "12345" not in "".join(map(str, losses))


def test_another_use_of_field_44_stays():
    refused = ANSWER.with_fields({39: "30", 44: "48.82"})
    assert over(refused, PARTS) == (refused, refused)


def test_blanks_and_other_values_say_nothing():
    theirs = Message("0210", {44: " " * 13, 60: "0000000000", 126: "0" * 16})
    assert take_theirs(theirs, PARTS) == (theirs, {})


def test_what_is_not_made_as_agreed_is_located():
    with pytest.raises(DecodeError) as caught:
        take_theirs(Message("0200", {126: "0040000000000000"}), PARTS)
    assert caught.value.field == "126.10"
