"""What the doctor says: in order, no surer than it is, and nothing of a card."""

import json
from pathlib import Path

import pytest

from cardswitch.lab.doctor.dialect_file import dialect_text
from cardswitch.lab.doctor.document import diagnosis_document
from cardswitch.lab.doctor.words import headline, show_diagnosis, show_failure
from cardswitch.specs.doctor import diagnose
from tests.kit.samples.doctor import (
    HEADER_12,
    PAN,
    SALE,
    TPDU,
    TRACK,
    bases,
    change,
    framed,
    wire,
)

ODD = SALE.with_fields({35: f"{TRACK}0"})
WRAPPED = framed("binary2", TPDU + wire("pos", message=ODD))
EDITED = wire("iso87-ascii", change(48, format="ans..99"))


def found_in(*data):
    return diagnose(data, bases())


def test_it_is_told_from_the_outside_in():
    said = show_diagnosis(found_in(WRAPPED), 1, next_command="go on")
    text = "\n".join(said)
    words = ["Found", "Framing", "Header", "TPDU", "MTI", "Bitmap", "Dialect", "Why", "999999***",
             "Next", "go on"]  # fmt: skip
    places = [text.index(word) for word in words]
    assert places == sorted(places)
    assert headline(found_in(WRAPPED)[0]) == "pos behind a header of 5 bytes, framed"


def test_edits_are_shown_as_text_to_paste():
    text = "\n".join(show_diagnosis(found_in(EDITED), 1))
    assert '48 = { format = "ans..99" }' in text
    assert "would tell them apart" in text


def test_a_failure_says_how_far_it_came_and_what_that_means():
    text = "\n".join(show_failure(found_in(WRAPPED[2:-8])))
    assert text.startswith("Nothing fits. The best try: ")
    assert "field 55" in text
    assert "A field has as many bytes as its format or its length says." in text
    assert "no MTI" in show_failure([])[0]


@pytest.mark.parametrize("data", [WRAPPED, EDITED, WRAPPED[2:-8], HEADER_12 + EDITED, b"\xff" * 50])
def test_card_data_is_shown_nowhere_unless_asked_for(data):
    found = found_in(data)
    fits = bool(found) and found[0].fits
    text = "\n".join(show_diagnosis(found, 1) if fits else show_failure(found))
    text += json.dumps(diagnosis_document(found, 1))
    for secret in (PAN, TRACK, "0123456789ABCDEF", "ABC DEF 123", "9F3602003C"):
        assert secret not in text
    if fits:
        assert PAN in "\n".join(show_diagnosis(found, 1, unsafe=True))
        assert PAN in json.dumps(diagnosis_document(found, 1, unsafe=True))
        assert PAN not in dialect_text(found[0], Path())
