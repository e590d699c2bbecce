"""specs.dialect: the shipped dialects, known messages, what a message must carry."""

import tomllib
from pathlib import Path

import pytest

from specs.dialect import list_dialects, load_dialect
from specs.message import Message
from specs.shapes import SIGHTS_MIN

VECTORS = Path(__file__).parents[1] / "vectors" / "messages.toml"
KNOWN = tomllib.loads(VECTORS.read_text())["message"]
EVERYWHERE = [2, 3, 4, 7, *range(11, 16), 18, *range(22, 26), 32, 33, 35, *range(37, 40)]
EVERYWHERE += [*range(41, 46), 48, 49, *range(52, 56), 60, 62, 63, 64, 70, 90, 95, 102, 103, 128]


def wire_of(vector):
    text = vector["wire"]
    return text.encode() if vector["dialect"] == "iso87-ascii" else bytes.fromhex(text)


@pytest.mark.parametrize("vector", KNOWN, ids=lambda v: v["dialect"])
def test_known_answers_on_both_paths(vector):
    dialect, wire = load_dialect(vector["dialect"]), wire_of(vector)
    fields = {int(number): value for number, value in vector["fields"].items()}
    message = Message(vector["mti"], fields)
    for _ in range(SIGHTS_MIN + 1):  # from slow to generated
        assert dialect.unpack(wire) == message
        assert dialect.pack(message) == wire


@pytest.mark.parametrize("name", list_dialects())
def test_shipped_dialects_carry_what_a_switch_needs(name):
    dialect = load_dialect(name)
    assert dialect.name == name
    assert set(EVERYWHERE) <= dialect.fields.keys()
    assert all(dialect.names().values())
    assert 65 not in dialect.fields


def test_pos_is_as_terminals_speak():
    fields = load_dialect("pos").fields
    assert fields[35].encoding.name == "bcd right F"
    assert (fields[55].prefix.size, fields[55].prefix.encoding) == (2, "bcd")
    assert [fields[n].encoding.name for n in (41, 42, 52)] == ["ascii", "ascii", "binary"]


@pytest.mark.parametrize(
    ("mti", "fields", "missing"),
    [
        ("0200", [], [3, 4, 7, 11, 41, 42, 49]),
        ("0201", [3, 4, 7, 41, 42, 49], [11]),
        ("0100", [3, 4, 7, 11, 41, 42], [49]),
        ("0210", [39], [11, 41]),
        ("0421", [3, 4, 11, 41, 42], [90]),
        ("0400", [3, 4, 11, 41, 42, 90], []),
        ("0430", [], [11, 39]),
        ("0800", [7], [11, 70]),
        ("0810", [11], [39, 70]),
        ("0620", [], []),
    ],
)
def test_missing(mti, fields, missing):
    for name in list_dialects():
        assert load_dialect(name).missing(Message(mti, dict.fromkeys(fields, ""))) == missing


def test_loaded_once():
    assert load_dialect("pos") is load_dialect("pos")


@pytest.mark.parametrize("kind", [bytearray, memoryview])
def test_other_kinds_of_bytes(kind):
    wire = bytes.fromhex("0800 0020000000000000 000001")
    for _ in range(SIGHTS_MIN + 2):
        assert load_dialect("pos").unpack(kind(wire))[11] == "000001"
        load_dialect("pos").unpack(wire)
