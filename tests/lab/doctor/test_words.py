"""What the doctor says: in order, no surer than it is, and nothing of a card."""

import json
from pathlib import Path

import pytest

from cardswitch.lab.doctor.words import (
    describe_command,
    diagnosis_document,
    dialect_text,
    headline,
    reasons,
    show_diagnosis,
    show_failure,
    sureness,
)
from cardswitch.specs.dialect import load_dialect
from cardswitch.specs.doctor import diagnose, diagnose_with
from cardswitch.specs.message import Message
from tests.kit.samples.doctor import (
    HEADER_12,
    PAN,
    SALE,
    TPDU,
    TRACK,
    base,
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


@pytest.mark.parametrize(
    ("data", "names", "expected"),
    [
        ([wire("iso87-ascii")], [], "certain"),
        ([WRAPPED], [], "certain"),
        ([wire("pos")], [], "likely"),
        ([HEADER_12 + wire("iso87-ascii")], [], "likely"),
        ([wire("iso87-ascii", message=SALE.with_fields({2: "9999990000000015"}))], [], "likely"),
        ([EDITED], [], "likely"),
        ([wire("pos", change(41, format="ans 16"), message=SALE.with_fields({41: "T" * 16}))], [],
         "a guess"),
        ([wire("iso87-ascii", message=Message("0800", {11: "000001"}))], [], "a guess"),
    ],
)  # fmt: skip
def test_it_is_no_surer_than_it_can_be(data, names, expected):
    assert sureness(found_in(*data)) == expected


def test_what_reads_the_same_is_named_with_what_would_tell():
    assert any("pos reads the same: field 35" in each for each in reasons(found_in(wire("pos")), 1))


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


def test_the_document_has_what_the_text_has():
    said = diagnosis_document(found_in(EDITED), 1, next_command="x")
    assert (said["fits"], said["best"]["dialect"], said["next"]) == (True, "iso87-ascii", "x")
    assert "ans..99" in said["best"]["toml"]
    assert said["best"]["messages"][0]["fields"]["2"] == "999999******0014"
    failed = diagnosis_document(found_in(WRAPPED[2:-8]), 1)
    assert (failed["fits"], failed["code"]) == (False, "message-short")
    assert diagnosis_document([], 0) == {"fits": False, "best": None}


@pytest.mark.parametrize("header", [b"", TPDU, HEADER_12])
def test_the_file_reads_and_writes_the_message_with_its_header(header, tmp_path):
    data = header + wire("iso87-ebcdic", change(48, format="ans..99"))
    path = tmp_path / "found.toml"
    path.write_text(dialect_text(found_in(data)[0], tmp_path), "utf-8")
    dialect = load_dialect(str(path))
    message = dialect.unpack(data)
    assert message.fields == SALE.fields
    assert message.header == header
    assert dialect.pack(message) == data


def test_a_file_extends_another_from_where_it_stands(tmp_path):
    (tmp_path / "sub").mkdir()
    own = tmp_path / "own.toml"
    own.write_text('extends = "iso87-ascii"\n', "utf-8")
    [*found] = diagnose_with([EDITED], base(str(own)))
    path = tmp_path / "sub" / "found.toml"
    path.write_text(dialect_text(found[0], path.parent), "utf-8")
    assert 'extends = "../own.toml"' in path.read_text("utf-8")
    assert load_dialect(str(path)).unpack(EDITED).fields == SALE.fields


def test_a_header_before_that_of_the_dialect_comes_first(tmp_path):
    data = TPDU + wire("example-ebcdic-header", message=SALE.with_fields({48: "9203123"}))
    best = next(each for each in found_in(data) if each.base.name == "example-ebcdic-header")
    assert best.header_size == 5
    path = tmp_path / "found.toml"
    path.write_text(dialect_text(best, tmp_path), "utf-8")
    assert load_dialect(str(path)).unpack(data).header == data[:17]


def test_the_next_command_skips_what_the_dialect_does_not_have():
    best = found_in(WRAPPED)[0]
    assert "--dialect pos --format hex --skip 8 " in describe_command(best, "hex", 1)
    assert "--dialect ./x.toml --format hex --skip 3 " in describe_command(
        best, "hex", 1, "./x.toml"
    )
    assert "doctor" in describe_command(found_in(EDITED)[0], "raw", 0)
