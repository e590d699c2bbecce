"""INPUT: where it comes from, and how it may be written."""

import io
from types import SimpleNamespace

import click
import pytest
from click.testing import CliRunner

from cardswitch.lab.cli.main import cli
from cardswitch.lab.cli.spec.given import FORMS, FRAMINGS, Given, given_bytes, given_chunks
from cardswitch.lab.messages import captured, inputs
from cardswitch.specs.dialect import load_dialect

ECHO = "0800822000000000000004000000000000001123130500000001301"


def test_choices_are_those_that_are_read():
    assert FORMS == inputs.FORMS
    assert ("auto", *captured.FRAMINGS) == FRAMINGS


def test_words_or_a_file_but_not_both(tmp_path):
    path = tmp_path / "message.hex"
    path.write_bytes(b"0800")
    assert given_bytes(("08", "00")) == b"08 00"
    assert given_bytes((str(path),)) == b"0800"
    with given_chunks((), str(path)) as chunks:
        assert b"".join(chunks) == b"0800"
    with pytest.raises(click.UsageError), given_chunks(("0800",), str(path)):
        pass


def test_a_folder_is_no_message(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in ("captures", ECHO[:40]):
        (tmp_path / name).mkdir()
    with pytest.raises(click.UsageError, match="captures: that is a folder"):
        given_bytes(("captures",))
    assert given_bytes((ECHO[:40],)) == ECHO[:40].encode()


@pytest.mark.parametrize(
    "word",
    ["sale.hex", "./dump", "../a/b", "/tmp/no-such-file", "~/x.pcap", "C:\\logs\\a.log", "dump",
     "message-0200.txt"],
)  # fmt: skip
def test_a_name_that_is_no_file_is_no_message(word):
    with pytest.raises(click.UsageError, match="no such file"):
        given_bytes((word,))


def test_the_error_of_a_name_shows_no_card_number():
    with pytest.raises(click.UsageError) as refused:
        given_bytes(("9999990000000014.hex",))
    assert "9999990000000014" not in str(refused.value)


@pytest.mark.parametrize(
    "word",
    ["0800", "0x0800", "[8,0]", "08:00", "CACCIAAAAAAAAAQAAAAAAAAAESMTBQAAAAEwGg==", "{}",
     "0800822000000000000004000000000000001123130500000001301TEST.COM", "-"],
)  # fmt: skip
def test_what_may_be_a_message_is_text(word, monkeypatch):
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"-")))
    assert given_bytes((word,)) == word.encode()


def test_a_bar_tells_how_far_a_large_file_is_read(tmp_path, monkeypatch):
    path = tmp_path / "log.hex"
    path.write_bytes(b"08 00\n" * 400_000)
    terminal = io.StringIO()
    monkeypatch.setattr(terminal, "isatty", lambda: True)
    monkeypatch.setattr("sys.stderr", terminal)
    with given_chunks((), str(path)) as chunks:
        assert sum(map(len, chunks)) == 2_400_000
    assert "100%" in terminal.getvalue()


def test_what_was_said_is_written_before_more_input_is_waited_for(capsys, monkeypatch):
    written = []

    def read(_size):
        written.append(capsys.readouterr().out)
        return b"" if len(written) > 2 else f"{ECHO}\n".encode() * 20_000

    monkeypatch.setattr("sys.stdin", SimpleNamespace(buffer=SimpleNamespace(read=read)))
    given = Given(words=(), dialect=load_dialect("iso87-ascii"))
    given.output.say(["first"])
    for item in given.items():
        if item.origin in ("line 1", "line 30000"):
            given.output.say([item.origin])
    assert written[0] == "first\n"
    assert "".join(written) + capsys.readouterr().out == "first\nline 1\nline 30000\n"


def test_faults_stand_behind_the_messages_before_them():
    given = f"{ECHO}\n{ECHO[:-2]}\n{ECHO}\n"
    output = CliRunner().invoke(cli, ["spec", "decode"], input=given).output
    at = [output.index(word) for word in ("line 1\n", "line 2\n", "line 2: ", "line 3\n")]
    assert at == sorted(at)
