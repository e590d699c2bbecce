"""What is shown, as data: labels, leaves, and what a path leads to."""

import pytest

from cardswitch.lab.messages.shown import Shown, ShownMessage
from cardswitch.specs.errors import FormatError

PART = Shown(name="counter", text="003C", path="55.E1.9F36")
TEMPLATE = Shown(name="", text="9F3602003C", path="55.E1", children=(PART,))
CHIP = Shown(name="chip data", text="E1...", path="55", children=(TEMPLATE,), fault="broken off")
TRACK = Shown(name="track 2", text="*** (37)", path="35", children=(Shown(name="card", text="9"),))
MESSAGE = ShownMessage(mti="0200", mti_meaning="", fields=(TRACK, CHIP))


def test_what_has_no_name_is_called_unknown_and_what_has_no_path_by_its_name():
    assert (PART.label, TEMPLATE.label) == ("9F36 counter", "E1 unknown")
    assert TRACK.children[0].label == "card"


def test_leaves_are_parts_without_parts_that_a_path_leads_to():
    assert list(CHIP.leaves()) == [PART]
    assert list(TRACK.leaves()) == []


def test_a_path_leads_to_a_field_or_a_part():
    assert MESSAGE.at("55") is CHIP
    assert MESSAGE.at("55.E1.9F36") is PART
    assert MESSAGE.get("55.9F36") is None


def test_what_is_not_there_is_refused_and_says_what_may_hide_it():
    with pytest.raises(FormatError, match="broken off") as refused:
        MESSAGE.at("55.9A")
    assert refused.value.field == "55.9A"
