"""Bad input, a row each: what is known to bring readers down is refused here, and named.

B and K are the rows of the catalogue of bad input and of bugs known from other projects: pyiso8583
4.0.1 (K1 to K4), moov-io/iso8583 (K7 to K9: issues 161, 218, 225, 348 and the inputs its fuzzers
left in `testdata/fuzz`), jPOS (K19, K34: issues 150, 315, 611). Nothing here is a live card.
"""

import pytest

from cardswitch.specs.dates import is_expiry, is_month_day, is_time_of_day, is_transmission_time
from cardswitch.specs.dialect import load_dialect
from cardswitch.specs.errors import DecodeError, EncodeError, FormatError
from cardswitch.specs.message import Message
from cardswitch.specs.tlv import unpack_private, unpack_tlv
from cardswitch.specs.tracks import is_luhn_valid, is_pan, unpack_track2

PAN, TRACK = "9999991234567890", "9999991234567890=30121010000012300000"
SALE = Message(
    "0200",
    {
        2: PAN,
        3: "003000",
        4: "000000001250",
        7: "1123130559",
        11: "000007",
        35: TRACK,
        41: "TERM0001",
        43: "SHOP, MAIN STREET 1       TOWN        DE",
        49: "978",
        52: "FEDCBA9876543210",
        55: "9F36020007",
    },
)
DIALECTS = {name: load_dialect(name) for name in ("iso87-ascii", "iso87-ebcdic", "pos")}
WIRES = {name: dialect.pack(SALE) for name, dialect in DIALECTS.items()}
A, E, P = "iso87-ascii", "iso87-ebcdic", "pos"
START = "start"  # the first bytes, as many as there are new ones
READS = "it reads"  # the form is right; a later check looks at what it means
NETWORK = b"0800" + b"8220000000000000" + b"0400000000000000"
TRACK_ALONE = bytes.fromhex("0200 0000000020000000 19 99999900000000")


def ebcdic(text):
    return text.encode("cp500")


