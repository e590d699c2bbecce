"""specs.dialect: the shipped dialects, known messages, what a message must carry."""

import tomllib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cardswitch.specs.codec.shapes import SEEN_MIN
from cardswitch.specs.codes import TABLES
from cardswitch.specs.dialect import list_dialects, load_dialect
from cardswitch.specs.fuzzing.strategies import messages
from cardswitch.specs.message import Message

VECTORS = Path(__file__).parents[2] / "vectors"
KNOWN = [
    vector
    for name in ("messages.toml", "dialects.toml")
    for vector in tomllib.loads((VECTORS / name).read_text())["message"]
]
# What each edition must have for a switch: cards, amounts, times, answers, chip, PIN, MAC.
EVERYWHERE = [2, 3, 4, 7, *range(11, 16), *range(22, 26), 32, 33, 35, *range(37, 40)]
EVERYWHERE += [*range(41, 46), 48, *range(52, 56), 60, 62, 63, 64, 102, 103, 128]
FEE = "00978" + "D00000150" + "00000000" + "D00000160" + "392"
FEE_2003 = "009782" + "D00000150" + "00000000" + "D00000160" + "3920"
OF_EDITION = {"0": [18, 49, 70, 90, 95], "1": [26, 30, 49, 56], "2": [26, 30, 56]}


def wire_of(vector):
    text = vector["wire"]
    is_text = vector.get("ascii", vector["dialect"] == "iso87-ascii")
    return text.encode() if is_text else bytes.fromhex(text)


@pytest.mark.parametrize("vector", KNOWN, ids=lambda v: v["dialect"])
def test_known_answers_on_both_paths(vector):
    dialect, wire = load_dialect(vector["dialect"]), wire_of(vector)
    fields = {int(number): value for number, value in vector["fields"].items()}
    header = bytes.fromhex(vector.get("header", ""))
    message = Message(vector["mti"], fields, header)
    for _ in range(SEEN_MIN + 1):  # from slow to generated
        assert dialect.unpack(wire) == message
        assert dialect.pack(message) == wire


@pytest.mark.parametrize("name", list_dialects())
def test_shipped_dialects_carry_what_a_switch_needs(name):
    dialect = load_dialect(name)
    assert dialect.name == name
    assert {*EVERYWHERE, *OF_EDITION[dialect.version]} <= dialect.fields.keys()
    assert all(dialect.names().values())
    assert 65 not in dialect.fields


def test_pos_is_as_terminals_speak():
    fields = load_dialect("pos").fields
    assert fields[35].encoding.name == "bcd right F"
    assert (fields[55].prefix.size, fields[55].prefix.encoding) == (2, "bcd")
    assert [fields[n].encoding.name for n in (41, 42, 52)] == ["ascii", "ascii", "binary"]


def test_every_dialect_has_a_known_answer():
    assert {vector["dialect"] for vector in KNOWN} == set(list_dialects())


@pytest.mark.parametrize("name", list_dialects())
@given(data=st.data())
@settings(max_examples=20)
def test_every_message_comes_back_and_so_do_its_bytes(name, data):
    dialect = load_dialect(name)
    message = data.draw(messages(dialect))
    wire = dialect.pack(message)
    again = dialect.unpack(wire)
    assert (again.mti, again.fields) == (message.mti, message.fields)
    assert dialect.pack(again) == wire


@pytest.mark.parametrize(
    ("mti", "fields", "missing"),
    [
        ("0200", [], [3, 4, 7, 11, 41, 42, 49]),
        ("0201", [3, 4, 7, 41, 42, 49], [11]),
        ("0100", [3, 4, 7, 11, 41, 42], [49]),
        ("0220", [3, 4, 7, 41, 42, 49], [11]),
        ("0210", [39], [11, 41]),
        ("0421", [3, 4, 11, 41, 42], [90]),
        ("0400", [3, 4, 11, 41, 42, 90], []),
        ("0430", [], [11, 39]),
        ("0500", [], [11]),
        ("0800", [7], [11, 70]),
        ("0810", [11], [39, 70]),
        ("0620", [], []),
        ("1200", [3, 4, 11, 12, 22, 24, 26], [32, 49]),
        ("1421", [3, 4, 11, 12, 24, 25, 32], [56]),
        ("1430", [11, 12], [32, 39]),
        ("1804", [11, 12], [24]),
        ("1814", [11, 12], [39]),
        ("2200", [3, 4, 11, 12, 22, 24, 26], [32]),
        ("2804", [11, 12], [24]),
    ],
)
def test_missing(mti, fields, missing):
    for dialect in map(load_dialect, list_dialects()):
        if dialect.version == mti[0]:
            assert dialect.missing(Message(mti, dict.fromkeys(fields, ""))) == missing


