"""Pages of national letters: which one a text is in, that was read as Latin-1."""

import pytest

from cardswitch.specs.doctor.pages import page_edit, page_of
from cardswitch.specs.doctor.trial import try_dialect
from tests.kit.samples.doctor import SALE, change, dialect, wire


@pytest.mark.parametrize(
    ("texts", "page"),
    [
        (["Bäckerei"], "latin-1"),
        (["Bäckerei", "“Chez Zoë” – Bistro"], "cp1252"),
        (["Zürich", "Ελλάδα"], "utf-8"),
    ],
)
def test_a_text_is_in_the_page_in_which_it_was_written(texts, page):
    assert page_of([text.encode(page).decode("latin-1") for text in texts]) == page


@pytest.mark.parametrize("text", ["MERCHANT", "Shop 17"])
def test_ebcdic_is_in_no_such_page(text):
    assert page_of([text.encode("cp500").decode("latin-1")]) == ""
    assert page_of([]) == ""


def test_only_texts_in_ascii_that_are_odd_have_another_page():
    letters = wire(
        "iso87-ascii", change(48, encoding="latin-1"), message=SALE.with_fields({48: "Café"})
    )
    assert page_edit(try_dialect(dialect("iso87-ascii"), [wire("iso87-ascii")])) is None
    edit = page_edit(try_dialect(dialect("iso87-ascii"), [letters]))
    assert edit is not None
    assert dict(edit.encodings)["ans"] == "latin-1"
    in_utf8 = dialect("iso87-ascii", change(48, encoding="utf-8"))
    assert page_edit(try_dialect(in_utf8, [letters])) is None
