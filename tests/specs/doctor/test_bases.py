"""Dialects as the doctor holds them."""

import pytest

from cardswitch.specs.dialect.file import list_dialects
from cardswitch.specs.doctor.bases import fields_of_edition, load_base, load_bases
from cardswitch.specs.errors import DialectError


def test_all_that_come_with_us_are_tried_the_examples_last():
    names = [base.name for base in load_bases()]
    assert sorted(names) == list_dialects()
    examples = [name.startswith("example-") for name in names]
    assert examples == sorted(examples)


def test_those_that_are_named_come_first_and_once():
    names = [base.name for base in load_bases(["pos", "iso87-ebcdic"])]
    assert names[:2] == ["pos", "iso87-ebcdic"]
    assert len(names) == len(set(names)) == len(list_dialects())


def test_an_unknown_dialect_is_refused():
    with pytest.raises(DialectError, match="no dialect 'iso99'"):
        load_base("iso99")


@pytest.mark.parametrize(("version", "trace"), [("0", "n 6"), ("1", "n 6"), ("2", "n 12")])
def test_every_edition_has_fields(version, trace):
    assert fields_of_edition(version)["11"].format == trace
