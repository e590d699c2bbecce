"""What operators read of the batches that terminals have closed."""

import json

import pytest
from click.testing import CliRunner

from cardswitch.switch.cli.batches import batches
from tests.kit.batches import close, codes, history, sold
from tests.kit.histories import JournalFile
from tests.kit.operated import config_in


@pytest.fixture
def asked(tmp_path):
    """Type the command about what a switch has written: exit code, and what it says."""

    def run(play, *words):
        config, path = config_in(tmp_path)
        file = JournalFile(config.database)
        file.write(play.entries if play else [])
        file.close()
        result = CliRunner().invoke(batches, [*words, "--config", str(path)])
        return result.exit_code, result.stdout, result.stderr

    return run


def test_what_differs_is_listed_and_is_exit_6(asked):
    code, said, _ = asked(history())
    header, first, second, third, *items = said.splitlines()
    assert code == 6
    assert header.split()[:2] == ["LEG", "TIME"]
    assert first.endswith("in balance")
    assert second.endswith("differs, items asked for")
    assert third.endswith("out of balance")
    assert [line.split(":")[0].strip() for line in items] == [
        "differs",
        "missing here",
        "missing there",
    ]
    assert "5.00 EUR" in items[1]


def test_in_balance_is_exit_0(asked):
    play = sold()
    assert codes(play, close()) == ["00"]
    code, said, _ = asked(play)
    assert code == 0
    assert said.splitlines()[1].endswith("in balance")


def test_as_json(asked):
    code, said, _ = asked(history(), "--json", "--limit", "1")
    [line] = map(json.loads, said.splitlines())
    assert code == 6
    assert (line["batch"], line["is_balanced"]) == (2, False)
    assert line["there"]["debits"] == {"count": 3, "amount": 3050}
    assert len(line["items"]) == 3


def test_before_the_first(asked):
    code, said, told = asked(None)
    assert (code, said) == (0, "")
    assert "no terminal has settled" in told
