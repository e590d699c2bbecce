"""specs.codec.compile.code: a function in the making."""

import pytest

from cardswitch.specs.codec.compile.code import Code, Misfit, at, end_of, moved, paged
from cardswitch.specs.dialect import load_dialect
from cardswitch.specs.grammar.codepages import CODECS

EVERY = bytes(range(256))


def test_a_function_knows_what_is_kept_and_refuses():
    code = Code()
    code.refuse([])
    code.refuse([f"data > {code.keep('most', 2)}", "data < 0"])
    code.lines.append("return data")
    run = code.function("data")
    assert run(2) == 2
    for wrong in (3, -1):
        with pytest.raises(Misfit):
            run(wrong)


@pytest.mark.parametrize(
    ("dialect", "number", "end", "line"),
    [
        ("iso87-ascii", 3, (7, 26), None),
        ("iso87-binary", 3, (7, 23), None),
        ("iso87-ascii", 2, (2, 0), "e2 = e7 + 20 + n2"),
        ("iso87-binary", 2, (2, 0), "e2 = e7 + 20 + (n2 + 1 >> 1)"),
        ("iso87-binary", 55, (55, 0), "e55 = e7 + 20 + (n55 >> 1)"),
    ],
)
def test_where_a_field_ends(dialect, number, end, line):
    code = Code()
    assert end_of(code, load_dialect(dialect).fields[number], (7, 20)) == end
    assert code.lines == ([line] if line else [])


def test_places():
    assert moved((7, 20), -3) == (7, 17)
    assert [at((0, 0)), at((7, 0)), at((7, 5))] == ["0", "e7", "e7 + 5"]


@pytest.mark.parametrize("codec", CODECS.values())
def test_pages_are_their_codecs(codec):
    code = Code()
    code.lines.append(f"return data{paged(code, codec, reading=True)}")
    assert code.function("data")(EVERY).decode("latin-1") == EVERY.decode(codec)
    code = Code()
    code.lines.append(f"return data.encode('latin-1'){paged(code, codec, reading=False)}")
    assert code.function("data")(EVERY.decode("latin-1")) == EVERY.decode("latin-1").encode(codec)
