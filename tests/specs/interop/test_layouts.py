"""specs.interop.layouts: settling encodings loses nothing."""

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from cardswitch.specs.dialect.file import FieldEntry
from cardswitch.specs.interop.layouts import first_sign, resolve, settle

FORMS = ["n..6", "n..19", "ans 8", "ans...99", "b..8", "x+n 8", "z..37"]
PAGES = ["ascii", "ebcdic-500", "bcd", "bcd right F", "binary"]
ENTRIES = st.dictionaries(
    st.sampled_from([str(number) for number in range(2, 12)]),
    st.builds(
        lambda form, page, length: FieldEntry(name="x", format=form, encoding=page, length=length),
        st.sampled_from(FORMS),
        st.sampled_from(PAGES),
        st.sampled_from(["ascii", "bcd", "binary"]),
    ),
)


@given(ENTRIES)
def test_what_is_settled_resolves_to_what_it_was(entries):
    shared, bare = settle(entries)
    for key, entry in entries.items():
        back = resolve(bare[key], shared)
        if "." not in entry.format:
            entry = replace(entry, length=back.length)  # a fixed field has none to write
        if entry.format in ("x+n 8", "ans 8") and entry.encoding == "bcd right F":
            entry = replace(entry, encoding="bcd")  # eight digits are never filled up
        assert back == entry


def test_what_most_fields_have_is_said_once():
    most = FieldEntry(name="x", format="n..6", encoding="bcd", length="bcd")
    shared, bare = settle({"2": most, "3": replace(most, encoding="ascii"), "4": most})
    assert shared == {"length": "bcd", "n": "bcd"}
    assert [bare[key].encoding for key in "234"] == ["", "ascii", ""]


def test_a_sign_is_in_the_page_of_its_digits_or_in_ascii():
    assert (
        first_sign({"28": FieldEntry(name="x", format="x+n 8", encoding="ebcdic-1047")})
        == "ebcdic-1047"
    )
    assert first_sign({"4": FieldEntry(name="x", format="n 8", encoding="bcd")}) == ""
