"""Foreign files with words changed: each is a dialect that can be built, or is refused."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cardswitch.specs.dialect.file import read_dialect_file
from cardswitch.specs.errors import DialectError
from cardswitch.specs.interop.isosim import import_isosim
from cardswitch.specs.interop.j8583 import import_j8583
from cardswitch.specs.interop.jpos import import_jpos
from cardswitch.specs.interop.lending import lend
from cardswitch.specs.interop.moov import import_moov
from cardswitch.specs.interop.pyiso8583 import import_pyiso8583
from tests.kit.samples.foreign import made, sample

READERS = {
    "j8583.xml": import_j8583,
    "isosim.yaml": import_isosim,
    "jpos.xml": import_jpos,
    "tagged-sequence.xml": import_jpos,
    "moov.json": import_moov,
    "moov.yaml": import_moov,
    "pyiso8583.json": import_pyiso8583,
}
ISO87 = read_dialect_file("_iso87")[1]
ODD = ["", "0", "-1", "00", "8", "16", "999999", "9" * 12, "Ü", "\x7f"]


@pytest.mark.parametrize("name", READERS)
def test_changed_words_make_a_dialect_or_an_error(name):
    text = sample(name)
    places = list(re.finditer(r"[A-Za-z0-9_.#-]+", text))
    words = sorted({place.group() for place in places})
    changes = st.tuples(st.sampled_from(places), st.sampled_from(ODD) | st.sampled_from(words))

    @settings(max_examples=40)
    @given(st.lists(changes, min_size=1, max_size=3, unique_by=lambda change: change[0].start()))
    def reads(changed):
        other = text
        for place, word in sorted(changed, key=lambda change: -change[0].start()):
            other = other[: place.start()] + word + other[place.end() :]
        try:
            imported = READERS[name](other, "mine")
        except DialectError:
            return
        made(lend(imported, ISO87))

    reads()
