"""INPUT: where it comes from, and how it may be written."""

import click
import pytest

from cardswitch.lab.cli.spec.given import FORMS, FRAMINGS, given_bytes
from cardswitch.lab.messages import inputs


def test_choices_are_those_that_are_read():
    assert FORMS == inputs.FORMS
    assert ("auto", *inputs.FRAMINGS) == FRAMINGS


def test_words_or_a_file_but_not_both(tmp_path):
    path = tmp_path / "message.hex"
    path.write_bytes(b"0800")
    assert given_bytes(("08", "00")) == b"08 00"
    assert given_bytes((), str(path)) == given_bytes((str(path),)) == b"0800"
    with pytest.raises(click.UsageError):
        given_bytes(("0800",), str(path))
