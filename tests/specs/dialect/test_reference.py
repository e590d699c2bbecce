"""specs.dialect.reference: pyiso8583 reads and writes the same, wherever both accept."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cardswitch.specs.dialect import list_dialects, load_dialect
from cardswitch.specs.dialect.reference import reference_pack, reference_unpack
from cardswitch.specs.errors import DecodeError, EncodeError, FormatError
from cardswitch.specs.fuzzing.strategies import messages, mutations
from cardswitch.specs.message import Message

SHIPPED = [load_dialect(name) for name in list_dialects()]
# pyiso8583 knows two bitmaps, and is not told of headers.
DIALECTS = st.sampled_from([d for d in SHIPPED if not d.bitmaps.third and not d.header_size])


@given(st.data(), DIALECTS)
def test_the_same_bytes_and_the_same_message(data, dialect):
    message = data.draw(messages(dialect))
    wire = dialect.pack(message)
    assert reference_pack(dialect, message) == wire
    assert reference_unpack(dialect, wire) == message


@given(st.data(), DIALECTS)
def test_the_same_answer_wherever_both_accept(data, dialect):
    wire = data.draw(mutations(dialect.pack(data.draw(messages(dialect)))))
    try:
        ours = dialect.unpack(wire)
    except DecodeError:
        return  # it may be looser
    assert reference_unpack(dialect, wire) == ours  # it is never stricter


def ascii_0200(length=b"16", pan=b"9999990000000011", amount=b"000000001250"):
    return b"02005000000000000000" + length + pan + amount


LOOSER = {
    "length +5": ascii_0200(b"+5", b"99999"),
    "length blank 5": ascii_0200(b" 5", b"99999"),
    "length newline 5": ascii_0200(b"\n5", b"99999"),
    "amount with a sign": ascii_0200(amount=b"-00000000100"),
    "bitmap of blanks": b"0800" + b" " * 14 + b"40" + b"0" * 9,
    "MTI ABCD": b"ABCD" + ascii_0200()[4:],
    "lower-case bitmap": b"0800000000000000000a60000010000002AB"[:20],
    "length 0": ascii_0200(b"00", b""),
    "length 1_6 of LLL": b"08000000000000010000" + b"1_6" + b"A" * 16,
}


@pytest.mark.parametrize("case", LOOSER)
def test_what_only_pyiso8583_takes(case):
    """K2: known looseness of pyiso8583 4.0.1, refused here."""
    with pytest.raises(DecodeError):
        load_dialect("iso87-ascii").unpack(LOOSER[case])


def test_bit_65_without_a_third_bitmap():
    """K1: pyiso8583 fails with a bare KeyError; here both are located errors."""
    wire = bytes.fromhex("0800 8020000000000000 8000000000000000 0000000000000040 000001")
    for unpack in (load_dialect("pos").unpack, lambda data: reference_unpack(POS, data)):
        with pytest.raises(DecodeError):
            unpack(wire)


POS = load_dialect("pos")


def test_errors_of_the_reference_carry_no_data():
    """K3: the errors of pyiso8583 hold the whole message; ours must not, nor refer to theirs."""
    wire = ascii_0200()
    for call in (
        lambda: reference_unpack(load_dialect("iso87-ascii"), wire[:-1]),
        lambda: reference_pack(POS, Message("0200", {2: "9999990000000011", 4: "x"})),
    ):
        with pytest.raises(FormatError) as caught:
            call()
        assert caught.value.__context__ is None
        assert "9999990000000011" not in repr(vars(caught.value)) + repr(caught.value.args)
    with pytest.raises(EncodeError):
        reference_pack(POS, Message("0200", {65: "00"}))
