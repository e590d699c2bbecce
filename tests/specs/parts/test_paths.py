"""specs.parts.paths, through Dialect: read, set, delete by path; errors that name all of it."""

import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cardswitch.specs.dialect import load_dialect
from cardswitch.specs.errors import DecodeError, EncodeError, FormatError
from cardswitch.specs.fuzzing.strategies import mutations
from cardswitch.specs.message import Message
from cardswitch.specs.parts.paths import PATH_KEYS_MAX, parse_path

VECTORS = Path(__file__).parents[2] / "vectors"
KNOWN = tomllib.loads((VECTORS / "parts.toml").read_text())
DIALECT = load_dialect(str(VECTORS / "parts_dialect.toml"))
CHIP = "9F3602003C00E103950100E10A5A089999990000000011"
TEXT_127 = "4000008002000000051234500326000000000000000000000001250567800"


# A bitmap that says 25, of 28 characters: another bitmap that says 2, and its amount.
NEW_127 = "0000008000000000" + "0028" + "4000000000000000" + "000000000001"


def message(**fields):
    return Message("0200", {int(key[1:]): value for key, value in fields.items()})


@pytest.mark.parametrize("case", KNOWN["good"], ids=lambda case: case["why"])
def test_known_values_are_split_and_joined(case):
    parts = DIALECT.parts_of(case["path"], case["value"])
    assert [[part.key, part.value] for part in parts] == case["parts"]
    for part in parts:  # every part written over itself changes nothing
        if "." not in case["path"] and part.key != "00":
            number = int(case["path"])
            whole = Message("0200", {number: case["value"]})
            first = next(one for one in parts if one.key == part.key)
            if number == 43 and len(parts) == 1:
                continue  # a name alone is shorter than the field
            assert DIALECT.write(whole, f"{number}.{part.key}", first.value) == whole


@pytest.mark.parametrize("case", KNOWN["bad"], ids=lambda case: case["why"])
def test_broken_values_are_refused_where_they_break(case):
    with pytest.raises(DecodeError) as caught:
        DIALECT.parts_of(case["path"], case["value"])
    assert (caught.value.field, caught.value.offset) == (case["field"], case.get("at"))
    assert case["says"] in str(caught.value)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("3", "012000"),
        ("3.2", "20"),
        ("54.2", "1001978D000000000500"),
        ("54.2.3", "978"),
        ("55.9F36", "003C"),
        ("55.E1.95", "00"),
        ("48.71.2", "1"),
        ("48.BB.9F36", "01"),
        ("127.25.2", "000000001250"),
        ("127.25.3.2", "78"),
        ("34.01.95", "00"),
        ("34.71.3", "XY"),
        ("34.71.tlv.95", "00"),
        ("124.header", "010203"),
    ],
)
def test_parts_are_read(path, value):
    known = message(
        _3="012000",
        _54="1002978C0000000012501001978D000000000500",
        _55=CHIP,
        _48="7103AB1BB089F360101",
        _127=TEXT_127,
        _34="01000395010071000B5001414230325859950100",
        _124="0102030080414243",
    )
    assert DIALECT.read(known, path) == value
    assert DIALECT.has(known, path)
    assert DIALECT.write(known, path, value) == known


@pytest.mark.parametrize(
    "path", ["4", "3.4", "3.1.1", "4.1", "55.9F37", "55.E1.9F36", "55.9F36.95", "54.3", "54.0",
             "127.3", "34.72.1", "48.ZZ", "999", "999.1"]
)  # fmt: skip
def test_what_is_not_there(path):
    known = message(_3="012000", _55=CHIP, _127=TEXT_127, _48="610512345", _34="720000")
    known = known.with_fields({54: "1002978C000000001250"})
    assert not DIALECT.has(known, path)
    for refused in (lambda: DIALECT.read(known, path), lambda: DIALECT.delete(known, path)):
        with pytest.raises(FormatError, match=f"field {path}: expected a field or part"):
            refused()


@pytest.mark.parametrize("path", ["", ".", "3.", ".3", "x", "٣", "-3", "1234", "3..1", " 3"])
def test_what_is_no_path(path):
    for refused in (
        lambda: DIALECT.read(message(), path),
        lambda: DIALECT.write(message(), path, "0"),
        lambda: DIALECT.delete(message(), path),
        lambda: DIALECT.parts_of(path, "0"),
    ):
        with pytest.raises(FormatError):
            refused()


