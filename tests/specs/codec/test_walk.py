"""specs.codec.walk: which fault is named, and what of a faulty message may be echoed."""

import pytest

from cardswitch.specs.codec import walk
from cardswitch.specs.dialect import load_dialect
from cardswitch.specs.errors import DecodeError, EncodeError
from cardswitch.specs.message import Message

POS, ASCII = load_dialect("pos"), load_dialect("iso87-ascii")
PAN = "9999990000000011"
SALE = {
    2: PAN,
    3: "000000",
    4: "000000001250",
    7: "1123130500",
    11: "000007",
    12: "130500",
    13: "1123",
    14: "2912",
    37: "123456789012",
    41: "TERM0001",
    42: "MERCHANT0000001",
    49: "978",
    52: "0123456789ABCDEF",
    90: "0" * 42,
}
WIRE = ASCII.pack(Message("0200", SALE))
ECHO = {n: SALE[n] for n in (3, 4, 7, 11, 12, 13, 37, 41, 42)}


def refused(wire, dialect=ASCII):
    with pytest.raises(DecodeError) as caught:
        dialect.unpack(wire)
    return caught.value


def replaced(old, new):
    assert WIRE.count(old) == 1
    return WIRE.replace(old, new)


def test_a_value_error_is_named_and_the_rest_is_still_read():
    error = refused(replaced(b"000000001250", b"0000000012A0"))
    assert (error.field, error.offset) == ("4", 36 + 18 + 6 + 10)
    assert "byte 41 in character 11 of 12" in str(error)
    assert error.echo == Message("0200", {n: v for n, v in ECHO.items() if n != 4})


def test_a_structural_error_stops_the_reading():
    error = refused(replaced(b"16" + PAN.encode(), b"+6" + PAN.encode()))
    assert (error.field, error.offset, error.echo) == ("2", 36, None)
    error = refused(WIRE[: WIRE.index(b"TERM0001") + 3])
    assert error.field == "41"
    assert error.echo == Message("0200", {n: v for n, v in ECHO.items() if n < 41})


def test_the_first_error_is_the_one_raised():
    error = refused(replaced(b"000000001250", b"0000000012A0")[:-1])
    assert error.field == "4"


@pytest.mark.parametrize("mti", [b"ABCD", b"0000", b"9999", b"02 0", b"1200", b"\xf0\xf2\xf0\xf0"])
def test_an_mti_that_is_none_gets_no_echo(mti):
    """B9."""
    error = refused(mti + WIRE[4:])
    assert (error.field, error.offset, error.echo) == ("MTI", 0, None)


@pytest.mark.parametrize("mti", [b"0210", b"0240", b"0430"])
def test_only_what_waits_for_an_answer_gets_an_echo(mti):
    assert refused(mti + WIRE[4:] + b"!").echo is None
    assert refused(b"0421" + WIRE[4:] + b"!").echo == Message("0421", ECHO)


def test_without_field_11_there_is_no_echo():
    message = Message("0200", {n: v for n, v in SALE.items() if n != 11})
    assert refused(ASCII.pack(message) + b"!").echo is None
    assert refused(replaced(b"000007", b"00000x")).echo is None


BITMAPS = {
    "all zero": (b"0800" + b"0" * 16, "bitmap"),
    "only bit 1": (b"0800" + b"8" + b"0" * 31, "bitmap"),
    "second one missing": (b"0800" + b"8" + b"0" * 15, "1"),
    "second one needless": (b"0800" + b"8020000000000000" + b"0" * 16 + b"000001", "bitmap"),
    "third": (b"0800" + b"8020000000000000" + b"8" + b"0" * 15 + b"000001", "65"),
    "lower case": (b"0800" + b"0020000000a00000" + b"000001", "bitmap"),
    "blanks": (b"0800" + b"  20000000000000" + b"000001", "bitmap"),
    "NUL": (b"0800" + b"\x0020000000000000" + b"000001", "bitmap"),
    "short": (b"0800" + b"0020", "bitmap"),
    "32 digits for 16": (b"0800" + b"0020000000000000" + b"0" * 16 + b"000001", None),
}


@pytest.mark.parametrize("case", BITMAPS)
def test_bitmaps_that_lie(case):
    """B10, B11."""
    wire, field = BITMAPS[case]
    error = refused(wire)
    assert error.field == (field or "")


def test_an_undefined_field_is_named_and_what_stands_before_it_is_read(tmp_path):
    few = tmp_path / "few.toml"
    few.write_text('version="0"\n[encodings]\nmti="bcd"\nbitmap="binary"\nlength="bcd"\nn="bcd"\n'
                   '[fields]\n11={format="n 6",name="trace"}\n')  # fmt: skip
    error = refused(bytes.fromhex("0800 0020800000000000 000001 1234"), load_dialect(str(few)))
    assert (error.field, error.offset) == ("17", 4)
    assert error.echo == Message("0800", {11: "000001"})


def test_trailing_bytes():
    """B13."""
    error = refused(WIRE + b"12")
    assert (error.offset, error.seen, error.echo) == (
        len(WIRE),
        "2 more bytes",
        Message("0200", ECHO),
    )


@pytest.mark.parametrize("dialect", [POS, ASCII])
def test_every_truncation_is_refused(dialect):
    wire = dialect.pack(Message("0200", SALE))
    for size in range(len(wire)):
        refused(wire[:size], dialect)


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [
        ("9999990000000011", "999999000000001a", "2"),  # a nibble that is no digit
        ("000000001250", "0000000012d0", "4"),
        ("0978", "1978", "49"),  # the filling nibble
        ("0978", "097f", "49"),
        ("16999999", "1a999999", "2"),  # a length nibble
        ("16999999", "20999999", "2"),  # over the maximum
        ("16999999", "00999999", "2"),
    ],
)
def test_bcd(old, new, field):
    """B12, B14."""
    wire = POS.pack(Message("0200", SALE)).hex()
    assert wire.count(old) == 1
    assert refused(bytes.fromhex(wire.replace(old, new)), POS).field == field


def test_track_2_in_bcd():
    wire = bytes.fromhex("0200 0000000020000000 19 9999990000000011d290")
    assert refused(wire, POS).field == "35"  # filled with 0, not F
    wrong = bytes.fromhex("0200 0000000020000000 19 99999900000000f1d29f")
    assert refused(wrong, POS).field == "35"


@pytest.mark.parametrize(
    ("message", "field"),
    [
        (Message("0200", {}), ""),
        (Message("9200", {11: "000001"}), "MTI"),
        (Message("0200", {1: "00"}), "1"),
        (Message("0200", {65: "00"}), "65"),
        (Message("0200", {"11": "000001"}), "11"),
        (Message("0200", {4: "1250"}), "4"),
        (Message("0200", {2: PAN + "x"}), "2"),
        (Message("0200", {4: 1250}), "4"),
        (Message("0200", {41: b"TERM0001"}), "41"),
        (Message("0200", {41: "TERM000\ud800"}), "41"),
    ],
)
def test_messages_that_cannot_be_written(message, field):
    for dialect in (POS, ASCII):
        for _ in range(6):  # slow and generated
            with pytest.raises(EncodeError) as caught:
                dialect.pack(message)
            assert caught.value.field == field
            assert PAN not in str(caught.value)


def test_slow_is_right_by_itself():
    assert walk.unpack(ASCII.form, WIRE) == Message("0200", SALE)
    assert walk.pack(ASCII.form, Message("0200", SALE)) == WIRE
