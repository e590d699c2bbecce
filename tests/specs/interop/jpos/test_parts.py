"""specs.interop.jpos.parts: what is not known costs the parts of a field, and not the file."""

import pytest

from cardswitch.specs.interop.jpos.packager import import_jpos
from tests.kit.samples.foreign import made, pairs
from tests.kit.samples.jpos import CHAR, field, packager, parts

BASE1_BITMAP = "org.jpos.iso.packager.Base1_BITMAP126"


@pytest.mark.parametrize(
    "inner",
    [
        parts(field(1, CHAR), name="com.bank.Mine"),
        parts(field(1, CHAR) + field(2, "com.bank.Odd"), 'emitBitmap="false"'),
        parts("", name="EuroSubFieldPackager"),
    ],
)
def test_an_unknown_packager_or_class_leaves_the_field_whole(inner):
    imported = import_jpos(packager(inner + field(49, CHAR, 3)), "x.xml")
    assert (list(imported.written.fields), imported.written.parts) == (["48", "49"], {})
    assert pairs(imported.losses) == [(0, "characters"), (4, "field 48")]


def test_a_bitmap_of_base_1_has_eight_bytes_and_never_goes_on():
    inner = field(0, BASE1_BITMAP, 16) + field(1, CHAR, 2) + field(3, CHAR, 3)
    imported = import_jpos(packager(parts(inner, name="Base1SubFieldPackager")), "x.xml")
    dialect = made(imported)
    value = "A000000000000000" + "414258595A"
    assert [(part.key, part.value) for part in dialect.parts_of("48", value)] == [
        ("1", "AB"),
        ("3", "XYZ"),
    ]


def test_without_a_bitmap_the_parts_of_base_1_stand_one_after_the_other():
    inner = field(1, CHAR, 2) + field(2, CHAR, 3)
    imported = import_jpos(packager(parts(inner, name="Base1SubFieldPackager")), "x.xml")
    assert imported.written.parts["48"].layout == "positional"
