"""specs.codec.compile.reading: code for one shape reads its messages, and nothing else."""

import pytest

from cardswitch.specs.codec.compile import MISFIT, compile_index, compile_reader, compile_unpack
from cardswitch.specs.dialect import list_dialects, load_dialect
from cardswitch.specs.message import Message

POS = load_dialect("pos")
SALE = Message("0200", {2: "999999000000001", 11: "000007", 35: "999999000000001=30", 55: "9F26"})
DATA = POS.pack(SALE)
SHAPE = POS.shape_of(DATA)


@pytest.mark.parametrize("strict", [True, False])
def test_an_index_is_of_its_shape(strict):
    run = compile_index(POS.form, POS.pieces, SHAPE, strict=strict)
    assert run(DATA) == SALE
    assert compile_index(POS.form, POS.pieces, b"\xff" * 8, strict=strict) is None
    for wrong in (DATA[:-1], DATA + b"0", b"\x99" + DATA[1:]):
        with pytest.raises(MISFIT):
            run(wrong)


def test_strict_is_what_reading_is():
    wrong = DATA[:11] + b"\x1f" + DATA[12:]
    for run in (
        compile_unpack(POS.form, SHAPE),
        compile_index(POS.form, POS.pieces, SHAPE, strict=True),
    ):
        with pytest.raises(MISFIT):
            run(wrong)
    assert compile_index(POS.form, POS.pieces, SHAPE, strict=False)(wrong)[11] == "000007"


@pytest.mark.parametrize("name", list_dialects())
def test_a_field_alone(name):
    for field in load_dialect(name).fields.values():
        kind, length = field.notation.kind, field.legal_lengths[0]
        value = ("C" if kind == "x+n" else "") + "1" * (length - (kind == "x+n"))
        data = field.write(value)
        run = compile_reader(field)
        assert run(data) == value
        for wrong in (data[:-1], data + b"1"):
            with pytest.raises(MISFIT):
                run(wrong)