def test_a_path_is_as_long_as_layouts_can_nest():
    assert len(parse_path("55" + ".E1" * PATH_KEYS_MAX)[1]) == PATH_KEYS_MAX
    with pytest.raises(FormatError, match="at most 17 parts"):
        DIALECT.write(message(), "55" + ".E1" * 100_000, "")


@pytest.mark.parametrize(
    ("before", "path", "value", "after"),
    [
        ({3: "012000"}, "3.2", "10", {3: "011000"}),
        ({}, "4", "000000001250", {4: "000000001250"}),
        ({}, "55.9F36", "003C", {55: "9F3602003C"}),
        ({55: "9A0000"}, "55.9F36", "003C", {55: "9A00009F3602003C"}),
        ({55: "00009A0000009A0101"}, "55.9A", "FF", {55: "00009A01FF00009A0101"}),
        ({}, "55.70.9F36", "003C", {55: "70059F3602003C"}),
        ({55: "7000"}, "55.70.E1.95", "00", {55: "7005E103950100"}),
        ({55: CHIP}, "55.E1.95", "0011", {55: CHIP.replace("E103950100", "E10495020011")}),
        ({}, "48.61", "12345", {48: "610512345"}),
        ({48: "ZZ01AZZ01B"}, "48.ZZ", "CC", {48: "ZZ02CCZZ01B"}),
        ({48: "ZZ01A"}, "48.71", "AB1", {48: "ZZ01A7103AB1"}),
        ({48: "7103AB1"}, "48.71.2", "9", {48: "7103AB9"}),
        ({}, "54.1", "1002978C000000001250", {54: "1002978C000000001250"}),
        (
            {54: "1002978C000000001250" * 2},
            "54.2.4",
            "D000000000001",
            {54: "1002978C0000000012501002978D000000000001"},
        ),
        ({}, "126.1", "AB", {126: "80000000000000004142"}),
        ({126: "80000000000000004142"}, "126.64", "FF", {126: "80000000000000014142FF"}),
        ({}, "124.header", "010203", {124: "0102030000"}),
        ({}, "127.25.2", "000000000001", {127: NEW_127}),
        ({}, "34.71.1", "AB", {34: "71000440004142"}),
        ({}, "34.71.tlv.95", "00", {34: "7100050001950100"}),
        ({34: "7100050001950100"}, "34.71.15", "C", {34: "71000780010143950100"}),
        ({}, "34.05.95", "00", {34: "050003950100"}),
    ],
)  # fmt: skip
def test_parts_are_set(before, path, value, after):
    changed = DIALECT.write(Message("0200", before), path, value)
    assert changed.fields == after
    assert DIALECT.read(changed, path) == value


@pytest.mark.parametrize(
    ("before", "path", "value", "field"),
    [
        ({}, "3.1", "01", "3.1"),
        ({}, "43.1", " " * 25, "43.1"),
        ({3: "012000"}, "3.4", "00", "3.4"),
        ({3: "012000"}, "3.1", "0x", "3.1"),
        ({3: "012000"}, "3.1", "001", "3.1"),
        ({}, "999.1", "0", "999.1"),
        ({}, "4.1", "0", "4.1"),
        ({}, "55.9F36", "0", "55"),
        ({}, "55.9f36", "00", "55.9f36"),
        ({}, "55.9F36", "00" * 256, "55"),
        ({}, "55.70", "9F36", "55.70"),
        ({55: "9F0200" * 85}, "55.9A", "", "55"),
        ({48: "ZZ00" * 128}, "48.AA", "", "48"),
        ({48: "ZZ01A"}, "48.61", "1234", "48.61"),
        ({48: "ZZ01A"}, "48.71", "ABX", "48.71.2"),
        ({}, "124.9", "ABC", "124.header"),
        ({}, "126.3", "0", "126.3"),
        ({}, "54.2", "1002978C000000001250", "54.2"),
        ({}, "54.1", "1002978C0000000012", "54.1.4"),
        ({}, "48.BB", "00" * 9, "48.BB"),  # K34: beyond the maximum
        ({}, "34.71.3", "X" * 10, "34.71.3"),
        ({}, "34.71.17", "X", "34.71.17"),
        ({}, "34.01", "9F36", "34.01"),
    ],
)
def test_what_cannot_be_set(before, path, value, field):
    with pytest.raises(FormatError) as caught:
        DIALECT.write(Message("0200", before), path, value)
    assert caught.value.field == field
    assert not isinstance(caught.value, DecodeError)


