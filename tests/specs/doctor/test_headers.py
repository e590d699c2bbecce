"""Headers: what a few messages tell of the bytes before the MTI."""

from cardswitch.specs.doctor.headers import describe_header, header_cost, header_entries
from tests.kit.samples.doctor import HEADER_12, PAN, TPDU

BODIES = [b"x" * 40, b"x" * 61]


def words(headers, bodies=BODIES):
    return [str(part) for part in describe_header(headers, bodies[: len(headers)])]


def test_a_tpdu_is_one():
    [part] = describe_header([TPDU, TPDU], BODIES)
    assert "TPDU" in part.words
    assert part.value == TPDU
    assert header_cost([TPDU]) < header_cost([b"\x61" + TPDU[1:]])


def test_lengths_are_recognised_by_what_they_count():
    headers = [bytes([9]) + (46).to_bytes(2, "big"), bytes([7]) + (67).to_bytes(2, "big")]
    bodies = [b"x" * 46, b"x" * 67]
    assert words(headers, bodies)[1] == "byte 1 to 2: length of the message, binary"
    bodies = [b"x" * 43, b"x" * 64]
    assert words(headers, bodies)[1] == "byte 1 to 2: length of header and message, binary"


def test_one_message_tells_nothing_of_its_bytes():
    [part] = describe_header([HEADER_12], BODIES[:1])
    assert (part.start, part.end, part.words, part.value) == (0, 12, "unknown", None)


def test_two_tell_what_is_the_same():
    assert words([b"\x16AB1", b"\x16AB2"]) == [
        "byte 0 to 2: the same in all: 164142",
        "byte 3: differs",
    ]


def test_a_card_number_in_a_header_is_never_shown():
    for hidden in (bytes.fromhex(PAN), PAN.encode(), PAN.encode("cp500")):
        parts = describe_header([hidden, hidden], BODIES)
        assert all(part.value is None for part in parts)
        assert not any(hidden.hex().upper() in str(entry) for entry in header_entries(parts))


def test_a_header_becomes_entries_that_have_zeros_for_the_unknown():
    entries = header_entries(describe_header([b"\x16A", b"\x16B"], BODIES))
    assert [(e.format, e.value) for e in entries.values()] == [("b 1", "16"), ("b 1", "00")]
