"""The command `spec doctor`: the newcomer's path, its exit codes, and what it never shows."""

import json
from base64 import b64encode
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from cardswitch.lab.cli.main import cli
from cardswitch.lab.cli.spec.doctor import doctor
from cardswitch.specs.dialect import load_dialect
from cardswitch.specs.fuzzing.strategies import messages
from cardswitch.wire.capture.packets import Endpoint
from cardswitch.wire.capture.pcap import write_pcap
from cardswitch.wire.operator import exits
from tests.kit.samples.doctor import ECHO, HEADER_12, PAN, SALE, TPDU, TRACK, change, framed, wire

EDITED = wire("iso87-ascii", change(48, format="ans..99"))


def run(*words, given=b""):
    return CliRunner().invoke(doctor, words, input=given)


def spec(*words, given=b""):
    return CliRunner().invoke(cli, ["spec", *words], input=given)


def test_the_path_of_a_newcomer(tmp_path):
    """Unknown bytes, a dialect file, and on with the other commands."""
    data = HEADER_12 + wire("iso87-ebcdic")
    path = tmp_path / "mine.toml"
    done = run("-o", str(path), given=data.hex().encode())
    assert done.exit_code == 0
    assert "iso87-ebcdic behind a header of 12 bytes" in done.stdout
    command = done.stdout.rstrip().splitlines()[-1].replace("…", "").split()
    assert command[:3] == ["cardswitch", "spec", "describe"]
    described = spec(*command[2:], given=data.hex().encode())
    assert described.exit_code == 0
    assert "12.50 EUR" in described.stdout
    exported = spec("export", "--dialect", str(path), "--to", "toml")
    assert exported.exit_code == 0
    assert "ebcdic-500" in exported.stdout


@pytest.mark.parametrize("form", ["hex", "base64", "raw"])
@pytest.mark.parametrize("given_form", ["auto", ""])
def test_every_form_is_read(form, given_form):
    data = framed("binary2", TPDU + wire("pos", message=SALE.with_fields({35: f"{TRACK}0"})))
    text = {"hex": data.hex().encode(), "base64": b64encode(data), "raw": data}[form]
    done = run("--format", given_form or form, given=text)
    assert done.exit_code == 0
    assert "pos behind a header of 5 bytes, framed" in done.stdout
    assert f"--dialect pos --format {form} --skip 7" in done.stdout


def test_messages_may_stand_in_lines_or_words():
    lines = b"\n".join(wire("pos", message=each).hex().encode() for each in (SALE, ECHO))
    assert "All 2 messages read" in run(given=lines).stdout
    assert "0800: 1987 network management" in run(wire("pos", message=ECHO).hex()).stdout
    text = wire("iso87-ascii").decode()
    assert "iso87-ascii" in run(text).stdout


def test_a_text_that_looks_like_hex_is_read_as_the_text_it_is():
    done = run("--json", wire("iso87-ascii", message=ECHO).decode())
    assert json.loads(done.stdout)["best"]["dialect"] == "iso87-ascii"


def test_a_dialect_that_is_nearly_right_is_mended(tmp_path):
    own, new = tmp_path / "own.toml", tmp_path / "new.toml"
    own.write_text('extends = "iso87-ascii"\n[fields]\n43 = { format = "ans 40" }\n', "utf-8")
    done = run("--dialect", str(own), "-o", str(new), given=EDITED)
    assert done.exit_code == 0
    assert '48 = { format = "ans..99" }' in done.stdout
    decoded = spec("decode", "--dialect", str(new), "--json", "--unsafe", given=EDITED)
    assert json.loads(decoded.stdout)["fields"]["48"] == "ABC DEF 123"


def test_a_file_is_read_as_the_other_commands_read_it(tmp_path):
    path = tmp_path / "sale.hex"
    path.write_text(wire("iso87-ascii").hex(), "utf-8")
    assert run("--file", str(path)).stdout == run(str(path)).stdout != ""
    refused = run("--file", str(path), "0800")
    assert (refused.exit_code, "INPUT or --file, not both" in refused.output) == (2, True)