@pytest.mark.parametrize(
    ("before", "path", "after"),
    [
        ({4: "000000001250", 3: "000000"}, "4", {3: "000000"}),
        ({55: "9F3602003C"}, "55.9F36", {}),
        ({55: "009F3602003C00"}, "55.9F36", {}),
        ({55: "9A00009F3602003C009A0101"}, "55.9A", {55: "009F3602003C009A0101"}),
        ({55: "70059F3602003C9A00"}, "55.70.9F36", {55: "9A00"}),
        ({55: "7005E103950100"}, "55.70.E1.95", {}),
        ({48: "ZZ01AZZ01B610512345"}, "48.ZZ", {48: "ZZ01B610512345"}),
        ({54: "1002978C0000000012501001978D000000000500"}, "54.1", {54: "1001978D000000000500"}),
        ({126: "C000000000000000414201" + "23"}, "126.1", {126: "40000000000000000123"}),
        ({125: "C0000000000000008000000000000000012341"}, "125.65", {125: "40000000000000000123"}),
        ({124: "0102030080414243"}, "124.9", {}),
        ({34: "71000440004142"}, "34.71.1", {}),
        ({34: "7100074001414295010001" + "0000"}, "34.71.tlv.95", {34: "71000440004142010000"}),
    ],
)
def test_parts_are_deleted(before, path, after):
    changed = DIALECT.delete(Message("0200", before), path)
    assert changed.fields == after


@pytest.mark.parametrize(
    ("before", "path", "field"),
    [
        ({3: "012000"}, "3.1", "3.1"),
        ({3: "012000"}, "3.3", "3"),
        ({124: "0102030080414243"}, "124.header", "124.header"),
    ],
)
def test_what_cannot_be_deleted(before, path, field):
    with pytest.raises(EncodeError) as caught:
        DIALECT.delete(Message("0200", before), path)
    assert caught.value.field == field


def test_offsets_count_from_the_field_on():
    inner = "E10A5A089999990000000011"
    broken = message(_34="010003950100" + "02000C" + inner.replace("5A08", "5A18"))
    with pytest.raises(DecodeError) as caught:
        DIALECT.read(broken, "34.02.E1")
    assert (caught.value.field, caught.value.offset) == ("34.02", 6 + 3 + 3)
    assert "999999" not in str(caught.value)
    # Within field 127 a part is of characters, and its bitmap of 16 of them.
    broken = message(_127=TEXT_127.replace("0000000012505678", "00000000125X5678"))
    with pytest.raises(DecodeError) as caught:
        DIALECT.read(broken, "127.25.2")
    assert (caught.value.field, caught.value.offset) == ("127.25.2", 16 + 7 + 4 + 16 + 11)


def test_names_and_meanings():
    field = DIALECT.field_of("3.1")
    assert field.name == "transaction type"
    assert DIALECT.meaning(field, "20") == "refund"
    assert DIALECT.meaning(DIALECT.field_of("54.2.3"), "978").startswith("EUR")
    assert DIALECT.field_of(4) is DIALECT.fields[4]
    assert DIALECT.field_of("55.9F36") is None
    assert DIALECT.field_of("4.1") is None
    assert DIALECT.parts_of("55", "9F3600")[0].name == "application transaction counter"
    assert DIALECT.parts_of(4, "000000001250") == []
    assert DIALECT.parts_of("55.9F36", "003C") == []


# K8: what once made another library's parser fall over; and much of what means little.
SEEDS = ["0", "00007000000000000000-1", "0000700000000000000000", "-1", "00-1", "\xff\xff"]
FLOODS = [byte * 65_536 for byte in ("\0", "0", "\x01", "\x80", "\x9f", "\xe1", "\xff", "A")]


@pytest.mark.parametrize("octets", SEEDS + FLOODS, ids=lambda text: f"{len(text)} {text[:4]!r}")
@pytest.mark.parametrize("path", DIALECT.form.parts)
def test_seeds_and_floods_are_split_or_refused_by_name(path, octets):
    layout = DIALECT.form.parts[path]
    value = octets.encode("latin-1").hex().upper() if layout.binary else octets
    try:
        parts = DIALECT.parts_of(path, value)
    except DecodeError:
        return
    assert layout.join(parts) == octets.encode("latin-1")


