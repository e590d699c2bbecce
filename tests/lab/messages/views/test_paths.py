"""Single fields and parts of fields, by their paths."""

import pytest

from cardswitch.lab.messages.showing import show
from cardswitch.lab.messages.views.paths import PathsView
from cardswitch.specs.dialect import load_dialect
from cardswitch.specs.errors import FormatError
from cardswitch.specs.message import Message

ASCII = load_dialect("iso87-ascii")
PAN = "9999990000000014"
SALE = Message("0200", {2: PAN, 3: "003000", 55: f"5A08{PAN}"})


def test_paths_stand_in_the_order_in_which_they_are_asked_for():
    assert PathsView(["55.5A", "3.1", "2"]).lines(show(ASCII, SALE)) == [
        "55.5A  *** (16)",
        "3.1    00",
        "2      999999******0014",
    ]


def test_json_has_the_same_values():
    assert PathsView(["55.5A", "3.2"]).document(show(ASCII, SALE)) == {
        "55.5A": "*** (16)",
        "3.2": "30",
    }


def test_card_data_is_shown_if_unsafe():
    view = PathsView(["2", "55.5A"])
    assert view.document(show(ASCII, SALE, unsafe=True)) == {"2": PAN, "55.5A": PAN}


@pytest.mark.parametrize("path", ["11", "55.9F36", "3.9"])
def test_a_path_that_is_not_there_is_refused(path):
    with pytest.raises(FormatError):
        PathsView([path]).lines(show(ASCII, SALE))