def test_skip_leaves_bytes_out():
    done = run("--json", "--skip", "3", given=b"ISO" + EDITED)
    assert json.loads(done.stdout)["best"]["header_size"] == 0


def test_what_fits_nothing_ends_with_five_and_an_explanation():
    done = run("--dialect", "pos", given=TPDU + wire("pos")[:-8])
    assert done.exit_code == exits.LINK
    assert not done.stdout
    assert "Nothing fits. The best try: pos behind a header of 5 bytes" in done.stderr
    assert "field 55" in done.stderr
    told = run("--json", given=b"\xff" * 40)
    assert told.exit_code == exits.LINK
    assert json.loads(told.stdout)["fits"] is False


@pytest.mark.parametrize(
    ("words", "given", "code"),
    [
        (["--dialect", "iso99"], b"0800", 2),
        (["-o", "mine.txt"], b"0800", 2),
        (["--format", "hex"], b"08x0", 5),
        ([], b"", 5),
    ],
)
def test_what_cannot_be_done_is_refused(words, given, code):
    done = run(*words, given=given)
    assert done.exit_code == code
    assert done.stderr


@pytest.mark.parametrize("json_", [[], ["--json"]])
def test_card_data_is_masked_unless_asked_for(json_):
    for data in (EDITED, TPDU + EDITED, wire("pos")[:-8]):
        done = run(*json_, given=data)
        for secret in (PAN, TRACK, "0123456789ABCDEF", "ABC DEF 123"):
            assert secret not in done.output
    assert PAN in run(*json_, "--unsafe", given=EDITED).stdout


@settings(max_examples=10)
@given(data=st.data())
def test_what_we_write_is_recognised(data):
    name = data.draw(st.sampled_from(["iso87-ascii", "pos", "iso93-binary"]))
    dialect = load_dialect(name)
    wires = [dialect.pack(data.draw(messages(dialect))) for _ in range(2)]
    done = run("--json", "--format", "hex", given=b"\n".join(w.hex().encode() for w in wires))
    found = json.loads(done.stdout)
    assert found["fits"]
    assert name in [found["best"]["dialect"], *(each["dialect"] for each in found["others"])]


@settings(max_examples=25)
@given(st.binary(max_size=100))
def test_junk_never_ends_in_a_traceback(junk):
    done = run("--dialect", "pos", given=junk)
    assert done.exit_code == exits.LINK
    assert isinstance(done.exception, SystemExit)


def dumped(data):
    rows = range(0, len(data), 16)
    return "\n".join(f"{at:04x}  {data[at : at + 16].hex(' ')}" for at in rows).encode()


def test_a_dump_of_a_page_is_read():
    done = run(given=dumped(TPDU + wire("pos", message=SALE)))
    assert done.exit_code == 0
    assert "behind a header of 5 bytes" in done.stdout
    assert done.stderr.startswith("Read as a dump, offsets in hexadecimal.")


def test_a_list_of_bytes_is_read():
    done = run(given=str([*wire("iso87-ascii")]).encode())
    assert "Found" in done.stdout
    assert "a list of bytes in decimal" in done.stderr


def test_a_capture_is_read(tmp_path):
    here, there = Endpoint("192.0.2.1", 50000), Endpoint("192.0.2.2", 8583)
    talk = [(float(n), here, there, framed("binary2", wire("pos", message=m)))
            for n, m in enumerate((SALE, ECHO))]  # fmt: skip
    path = tmp_path / "a.pcap"
    path.write_bytes(write_pcap(talk))
    done = run(str(path))
    assert done.exit_code == 0
    assert ", framed" in done.stdout
    assert "port 8583" in done.stderr
    command = done.stdout.rstrip().splitlines()[-1].replace("…", "").split()
    described = spec(*command[2:], "--file", str(path))
    assert (described.exit_code, "12.50 EUR" in described.stdout) == (0, True)