TAGS = st.sampled_from(["9F36", "95", "9A", "E1.95", "E1.9A", "70.E1.95", "DF8129"])
VALUES = st.binary(max_size=8).map(lambda raw: raw.hex().upper())


@given(st.lists(st.tuples(TAGS, VALUES), min_size=1, max_size=12), st.data())
def test_setting_and_deleting_touch_nothing_else(changes, data):
    now, expected = message(_11="000001"), {}
    for tag, value in changes:
        now = DIALECT.write(now, f"55.{tag}", value)
        expected[tag] = value
    assert {tag: DIALECT.read(now, f"55.{tag}") for tag in expected} == expected
    for tag in data.draw(st.permutations(sorted(expected))):
        now = DIALECT.delete(now, f"55.{tag}")
        del expected[tag]
        assert {tag: DIALECT.read(now, f"55.{tag}") for tag in expected} == expected
    assert now == message(_11="000001")


@given(st.sampled_from(KNOWN["good"]), st.data())
def test_hostile_values_are_split_or_refused_by_name(case, data):
    path, number = case["path"], int(case["path"].split(".")[0])
    binary = DIALECT.fields[number].notation.kind == "b"
    octets = bytes.fromhex(case["value"]) if binary else case["value"].encode("latin-1")
    octets = data.draw(mutations(octets))
    value = octets.hex().upper() if binary else octets.decode("latin-1")
    waiting = [(path, value)]
    while waiting:
        path, value = waiting.pop()
        try:
            parts = DIALECT.parts_of(path, value)
        except DecodeError as error:
            assert error.field.split(".")[0] == str(number)  # noqa: PT017
            continue
        waiting += [(f"{path}.{part.key}", part.value) for part in parts]


# Built of their parts, and as far as they are whole -----------------------------------------------


def leaves(path, value):
    """The parts without parts of their own, by path; none twice."""
    found = {}
    waiting = [(path, value)]
    while waiting:
        path, value = waiting.pop()
        parts = DIALECT.parts_of(path, value)
        if not parts:
            found[path] = value
        waiting += [(f"{path}.{part.key}", part.value) for part in reversed(parts)]
    return found


@pytest.mark.parametrize(
    "case",
    [case for case in KNOWN["good"] if "." not in case["path"] and "padding" not in case["why"]],
    ids=lambda case: case["why"],
)
def test_a_value_is_built_of_its_parts(case):
    built = DIALECT.build(Message("0200"), leaves(case["path"], case["value"]))
    assert built[int(case["path"])] == case["value"]


@pytest.mark.parametrize(
    "parts",
    [{"3": "01"}, {"11.1": "0"}, {"3.9": "01"}, {"3.1": "0"}, {"55.ZZ": "00"}, {"55.9F36.1": "00"},
     {"x": "1"}],
)  # fmt: skip
def test_what_cannot_be_built_is_refused(parts):
    with pytest.raises(FormatError):
        DIALECT.build(Message("0200"), parts)


@pytest.mark.parametrize(
    ("path", "value", "keys"),
    [
        ("55", "9F3602003C" + "9505", ["9F36"]),
        ("55", "9F3602003C" + "E1039F36", ["9F36"]),
        ("55", "9F3602003C" + "9F", ["9F36"]),
        ("55", "9F36", []),
        ("54", "1002978C000000001250" + "1001", ["1"]),
        ("11", "000001", []),
    ],
)
def test_what_stands_before_a_fault_is_kept(path, value, keys):
    parts, fault = DIALECT.parts_before_fault(path, value)
    assert [part.key for part in parts] == keys
    assert (fault is None) == (path == "11")


@given(st.sampled_from(KNOWN["good"]), st.data())
def test_of_every_broken_value_the_whole_parts_are_kept(case, data):
    wrong = data.draw(mutations(case["value"].encode())).decode("latin-1")
    parts, fault = DIALECT.parts_before_fault(case["path"], wrong)
    if fault is None:
        assert parts == DIALECT.parts_of(case["path"], wrong)
    else:
        assert all(part.end <= len(wrong) for part in parts)
