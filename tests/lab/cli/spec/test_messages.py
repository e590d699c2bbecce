"""The `spec` commands: what they print, how they end, and what they never show."""

import json
import re
import tomllib
from base64 import b64encode
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
    assert json.loads(done.stdout) == {"mti": known["mti"], "fields": known["fields"]}


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


def test_json_on_the_command_line_is_encoded():
    document = '{"mti": "0800", "fields": {"70": "301", "7": "1123130500", "11": "000001"}}'
    assert run("encode", document).stdout == ECHO.encode().hex().upper() + "\n"


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
    done = run(command, ECHO.replace("1123130500", "11x3130500"))
    assert done.exit_code == 5
    assert not done.stdout
    first, offsets, caret, more = done.stderr.splitlines()
    assert first.startswith("cardswitch: field 7 at byte 38: expected n 10 ")
    assert offsets[: len(caret)].endswith("38")
    assert more == "  more: cardswitch spec explain character"


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
