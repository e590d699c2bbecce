"""specs.convert.fitting: what fits is left alone; what is filled, cut or dropped is said."""

import pytest

from cardswitch.specs.convert.fitting import fit, fit_value
from cardswitch.specs.convert.rules import Draft
from cardswitch.specs.dialect import load_dialect

ASCII, POS, HEADED = map(load_dialect, ("iso87-ascii", "pos", "example-ebcdic-header"))


@pytest.mark.parametrize(
    ("number", "value", "what", "fitted"),
    [
        (4, "000000001250", None, "000000001250"),
        (4, "1250", "filled", "000000001250"),
        (4, "0000000001250", "cut", "000000001250"),
        (4, "1000000001250", "dropped", ""),
        (4, "12.50", "dropped", ""),
        (2, "09999990000000000014", "dropped", ""),
        (32, "000000012345", "dropped", ""),
        (37, "RRN", "filled", "RRN         "),
        (41, "TERM0001  ", "cut", "TERM0001"),
        (41, "TERM00012", "dropped", ""),
        (43, "A" * 50, "cut", "A" * 40),
        (44, "A" * 30, "cut", "A" * 25),
        (44, "A" * 20 + " " * 10, "cut", "A" * 20),
        (48, "A" * 1000, "dropped", ""),
        (52, "0123", "dropped", ""),
        (48, "Ü", "dropped", ""),
    ],
)
def test_a_value_is_fitted_into_its_field(number, value, what, fitted):
    assert fit_value(ASCII.fields[number], value) == (what, fitted)


def test_what_is_read_otherwise_than_it_was_written_has_changed():
    assert fit_value(POS.fields[35], "123D29") == ("changed", "123=29")
    assert fit_value(HEADED.fields[41], "T       ") == ("changed", "T")


def test_losses_name_the_field_of_the_source_and_the_format_of_the_target():
    draft = Draft("0200", {18: "541100", 126: "x"}, {18: frozenset([26]), 126: frozenset([126])})
    fields, losses = fit(draft, load_dialect("iso2003"))
    assert fields == {18: "541100", 126: "x"}
    assert losses == []
    fields, losses = fit(draft, POS)
    assert fields == {126: "x"}
    assert [str(loss) for loss in losses] == ["field 26: dropped: pos takes n 4 in field 18"]


def test_a_field_that_the_target_does_not_have():
    [loss] = fit(Draft("0200", {129: "x"}, {129: frozenset([129])}), POS)[1]
    assert str(loss) == "field 129: dropped: pos has no field 129"
