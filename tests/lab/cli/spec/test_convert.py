"""The `spec convert` command: what it prints where, how it ends, and what it never shows."""

import json

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from cardswitch.lab.cli.spec.convert import convert
from cardswitch.specs.dialect import list_dialects, load_dialect
from cardswitch.specs.fuzzing.strategies import messages
from cardswitch.specs.message import Message

PAN = "9999990000000014"
ECHO = "0800822000000000000004000000000000001123130500000001301"
SALE = Message("0200", {2: PAN, 3: "000000", 24: "001", 35: f"{PAN}=3012", 52: "0123456789ABCDEF"})


def run(*words, given=b""):
    return CliRunner().invoke(convert, words, input=given)


def test_the_message_goes_to_stdout_and_what_is_lost_to_stderr():
    done = run("--to", "iso93-ascii", given=load_dialect("iso87-ascii").pack(SALE))
    assert done.exit_code == 0
    wire = bytes.fromhex(done.stdout)
    assert load_dialect("iso93-ascii").unpack(wire).fields == {**SALE.fields, 24: "200"}
    lines = done.stderr.splitlines()
    assert lines[:2] == [
        "Read as plain text.",
        "field 24: dropped: 1993 has no field that says it",
    ]
    assert "field 11: missing: mandatory in 1200" in lines


def test_an_echo_in_the_words_of_another_edition():
    done = run("--to", "iso93-binary", ECHO)
    assert done.stdout.strip() == "1800022001000000000011231305000000010831"
    assert done.stderr.splitlines()[1:] == ["field 12: missing: mandatory in 1800"]
    document = json.loads(run("--to", "iso93-binary", "--json", ECHO).stdout)
    assert (document["losses"], document["missing"]) == ([], [12])


def test_the_year_is_given():
    words = ["--to", "iso93-ascii", "--json", "--year", "2026"]
    wire = load_dialect("iso87-ascii").pack(Message("0210", {12: "140500", 13: "1123"}))
    document = json.loads(run(*words, given=wire).stdout)
    assert document["message"]["fields"] == {"12": "261123140500"}
    assert document["losses"] == []
    done = run("--to", "iso93-ascii", "--year", "26", given=wire)
    assert done.exit_code == 5
    assert "four digits" in done.stderr


def test_json_is_masked_unless_it_is_unsafe():
    wire = load_dialect("iso87-ascii").pack(SALE)
    safe = run("--to", "pos", "--json", given=wire).stdout
    assert json.loads(safe)["message"]["masked"]
    assert PAN not in safe
    unsafe = json.loads(run("--to", "pos", "--json", "--unsafe", given=wire).stdout)
    assert unsafe["message"]["fields"]["2"] == PAN
    assert unsafe["losses"] == []


@pytest.mark.parametrize(
    ("words", "exit_code", "expected"),
    [
        ([ECHO], 2, "--to"),
        (["--to", "iso99", ECHO], 2, "iso87-ascii"),
        (["--to", "pos", ECHO[:-1]], 5, "field 70"),
        (["--to", "iso93-ascii", "--dialect", "pos", "0800 0000000000000001 0123456789ABCDEF"], 5,
         "at least one field"),
    ],
)  # fmt: skip
def test_what_cannot_be_converted_is_refused(words, exit_code, expected):
    done = run(*words)
    assert done.exit_code == exit_code
    assert expected in done.stderr
    assert not done.stdout


@settings(max_examples=30)
@given(data=st.data())
def test_losses_show_no_card_number(data):
    source, target = (data.draw(st.sampled_from(list_dialects())) for _ in range(2))
    dialect = load_dialect(source)
    wire = dialect.pack(data.draw(messages(dialect)).with_fields({2: PAN, 35: f"{PAN}=3012"}))
    done = run("--dialect", source, "--to", target, "--format", "raw", given=wire)
    assert done.exit_code == 0
    assert PAN not in done.stderr
    assert PAN not in run(
        "--dialect", source, "--to", target, "--format", "raw", "--json", given=wire
    ).stdout.replace("*", "")


@pytest.mark.parametrize("options", [(), ("--json",)])
def test_what_was_converted_stands_before_the_fault_that_ends_it(options):
    done = run("--to", "pos", *options, given=f"{ECHO}\n{ECHO[:-3]}\n{ECHO}\n".encode())
    assert done.exit_code == 5
    at = [done.output.index(word) for word in ("Read as", "000001", "cardswitch: ")]
    assert at == sorted(at)


def test_the_fault_of_one_of_many_says_which_it_is():
    done = run("--to", "iso93-binary", given=f"{ECHO}\n{ECHO[:20]}\n".encode())
    assert done.exit_code == 5
    assert "(line 2" in done.stderr
