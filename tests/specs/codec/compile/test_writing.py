"""compile.writing: code for one shape writes text of the right length and class alone."""

import pytest

from cardswitch.specs.codec.compile import MISFIT, compile_pack, compile_writer
from cardswitch.specs.dialect import list_dialects, load_dialect
from cardswitch.specs.message import Message

BINARY = load_dialect("iso87-binary")
# In a packed message: digits, a small d in track 2, small hexadecimal digits, bytes for text.
WRONG = [
    {3: "00000A"},
    {3: "0000"},
    {3: b"000000"},
    {3: 0},
    {3: None},
    {3: "00000\u0661"},
    {35: "99d30"},
    {35: "99F30"},
    {52: "00000000000000ab"},
    {55: "9f26"},
    {55: "9F2"},
    {55: b"9F26"},
    {41: "TERM001\xe9"},
    {41: b"TERM0001"},
    {42: "MERCHANT\n000001"},
]
RIGHT = {
    3: "000000",
    35: "99=30",
    41: "TERM0001",
    42: "MERCHANT0000001",
    52: "00000000000000AB",
    55: "9F26",
}


@pytest.mark.parametrize("change", WRONG, ids=repr)
def test_only_what_can_be_read_again_is_written(change):
    run = compile_pack(BINARY.form, tuple(RIGHT))
    assert BINARY.unpack(run(Message("0200", RIGHT))) == Message("0200", RIGHT)
    with pytest.raises(MISFIT):
        run(Message("0200", {**RIGHT, **change}))
    [number] = change
    with pytest.raises(MISFIT):
        compile_writer(BINARY.fields[number])(change[number])


def test_shapes_that_no_message_has():
    assert compile_pack(BINARY.form, ()) is None
    assert compile_pack(BINARY.form, (1, 2)) is None
    assert compile_pack(BINARY.form, (2, 150)) is None


@pytest.mark.parametrize("name", list_dialects())
def test_a_field_alone(name):
    for field in load_dialect(name).fields.values():
        sign = "D" if field.notation.kind == "x+n" else ""
        for length in (field.legal_lengths[0], field.legal_lengths[-1]):
            value = sign + "1" * (length - len(sign))
            assert compile_writer(field)(value) == field.write(value)
