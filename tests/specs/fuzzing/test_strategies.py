"""specs.fuzzing.strategies: what is drawn is what it says."""

from hypothesis import find, given
from hypothesis import strategies as st

from cardswitch.specs.dialect import load_dialect
from cardswitch.specs.errors import FormatError
from cardswitch.specs.fuzzing.strategies import (
    hostile_tlv,
    messages,
    mutations,
    pans,
    tlv,
    track2,
    values,
)
from cardswitch.specs.message import Message
from cardswitch.specs.tlv import pack_tlv, unpack_tlv
from cardswitch.specs.tracks import pack_track2, unpack_track2

POS = load_dialect("pos")


@given(pans())
def test_pans_pass_luhn(pan):
    doubled = sum(sum(divmod(2 * int(digit), 10)) for digit in pan[-2::-2])
    assert (doubled + sum(int(digit) for digit in pan[-1::-2])) % 10 == 0
    assert 13 <= len(pan) <= 19


@given(messages(POS, mti="0200"))
def test_messages_carry_the_mandatory_fields(message):
    assert message.mti == "0200"
    assert POS.missing(message) == []


@given(st.data())
def test_messages_of_any_mti(data):
    assert data.draw(messages(POS)).mti in POS.messages


def test_mutations_of_every_kind():
    data = bytes(range(0x30, 0x60))
    assert len(find(mutations(data), lambda other: len(other) < len(data))) < len(data)
    assert len(find(mutations(data), lambda other: len(other) > len(data))) > len(data)
    same = find(mutations(data), lambda other: len(other) == len(data) and other != data)
    assert same != data


@given(st.data())
def test_values_fit_their_field(data):
    field = data.draw(st.sampled_from(sorted(POS.fields.values(), key=lambda f: f.number)))
    value = data.draw(values(field))
    assert field.write(value)


@given(track2(), tlv())
def test_tracks_and_chip_data_are_right(track, objects):
    assert unpack_track2(pack_track2(track)) == track
    assert unpack_tlv(pack_tlv(objects)) == objects


@given(hostile_tlv(99))
def test_hostile_chip_data_is_read_or_refused_by_name(data):
    assert 0 < len(data) < 100
    try:
        unpack_tlv(data)
    except FormatError:
        return


def test_with_a_dialect_faults_sit_where_they_hurt():
    data = POS.pack(Message("0200", {2: "9999990000000014", 11: "000001"}))
    off_by_one = data[:10] + b"\x17" + data[11:]
    assert find(mutations(data, POS), lambda other: other == off_by_one) == off_by_one


def test_a_message_is_drawn_down_to_what_must_be_there():
    smallest = find(messages(POS, mti="0210"), lambda message: True)
    assert len(smallest.fields) <= len(POS.messages["0210"].mandatory) + 1
