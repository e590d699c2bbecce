"""The `spec` commands: what they print, how they end, and what they never show."""

import gzip
import json
import re
import tomllib
from base64 import b64encode
from codecs import BOM_UTF8
from contextlib import suppress
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from cardswitch.lab.cli.main import cli
from cardswitch.specs.dialect import list_dialects, load_dialect
from cardswitch.specs.errors import EncodeError
from cardswitch.specs.fuzzing.strategies import messages, mutations
from cardswitch.specs.message import Message

VECTORS = Path(__file__).parents[3] / "vectors" / "messages.toml"
KNOWN = tomllib.loads(VECTORS.read_text("utf-8"))["message"]
ECHO = "0800822000000000000004000000000000001123130500000001301"
PAN = "9999990000000014"
CANARY = Message(
    "0200",
    {
        2: PAN,
        3: "000000",
        4: "000000001250",
        7: "1123130500",
        11: "000007",
        34: PAN,
        35: f"{PAN}=30121010000012300000",
        41: "TERM0001",
        42: "MERCHANT0000001",
        44: f"CARD {PAN}",
        45: f"B{PAN}",
        48: PAN,
        49: "978",
        55: f"5A08{PAN}",
        102: PAN,
    },
)


def canary(name):
    """The canary as the dialect *name* can write it: its edition, and the fields that fit."""
    dialect = load_dialect(name)
    fits = {}
    for number, value in CANARY.fields.items():
        with suppress(EncodeError, KeyError):
            dialect.fields[number].write(value)
            fits[number] = value
    assert {2, 35} <= fits.keys()
    return Message(dialect.version + CANARY.mti[1:], fits)


PURCHASE = Message("0200", {3: "000000", 4: "000000001250", 11: "000007", 41: "TERM0001"})


def run(*words, given=b""):
    return CliRunner().invoke(cli, ["spec", *words], input=given)


def in_dialect(name):
    return ["--dialect", name]


# Dialects -----------------------------------------------------------------------------------------


def test_dialects_are_listed():
    assert [line.split()[0] for line in run("list").stdout.splitlines()] == list_dialects()
    assert [d["name"] for d in json.loads(run("list", "--json").stdout)] == list_dialects()


@pytest.mark.parametrize("name", list_dialects())
def test_a_dialect_is_shown(name):
    assert "system trace audit number" in run("show", name).stdout
    document = json.loads(run("show", name, "--json").stdout)
    assert len(document["fields"]) == len(load_dialect(name).fields)


@pytest.mark.parametrize("words", [["show", "iso99"], ["decode", ECHO, "--dialect", "iso99"]])
def test_an_unknown_dialect_is_a_usage_error_that_names_the_known(words):
    done = run(*words)
    assert done.exit_code == 2
    assert "iso87-ascii" in done.stderr
    assert not done.stdout


# Messages -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("known", KNOWN, ids=lambda known: known["dialect"])
def test_known_messages_are_decoded(known):
    done = run("decode", known["wire"], "--json", "--unsafe", *in_dialect(known["dialect"]))
    said = json.loads(done.stdout)
    assert (said["mti"], said["fields"]) == (known["mti"], known["fields"])
    assert "fault" not in said


@pytest.mark.parametrize("name", list_dialects())
@settings(max_examples=20)
@given(data=st.data())
def test_decode_and_encode_give_the_same_bytes(name, data):
    dialect = load_dialect(name)
    wire = dialect.pack(data.draw(messages(dialect)))
    document = run("decode", "--json", "--unsafe", *in_dialect(name), given=wire).stdout_bytes
    for form, expected in (
        ("raw", wire),
        ("hex", wire.hex().upper().encode() + b"\n"),
        ("base64", b64encode(wire) + b"\n"),
    ):
        done = run("encode", "--format", form, *in_dialect(name), given=document)
        assert done.stdout_bytes == expected


@pytest.mark.parametrize("words", [[ECHO], [ECHO[:4], ECHO[4:]], ["-"], []])
def test_input_is_an_argument_or_standard_input(words):
    given = b"" if words and words != ["-"] else ECHO.encode()
    joined = [word if word == "-" else word.encode().hex() for word in words]
    assert "echo" in run("describe", *joined, given=given or None).stdout


