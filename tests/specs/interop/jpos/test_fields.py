"""specs.interop.jpos.fields: what one element says, and what it must say."""

import pytest

from cardswitch.specs.dialect.file import FieldEntry
from cardswitch.specs.errors import DialectError
from cardswitch.specs.interop.drafts import Draft
from cardswitch.specs.interop.jpos.fields import children_of, class_name, field_of
from cardswitch.specs.interop.xml_reader import Element


def element(number="4", name="IFB_LLHNUM", length="19", **more):
    words = {"id": number, "class": f"org.jpos.iso.{name}", "length": length, "name": "card"}
    return Element("isofield", 7, words | more, [])


def test_a_field_says_all_its_encodings():
    assert field_of(Draft("a"), element(), "field 4") == FieldEntry(
        name="card", format="n..19", encoding="bcd right 0", length="binary"
    )


def test_a_track_is_one_where_it_stands_as_digits():
    assert field_of(Draft("a"), element("35"), "field 35", is_track=True).format == "z..19"


def test_children_stand_in_the_order_of_their_numbers():
    root = Element("isopackager", 1, {}, [element("12"), element("3")])
    assert list(children_of(Draft("a"), root, "field")) == [3, 12]


def test_a_class_of_ones_own_is_the_one_that_it_is_like():
    own = Element("isofield", 7, {"class": "com.bank.A"}, [])
    assert class_name(Draft("a", {"com.bank.A": "IF_CHAR"}), own, "field 4") == "IF_CHAR"
    with pytest.raises(DialectError, match="a class is expected"):
        class_name(Draft("a"), Element("isofield", 7, {}, []), "field 4")
