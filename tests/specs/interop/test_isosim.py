"""specs.interop.isosim: sizes in bytes read as forms of ours; keys of test cards never kept."""

import pytest

from cardswitch.specs.dialect.toml_writer import write_toml
from cardswitch.specs.errors import DialectError
from cardswitch.specs.interop.isosim import import_isosim
from tests.kit.samples.foreign import made, pairs, sample

TEXT = sample("isosim.yaml")
SAMPLE = import_isosim(TEXT, "isosim.yaml")
DIALECT = made(SAMPLE)


def test_every_type_and_encoding_is_a_form_of_ours():
    assert {key: entry.format for key, entry in SAMPLE.written.fields.items()} == {
        "2": "n..19",
        "3": "ans 6",
        "4": "n 12",
        "39": "ans 3",
        "41": "ans 8",
        "52": "b 8",
        "55": "b....9999",
        "60": "n..510",
        "61": "n..255",
    }
    assert SAMPLE.written.version == "1"


def test_what_cannot_be_carried_is_told_with_its_line():
    lines = TEXT.splitlines()

    def line(words, nth=0):
        return [at for at, text in enumerate(lines, 1) if words in text][nth]

    assert sorted(pairs(SAMPLE.losses)) == sorted(
        [
            (0, "characters"),
            (line("PIN Data"), "field 52"),
            (line("size: 12, data"), "field 4"),
            (line("1100(A)"), "message"),
            (line("- name: Another"), "specs"),
        ]
    )


def test_a_message_is_read():
    wire = b"1100" + bytes.fromhex("7000000000801218") + b"169999990000000011"
    wire += bytes.fromhex("F0F1F2F3F4F5000000001250") + b"SHOP    "
    wire += bytes.fromhex("0123456789ABCDEF00059F3602000702123403567F")
    message = DIALECT.unpack(wire)
    assert dict(message.fields) == {
        2: "9999990000000011",
        3: "012345",
        4: "000000001250",
        41: "SHOP",
        52: "0123456789ABCDEF",
        55: "9F36020007",
        60: "1234",
        61: "567",
    }
    assert DIALECT.read(message, "3.2") == "2345"
    assert DIALECT.pack(message) == wire


def test_no_key_or_pin_of_the_file_goes_on():
    text = write_toml(SAMPLE.written, "\n".join(map(str, SAMPLE.losses)))
    assert "AB929228" not in text
    assert "1234" not in text


BAD = {
    "encoding": (
        TEXT.replace("data_encoding: BCD, position: 4", "data_encoding: X, position: 4"),
        "'X'",
    ),
    "type": (TEXT.replace("Fixed, size: 6", "Fixd, size: 6"), "'Fixd'"),
    "size": (TEXT.replace("size: 6, data_encoding: BCD", "size: 0, data_encoding: BCD"), "size"),
    "position": (TEXT.replace("position: 52", "position: 193"), "position"),
    "MTI": (
        TEXT.replace(
            "size: 4\n            data_encoding: ASCII", "size: 3\n            data_encoding: ASCII"
        ),
        "MTI",
    ),
    "length": (TEXT.replace("length_indicator_size: 1", "length_indicator_size: 4"), "3 bytes"),
    "multiplier": (
        TEXT.replace(
            "length_indicator_size: 1",
            "length_indicator_size: 1\n                length_indicator_multiplier: 3",
        ),
        "multiplier",
    ),
    "no specification": ("specs: []", "specs"),
    "no list": ("data_encoding: x", "a list"),
}


@pytest.mark.parametrize("case", BAD)
def test_what_is_wrong_is_refused_with_its_place(case):
    text, words = BAD[case]
    with pytest.raises(DialectError, match=r"^bad\.yaml, line \d+: ") as caught:
        import_isosim(text, "bad.yaml")
    assert words in str(caught.value)


def test_all_faults_are_told_at_once():
    text = TEXT.replace("Fixed, size: 6", "Fixd, size: 6").replace("position: 52", "position: 193")
    with pytest.raises(DialectError) as caught:
        import_isosim(text, "bad.yaml")
    assert len(str(caught.value).splitlines()) == 2
