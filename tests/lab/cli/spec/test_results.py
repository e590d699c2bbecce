"""How commands end: what is said, where, and with which exit code."""

import pytest

from cardswitch.lab.cli.spec.results import refusing, say, say_json
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