def test_of_a_long_text_the_first_messages_are_enough_and_it_says_so(tmp_path):
    path = tmp_path / "many.hex"
    path.write_text(f"12:00:00 sent {wire('pos', message=SALE).hex()}\n" * 9000)
    done = run(str(path))
    assert done.exit_code == 0
    assert "only the first" in done.stderr


def test_a_name_that_is_no_file_is_no_message():
    assert run("no-such.hex").exit_code == 2


def test_a_frame_that_was_cut_is_not_found_and_shown_as_far_as_it_goes():
    data = framed("ascii4", wire("iso87-ascii"))[:-20]
    done = run(given=data)
    assert done.exit_code == exits.LINK
    assert "Cut: the length in front says 20 bytes more than there are" in done.stderr
    assert "TERM0001" in done.stderr
    said = json.loads(run("--json", given=data).stdout)
    assert (said["fits"], said["best"]["missing"]) == (False, 20)
    assert said["partial"]["fields"]["11"] == "000007"


def test_what_fields_are_right_is_said_by_who_knows():
    data = wire("iso87-ascii", change(48, format="ans..99"))
    assert run("--dialect", "iso87-ascii", given=data).exit_code == 0
    kept = run("--dialect", "iso87-ascii", "--keep", "48", given=data)
    assert "edit: field 48" not in kept.output
    assert run("--keep", "x", given=data).exit_code == exits.USAGE


def test_what_is_always_sixteen_bytes_is_said(tmp_path):
    data = b"0110" + b"40000000000000000000000000000000" + b"16" + PAN.encode()
    path = tmp_path / "new.toml"
    done = run("-o", str(path), given=data)
    assert done.exit_code == 0
    assert "in all messages 16 bytes" in done.stdout
    assert 'bitmaps = "16"' in path.read_text("utf-8")


@pytest.mark.parametrize("kind", ["ascii4-inclusive", "binary2", "binary2-counted-etx"])
def test_framing_goes_into_the_file_and_no_later_command_needs_to_skip(kind, tmp_path):
    path = tmp_path / "new.toml"
    frames = [
        framed(kind.replace("-counted", ""), HEADER_12 + wire("iso87-ascii", message=each))
        for each in (SALE, ECHO)
    ]
    found = run("-o", str(path), given=b"\n".join(one.hex().encode() for one in frames))
    assert found.exit_code == 0
    assert f'framing = "{kind}"' in path.read_text("utf-8")
    assert "--skip" not in found.stdout
    words = ("--dialect", str(path), "--format", "hex")
    for command in ("describe", "validate", "decode", "redact"):
        done = spec(command, *words, given=frames[0].hex().encode())
        assert done.exit_code == 0, done.output
    two = spec("decode", *words, "--json", given=b"".join(frames).hex().encode())
    assert [json.loads(line)["mti"] for line in two.stdout.splitlines()] == ["0200", "0800"]


def test_a_message_of_strangers_that_ends_badly_is_read_up_to_its_fault():
    path = Path(__file__).parents[3] / "vectors/pasted/header-of-8-bad-tail.txt"
    done = run("--json", given=path.read_bytes())
    assert done.exit_code == exits.LINK
    said = json.loads(done.stdout)
    assert (said["best"]["header_size"], said["partial"]["mti"]) == (8, "0200")
    assert said["partial"]["fields"]["4"] == "000000150000"


@pytest.mark.parametrize("name", ["bcd-ebcdic-binary-lengths.hex", "bcd-ebcdic-header-22.hex"])
def test_messages_of_strangers_in_bcd_and_ebcdic_are_read_whole(name):
    path = Path(__file__).parents[3] / "vectors/pasted" / name
    said = json.loads(run("--json", "--unsafe", given=path.read_bytes()).stdout)
    assert said["fits"]
    fields = said["best"]["messages"][0]["fields"]
    assert (fields["2"], fields["39"], fields["63"]) == ("4111111111111111", "19", "8000000002")


