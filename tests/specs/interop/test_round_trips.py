"""Our dialects, exported to another tool's format and imported again, speak as they did."""

from functools import cache

import pytest
from hypothesis import given, settings

from cardswitch.specs.dialect import list_dialects, load_dialect
from cardswitch.specs.dialect.file import read_dialect_file
from cardswitch.specs.fuzzing.strategies import messages
from cardswitch.specs.grammar.fields import CLASSES
from cardswitch.specs.interop.jpos import import_jpos
from cardswitch.specs.interop.jpos.export import export_jpos
from cardswitch.specs.interop.moov import import_moov
from cardswitch.specs.interop.moov_export import export_moov
from cardswitch.specs.interop.pyiso8583 import export_pyiso8583, import_pyiso8583
from cardswitch.specs.message import Message
from tests.kit.samples.foreign import made

WAYS = {
    "jpos": (export_jpos, import_jpos),
    "moov": (export_moov, import_moov),
    "pyiso8583": (export_pyiso8583, import_pyiso8583),
}
# How many of the fields of a dialect come back the same, at least.
SAME_MIN = {
    ("jpos", "iso87-ascii"): 1.0,
    ("jpos", "iso87-binary"): 1.0,
    ("jpos", "iso87-ebcdic"): 1.0,
    ("jpos", "pos"): 1.0,
    ("jpos", "iso87-ascii-binary"): 1.0,
    ("jpos", "iso87-bcd-ebcdic"): 0.96,
    ("jpos", "iso93-ebcdic"): 1.0,
    ("jpos", "iso2023"): 1.0,
    ("moov", "iso87-ascii"): 1.0,
    ("moov", "pos"): 0.94,
    ("moov", "iso87-ascii-binary"): 1.0,
    ("moov", "iso2023"): 0.96,
    ("pyiso8583", "iso87-ascii"): 1.0,
    ("pyiso8583", "iso87-ebcdic"): 1.0,
    ("pyiso8583", "pos"): 0.95,
    ("pyiso8583", "iso87-bcd-ebcdic"): 0.96,
    ("pyiso8583", "iso93-ebcdic"): 1.0,
    ("pyiso8583", "iso2023"): 0.98,
}


@cache
def back(way, name):
    """The dialect *name* after its way through a foreign format, and the fields that are the same.

    Left out is what was told as lost: values that are shown otherwise, and are packed the same.
    """
    exporter, importer = WAYS[way]
    written = read_dialect_file(name)[1]
    old = load_dialect(name)
    new = made(importer(exporter(name, written).text, f"{name}.{way}", written.version), name)
    return new, {
        number
        for number, field in old.fields.items()
        if number in new.fields
        and CLASSES[field.notation.kind] <= CLASSES[new.fields[number].notation.kind]
        and set(field.legal_lengths) <= set(new.fields[number].legal_lengths)
        and field.padding == new.fields[number].padding
        and _page(field) in ("", _page(new.fields[number]))
        and (number <= 128 or old.bitmaps.third == new.bitmaps.third)
    }


def _page(field):
    """The EBCDIC page: where a format has but one, the special characters of others are lost."""
    name = getattr(field.encoding, "digits", field.encoding).name
    free = field.notation.kind in ("ans", "ns", "s", "as", "z")
    return name if name.startswith("ebcdic") and free else ""


@pytest.mark.parametrize("name", list_dialects())
@pytest.mark.parametrize("way", WAYS)
def test_a_dialect_comes_back_and_speaks_as_it_did(way, name):
    old = load_dialect(name)
    new, same = back(way, name)
    header = old.form.header_default

    @settings(max_examples=12)
    @given(messages(old))
    def speaks(message):
        fields = {number: message[number] for number in message.fields if number in same}
        if not fields:
            return
        data = old.pack(Message(message.mti, fields, header))
        data = data if new.header_size else data[len(header) :]
        theirs = Message(message.mti, fields, header if new.header_size else b"")
        assert new.pack(theirs) == data
        assert new.unpack(data) == theirs

    speaks()


@pytest.mark.parametrize(("way", "name"), SAME_MIN)
def test_most_fields_come_back_the_same(way, name):
    _, same = back(way, name)
    loose = {
        number
        for number, field in load_dialect(name).fields.items()
        if way == "jpos" and _page(field)
    }
    assert len(same | loose) >= SAME_MIN[way, name] * len(load_dialect(name).fields)