def test_a_header_is_skipped():
    tpdu = "6000010000" + "0800 0020010000800000 000001 0001 5445524D30303031"
    done = run("decode", tpdu, "--skip", "5", *in_dialect("pos"))
    assert "TERM0001" in done.stdout


@pytest.mark.parametrize("packed", [gzip.compress, BOM_UTF8.__add__])
def test_json_need_not_be_right_before_it_is_changed_however_it_comes(packed):
    document = b'{"mti": "0800", "fields": {"7": "1123130500", "11": "X", "70": "301"}}'
    assert run("encode", given=packed(document)).exit_code == 5
    done = run("encode", "--set", "11=000001", given=packed(document))
    assert done.stdout == ECHO.encode().hex().upper() + "\n"


def test_json_on_the_command_line_is_encoded():
    document = '{"mti": "0800", "fields": {"70": "301", "7": "1123130500", "11": "000001"}}'
    assert run("encode", document).stdout == ECHO.encode().hex().upper() + "\n"


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ([], "{}"),
        (["--set", "mti=0420"], "0420{0}"),
        (["--set", "header=6000010000"], "6000010000{}"),
        (["--framing", "binary2"], "001E{}"),
        (["--framing", "ascii4", "--set", "header=6000010000"], "303033356000010000{}"),
    ],
)
@pytest.mark.parametrize("kind", ["hex", "file", "framed", "json"])
def test_what_is_encoded_may_be_hex_or_a_file_and_becomes_frames(tmp_path, kind, words, expected):
    pos = load_dialect("pos")
    wire = pos.pack(PURCHASE).hex().upper()
    file = tmp_path / "sale.hex"
    file.write_text(wire)
    given = {"hex": [wire], "file": ["--file", str(file)], "framed": [f"001E{wire}"], "json": []}
    document = run("decode", wire, "--json", "--unsafe", *in_dialect("pos")).stdout
    stdin = document.encode() if kind == "json" else None
    done = run("encode", *given[kind], *words, *in_dialect("pos"), given=stdin)
    assert done.exit_code == 0, done.stderr
    assert done.stdout.strip() == expected.format(wire[4:] if "{0}" in expected else wire)


def test_validate_finds_something_or_nothing():
    done = run("validate", ECHO)
    assert (done.exit_code, done.stdout) == (0, "")
    wire = load_dialect("iso87-ascii").pack(CANARY.with_fields({7: "1399000000"}))
    done = run("validate", given=wire)
    assert done.exit_code == 6
    assert done.stdout.startswith("field 7: ")


# Refusals -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("command", ["decode", "describe"])
def test_a_message_that_cannot_be_read_is_one_clear_message_with_its_place(command):
    done = run(command, ECHO.replace("1123130500", "11x3130500")[:-1])
    assert done.exit_code == 5
    kind, first, offsets, values, caret, more = done.stderr.splitlines()
    assert kind == "Read as plain text."
    assert first.startswith("cardswitch: field 7 at byte 38: expected n 10 ")
    assert offsets[: len(caret)].endswith("38")
    assert values[: len(caret)].endswith("..")
    assert more == "  more: cardswitch spec explain character"
    assert "0800" in done.stdout
    last = "rest from byte 36, 18 not read: --unsafe shows it"
    assert done.stdout.splitlines()[-1] == last


BROKEN = ECHO.replace("000001301", "00x00130")  # and the last digit is missing


def test_a_message_that_fails_is_shown_up_to_where_it_fails():
    done = run("decode", BROKEN, "--unsafe")
    assert done.exit_code == 5
    assert "7  date and time, transmission (MMDDhhmmss)   1123130500" in done.stdout
    last = "rest from byte 46, 8 not read: 30 30 78 30 30 31 33 30"
    assert done.stdout.splitlines()[-1] == last
    assert "11  system trace" not in done.stdout


def test_so_it_is_in_json():
    done = run("decode", BROKEN, "--json", "--unsafe")
    said = json.loads(done.stdout)
    assert (done.exit_code, said["mti"], said["fields"]) == (5, "0800", {"7": "1123130500"})
    assert {k: said["fault"][k] for k in ("code", "field", "offset")} == {
        "code": "character",
        "field": "11",
        "offset": 48,
    }
    assert said["rest"] == b"00x00130".hex().upper()
    masked = json.loads(run("decode", BROKEN, "--json").stdout)
    assert masked["rest"] == ".." * 8
    refused = run("encode", given=done.stdout_bytes)
    assert (refused.exit_code, refused.stdout) == (5, "")
    assert "fault" in refused.stderr


