"""specs.interop.moov_parts: each way in which a composite is made of parts."""

import json

import pytest

from cardswitch.specs.errors import DialectError
from cardswitch.specs.interop.documents import read_document
from cardswitch.specs.interop.drafts import Draft
from cardswitch.specs.interop.moov import import_moov
from cardswitch.specs.interop.moov_parts import layout_of
from tests.specs.interop.test_moov import PLAIN, composite, document

LETTERS = {"type": "String", "length": 9, "enc": "ASCII", "prefix": "ASCII.LL"}
DIGITS = {"type": "String", "length": 4, "enc": "BCD", "prefix": "ASCII.LL"}


def parts(tag, subfields, **more):
    return import_moov(composite(tag, subfields, **more), "x").written.parts["48"]


def test_tags_in_packed_digits_do_not_touch_the_digits_of_parts():
    text = {"length": 4, "enc": "BCD", "sort": "StringsByInt"}
    ascii_digits = {**DIGITS, "type": "Numeric", "enc": "ASCII"}
    made = parts(text, {"0001": DIGITS, "0002": ascii_digits, "0003": ascii_digits})
    assert (made.tag, made.length, made.encodings["n"]) == ("n 4", "n 2", "bcd")
    assert [made.fields[key].encoding for key in made.fields] == ["bcd", "ascii", "ascii"]


@pytest.mark.parametrize(("side", "key"), [("Left", "01"), ("Right", "10"), ("None", "1")])
def test_tags_are_padded(side, key):
    padding = {"type": side, "pad": "0"}
    tag = {"length": len(key), "enc": "ASCII", "padding": padding, "sort": "StringsByInt"}
    assert list(parts(tag, {"1": LETTERS}).fields) == [key]


def test_an_expanding_bitmap_continues():
    bitmap = {"type": "Bitmap", "enc": "HexToASCII", "prefix": "Hex.Fixed"}
    made = parts({}, {"2": PLAIN, "66": PLAIN}, bitmap=bitmap)
    assert (made.layout, made.bitmap, made.continues) == ("bitmap", 8, True)
    assert made.encodings["bitmap"] == "hex"


def test_bit_1_of_an_expanding_bitmap_is_no_part():
    bitmap = {"type": "Bitmap", "enc": "Binary", "prefix": "Hex.Fixed"}
    text = document({"type": "Composite", "bitmap": bitmap, "subfields": {"1": PLAIN}})
    with pytest.raises(DialectError, match="2 to 128"):
        import_moov(text, "x")


def test_parts_are_made_under_their_paths():
    text = json.dumps({"tag": {"sort": "StringsByInt"}, "subfields": {"2": {}, "10": {}}})
    draft = Draft("x")
    seen = []
    layout_of(draft, read_document(draft, text), "60", lambda node, path: seen.append(path))
    assert seen == ["60.1", "60.2"]  # all are looked at: each fault is told
