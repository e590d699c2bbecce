"""lab.fuzz.accept: what another reader gives is compared, however it writes its values."""

import pytest

from cardswitch.lab.fuzz.accept import accept
from cardswitch.lab.fuzz.subjects import your_reader
from cardswitch.specs.dialect import load_dialect
from cardswitch.specs.message import Message

BINARY = load_dialect("iso87-binary")
SUBJECT = your_reader("tests.kit.samples.readers:careful", BINARY)
SALE = Message("0200", {4: "000000001250", 35: "9999=3012", 41: "TERM    ", 52: "00112233445566FF"})
WIRE = BINARY.pack(SALE)
SAME = {"t": "0200", "4": "000000001250", "35": "9999=3012", "41": "TERM    ", "52": SALE[52]}


@pytest.mark.parametrize(
    "changed",
    [
        {},
        {"t": None, "MTI": "0200"},
        {"t": None, 0: "0200"},
        {"4": 1250},
        {"4": None, "004": "000000001250"},
        {"35": "9999D3012"},
        {"41": "TERM"},
        {"41": b"TERM    "},
        {"52": SALE[52].lower()},
        {"52": bytes.fromhex(SALE[52])},
        {"52": {"block": 1}},
        {"1": "00", "p": "00", "64": None, "note": "x", "999": "x"},
    ],
)
def test_the_same_in_other_words(changed):
    assert accept(SUBJECT, WIRE, SAME | changed) == ""


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"t": "0210"}, "another MTI"),
        ({"4": 1251}, "another value of field 4"),
        ({"4": True}, "another value of field 4"),
        ({"35": "9999=3013"}, "another value of field 35"),
        ({"52": b""}, "another value of field 52"),
        ({"41": None}, "no field 41"),
        ({"11": "000007"}, "field 11, which is not there"),
    ],
)
def test_something_else(changed, said):
    assert accept(SUBJECT, WIRE, SAME | changed) == said


def test_what_ours_refuses():
    assert accept(SUBJECT, b"", {}) == "reads what ours refuses: mti"
    assert accept(SUBJECT, WIRE[:-1], SAME) == "reads what ours refuses, field 52: message-short"