def test_where_not_even_an_mti_is_read_there_is_the_fault_alone():
    done = run("decode", "--json", "08008220")
    assert json.loads(done.stdout)["fault"]["field"] == "bitmap"
    said = json.loads(run("decode", "--json", "9999").stdout)
    assert set(said) == {"fault", "rest"}


def test_a_card_number_that_slipped_into_an_open_field_is_not_shown():
    wire = "0200" + "0000000000400000" + PAN
    assert run("decode", wire).exit_code == 5
    done = run("decode", wire[:-1], "--json", given=b"")
    assert without_card(done)


SALE = "0200 4020000000000000 16 411111XXXXXX1111 000001"


def test_masked_places_are_shown_as_unknown():
    done = run("decode", "--dialect", "pos", SALE)
    assert (done.exit_code, "411111******1111" in done.stdout) == (0, True)
    assert done.stderr == "Read as hex, 3 bytes masked.\n"
    assert "411111??????1111" in run("decode", "--dialect", "pos", "--unsafe", SALE).stdout
    strict = run("validate", "--dialect", "pos", SALE)
    assert (strict.exit_code, "not masked" in strict.stdout) == (6, True)


def test_stars_in_text_are_shown_as_unknown():
    done = run("decode", "--unsafe", "0200" + "4020000000000000" + "16411111******1111" + "000001")
    assert (done.exit_code, "411111??????1111" in done.stdout) == (0, True)


def test_what_stands_before_the_mti_is_said_and_left_out():
    done = run("describe", "A4M04000" + ECHO)
    assert done.exit_code == 0
    assert "a header of 8 bytes before the MTI: --skip 8 leaves it out" in done.stderr
    strict = run("validate", "A4M04000" + ECHO)
    assert (strict.exit_code, "--skip 8" in strict.stdout) == (6, True)


CHIP = Message("0200", {3: "012000", 11: "000001", 55: "9F3602003C9A03251128"})


def test_json_has_parts_and_tags_by_name_and_encode_takes_them_back():
    wire = load_dialect("pos").pack(CHIP).hex().upper()
    document = run("decode", wire, "--json", "--unsafe", "--dialect", "pos").stdout
    parts = json.loads(document)["parts"]
    assert parts["55.9F36"] == {"name": "application transaction counter", "value": "003C"}
    assert parts["3.1"]["value"] == "01"
    assert run("encode", "--dialect", "pos", given=document.encode()).stdout.strip() == wire
    said = json.loads(document)
    del said["fields"]["55"]
    said["parts"]["55.9F36"]["value"] = "003D"
    done = run("encode", "--dialect", "pos", given=json.dumps(said).encode())
    assert done.stdout.strip() == wire.replace("003C", "003D")


def test_a_field_and_its_parts_that_say_different_things_are_refused():
    wire = load_dialect("pos").pack(CHIP).hex()
    said = json.loads(run("decode", wire, "--json", "--unsafe", "--dialect", "pos").stdout)
    said["parts"]["55.9F36"]["value"] = "003D"
    done = run("encode", "--dialect", "pos", given=json.dumps(said).encode())
    assert (done.exit_code, "55.9F36" in done.stderr) == (5, True)


def test_a_broken_tag_does_not_hide_those_before_it():
    wire = load_dialect("pos").pack(CHIP.with_fields({55: "9F3602003C9A0325"}))
    done = run("decode", "--unsafe", "--dialect", "pos", given=wire)
    assert "9F36 application transaction counter" in done.stdout
    assert "cannot be taken apart further" in done.stdout
    said = json.loads(run("decode", "--json", "--unsafe", "--dialect", "pos", given=wire).stdout)
    assert said["parts"]["55.9F36"]["value"] == "003C"
    assert "55 at byte" in said["broken"]["55"]


def test_a_name_that_is_no_file_is_a_usage_error():
    done = run("decode", "no-such-message.hex")
    assert (done.exit_code, done.stdout) == (2, "")
    assert "no such file" in done.stderr


