"""specs.codec.compile: generated code and the table-driven walk agree; no other error comes."""

import ast
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cardswitch.specs.codec import compile as compile_package
from cardswitch.specs.codec import walk
from cardswitch.specs.codec.compile import MISFIT, compile_index, compile_pack, compile_unpack
from cardswitch.specs.codec.shapes import SEEN_MIN
from cardswitch.specs.dialect import list_dialects, load_dialect
from cardswitch.specs.errors import DecodeError, EncodeError
from cardswitch.specs.fuzzing.strategies import messages, mutations, pans, values
from cardswitch.specs.message import Message

# Every encoding, prefix, fill and padding of the grammar in one dialect that nobody speaks.
MIXED = """
version = "0"
[encodings]
mti = "ebcdic-500"
bitmap = "ebcdic-500"
length = "ebcdic-500"
a = "ebcdic-500"
n = "bcd right F"
an = "ebcdic-037"
s = "ascii"
as = "ascii"
ns = "ascii"
ans = "ascii"
b = "hex"
z = "bcd left F"
[fields]
2 = { format = "n..19" }
3 = { format = "n 5" }
4 = { format = "n 7", encoding = "bcd left F" }
5 = { format = "n 7", encoding = "bcd right 0" }
6 = { format = "n..11", encoding = "bcd left F", length = "binary" }
7 = { format = "n.9", encoding = "ascii", length = "bcd" }
8 = { format = "an...40", length = "binary" }
9 = { format = "ans 8", padding = "right space" }
10 = { format = "n 6", encoding = "ebcdic-037", padding = "left 0" }
11 = { format = "n 6" }
12 = { format = "x+n 7" }
13 = { format = "x+n..8", length = "ascii" }
14 = { format = "x+n 8", encoding = "ebcdic-500" }
15 = { format = "b...99" }
16 = { format = "b..255", encoding = "binary", length = "binary" }
17 = { format = "b 3", encoding = "binary" }
18 = { format = "as 3" }
19 = { format = "ns....40" }
20 = { format = "a 4" }
21 = { format = "s..20", length = "ascii" }
35 = { format = "z..37" }
36 = { format = "z 9", encoding = "ascii" }
66 = { format = "z 8", encoding = "bcd right 0" }
128 = { format = "b 8" }
"""


@pytest.fixture(scope="session", autouse=True)
def _mixed(tmp_path_factory):
    path = tmp_path_factory.mktemp("dialects") / "mixed.toml"
    path.write_text(MIXED)
    NAMES.append(str(path))


NAMES = list_dialects()


@st.composite
def dialects(draw):
    return load_dialect(draw(st.sampled_from(NAMES)))


def fast_unpack(dialect, wire):
    """What generated code makes of *wire*: a message, or None where it refuses."""
    with suppress(*MISFIT):
        code = compile_unpack(dialect.form, dialect.shape_of(wire))
        return code(wire) if code else None
    return None


def lazy_unpack(dialect, wire, *, strict):
    """The same of generated code that finds the fields alone."""
    with suppress(*MISFIT):
        code = compile_index(dialect.form, dialect.pieces, dialect.shape_of(wire), strict=strict)
        return code(wire) if code else None
    return None


def slow_unpack(dialect, wire):
    with suppress(DecodeError):
        return walk.unpack(dialect.form, wire)
    return None


def fast_pack(dialect, message):
    code = compile_pack(dialect.form, tuple(message.fields))
    with suppress(*MISFIT):
        return code(message) if code else None
    return None


def slow_pack(dialect, message):
    with suppress(EncodeError):
        return walk.pack(dialect.form, message)
    return None


@given(st.data(), dialects())
def test_round_trip_on_both_paths(data, dialect):
    message = data.draw(messages(dialect))
    wire = walk.pack(dialect.form, message)
    assert fast_pack(dialect, message) == wire
    assert walk.unpack(dialect.form, wire) == message
    assert fast_unpack(dialect, wire) == message


@given(st.data(), dialects())
def test_both_paths_agree_on_mutated_bytes(data, dialect):
    wire = data.draw(mutations(dialect.pack(data.draw(messages(dialect)))))
    message = slow_unpack(dialect, wire)
    assert fast_unpack(dialect, wire) == message
    assert lazy_unpack(dialect, wire, strict=True) == message
    if message is not None:
        assert dialect.pack(message) == wire


