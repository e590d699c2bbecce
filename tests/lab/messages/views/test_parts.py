"""Fields taken apart as their dialect says."""

import pytest

from cardswitch.lab.messages.views.parts import Part, layout_parts
from cardswitch.specs.dialect import load_dialect
from cardswitch.specs.errors import FormatError

ASCII = load_dialect("iso87-ascii")


def test_positions_have_names_and_meanings():
    first, *others = layout_parts(ASCII, 3, "003000")
    assert (first.name, first.value) == ("1 transaction type", "00")
    assert len(others) == 2


def test_tags_of_a_template_stand_under_it_further_to_the_right():
    parts = list(layout_parts(ASCII, 55, "E1055F34020001" + "9F3602003C"))
    assert parts[0] == Part("E1 unknown", "")
    assert parts[1].name.startswith("  5F34 ")
    assert parts[2].value == "003C"


def test_a_field_without_a_layout_has_no_parts():
    assert list(layout_parts(ASCII, 11, "000001")) == []


def test_what_cannot_be_taken_apart_is_refused():
    with pytest.raises(FormatError):
        list(layout_parts(ASCII, 55, "9F36"))


def test_a_part_need_not_mean_anything():
    assert Part("expiry", "3012").meaning == ""


def test_a_broken_tag_comes_after_those_before_it():
    parts = layout_parts(ASCII, 55, "9F3602003C" + "9A03")
    assert next(parts).value == "003C"
    with pytest.raises(FormatError):
        next(parts)


def test_what_is_broken_within_a_template_hides_nothing_before_it():
    seen = []
    with pytest.raises(FormatError):
        seen.extend(part.value for part in layout_parts(ASCII, 55, "9F3602003C" + "E1039F3605"))
    assert seen == ["003C"]