@pytest.mark.parametrize(("name", "page"), [("“Chez Zoë”", "cp1252"), ("Ελλάδα", "utf-8")])
def test_texts_with_national_letters_get_their_page_and_are_no_findings(name, page, tmp_path):
    message = SALE.with_fields({48: name})
    data = wire("iso87-ascii", change(48, encoding=page), message=message).hex().encode()
    path = tmp_path / "new.toml"
    done = run("-o", str(path), "--unsafe", given=data)
    assert done.exit_code == 0
    assert f"edit: text (classes a to ans) in {page}" in done.stdout
    assert name in done.stdout
    assert "Not as agreed" not in done.stdout
    checked = spec("validate", "--dialect", str(path), given=data)
    assert (checked.exit_code, "Nothing found." in checked.output) == (0, True)


def test_what_is_known_is_written_where_nothing_fits_whole(tmp_path):
    """Framing and an edit are known, but nothing reads all: the file says so, and shows more."""
    data = framed("binary2", wire("iso87-ascii", change(42, format="ans..99"))[:-30] + b"~~~" * 9)
    path = tmp_path / "so-far.toml"
    words = ("--dialect", "iso87-ascii", "-o", str(path))
    done = run(*words, given=data)
    assert done.exit_code == exits.LINK
    assert f"{path} has what is known so far, and does not read all" in done.stderr
    text = path.read_text("utf-8")
    assert 'framing = "binary2"' in text
    assert "[fields]\n42 = {" in text
    assert "as far as the doctor came" in text
    command = done.stderr.rstrip().splitlines()[-1].replace("…", "").split()
    shown = spec(*command[2:], given=data)
    assert (shown.exit_code, "TERM0001" in shown.output) == (exits.LINK, True)
    said = json.loads(run("--json", *words, given=data).stdout)
    assert (said["fits"], "--dialect" in said["next"]) == (False, True)


def test_where_nothing_is_known_no_file_is_written(tmp_path):
    path = tmp_path / "none.toml"
    done = run("-o", str(path), given=b"\xff" * 40)
    assert done.exit_code == exits.LINK
    assert f"{path} is not written: nothing is known" in done.stderr
    assert not path.exists()


def test_a_frame_that_was_cut_is_shown_by_the_file_that_is_written(tmp_path):
    path = tmp_path / "cut.toml"
    data = framed("ascii4", wire("iso87-ascii"))[:-20]
    done = run("-o", str(path), given=data)
    assert done.exit_code == exits.LINK
    assert 'framing = "ascii4"' in path.read_text("utf-8")
    command = done.stderr.rstrip().splitlines()[-1].replace("…", "").split()
    shown = spec(*command[2:], given=data)
    assert (shown.exit_code, "20 bytes are missing" in shown.stderr) == (exits.LINK, True)


def test_a_dialect_of_strangers_that_is_nearly_right_is_mended_to_the_last_tag(tmp_path):
    """Two lengths are wrong, and the chip data are data sets."""
    texts = "\n".join(f'{name} = "ebcdic-037"' for name in ("a", "s", "an", "as", "ns", "ans"))
    near, new = tmp_path / "near.toml", tmp_path / "new.toml"
    near.write_text(f'extends = "iso87-binary"\n[encodings]\nlength = "binary"\n{texts}\n', "utf-8")
    given = (
        Path(__file__).parents[3] / "vectors/pasted/bcd-ebcdic-binary-lengths.hex"
    ).read_bytes()
    done = run("--json", "--dialect", str(near), "-o", str(new), given=given)
    said = json.loads(done.stdout)["best"]
    assert (len(said["edits"]), said["findings"]) == (3, [])
    assert '55 = { format = "b..255" }\n63 = { format = "b..255" }' in said["toml"]
    decoded = json.loads(
        spec("decode", "--json", "--unsafe", "--dialect", str(new), given=given).stdout
    )
    assert decoded["parts"]["55.01.9F26"]["value"] == "0123456789ABCDEF"
