"""A text of many lines falls into blocks, and each gives its messages."""

import pytest

from cardswitch.lab.messages.pasted import blocks
from cardswitch.lab.messages.pasted.blocks import blocks_of, read_blocks
from cardswitch.specs.errors import FormatError

HEX = "0800822000000000"


def begins(data):
    return data.startswith(bytes.fromhex("08008220"))


def kinds(text):
    return [(block.kind, block.line, len(block.lines)) for block in blocks_of(text.splitlines())]


def test_what_stands_together():
    text = (
        f"sent\n0000 08 00\n0002 82 20\n0000 08 00\nok\n{HEX}\n{HEX}\n<isomsg>\n<a/>\n</isomsg>\n."
    )
    assert kinds(text) == [
        ("line", 1, 1), ("dump", 2, 2), ("dump", 4, 1), ("line", 5, 1), ("hex", 6, 2),
        ("isomsg", 8, 3), ("line", 11, 1),
    ]  # fmt: skip


def test_a_line_that_begins_no_message_goes_on_with_the_one_before():
    pieces = list(read_blocks([HEX, "0011", HEX], begins))
    assert [(piece.data.hex(), piece.line) for piece in pieces] == [(f"{HEX}0011", 1), (HEX, 3)]


def test_an_element_that_is_none_is_a_fault_of_its_line():
    [piece] = read_blocks(["<isomsg>", "</isomsg>"], begins)
    assert (piece.line, piece.fault is not None) == (1, True)


def element(number, end="</isomsg>"):
    return f'<isomsg>\n<field id="0" value="0800"/>\n<field id="11" value="{number}"/>\n{end}'


CUT = "<isomsg direction='incoming'>\n<field id='0' value='0800'/>\n"


@pytest.mark.parametrize(
    ("text", "read", "cut"),
    [
        (f"{element(1)}\n{CUT}{element(3)}\n{element(4)}", [(1, "1"), (7, "3"), (11, "4")], [5]),
        (f"{CUT}{CUT}{element(3)}", [(5, "3")], [1, 3]),
        (f"{CUT}{CUT.replace(chr(10), ' ')}{element(3)}", [(3, "3")], [1, 3]),
        (f"{CUT}<field i {element(3)}", [(3, "3")], [1]),
        (f"{element(1)}\n{CUT}<field i", [(1, "1")], [5]),
        (f"{element(1)}\n<isomsg direc", [(1, "1")], [5]),
        (f"{element(1)} <isomsg direc", [(1, "1")], [4]),
        (f"{element(1)}{element(2)}", [(1, "1"), (4, "2")], []),
        (f"</isomsg>{element(1)}\n{element(2)}", [(1, "1"), (5, "2")], []),
        (element(1, "<isomsg id='127'>\n</isomsg>\n</isomsg>"), [(1, "1")], []),
        (element(1, "<field id='48'><![CDATA[<isomsg>]]></field></isomsg>"), [(1, "1")], []),
    ],
)
def test_an_element_without_an_id_begins_a_message_and_one_cut_off_is_a_fault(text, read, cut):
    pieces = list(read_blocks(text.splitlines(), begins))
    whole = [(piece.line, piece.message.fields[11]) for piece in pieces if piece.fault is None]
    faults = {piece.line: str(piece.fault) for piece in pieces if piece.fault is not None}
    assert (whole, list(faults)) == (read, cut)
    assert all("an isomsg element that is closed" in fault for fault in faults.values())


def test_elements_that_are_never_closed_are_blocks_of_their_own(monkeypatch):
    monkeypatch.setattr(blocks, "BLOCK_SIZE_MAX", 1000)
    pieces = list(read_blocks((CUT * 100).splitlines(), begins))
    assert [piece.line for piece in pieces] == list(range(1, 200, 2))


def test_all_messages_of_a_line_have_its_number():
    lines = ["words", f"req={HEX}0011223344 rsp={HEX}5566778899", HEX]
    assert [piece.line for piece in read_blocks(lines, begins)] == [2, 2, 3]


def test_a_block_that_never_ends_is_refused(monkeypatch):
    monkeypatch.setattr(blocks, "BLOCK_SIZE_MAX", 1000)
    with pytest.raises(FormatError, match="in one dump or element"):
        list(blocks_of(["<isomsg>"] + ["x" * 100] * 20))


def test_lines_with_bytes_that_are_no_message_are_counted():
    passed = []
    lines = ["words", f"a {HEX}0011223344 b", HEX, "id 4bf92f3577b34da6a3ce929d0e0e4736", "9" * 40]
    pieces = list(read_blocks(lines, begins, passed))
    assert [piece.line for piece in pieces] == [2, 3]
    assert passed == [4, 5]
