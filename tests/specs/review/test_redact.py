"""specs.review.redact: messages made safe to share, and still messages."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cardswitch.specs.dialect import load_dialect
from cardswitch.specs.fuzzing.strategies import messages, pans
from cardswitch.specs.masking import OPEN_FIELDS
from cardswitch.specs.message import Message
from cardswitch.specs.review.redact import Redactor
from cardswitch.specs.tlv import find, unpack_tlv
from cardswitch.specs.tracks import is_luhn_valid, unpack_track2

KEY = bytes(range(16))
PAN = "9999990000000014"
TRACK = f"{PAN}D30121010000012300000F"
CHIP = f"5A08{PAN}5713{TRACK}9F02060000000012505F24033012319F2608{'AB' * 8}"
SALE = Message(
    "0200",
    {
        2: PAN,
        4: "000000001250",
        14: "3012",
        35: f"{PAN}=30121010000012300000",
        41: "TERM0001",
        44: f"SEE {PAN}",
        45: f"B{PAN}^DOE/JOHN^3012101",
        48: PAN,
        52: "0123456789ABCDEF",
        55: CHIP,
        102: PAN,
    },
)


def redacted(message=SALE, key=KEY, name="iso87-ascii"):
    return Redactor(key).redact(load_dialect(name), message)


def test_a_card_number_becomes_the_same_other_one_everywhere():
    shared = redacted()
    pan = shared[2]
    assert pan != PAN
    assert pan[:6] == PAN[:6]
    assert is_luhn_valid(pan)
    assert unpack_track2(shared[35]).pan == pan
    assert shared[44] == f"SEE {pan}"
    assert shared[48] == shared[102] == pan
    assert shared[45].startswith(f"B{pan}^")
    tags = unpack_tlv(shared[55])
    assert find(tags, "5A").value.hex() == pan
    assert find(tags, "57").value.hex().startswith(f"{pan}d")


def test_an_expiry_becomes_the_same_other_one_everywhere():
    shared = redacted()
    assert shared[14] == unpack_track2(shared[35]).expiry
    assert find(unpack_tlv(shared[55]), "5F24").value.hex()[:4] == shared[14]
    assert unpack_track2(shared[35]).service_code == "101"


def test_nothing_of_the_card_is_left():
    shared = redacted()
    for value in shared.fields.values():
        assert PAN not in value
        assert "0123456789ABCDEF" not in value
        assert "JOHN" not in value
        assert "AB" * 8 not in value
    assert shared[4] == "000000001250"
    assert find(unpack_tlv(shared[55]), "9F02").value.hex() == "000000001250"


def test_the_key_decides():
    assert redacted().fields == redacted().fields
    assert redacted()[2] != redacted(key=bytes(16))[2]
    with pytest.raises(ValueError, match="at least 16"):
        Redactor(b"short")


@given(pans())
def test_luhn_stays_what_it_was(pan):
    redactor = Redactor(KEY)
    assert is_luhn_valid(redactor.pan(pan))
    wrong = pan[:-1] + str((int(pan[-1]) + 1) % 10)
    assert not is_luhn_valid(redactor.pan(wrong))
    assert redactor.pan(pan) != pan


@given(st.data(), st.sampled_from(["iso87-ascii", "iso87-binary", "iso87-ebcdic", "pos"]))
def test_what_is_redacted_packs_to_as_many_bytes(data, name):
    dialect = load_dialect(name)
    message = data.draw(messages(dialect))
    shared = redacted(message, name=name)
    wire = dialect.pack(shared)
    assert len(wire) == len(dialect.pack(message))
    assert dialect.unpack(wire) == shared
    for number in OPEN_FIELDS & message.fields.keys() - {43, 44}:
        assert shared[number] == message[number]


@given(st.binary(min_size=1, max_size=60))
def test_chip_data_of_any_kind_keeps_its_size(data):
    text = data.hex().upper()
    assert len(Redactor(KEY).chip(text)) == len(text)


@given(st.text("0123456789=DF", max_size=37))
def test_tracks_of_any_kind_keep_their_size(track):
    assert len(Redactor(KEY).track2(track)) == len(track)


@pytest.mark.parametrize(
    ("name", "number", "value"),
    [
        ("example-bcd-tpdu", 62, "IN007INV4711CU0114711ROOMZ12"),
        ("pos", 55, "0000" + "5A089999990000000014" + "00" + "9F3602003C" + "000000"),
        ("pos", 55, "E10F00" + "5A089999990000000014" + "9F0600" + "00"),
        ("pos", 54, "0001840D000000001250"),
        ("example-bcd-tpdu", 63, "5A089999990000000014" + "8202ABCD"),
        ("iso87-bcd-ebcdic", 55, "01000F" + "5A089999990000000014" + "9F3602003C"),
    ],
)
def test_parts_stay_parts(name, number, value):
    dialect = load_dialect(name)
    before = dialect.parts_of(number, value)
    assert before
    shared = redacted(Message("0200", {number: value}), name=name)[number]
    after = dialect.parts_of(number, shared)
    assert [(p.key, p.start, p.end) for p in after] == [(p.key, p.start, p.end) for p in before]
    assert PAN not in shared
    assert shared != value
    if "5A08" in value:
        assert f"5A08{Redactor(KEY).pan(PAN)}" in shared


def test_what_a_chip_may_say_is_secret_in_any_other_field():
    message = Message("0200", {63: "8202ABCD"})
    assert "ABCD" not in redacted(message, name="example-bcd-tpdu")[63]


def test_a_card_number_that_looks_like_tags_is_not_taken_for_them():
    number, name = "120001300014000", "example-bcd-tpdu"
    assert load_dialect(name).parts_of(62, number)
    assert redacted(Message("0200", {62: number}), name=name)[62] != number
