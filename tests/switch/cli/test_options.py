"""The section of the switch is read from the file that --config names, its paths beside it."""

import pytest

from cardswitch.specs.errors import ConfigError
from cardswitch.switch.cli.options import read_switch
from tests.kit.operated import config_in


def test_the_configuration_and_its_vault(tmp_path):
    config, path = config_in(tmp_path)
    found, vault = read_switch({"open_vault": lambda path: f"vault at {path}"}, path)
    assert found == config
    assert vault == f"vault at {tmp_path / 'vault.key'}"


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(ConfigError, match="cannot be read"):
        read_switch({}, tmp_path / "none.toml")
