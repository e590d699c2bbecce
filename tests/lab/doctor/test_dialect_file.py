"""The file that is written reads and writes the messages; the next command fits them."""

import pytest

from cardswitch.lab.doctor.dialect_file import describe_command, dialect_text
from cardswitch.specs.dialect import load_dialect
from cardswitch.specs.doctor import diagnose, diagnose_with
from tests.kit.samples.doctor import HEADER_12, SALE, TPDU, TRACK, base, bases, change, framed, wire

ODD = SALE.with_fields({35: f"{TRACK}0"})
WRAPPED = framed("binary2", TPDU + wire("pos", message=ODD))
EDITED = wire("iso87-ascii", change(48, format="ans..99"))


def found_in(*data):
    return diagnose(data, bases())


@pytest.mark.parametrize("header", [b"", TPDU, HEADER_12])
def test_the_file_reads_and_writes_the_message_with_its_header(header, tmp_path):
    data = header + wire("iso87-ebcdic", change(48, format="ans..99"))
    path = tmp_path / "found.toml"
    path.write_text(dialect_text(found_in(data)[0], tmp_path), "utf-8")
    dialect = load_dialect(str(path))
    message = dialect.unpack(data)
    assert message.fields == SALE.fields
    assert message.header == header
    assert dialect.pack(message) == data


def test_a_file_extends_another_from_where_it_stands(tmp_path):
    (tmp_path / "sub").mkdir()
    own = tmp_path / "own.toml"
    own.write_text('extends = "iso87-ascii"\n', "utf-8")
    [*found] = diagnose_with([EDITED], base(str(own)))
    path = tmp_path / "sub" / "found.toml"
    path.write_text(dialect_text(found[0], path.parent), "utf-8")
    assert 'extends = "../own.toml"' in path.read_text("utf-8")
    assert load_dialect(str(path)).unpack(EDITED).fields == SALE.fields


def test_a_header_before_that_of_the_dialect_comes_first(tmp_path):
    data = TPDU + wire("example-ebcdic-header", message=SALE.with_fields({48: "9203123"}))
    best = next(each for each in found_in(data) if each.base.name == "example-ebcdic-header")
    assert best.header_size == 5
    path = tmp_path / "found.toml"
    path.write_text(dialect_text(best, tmp_path), "utf-8")
    assert load_dialect(str(path)).unpack(data).header == data[:17]


def test_the_next_command_skips_what_the_dialect_does_not_have():
    best = found_in(WRAPPED)[0]
    assert "--dialect pos --format hex --skip 8 " in describe_command(best, "hex", 1)
    assert "--dialect ./x.toml --format hex --skip 1 " in describe_command(
        best, "hex", 1, "./x.toml"
    )
    assert "doctor" in describe_command(found_in(EDITED)[0], "raw", 0)