@pytest.mark.parametrize("command", ["decode", "describe", "validate"])
def test_a_large_file_is_read_to_its_last_line(command, tmp_path):
    path = tmp_path / "many.hex"
    line = ECHO.encode().hex() + "\n"
    count = (1 << 20) // len(line) + 300
    path.write_text(line * count + "zz\n")
    done = run(command, "--file", str(path), "--json")
    assert len(done.stdout.splitlines()) == count + 1
    assert json.loads(done.stdout.splitlines()[-1])["origin"] == f"line {count + 1}"
    assert f"line {count + 1}" in done.stdout + done.stderr
    assert done.exit_code in (5, 6)


def test_validate_tells_what_cannot_be_read_as_its_finding():
    done = run("validate", ECHO[:-1])
    assert done.exit_code == 6
    assert done.stdout.startswith("field 70 at byte 52")


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["decode", "02:00", "--format", "hex"], "at byte 2: expected a hexadecimal digit"),
        (["decode", "AgA", "--format", "base64"], "whole base64"),
        (["decode", ECHO, "--skip", "99"], "more than 99 bytes"),
        (["decode", ""], "more than 0 bytes"),
        (["encode", "{"], "truncated"),
        (["encode", '{"mti": "9999", "fields": {"11": "000001"}}'], "field MTI"),
        (["encode", '{"mti": "0800", "fields": {"11": "1"}}'], "field 11"),
        (["encode", '{"mti": "0800", "fields": {"1": "1"}}'], "field 1:"),
        (["encode", '{"mti": "0800", "fields": {}}'], "at least one field"),
        (["validate", "0"], ""),
    ],
)
def test_what_cannot_be_read_or_written_is_refused_on_standard_error(words, expected):
    done = run(*words)
    assert done.exit_code in (5, 6)
    assert expected in done.output
    assert "Traceback" not in done.output


def test_what_is_masked_is_not_encoded():
    masked = run("decode", ECHO, "--json").stdout_bytes
    done = run("encode", given=masked)
    assert done.exit_code == 5
    assert "--unsafe" in done.stderr


# Secrets and garbage ------------------------------------------------------------------------------

READERS = ["decode", "describe", "validate", "decode --json"]


def without_card(done):
    """Whether a command ended on purpose, and its output has no card number, in no notation."""
    assert done.exit_code in (0, 5, 6), done.output
    assert done.exception is None or isinstance(done.exception, SystemExit)
    squeezed = re.sub(r"\s", "", done.output)
    return PAN not in squeezed and PAN.encode().hex() not in squeezed


@pytest.mark.parametrize("name", list_dialects())
@pytest.mark.parametrize("command", READERS)
@settings(max_examples=40)
@given(data=st.data())
def test_no_card_number_is_ever_shown(name, command, data):
    wire = load_dialect(name).pack(canary(name))
    done = run(*command.split(), *in_dialect(name), given=wire)
    assert done.exit_code in ((0, 6) if command == "validate" else (0,))
    assert without_card(done)
    wrong = data.draw(mutations(wire))
    assert without_card(run(*command.split(), *in_dialect(name), given=wrong))


def test_the_card_number_is_shown_if_it_is_asked_for():
    wire = load_dialect("pos").pack(CANARY)
    assert PAN in run("decode", "--unsafe", *in_dialect("pos"), given=wire).stdout


@pytest.mark.parametrize(
    "words",
    [
        ["decode", PAN],
        ["encode", PAN],
        ["encode", f'{{"{PAN}": 1}}'],
        ["encode", f'{{"mti": "{PAN}", "fields": {{"2": "{PAN}"}}}}'],
        ["encode", f'{{"mti": "0200", "fields": {{"2": "{PAN}x"}}}}'],
        ["encode", f'{{"mti": "0200", "fields": {{"3": "{PAN}"}}}}'],
        ["encode", f'{{"mti": "0200", "fields": {{"{PAN}": ""}}}}'],
        ["decode", "0200", PAN, "x"],
    ],
)
def test_errors_repeat_no_card_number(words):
    done = run(*words)
    assert done.exit_code == 5
    assert without_card(done)


