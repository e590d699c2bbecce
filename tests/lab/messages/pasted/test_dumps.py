"""Dumps as the programs of this system write them, and what only looks like one."""

import shutil
import subprocess

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cardswitch.lab.messages.pasted.dumps import BYTES_MAX, GROUPS_MAX, is_row, read_dumps

COMMANDS = [
    ["xxd"], ["xxd", "-g", "1"], ["xxd", "-c", "24", "-g", "8"], ["xxd", "-u"], ["hexdump"],
    ["hexdump", "-C"], ["od"], ["od", "-b"], ["od", "-x"], ["od", "-t", "x1"],
    ["od", "-A", "x", "-t", "x1z"], ["od", "-A", "d", "-t", "x1"],
]  # fmt: skip


def printed(command, data):
    if shutil.which(command[0]) is None:
        pytest.skip(f"no {command[0]} here")
    done = subprocess.run(command, input=data, capture_output=True, check=True)
    return done.stdout.decode("ascii", "replace").splitlines()


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
@settings(max_examples=25, deadline=None)
@given(data=st.binary(min_size=33, max_size=200))
def test_what_programs_print_is_read(command, data):
    [dump] = read_dumps(printed(command, data))
    assert data in [piece.data for piece in dump.pieces]


@pytest.mark.parametrize("command", [["xxd"], ["hexdump", "-C"], ["od"], ["hexdump"]], ids=" ".join)
def test_rows_that_repeat_are_squeezed_and_read(command):
    data = b"0800" * 4 + bytes(160) + b"0810"
    [dump] = read_dumps(printed(command, data))
    assert dump.pieces[0].data == data


def test_the_text_column_of_tshark_is_told_from_its_bytes():
    lines = ["0000   30 38 30 30 82 20 00 00 08 00 00 00 04 00 00 00   0800. ..........",
             "0010   30 30 30 30 31 32                                 000012"]  # fmt: skip
    [dump] = read_dumps(lines)
    assert dump.pieces[0].data.endswith(b"000012")
    assert dump.lines == (0, 2)


def test_masked_bytes_of_a_dump():
    [dump] = read_dumps(["0000  41 XX ** 11", "0004  11"])
    assert dump.pieces[0].masked == {1, 2}


@pytest.mark.parametrize(
    "lines",
    [
        ["0800 8220 0000 0000", "0000 0400 0000 0000"],
        ["0000 08 00 82 20", "0010 00 00 00 00"],
        ["2026-01-01 12:00:00 ab cd", "2026-01-01 12:00:02 ab cd"],
        ["abc"],
        ["0020  08 00"],
    ],
)
def test_offsets_that_count_nothing_are_no_dump(lines):
    assert read_dumps(lines) == []


def test_a_row_of_stars_does_not_fill_the_memory():
    assert read_dumps(["00000000  08 00", "*", f"{BYTES_MAX * 15:08x}  08"]) == []


@pytest.mark.parametrize(
    ("line", "expected"), [("0000: 08", True), ("*", True), ("0800 ok", False), ("", False)]
)
def test_rows(line, expected):
    assert is_row(line) == expected


@pytest.mark.timeout(20)
@pytest.mark.parametrize("row", ["0000: " + "00 " * 380, "0000: " + "00 " * 300_000])
def test_a_row_that_is_too_long_is_told_from_its_text_in_time(row):
    assert [dump.pieces[0].data for dump in read_dumps([row] * 3)] == [bytes(GROUPS_MAX)] * 3


@pytest.mark.parametrize(
    ("column", "data", "is_shown"),
    [
        ("A..B", b"A\0\xffB", True),
        ("A . B", b"A \0 B", True),
        ("AB", b"A\0\0B", True),  # blanks are lost in pages
        ("A.B", b"A\0\0B", True),
        ("A0B", b"A\0B", False),
        ("A...B", b"A\0\0B", False),
        (".....", b"ABCDE", True),
        ("|A.|", b"A\0", True),
        ("A\u00b7\u00b7B", b"A\0\0B", True),
    ],
)
def test_a_text_column_shows_its_bytes(column, data, is_shown):
    dumps = read_dumps([f"0000  {data.hex(' ')}  {column}"])
    assert any("a text column" in dump.pieces[0].kind for dump in dumps) is is_shown