# Row, dialect, what is replaced in the sale (once there; b"" is the whole), with what, the field.
ROWS = [
    ("B9 letters", A, START, b"ABCD", "MTI"),
    ("B9 no class", A, START, b"0000", "MTI"),
    ("B9 no version", A, START, b"9999", "MTI"),
    ("B9 no class 9", A, START, b"0900", "MTI"),
    ("B9 no origin", A, START, b"0299", "MTI"),
    ("B9 a blank", A, START, b"02 0", "MTI"),
    ("B9 a sign", A, START, b"+200", "MTI"),
    ("B9 another edition", A, START, b"2200", "MTI"),
    ("B9 in EBCDIC", A, START, ebcdic("0200"), "MTI"),
    ("B9 in ASCII", E, START, b"0200", "MTI"),
    ("B9 a nibble", P, START, b"\x0a\x00", "MTI"),
    ("B9 a response is one", A, START, b"0210", READS),
    ("B9 a notification is one", A, START, b"0240", READS),
    ("B10 all zero", A, b"", b"0800" + b"0" * 16 + b"000001", "bitmap"),
    ("B10 only bit 1", A, b"", b"0800" + b"8" + b"0" * 31, "bitmap"),
    ("B10 second one missing", A, b"", b"0800" + b"8" + b"0" * 15, "1"),
    ("B10 second one cut", A, b"", NETWORK[:-1], "1"),
    ("B10 K1 bit 65", A, b"", b"0800" + b"8020000000000000" + b"8" + b"0" * 15 + b"000001", "65"),
    ("B10 lower case", A, b"", b"0800" + b"0020000000a00000" + b"000001", "bitmap"),
    ("B10 K2 blanks", A, b"", b"0800" + b" " * 14 + b"40", "bitmap"),
    ("B10 NUL", A, b"", b"0800" + b"\x0020000000000000" + b"000001", "bitmap"),
    ("B10 32 digits for 16", A, b"", b"0800" + b"0020" + b"0" * 28 + b"000001", ""),
    ("B10 K4 binary for text", A, b"", b"0800" + b"\x00\x20" + bytes(6) + b"000001", "bitmap"),
    ("B10 K4 text for binary", P, b"", bytes.fromhex("0800") + b"0020000000000000" + b"0001", "12"),
    ("B10 MAC that is missing", A, b"", b"0800" + b"0020000000000001" + b"000001", "64"),
    ("B11 bit 1 as a field", P, b"", bytes.fromhex("0800 8020") + bytes(14) + b"\0\0\1", "bitmap"),
    ("B12 99 with 10 left", A, b"", b"0800" + b"0000000100000000" + b"99" + b"1" * 10, "32"),
    ("B12 over the maximum", A, b"16" + PAN.encode(), b"20" + PAN.encode() + b"1234", "2"),
    ("B12 nothing", A, b"16" + PAN.encode(), b"00", "2"),
    ("B12 LLL nothing", A, b"", b"0800" + b"0000000000010000" + b"000", "48"),
    ("B12 K2 +5", A, b"16" + PAN.encode(), b"+5" + PAN[:5].encode(), "2"),
    ("B12 K2 blank 5", A, b"16" + PAN.encode(), b" 5" + PAN[:5].encode(), "2"),
    ("B12 K2 line end 5", A, b"16" + PAN.encode(), b"\n5" + PAN[:5].encode(), "2"),
    ("B12 5 blank", A, b"16" + PAN.encode(), b"5 " + PAN[:5].encode(), "2"),
    ("B12 K2 1_6", A, b"", b"0800" + b"0000000000010000" + b"1_6" + b"A" * 16, "48"),
    ("B12 K8 -1", A, b"16" + PAN.encode(), b"-1", "2"),
    ("B12 K19 no digit", A, b"", b"0800" + b"0000000000010000" + b"A1B" + b"A" * 30, "48"),
    ("B12 K19 all else", A, b"", b"0800" + b"0000000000010000" + b"\xff\xff\xff", "48"),
    ("B12 digits of other scripts", A, b"16" + PAN.encode(), "٣".encode() + PAN[:3].encode(), "2"),
    ("B12 raised digit", A, b"16" + PAN.encode(), b"1\xb2" + PAN[:12].encode(), "2"),
    ("B12 K34 too long", A, b"", b"0800" + b"0000000000010000" + b"999" + b"A" * 9, "48"),
    ("B12 nibble A", P, b"\x16\x99\x99\x99", b"\x1a\x99\x99\x99", "2"),
    ("B12 binary 65535", P, b"", bytes.fromhex("0800 0000000000000200 FFFF"), "55"),
    ("B12 odd for even", P, b"\x16\x99\x99\x99", b"\x15\x99\x99\x99", "2"),
    ("B12 in EBCDIC, A for 1", E, ebcdic("16" + PAN), ebcdic("A6" + PAN), "2"),
    ("B13 one byte more", A, b"9F36020007", b"9F360200070", ""),
    ("B13 a message more", P, b"", WIRES["pos"] * 2, ""),
    ("B14 letter in digits", P, b"\x16\x99\x99\x99", b"\x16\x99\x9a\x99", "2"),
    ("B14 fill is 1, not 0", P, b"\x09\x78", b"\x19\x78", "49"),
    ("B14 filled on the right", P, b"\x09\x78", b"\x97\x80", "49"),
    ("B14 track filled with 0", P, b"", TRACK_ALONE + b"\x11\xd2\x90", "35"),
    ("B14 F in a track", P, b"", TRACK_ALONE + b"\xf1\xd2\x9f", "35"),
    ("B14 E for D", P, b"\xd3\x01\x21", b"\xe3\x01\x21", "35"),
    ("B15 K2 sign", A, b"000000001250", b"-00000000100", "4"),
    ("B15 point", A, b"000000001250", b"000000.00100", "4"),
    ("B15 blanks", A, b"000000001250", b"        1250", "4"),
    ("B15 letters in a currency", A, b"978FEDC", b"EURFEDC", "49"),
    ("B15 13 digits", A, b"000000001250", b"0000000001250", "35"),
    ("B15 nothing to pay", A, b"000000001250", b"000000000000", READS),
    ("B15 no such currency", A, b"978FEDC", b"999FEDC", READS),
    ("B16 month 13", A, b"1123130559", b"1323130559", READS),
    ("B17 Luhn", A, PAN.encode() + b"003000", b"9999991234567891003000", READS),
    ("B17 letter", A, PAN.encode() + b"003000", b"999999123456789X003000", "2"),
    ("B17 blank", A, PAN.encode() + b"003000", b"999999 234567890003000", "2"),
    ("B18 sentinels", A, b"37" + TRACK.encode(), b"37;" + TRACK.encode()[:35] + b"?", "35"),
    ("B18 38 characters", A, b"37" + TRACK.encode(), b"38" + TRACK.encode() + b"0", "35"),
    ("B18 a caret", A, b"=3012", b"^3012", "35"),
    ("B19 NUL", A, b"TERM0001", b"TERM\x00001", "41"),
    ("B19 escape", A, b"TERM0001", b"\x1b[2J0001", "41"),
    ("B19 line end", A, b"SHOP, MAIN", b"SHOP\r\nMAIN", "43"),
    ("B19 DEL", A, b"TERM0001", b"TERM000\x7f", "41"),
    ("B19 UTF-8", A, b"SHOP, MAIN", "SHÖP,MAIN".encode(), "43"),
    ("B19 UTF-8 cut", A, b"TERM0001", b"TERM000\xc3", "41"),
    ("B19 right to left", A, b"SHOP, M", "SHOP\u202e".encode(), "43"),
    ("B19 half of a pair", A, b"SHOP, MAIN", b"SHOP\xed\xa0\x80AIN", "43"),
    ("B20 ASCII digits", E, ebcdic("000000001250"), b"000000001250", "4"),
    ("B20 mixed in one field", E, ebcdic("000000001250"), ebcdic("00000000") + b"1250", "4"),
    ("B20 line end", E, ebcdic("SHOP, MAIN"), ebcdic("SHOP") + b"\x15\x25" + ebcdic("MAIN"), "43"),
    ("B20 unmapped", E, ebcdic("TERM0001"), ebcdic("TERM000") + b"\xff", "41"),
    ("B20 all in EBCDIC", A, b"", WIRES["iso87-ebcdic"], "MTI"),
    ("B20 signed nibble", P, b"\x00\x00\x00\x00\x12\x50", b"\x00\x00\x00\x00\x12\x5c", "4"),
    ("K7 nothing", A, b"", b"", "MTI"),
    ("K7 nothing", P, b"", b"", "MTI"),
    ("K8 fuzz 0", A, b"", b"0", "MTI"),
    ("K8 fuzz -1", A, b"", b"00007000000000000000-1", "MTI"),
    ("K8 fuzz zeros", A, b"", b"0000700000000000000000", "MTI"),
    ("K8 fuzz -1, of a class", A, b"", b"01007000000000000000-1", "2"),
    ("K8 fuzz zeros, of a class", A, b"", b"0100700000000000000000", "2"),
    ("K9 BCD past its field", P, b"", bytes.fromhex("0800 4000000000000000 19 99"), "2"),
    ("K9 prefix past the end", P, b"", bytes.fromhex("0800 0000000000000200 00"), "55"),
    ("K9 binary past its field", P, b"", bytes.fromhex("0800 0000000000000200 0255 00"), "55"),
    ("K34 tag of no length", P, b"\x9f\x36\x02\x00\x07", b"\x9f\x36\x00\x9a\x00", READS),
]  # fmt: skip


