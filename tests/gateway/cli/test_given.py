"""What commands share: a file without the section says what to do, so does silence."""

import pytest

from cardswitch.gateway.cli.given import ask_gateway, config_of
from cardswitch.lab.house.topology import free_ports, make_lab
from cardswitch.specs.errors import ConfigError, Error


def test_a_file_without_the_section_says_what_to_do(tmp_path):
    file = tmp_path / "lab.toml"
    file.write_text("[hsm]\nport = 1\n")
    with pytest.raises(ConfigError, match=r"no section \[gateway\]"):
        config_of(file)


def test_a_gateway_that_does_not_run_says_what_runs_it(tmp_path):
    config = config_of(make_lab(tmp_path / "lab", free_ports())[0])
    with pytest.raises(Error, match="gateway serve"):
        ask_gateway(config, "trigger", {})