@pytest.mark.parametrize("command", ["decode", "describe", "validate", "encode"])
@pytest.mark.parametrize("name", list_dialects())
@settings(max_examples=40)
@given(garbage=st.binary() | st.text().map(lambda text: text.encode("utf-8", "replace")))
def test_garbage_ends_in_a_clear_message(command, name, garbage):
    done = run(command, *in_dialect(name), given=garbage)
    assert done.exit_code in (5, 6)
    assert done.output
    assert isinstance(done.exception, SystemExit)


def test_descriptions_and_findings_are_data_too():
    said = json.loads(run("describe", ECHO, "--json", *in_dialect("iso87-ascii")).stdout)
    assert (said["mti"], said["meanings"]["70"]) == ("0800", "echo")
    good = run("validate", ECHO, "--json", *in_dialect("iso87-ascii"))
    assert (good.exit_code, json.loads(good.stdout)) == (0, [])
    bad = run("validate", ECHO[:-1], "--json", *in_dialect("iso87-ascii"))
    assert (bad.exit_code, json.loads(bad.stdout)[0]["field"]) == (6, "70")


def test_bytes_of_a_log_that_are_no_message_are_told():
    log = f"sent {ECHO}\nsent 9999{'0' * 60} ok\nreceived {ECHO}\n"
    done = run("decode", given=log.encode())
    note = "1 line with bytes that begin like no message of this dialect, the first is line 2"
    assert (done.exit_code, note in done.stderr) == (0, True)
    done = run("encode", given=log.encode())
    assert (len(done.stdout.splitlines()), note in done.stderr) == (2, True)


# What is not as agreed, and read all the same -----------------------------------------------------

ODD = "0800" + "0020000000c00000" + "00x001" + "TERM0001" + "MERCHANT0000001"
ODD_PLACES = ["bitmap at byte 14", "field 11 at byte 22"]


@pytest.mark.parametrize("command", ["decode", "describe"])
def test_what_is_odd_stands_beside_what_was_read(command):
    done = run(command, ODD)
    assert done.exit_code == 6
    lines = done.stdout.splitlines()
    told = lines[lines.index("Not as agreed") + 1 :]
    assert [line.strip().partition(":")[0] for line in told] == ODD_PLACES
    said = json.loads(run(command, ODD, "--json").stdout)
    assert [(odd["field"], odd["offset"]) for odd in said["findings"]] == [
        ("bitmap", 14),
        ("11", 22),
    ]


def test_what_is_odd_comes_back_from_json_and_is_mended_there():
    document = json.loads(run("decode", ODD, "--json", "--unsafe").stdout)
    assert set(document["as_received"]) == {"bitmap", "11"}
    given = json.dumps(document).encode()
    again = bytes.fromhex(run("encode", given=given).stdout)
    assert again == ODD.encode()
    assert json.loads(run("decode", "--json", "--unsafe", given=given).stdout) == document
    document["fields"]["11"] = "000001"
    mended = run("encode", given=json.dumps(document).encode()).stdout
    assert bytes.fromhex(mended) == ODD.replace("00x001", "000001").encode()
    del document["as_received"]
    strict = run("encode", given=json.dumps(document).encode()).stdout.strip()
    assert run("validate", strict).exit_code in (0, 6)
    assert "findings" not in json.loads(run("decode", strict, "--json").stdout)


def test_validate_stays_strict():
    done = run("validate", ODD)
    assert (done.exit_code, done.stdout.partition(":")[0]) == (6, "field bitmap at byte 14")


def test_json_that_cannot_be_written_is_shown_and_told():
    done = run("decode", '{"mti": "0800", "fields": {"11": "1"}}')
    assert (done.exit_code, "field 11: expected n 6" in done.stdout) == (6, True)


@pytest.mark.parametrize(
    ("wire", "shown"),
    [
        ("01900220000002000000112812000000000100", "0190"),
        ("0110022000000210000011281200000000010000", " 44  additional response data"),
        ("0800822000000000000000000000000000001123130500000001", "1123130500"),
        ("02000020001000000000000001000000150", "000000150"),
    ],
)
def test_messages_of_other_programs_are_read(wire, shown):
    done = run("decode", wire)
    assert (done.exit_code, shown in done.stdout) == (6, True)
    assert "Not as agreed" in done.stdout


def test_a_card_number_filled_with_f_is_masked():
    done = run("decode", "0100" + "4000000000000000" + "19" + PAN + "FFF")
    assert done.exit_code == 6
    assert without_card(done)
