"""The samples of foreign files, and how a field of them is tried."""

import tomllib
from pathlib import Path

from cardswitch.specs.dialect import Dialect
from cardswitch.specs.dialect.build import build_form
from cardswitch.specs.dialect.file import Source
from cardswitch.specs.grammar.bitmap import bitmap_of
from cardswitch.specs.message import Message

FOREIGN = Path(__file__).parents[2] / "vectors" / "foreign"


def sample(name):
    return (FOREIGN / name).read_text("utf-8")


def known(name):
    return tomllib.loads(sample(name))


def made(imported, name="imported"):
    """The dialect that was imported."""
    return Dialect(build_form(Source(Path(name), ()), imported.written))


def try_field(dialect, case):
    """A message of one field is written as the case says, and reads back."""
    message = Message("0200", {case["number"]: case["value"]}, dialect.form.header_default)
    bits = dialect.bitmap.encode(bitmap_of([case["number"]]).hex().upper())
    data = message.header + dialect.mti.encode("0200") + bits + bytes.fromhex(case["bytes"])
    assert dialect.pack(message).hex() == data.hex(), case["why"]
    assert dialect.unpack(data) == message, case["why"]
    for path, value in case.get("parts", {}).items():
        assert dialect.read(message, f"{case['number']}.{path}") == value, case["why"]


def pairs(losses):
    """Losses as (line, place) for a table."""
    return [(loss.line, loss.where) for loss in losses]