def test_every_table_of_values_fits_the_fields_that_name_it():
    for dialect in map(load_dialect, list_dialects()):
        for field in dialect.fields.values():
            table = dialect.form.values.get(field.values) or TABLES.get(field.values, {})
            assert all(len(code) in field.legal_lengths for code in table), (dialect.name, field)


@pytest.mark.parametrize(
    ("name", "number", "value", "path", "part"),
    [
        ("iso93-ascii", 3, "012000", "3.2", "20"),
        ("iso93-ascii", 22, "510101500004", "22.12", "4"),
        ("iso93-ascii", 30, "000000001250" + "0" * 12, "30.1", "000000001250"),
        ("iso93-binary", 46, FEE, "46.1.3", "D00000150"),
        ("iso93-binary", 56, "120000000626112314045506999999", "56.4", "999999"),
        ("iso2003", 4, "9782000000001250", "4.3", "000000001250"),
        ("iso2003", 8, "978200000150", "8.1", "978"),
        ("iso2003", 30, "97820000000012508402000000000000", "30.4", "840"),
        ("iso2003", 46, FEE_2003 * 2, "46.2.8", "0"),
        ("iso2003", 49, "0100049F270180", "49.01.9F27", "80"),
        ("example-bcd-tpdu", 48, "04AG1805FU123", "48.FU", "123"),
        ("example-bcd-tpdu", 60, "0000120107", "60.2", "0107"),
        ("example-bcd-tpdu", 62, "IN003A12", "62.IN", "A12"),
        ("example-bcd-tpdu", 63, "9F270180", "63.9F27", "80"),
        ("example-ebcdic-header", 48, "4203210", "48.42", "210"),
        ("example-tertiary", 160, "9F270180", "160.9F27", "80"),
    ],
)
def test_what_fields_are_made_of(name, number, value, path, part):
    dialect = load_dialect(name)
    message = Message(f"{dialect.version}200", {number: value})
    assert dialect.read(message, path) == part
    assert dialect.write(message, path, part).fields == message.fields


def test_loaded_once():
    assert load_dialect("pos") is load_dialect("pos")


@pytest.mark.parametrize("kind", [bytearray, memoryview])
def test_other_kinds_of_bytes(kind):
    wire = bytes.fromhex("0800 0020000000000000 000001")
    for _ in range(SEEN_MIN + 2):
        assert load_dialect("pos").unpack(kind(wire))[11] == "000001"
        load_dialect("pos").unpack(wire)


def test_a_network_in_bcd_and_ebcdic_names_its_header():
    dialect = load_dialect("iso87-bcd-ebcdic-header")
    wire = bytes.fromhex((VECTORS / "pasted" / "bcd-ebcdic-header-22.hex").read_text())
    message = dialect.unpack(wire)
    assert message.header == wire[:22]
    assert int.from_bytes(message.header[3:5], "big") == len(wire)
    assert (message.mti, message.fields[44], message.fields[63]) == ("0110", "5Y", "8000000002")
    assert dialect.pack(message) == wire


def test_the_edition_of_2023_has_data_sets_behind_bitmaps():
    dialect = load_dialect("iso2023")
    shop = "71000F29000453484F50044245524E434845"
    [data_set] = dialect.parts_of("43", shop)
    elements = {part.name: part.value for part in dialect.parts_of("43.71", data_set.value)}
    assert elements == {"name": "SHOP", "city": "BERN", "country": "CHE"}
    older = load_dialect("iso2003").fields
    changed = {
        n
        for n, said in dialect.fields.items()
        if n not in older or said.notation != older[n].notation
    }
    assert {43, 44, 51} <= changed