def changed(dialect, old, new):
    if not old:
        return new
    wire = WIRES[dialect]
    if old == START:
        return new + wire[len(new) :]
    assert wire.count(old) == 1
    return wire.replace(old, new)


@pytest.mark.parametrize(
    ("name", "old", "new", "field"),
    [row[1:] for row in ROWS],
    ids=[f"{r[0]}, {r[1]}" for r in ROWS],
)
def test_what_comes_is_read_or_refused_by_name(name, old, new, field):
    dialect, wire = DIALECTS[name], changed(name, old, new)
    for _ in range(6):  # slow, then generated
        read, error = outcome(dialect.unpack, wire)
        if field == READS:
            assert dialect.pack(read) == wire
            continue
        assert error.field == field
        assert 0 <= error.offset <= len(wire)
        assert PAN not in f"{error}{error!r}{error.args}{error.__context__}"
        assert error.echo is None or not {2, 35, 52, 55} & error.echo.fields.keys()


def outcome(read, given):
    """What is read, or the documented error."""
    try:
        return read(given), None
    except FormatError as error:
        return None, error


# What the encoders of that project were given: bytes, and a length that no prefix can say here.
ENCODERS = [
    ("K8 fuzz hex", A, 55, b"", -86),
    ("K8 fuzz BCD", P, 2, b"", -28),
    ("K8 fuzz binary", P, 55, b"", -67),
    ("K8 fuzz EBCDIC", E, 2, b"", -70),
    ("K8 fuzz EBCDIC 1047", E, 48, b"", -96),
    ("K8 fuzz hex to ASCII", A, 48, b"", -91),
    ("K8 fuzz left BCD", P, 35, b"", -65),
    ("K8 fuzz EBCDIC 1047, ASCII", E, 2, b"0000", 4),
]