@given(st.data(), dialects())
def test_an_index_reads_the_same_or_says_the_field(data, dialect):
    wire = data.draw(mutations(walk.pack(dialect.form, data.draw(messages(dialect)))))
    message, found = slow_unpack(dialect, wire), lazy_unpack(dialect, wire, strict=False)
    if message is not None or found is None:
        assert found == message
        return
    with pytest.raises(DecodeError) as expected:
        walk.unpack(dialect.form, wire)
    with pytest.raises(DecodeError) as caught:
        dict(found.fields)
    assert caught.value.field == expected.value.field
    assert caught.value.offset == expected.value.offset + dialect.header_size


@given(st.data(), dialects())
def test_changes_are_spliced_as_they_would_be_written(data, dialect):
    message = data.draw(messages(dialect))
    found = lazy_unpack(dialect, walk.pack(dialect.form, message), strict=True)
    gone = data.draw(st.lists(st.sampled_from(sorted(message.fields)), max_size=3))
    numbers = data.draw(st.lists(st.sampled_from(sorted(dialect.fields)), max_size=3))
    changes = {n: data.draw(values(dialect.fields[n])) for n in numbers}
    if data.draw(st.booleans()):
        changes |= dict.fromkeys(numbers[:1], "\u0661")  # a digit, but not of ours
    changed = found.without(*gone).with_fields(changes)
    expected = message.without(*gone).with_fields(changes)
    assert changed == expected
    assert slow_pack(dialect, expected) == packed(dialect, changed)


def packed(dialect, message):
    with suppress(EncodeError):
        return dialect.pack(message)[dialect.header_size :]
    return None


@given(st.data(), dialects())
def test_both_paths_agree_on_wrong_values(data, dialect):
    message = data.draw(messages(dialect))
    number = data.draw(st.sampled_from(sorted(message.fields)))
    value = data.draw(st.one_of(st.text(max_size=9), values(dialect.fields[number]), st.none()))
    changed = message.with_fields({number: value})
    assert fast_pack(dialect, changed) == slow_pack(dialect, changed)


@given(st.binary(max_size=80), dialects())
def test_random_bytes_end_in_the_documented_error(wire, dialect):
    with suppress(DecodeError):
        dialect.unpack(wire)


@given(st.data(), dialects(), pans())
def test_no_error_tells_the_card(data, dialect, pan):
    message = data.draw(messages(dialect)).with_fields({2: pan, 35: f"{pan}=2912"})
    wire = data.draw(mutations(dialect.pack(message)))
    error = error_of(dialect, wire)
    if error is None:
        return
    told = {**vars(error), "echo": None}  # what the sender itself sent, in open fields
    everything = f"{error}{error!r}{told}{error.args}"
    assert pan not in everything
    assert pan.encode().hex() not in everything
    assert error.__context__ is None
    assert error.echo is None or not {2, 35} & error.echo.fields.keys()


def error_of(dialect, wire):
    try:
        dialect.unpack(wire)
    except DecodeError as error:
        return error
    return None


@given(st.data(), dialects())
def test_every_truncation_is_refused(data, dialect):
    wire = dialect.pack(data.draw(messages(dialect)))
    size = data.draw(st.integers(0, len(wire) - 1))
    assert slow_unpack(dialect, wire[:size]) is None
    assert fast_unpack(dialect, wire[:size]) is None


@pytest.mark.parametrize("shape", [b"", b"\0" * 8, b"\x80" + b"\0" * 15, b"\xff" * 8, b"\xff" * 16])
def test_shapes_that_no_message_has(shape):
    assert compile_unpack(load_dialect("pos").form, shape) is None


def test_the_order_of_fields_does_not_matter():
    pos = load_dialect("pos")
    fields = {11: "000001", 4: "000000000100", 3: "000000"}
    backwards = dict(reversed(fields.items()))
    for _ in range(SEEN_MIN + 1):
        assert pos.pack(Message("0200", fields)) == pos.pack(Message("0200", backwards))


def shown_code():
    """The functions that the page at the head of the package shows."""
    lines = Path(compile_package.__file__).read_text().splitlines()
    code = [line.removeprefix("#     ") for line in lines if line.startswith("#     ")]
    return [ast.unparse(function) for function in ast.parse("\n".join(code)).body]


def test_the_page_shows_what_is_generated():
    message = Message("0210", {3: "000000", 11: "000007", 35: "999999000000001=30", 39: "00"})
    dialect = load_dialect("iso87-ascii")
    reads = compile_unpack(dialect.form, dialect.shape_of(dialect.pack(message)))
    writes = compile_pack(dialect.form, tuple(message.fields))
    assert shown_code() == [ast.unparse(ast.parse(run.__doc__)) for run in (reads, writes)]
