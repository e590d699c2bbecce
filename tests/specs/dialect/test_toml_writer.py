"""specs.dialect.toml_writer: what is written reads back equal."""

import tomllib

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cardswitch.specs.codec.form import MessageRule
from cardswitch.specs.dialect.file import (
    DialectFile,
    FieldEntry,
    PartsEntry,
    read_dialect_file,
)
from cardswitch.specs.dialect.toml_writer import write_toml

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
WORDS = st.dictionaries(TEXT, TEXT, max_size=3)
_TEXTS = [name for name in FieldEntry.__struct_fields__ if name != "min"]
_LEAST = st.none() | st.integers(0, 9)
ENTRIES = st.dictionaries(
    TEXT, st.builds(FieldEntry, min=_LEAST, **dict.fromkeys(_TEXTS, TEXT)), max_size=3
)
NUMBERS = st.frozensets(st.integers(2, 192), max_size=4)
PARTS = st.builds(
    PartsEntry,
    layout=TEXT,
    encodings=WORDS,
    fields=ENTRIES,
    repeat=st.booleans(),
    tag=TEXT,
    length=TEXT,
    counts_tag=st.booleans(),
    bitmap=st.integers(0, 99),
    continues=st.booleans(),
    header=st.integers(0, 99),
)
DIALECTS = st.builds(
    DialectFile,
    **dict.fromkeys(["extends", "title", "version", "tertiary"], TEXT),
    header=ENTRIES,
    encodings=WORDS,
    fields=ENTRIES,
    parts=st.dictionaries(TEXT, PARTS, max_size=3),
    values=st.dictionaries(TEXT, WORDS, max_size=2),
    messages=st.dictionaries(TEXT, st.builds(MessageRule, NUMBERS, NUMBERS, NUMBERS), max_size=3),
)


def read(text):
    return msgspec.convert(tomllib.loads(text), DialectFile)


@settings(max_examples=150, deadline=None)
@given(DIALECTS)
def test_what_is_written_reads_back_equal(written):
    assert read(write_toml(written)) == written


@pytest.mark.parametrize("name", ["_iso87", "pos", "iso87-ebcdic"])
def test_a_dialect_of_ours_reads_back_equal(name):
    _, written = read_dialect_file(name)
    assert read(write_toml(written, "one\n\ntwo")) == written


def test_fields_stand_one_a_line_in_the_order_of_their_numbers():
    fields = {"10": FieldEntry(format="n 1"), "9": FieldEntry(format='n 2" #')}
    assert write_toml(DialectFile(fields=fields)).splitlines()[1:] == [
        '9 = { format = "n 2\\" #" }',
        '10 = { format = "n 1" }',
    ]
