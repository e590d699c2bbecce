"""specs.convert: whole messages from dialect to dialect; what is lost is always reported."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cardswitch.specs.convert import Loss, convert
from cardswitch.specs.convert.edition93 import STEP_93
from cardswitch.specs.dialect import list_dialects, load_dialect
from cardswitch.specs.errors import FormatError
from cardswitch.specs.fuzzing.strategies import messages
from cardswitch.specs.message import Message

ASCII, EBCDIC, POS = map(load_dialect, ("iso87-ascii", "iso87-ebcdic", "pos"))
ISO93, ISO2003 = load_dialect("iso93-ascii"), load_dialect("iso2003")
HEADED, THIRD = load_dialect("example-ebcdic-header"), load_dialect("example-tertiary")
PAN = "9999990000000014"
SALE = Message(
    "0200",
    {
        2: PAN,
        3: "000000",
        4: "000000001250",
        7: "1123130500",
        11: "000007",
        12: "140500",
        13: "1123",
        18: "5411",
        22: "051",
        24: "001",
        25: "00",
        35: f"{PAN}=30121010000012300000",
        41: "TERM0001",
        42: "MERCHANT0000001",
        43: "SHOP".ljust(25) + "TOWN".ljust(13) + "DE",
        49: "978",
        52: "0123456789ABCDEF",
        53: "2001010100000000",
        64: "FEDCBA9876543210",
    },
)


def said(losses):
    return [(loss.field, loss.what) for loss in losses]


def test_a_sale_of_1987_in_1993():
    done = convert(SALE, ASCII, ISO93, "2026")
    assert done.message.mti == "1200"
    assert done.message.fields == {
        **{n: SALE[n] for n in (2, 3, 4, 7, 11, 35, 41, 42, 49, 52, 53)},
        12: "261123140500",
        22: "510101500001",
        24: "200",
        26: "5411",
        43: "SHOP\\\\TOWN\\" + " " * 13 + "DE ",
    }
    assert said(done.losses) == [("24", "dropped"), ("64", "dropped")]
    assert ISO93.pack(done.message)


def test_and_back_again():
    there = convert(SALE, ASCII, ISO93, "2026").message
    back = convert(there, ISO93, ASCII, "2026")
    assert back.message == SALE.without(24, 64)
    assert back.losses == ()


def test_a_sale_of_1987_in_2003_keeps_the_numbers_of_its_losses():
    done = convert(SALE, ASCII, ISO2003, "2026")
    assert (done.message.mti, done.message[4]) == ("2200", "9782000000001250")
    assert (done.message[11], done.message[12]) == ("000000000007", "20261123140500")
    assert done.message[26] == "5411"
    lost = dict(said(done.losses))
    assert lost["22"] == "dropped"  # as the field 22 of 1993 that it has become
    assert lost["25"] == "dropped"
    back = convert(done.message, ISO2003, ASCII, "2026")
    assert back.message == SALE.without(*map(int, lost))


def test_without_a_year_the_date_is_lost_and_says_so():
    done = convert(SALE, ASCII, ISO93)
    assert 12 not in done.message.fields
    lost = {loss.field: loss for loss in done.losses}
    assert lost["12"].what == lost["13"].what == "dropped"
    assert "year" in lost["12"].why


@pytest.mark.parametrize("year", ["26", "20266", "２０２６", "abcd"])
def test_a_year_has_four_digits(year):
    with pytest.raises(FormatError, match="four digits"):
        convert(SALE, ASCII, ISO93, year)


def test_one_edition_keeps_everything_that_fits():
    done = convert(SALE, ASCII, POS)
    assert (done.message, done.losses) == (SALE, ())


@pytest.mark.parametrize(
    ("fields", "target", "expected", "losses"),
    [
        ({41: "TERM0001"}, HEADED, {41: "TERM0001"}, []),
        ({41: "TERM1   "}, HEADED, {41: "TERM1"}, [("41", "changed")]),
        ({35: f"{PAN}D2912"}, POS, {35: f"{PAN}=2912"}, [("35", "changed")]),
        ({60: "1" * 30, 11: "000001"}, "example-bcd-tpdu", {11: "000001"}, [("60", "dropped")]),
        ({63: "ABC", 11: "000001"}, "example-bcd-tpdu", {11: "000001"}, [("63", "dropped")]),
    ],
)
def test_the_formats_of_the_target_count(fields, target, expected, losses):
    target = load_dialect(target) if isinstance(target, str) else target
    done = convert(Message("0800", fields), ASCII, target)
    assert done.message.fields == expected
    assert said(done.losses) == losses


DATA_SETS = {43: "71000F29000453484F50044245524E434845", 44: "71000541424344"}


@pytest.mark.parametrize("name", ["iso87-ascii", "iso93-binary", "iso2003"])
def test_data_sets_never_become_text_nor_text_data_sets(name):
    newer, older = load_dialect("iso2023"), load_dialect(name)
    message = Message("2200", {11: "000000000001", **DATA_SETS})
    done = convert(message, newer, older)
    assert set(done.message.fields) == {11}
    told = [loss for loss in done.losses if loss.what == "dropped"]
    assert [loss.field for loss in told] == ["43", "44"]
    mti = older.version + "200"
    back = convert(Message(mti, {44: "A0", 43: "AB"}), older, newer)
    assert not {43, 44} & back.message.fields.keys()
    assert {"43", "44"} <= {loss.field for loss in back.losses if loss.what == "dropped"}
    assert convert(message, newer, newer).message == message


def test_fields_above_128_go_where_there_is_room_for_them():
    message = Message("0200", {3: "000000", 129: "000000000150"})
    assert convert(message, THIRD, THIRD).message == message
    [loss] = convert(message, THIRD, POS).losses
    assert (loss.field, loss.what) == ("129", "dropped")
    [loss] = convert(message, THIRD, ISO93).losses
    assert (loss.field, loss.what) == ("129", "dropped")


def test_a_header_goes_along_unless_a_dialect_has_one_of_its_own():
    message = Message("0800", {11: "000001"}, bytes.fromhex("6000010000"))
    assert convert(message, ASCII, POS).message.header == message.header
    done = convert(message, ASCII, HEADED)
    assert (done.message.header, said(done.losses)) == (b"", [("header", "dropped")])
    assert HEADED.unpack(HEADED.pack(done.message)).fields == message.fields


@given(messages(ASCII))
def test_through_ebcdic_and_back_nothing_changes(message):
    there = convert(message, ASCII, EBCDIC)
    assert there.losses == ()
    back = convert(EBCDIC.unpack(EBCDIC.pack(there.message)), EBCDIC, ASCII)
    assert (back.message, back.losses) == (message, ())
    assert ASCII.pack(back.message) == ASCII.pack(message)


@pytest.mark.parametrize(
    ("old", "new"), [("iso87-ascii", "iso93-ascii"), ("iso93-ascii", "iso2003")]
)
@given(data=st.data())
def test_to_the_next_edition_and_back_keeps_all_that_is_not_reported(old, new, data):
    source, target = load_dialect(old), load_dialect(new)
    message = data.draw(messages(source))
    there = convert(message, source, target, "2026")
    back = convert(there.message, target, source, "2026").message
    lost = {loss.field for loss in there.losses}
    for number, value in message.fields.items():
        assert back.get(number) == value or str(number) in lost, number


@given(data=st.data())
def test_what_is_converted_can_be_written(data):
    source, target = (load_dialect(data.draw(st.sampled_from(list_dialects()))) for _ in range(2))
    done = convert(
        data.draw(messages(source)), source, target, data.draw(st.sampled_from(["", "2026"]))
    )
    if done.message.fields:
        wire = target.pack(done.message)
        assert target.unpack(wire).fields == done.message.fields


@given(data=st.data())
def test_losses_tell_no_value(data):
    source, target = (load_dialect(data.draw(st.sampled_from(list_dialects()))) for _ in range(2))
    message = data.draw(messages(source)).with_fields({2: PAN, 35: f"{PAN}=3012"})
    done = convert(message, source, target)
    assert all(isinstance(loss, Loss) for loss in done.losses)
    assert PAN not in " ".join(map(str, done.losses))
    renamed = {*STEP_93.mtis, *STEP_93.mtis.values()}
    assert message.mti[1:] == done.message.mti[1:] or message.mti[1:] in renamed
