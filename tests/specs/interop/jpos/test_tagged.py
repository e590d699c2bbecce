"""specs.interop.jpos.tagged: sequences of tags, BER-TLV and data sets, read by name."""

import pytest

from cardswitch.specs.interop.jpos.packager import import_jpos
from tests.kit.samples.foreign import made, pairs, sample
from tests.kit.samples.jpos import CHAR, field, packager, parts


def values(dialect, path, value):
    return {part.key: part.value for part in dialect.parts_of(path, value)}


def test_a_sequence_names_its_tags_and_keeps_the_others():
    imported = import_jpos(sample("tagged-sequence.xml"), "tagged-sequence.xml")
    dialect = made(imported)
    tags = "0023003ABC0105007FILE001" + "0999002ZZ"
    assert values(dialect, "48", tags) == {"0023": "ABC", "0105": "FILE001", "0999": "ZZ"}
    names = {part.key: part.name for part in dialect.parts_of("48", tags)}
    assert names == {"0023": "Term type", "0105": "File id", "0999": ""}
    assert pairs(imported.losses) == [(0, "characters")]
    wire = bytes.fromhex("F1F8F0F4 0000000000010000") + f"{len(tags):03}{tags}".encode("cp037")
    assert dialect.unpack(wire).fields[48] == tags


def tagged(attributes, inner="", name="org.jpos.iso.packager.GenericTaggedFieldsPackager"):
    return import_jpos(packager(parts(inner, attributes, name)), "x.xml")


@pytest.mark.parametrize(
    ("attributes", "inner", "value"),
    [
        ('tagSize="2" lenSize="3"', "", "AB003XYZCD001Q"),
        ('tagSize="2" lenSize="3" swapTagAndLen="true"', "", "003ABXYZ001CDQ"),
        ("", field(1, "org.jpos.iso.IFA_TTLLCHAR"), "AB03XYZCD01Q"),
    ],
)
def test_tagged_fields_are_read_by_the_sizes_of_their_heads(attributes, inner, value):
    imported = tagged(attributes, inner)
    value = value.encode().hex().upper()
    assert values(made(imported), "48", value) == {"AB": "58595A", "CD": "51"}
    assert bool(inner) == ((4, "field 48") in pairs(imported.losses))


@pytest.mark.parametrize("attributes", ["", 'tagSize="2"', 'tagSize="0" lenSize="2"'])
def test_tagged_fields_without_sizes_are_carried_whole(attributes):
    imported = tagged(attributes, field(1, CHAR))
    assert imported.written.parts == {}
    assert (4, "field 48") in pairs(imported.losses)


BER = "org.jpos.tlv.packager.bertlv.BERTLV{}Packager"


def test_ber_in_bytes():
    dialect = made(tagged("", "", BER.format("Binary")))
    assert values(dialect, "48", "9F3602003C") == {"9F36": "003C"}


@pytest.mark.parametrize(
    ("page", "name", "codec"),
    [("IFA", "AsciiHex", "ascii"), ("IFE", "EbcdicHex", "cp037")],
)
def test_ber_in_hexadecimal_text_is_a_field_of_bytes(page, name, codec):
    text = packager(parts("", "", BER.format(name)).replace("IFA_LLBINARY", f"{page}_LLCHAR"))
    dialect = made(import_jpos(text, "x.xml"))
    tags = "9F3602003C"
    wire = b"0100" + bytes.fromhex("0000000000010000") + f"{len(tags):02}{tags}".encode(codec)
    assert dialect.unpack(wire).fields[48] == tags
    assert values(dialect, "48", tags) == {"9F36": "003C"}


def test_data_sets():
    imported = tagged("", "", "org.jpos.iso.packager.DatasetPackager")
    assert values(made(imported), "48", "0100059F3602003C") == {"01": "9F3602003C"}
