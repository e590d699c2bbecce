"""spec diff and spec redact."""

import json

import pytest
from click.testing import CliRunner

from cardswitch.lab.cli.spec.main import spec
from cardswitch.lab.messages.outputs import write_bytes
from cardswitch.specs.dialect import load_dialect
from cardswitch.specs.message import Message
from tests.kit.files import is_owners_alone

POS = load_dialect("pos")
PAN = "9999990000000014"
SALE = Message("0200", {2: PAN, 3: "000000", 4: "000000001250", 11: "000001", 49: "978"})


@pytest.fixture
def run(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))

    def invoke(*words, given=b""):
        return CliRunner().invoke(spec, list(words), input=given)

    return invoke


def hexed(message):
    return POS.pack(message).hex()


def test_messages_that_are_the_same(run):
    done = run("diff", hexed(SALE), hexed(SALE), "--dialect", "pos")
    assert (done.exit_code, done.stdout) == (0, "")


def test_messages_that_differ_say_where_and_what_it_means(run, tmp_path):
    path = tmp_path / "other.hex"
    path.write_bytes(
        write_bytes(POS.pack(SALE.with_fields({3: "200000", 2: PAN[:-1] + "5"})), "hex")
    )
    done = run("diff", hexed(SALE), str(path), "--dialect", "pos")
    assert done.exit_code == 6
    assert "field   3 processing code: '000000' (purchase) != '200000' (refund)" in done.stdout
    assert "3.1 transaction type: '00' (purchase) != '20' (refund)" in done.stdout
    assert PAN not in done.stdout
    found = json.loads(run("diff", hexed(SALE), str(path), "--dialect", "pos", "--json").stdout)
    assert len(found) == len(done.stdout.splitlines())


def test_what_cannot_be_read_is_not_compared(run):
    assert run("diff", hexed(SALE), "0200", "--dialect", "pos").exit_code == 5
    many = hexed(SALE) + "\n" + hexed(SALE)
    assert run("diff", hexed(SALE), many, "--dialect", "pos").exit_code == 2


def test_redacted_messages_read_as_before_and_hold_no_card(run):
    given = (hexed(SALE) + "\n").encode() * 2
    first = run("redact", "--dialect", "pos", given=given)
    lines = first.stdout.splitlines()
    assert lines[0] == lines[1]
    shared = POS.unpack(bytes.fromhex(lines[0]))
    assert shared[2] != PAN
    assert shared[4] == SALE[4]
    assert run("redact", "--dialect", "pos", given=given).stdout == first.stdout


def test_the_key_is_made_once_and_for_its_owner_alone(run, tmp_path):
    run("redact", "--dialect", "pos", given=hexed(SALE).encode())
    [key] = (tmp_path / "state").rglob("redact.key")
    assert is_owners_alone(key)
    other = run(
        "redact", "--dialect", "pos", "--key", str(tmp_path / "x"), given=hexed(SALE).encode()
    )
    assert other.stdout != run("redact", "--dialect", "pos", given=hexed(SALE).encode()).stdout


@pytest.mark.parametrize("target", ["json", "pcap", "base64", "raw"])
def test_forms_of_what_is_shared(run, target):
    done = run("redact", "--dialect", "pos", "--to", target, given=hexed(SALE).encode())
    assert done.exit_code == 0
    again = run("decode", "--dialect", "pos", "--json", "--unsafe", given=done.stdout_bytes)
    assert json.loads(again.stdout)["fields"]["4"] == SALE[4]
    assert PAN not in again.stdout


def test_nothing_is_written_if_one_cannot_be_read(run):
    done = run(
        "redact", "--dialect", "pos", "--format", "lines", given=hexed(SALE).encode() + b"\nzz\n"
    )
    assert (done.exit_code, done.stdout) == (5, "")
    assert "(line 2" in done.stderr


def test_what_can_be_read_of_broken_messages_is_compared(run):
    left, right = hexed(SALE), hexed(SALE.with_fields({3: "200000"}))[:-2]
    done = run("diff", left, right, "--dialect", "pos")
    assert done.exit_code == 5
    assert "field   3 processing code: '000000' (purchase) != '200000' (refund)" in done.stdout
    assert "field 49" in done.stderr
    assert PAN not in done.output
    same = run("diff", right, right, "--dialect", "pos")
    assert (same.exit_code, same.stdout) == (5, "")
    assert "as far as they can be read" in same.stderr


@pytest.mark.parametrize("command", ["redact", "convert --to iso93-binary"])
def test_masked_messages_are_not_written_again(run, command):
    masked = hexed(SALE).replace(PAN, "999999XXXXXX0014")
    done = run(*command.split(), "--dialect", "pos", masked)
    assert (done.exit_code, done.stdout) == (5, "")
    assert "not masked" in done.stderr


def test_the_messages_of_a_log_are_redacted(run):
    log = f"12:00:00 INFO sent {hexed(SALE)} ok\n12:00:01 INFO idle\n" * 2
    done = run("redact", "--dialect", "pos", given=log.encode())
    assert (done.exit_code, len(done.stdout.split())) == (0, 2)
    assert PAN not in done.output


FILLED = "0100" + "4020000000000000" + "19" + PAN + "FFF" + "00x001"


def test_what_is_odd_is_told_and_redacted_as_odd(run):
    done = run("redact", FILLED)
    assert done.exit_code == 0
    assert "Note: field 2 at byte 38" in done.stderr
    again = bytes.fromhex(done.stdout).decode()
    assert (len(again), PAN in again, again[20:28], again[-9:]) == (
        len(FILLED),
        False,
        "19999999",
        "FFF00x001",
    )
    assert PAN not in done.output


def test_two_odd_messages_are_compared(run):
    done = run("diff", FILLED, FILLED.replace("00x001", "000001"))
    assert (done.exit_code, "field  11" in done.stdout) == (6, True)
    assert "Note: field 11" in done.stderr
    assert PAN not in done.output


def test_what_is_odd_is_told_when_it_is_converted(run):
    empty = "0110022000000210000011281200000000010000"
    done = run("convert", "--to", "iso87-binary", empty)
    assert "Note: field 44 at byte 38" in done.stderr
    assert done.exit_code in (0, 5)
