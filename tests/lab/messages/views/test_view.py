"""Every view shows every message, as text and as JSON, and no card data unless it is asked for."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cardswitch.lab.messages.showing import show
from cardswitch.lab.messages.views.description import DescriptionView
from cardswitch.lab.messages.views.fields import FieldsView
from cardswitch.lab.messages.views.paths import PathsView
from cardswitch.specs.dialect import load_dialect
from cardswitch.specs.fuzzing.strategies import messages
from cardswitch.specs.message import Message

ASCII = load_dialect("iso87-ascii")
PAN = "9999990000000014"
TEXT = f"{'SHOP':<17}{PAN:<21}DE"  # Half of the number is in the street, half in the city.
SALE = Message(
    "0200",
    {2: PAN, 3: "000000", 35: f"{PAN}=30121010000012300000", 43: TEXT, 44: PAN, 55: f"5A08{PAN}"},
)
VIEWS = [
    FieldsView(),
    PathsView(["2", "3", "35", "43", "43.1", "43.2", "44", "55.5A"]),
    DescriptionView(),
]


@pytest.mark.parametrize("view", VIEWS, ids=lambda view: type(view).__name__)
def test_card_data_is_in_no_view(view):
    shown = show(ASCII, SALE)
    lines, document = view.lines(shown), json.dumps(view.document(shown))
    assert lines
    assert "999999******0014" in "\n".join(lines)
    assert not any(half in "\n".join(lines) + document for half in (PAN[:8], PAN[8:]))
    assert json.loads(document)


@given(st.sampled_from([FieldsView(), DescriptionView()]), messages(ASCII))
def test_every_message_is_shown_line_by_line_and_as_json(view, message):
    shown = show(ASCII, message)
    assert not any("\n" in line for line in view.lines(shown))
    json.dumps(view.document(shown))
