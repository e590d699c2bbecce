"""How commands end: what is said, where, and with which exit code."""

from contextlib import suppress

import pytest

from cardswitch.lab.cli.spec.results import HELD_SIZE_MAX, Output, refusing, say, say_json
from cardswitch.specs.errors import DecodeError
from cardswitch.wire.operator import exits


@pytest.mark.parametrize("exit_code", [exits.LINK, exits.FINDINGS])
def test_a_fault_ends_the_command_and_findings_are_a_result(capsys, exit_code):
    with pytest.raises(SystemExit) as ended, refusing(b"0x", exit_code=exit_code):
        raise DecodeError("digits", offset=1)
    assert ended.value.code == exit_code
    out, err = capsys.readouterr()
    shown, other = (out, err) if exit_code == exits.FINDINGS else (err, out)
    assert "at byte 1: expected digits" in shown
    assert shown.startswith("cardswitch: ") is (exit_code == exits.LINK)
    assert other == ""


def test_what_goes_well_goes_on():
    with refusing():
        pass


def test_lines_and_json(capsys):
    say(["a", "b"])
    say(["c"], err=True)
    say_json({"a": 1})
    assert capsys.readouterr() == ('a\nb\n{"a": 1}\n', "c\n")


def test_output_is_held_until_there_is_enough_and_written_however_it_ends(capsys):
    with suppress(KeyboardInterrupt), Output() as output:
        output.say(["a", "", "b"])
        output.say([])
        assert capsys.readouterr().out == ""
        output.flush()
        assert capsys.readouterr().out == "a\n\nb\n"
        output.say(["c" * HELD_SIZE_MAX])
        assert len(capsys.readouterr().out) == HELD_SIZE_MAX + 1
        output.say_json({"d": 1})
        raise KeyboardInterrupt
    assert capsys.readouterr().out == '{"d": 1}\n'


def test_on_a_terminal_nothing_is_held(capsys, monkeypatch):
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    Output().say(["a"])
    assert capsys.readouterr().out == "a\n"
