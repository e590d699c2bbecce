"""`terminal keys`: which keys the pad has, and since when."""

import json

import pytest
from click.testing import CliRunner

from cardswitch.terminal.face.cli import terminal
from tests.terminal.conftest import NEW_KCV


@pytest.fixture
def keys(lab):
    """Run `terminal keys` for this lab; what it says."""

    def keys(*words):
        result = CliRunner().invoke(terminal, ["keys", *words, "--config", str(lab)])
        assert result.exit_code == 0, result.output
        return result.stdout

    return keys


def test_a_key_is_as_configured_until_it_is_changed(keys, lab):
    assert keys().splitlines()[1].split()[0] == "pin"
    assert "as configured" in keys()
    CliRunner().invoke(terminal, ["change-key", "--config", str(lab)])
    assert NEW_KCV in keys()
    assert "as configured" not in keys()
    told = json.loads(keys("--json"))
    assert (told["kind"], told["check_value"]) == ("pin", NEW_KCV)
    assert told["taken_at"]


def test_one_of_dukpt_says_its_number(keys, lab):
    text = "\n".join(line for line in lab.read_text().splitlines() if not line.startswith("tpk"))
    lab.write_text(
        text
        + '\n[terminal.dukpt]\nscheme = "tdes"\ninitial_key = "6AC292FAA1315B4D858AB3A3D7D5933A"\n'
        + 'ksn = "FFFF9876543210E00004"\n'
    )
    assert "last KSN FFFF9876543210E00004" in keys()
    assert "6AC292" not in keys()


def test_a_terminal_without_keys_says_so(keys, lab):
    text = "\n".join(line for line in lab.read_text().splitlines() if not line.startswith("tpk"))
    lab.write_text(text)
    assert keys().startswith("no keys")
    assert keys("--json") == ""
