"""What people paste is read: every case of the vectors, whatever notation it is in."""

import tomllib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cardswitch.lab.messages.inputs import read_items
from cardswitch.lab.messages.pasted import reader
from cardswitch.lab.messages.pasted.reader import read_certain, read_pasted
from cardswitch.specs.dialect import load_dialect
from cardswitch.specs.errors import FormatError

FOLDER = Path(__file__).parents[3] / "vectors" / "pasted"
VECTORS = tomllib.loads((FOLDER / "pasted.toml").read_text("utf-8"))
ECHO = VECTORS["echo"]
SHORT = bytes.fromhex(VECTORS["short"]["wire"])


def dialect_of(case):
    name = case["dialect"]
    return load_dialect(str(FOLDER / name) if name.endswith(".toml") else name)


def is_short(data):
    """Whether *data* begins like the message that the samples write."""
    return data.startswith(SHORT[:10])


def never(data):
    return False


def read(text, *begins, mode=None):
    return list(read_pasted([text.encode()], *(begins or (is_short,)), mode=mode))


@pytest.mark.parametrize("case", VECTORS["same"], ids=lambda case: case["file"])
def test_one_message_as_many_programs_print_it(case):
    [item] = read_items((FOLDER / case["file"]).read_bytes(), "auto", dialect_of(ECHO))
    assert (item.data.hex(), item.kind) == (ECHO["wire"], case["kind"])
    message = item.read(dialect_of(ECHO))
    assert (message.mti, {str(n): v for n, v in message.fields.items()}) == (
        ECHO["mti"],
        ECHO["fields"],
    )


@pytest.mark.parametrize("case", VECTORS["case"], ids=lambda case: case["file"])
def test_messages_of_strangers(case):
    dialect = dialect_of(case)
    [item] = read_items((FOLDER / case["file"]).read_bytes(), "auto", dialect)
    assert item.kind == case["kind"]
    assert str(item.lead or "") == case.get("lead", "")
    partial = item.look(dialect)
    assert partial.message.mti == case["mti"]
    assert {n: partial.message[int(n)] for n in case["fields"]} == case["fields"]
    assert (partial.fault.field if partial.fault else "") == case.get("fault", "")
    for path, value in case.get("parts", {}).items():
        assert dialect.read(partial.message, path) == value


@pytest.mark.parametrize("case", VECTORS["written"], ids=lambda case: case["why"])
def test_every_notation(case):
    [piece] = read(case["text"].strip("\n"))
    assert (piece.data.hex(), piece.kind) == (SHORT.hex(), case["kind"])


def test_a_log_with_words_around_its_messages():
    pieces = read(VECTORS["log"]["text"].strip("\n"))
    assert [piece.data.hex() for piece in pieces] == [SHORT.hex()] * 6
    assert [piece.line for piece in pieces] == VECTORS["log"]["lines"]


def test_what_it_is_taken_for_can_be_said():
    hex_lines = f"{SHORT.hex()}\nxx yy\n"
    assert [piece.fault is None for piece in read(hex_lines, mode="lines")] == [True, False]
    assert [piece.line for piece in read(f"sent:\n{hex_lines}{hex_lines}", mode="log")] == [2, 4]


def test_a_later_test_is_asked_where_the_first_finds_nothing():
    behind = SHORT.hex()
    [piece] = read(f"6000{behind}", is_short, lambda data: data[2:12] == SHORT[:10])
    assert piece.data == b"\x60\x00" + SHORT


@pytest.mark.parametrize("size", [10, 3000])
def test_what_is_long_is_streamed(monkeypatch, size):
    monkeypatch.setattr(reader, "HEAD_SIZE", 1000)
    line = f"{SHORT.hex()}\n".encode()
    pieces = list(read_pasted([line] * size, is_short))
    assert len(pieces) == size
    assert pieces[-1].line == size
    words = [b"sent " + line] * size
    assert len(list(read_pasted(words, is_short))) == size


def test_what_is_long_and_one_message_is_refused_and_never_cut(monkeypatch):
    monkeypatch.setattr(reader, "HEAD_SIZE", 100)
    for endless in (b"08", b"\x00\x01"):
        with pytest.raises(FormatError, match="of one message"):
            list(read_pasted([endless] * 1000, is_short))


def test_what_can_be_nothing_else_is_certain():
    assert [piece.kind for piece in read_certain("0000  30 38\n0002  30 30", never)] == [
        "a dump, offsets in hexadecimal"
    ]
    assert read_certain("0800822000", never) == []
    assert len(read_certain("08:00:82\n08:00:82", lambda data: True)) == 2


NOTATIONS = st.sampled_from(
    ["0000  ", "0x", "\\x", "[", "]", ", ", "<Buffer ", ">", "b'", "'", ":", "-", "XX", "**", "\n",
     "<isomsg>", "</isomsg>", '<field id="', '" value="', '"/>', "*\n", "0010: ", "0800", " ", "{",
     "8220000000000000", "\ufeff", "\xa0", "é", "\x00", "=", "|", "h"]
)  # fmt: skip


@settings(max_examples=300)
@given(st.lists(NOTATIONS | st.text("0123456789ABCDEFabcdef \n", max_size=12), max_size=14))
def test_a_reader_gives_documented_errors_alone(words):
    text = "".join(words)
    dialect = load_dialect("pos")
    try:
        items = read_items(text.encode(), "auto", dialect)
    except FormatError:
        return
    for item in items:
        try:
            item.look(dialect)
            item.read(dialect)
        except FormatError:
            continue


@given(st.binary(max_size=120))
def test_bytes_are_read_or_refused(given):
    try:
        pieces = list(read_pasted([given], is_short, never))
    except FormatError:
        return
    assert pieces


@pytest.mark.timeout(20)
@pytest.mark.parametrize(
    "text",
    ["*" * 99_999 + "g", "[" + "1, " * 40_000, "[" + "1          " * 9_000 + "x",
     "\\x30" * 20_000 + "g",
     "<isomsg " * 9_000, "b'" * 40_000, "0800" * 25_000, " " * 99_999 + "x", "30:" * 30_000,
     "0000  " + "20 " * 500 + ". " * 500 + "X", "0800\n" * 20_000, "(" * 9_999, "08 " * 30_000],
    ids=lambda text: text[:8],
)  # fmt: skip
def test_no_text_takes_for_ever(text):
    dialect = load_dialect("pos")
    for lead in ("", "sent "):
        try:
            read_items((lead + text).encode(), "auto", dialect)
        except FormatError:
            continue