@pytest.mark.parametrize(
    ("name", "number", "data", "length"), [r[1:] for r in ENCODERS], ids=[r[0] for r in ENCODERS]
)
def test_what_brought_encoders_down(name, number, data, length):
    field = DIALECTS[name].fields[number]
    size = field.prefix.size
    prefixes = {f"{length:0{size}}".encode()[:size], ebcdic(f"{length:0{size}}")[:size]}
    for prefix in prefixes | {(length & 0xFFFF).to_bytes(2, "big")[-size:]}:
        for wire in (prefix + data, data):
            with pytest.raises(DecodeError) as caught:
                field.read(wire, *field.locate(wire, 0))
            assert caught.value.field == str(number)


# What only a later check refuses: row, check, what it is given, and that it refuses.
CHECKS = [
    ("B16 month 13", is_transmission_time, "1323130559"),
    ("B16 February 30", is_transmission_time, "0230130559"),
    ("B16 hour 24", is_transmission_time, "1123240000"),
    ("B16 second 60", is_transmission_time, "1123130560"),
    ("B16 expiry in month 00", is_expiry, "3000"),
    ("B16 expiry in month 13", is_expiry, "3013"),
    ("B16 day 00", is_month_day, "1100"),
    ("B16 minute 60", is_time_of_day, "126000"),
    ("B17 Luhn", is_luhn_valid, "9999991234567891"),
    ("B17 7 digits", is_pan, "9999991"),
    ("B17 20 digits", is_pan, "9" * 20),
    ("B17 digits of another script", is_pan, "٣" * 16),
    ("B18 no separator", unpack_track2, "9999991234567890"),
    ("B18 two separators", unpack_track2, "9999991234567890==3012101"),
    ("B18 38 characters", unpack_track2, TRACK + "0"),
    ("B18 sentinels and LRC", unpack_track2, f";{PAN}=3012101?0"),
    ("B18 short behind the separator", unpack_track2, f"{PAN}=3012"),
    ("K34 tag of no length, cut", unpack_tlv, "9F36"),
    ("K34 tag of no length, private", unpack_private, "92"),
]


@pytest.mark.parametrize(("check", "given"), [r[1:] for r in CHECKS], ids=[r[0] for r in CHECKS])
def test_what_a_later_check_refuses(check, given):
    answer, error = outcome(check, given)
    assert answer is False or error is not None
    assert PAN not in f"{error}{error!r}"


def test_what_is_too_long_to_be_written():
    """K34: binary beyond the maximum of its field."""
    for dialect in DIALECTS.values():
        with pytest.raises(EncodeError) as caught:
            dialect.pack(SALE.with_fields({55: "00" * 256}))
        assert caught.value.field == "55"


@pytest.mark.parametrize("name", DIALECTS)
def test_any_byte_may_be_any_other(name):
    """K33: 20,000 mutations of one byte, in each dialect, end in a message or in its error."""
    dialect, wire = DIALECTS[name], WIRES[name]
    ends = [outcome(dialect.unpack, mutated) for mutated in one_byte_others(wire, 20_000)]
    assert 0 < sum(error is None for _, error in ends) < len(ends) == 20_000
    assert all(isinstance(error, DecodeError) for _, error in ends if error)
    assert not any(PAN in str(error) for _, error in ends)


def one_byte_others(wire, count):
    """*count* different ones, spread over all places and bytes."""
    total = 256 * len(wire)
    assert count < total
    for case in range(count):
        at, byte = divmod(case * 7919 % total, 256)  # a prime: no place comes twice
        yield wire[:at] + bytes([byte]) + wire[at + 1 :]
