"""The section [hsm]."""

import pytest

from hsm_sim.config import HsmConfig
from specs.errors import ConfigError
from wire.config import section


def read(**table):
    return section({"hsm": table}, "hsm", HsmConfig, "lab.toml")


def test_only_the_port_must_be_given():
    assert read(port=7100) == HsmConfig(host="127.0.0.1", port=7100, links_max=64)


def test_all_of_it_can_be_given():
    config = read(host="::1", port=0, links_max=1)
    assert (config.host, config.port, config.links_max) == ("::1", 0, 1)


@pytest.mark.parametrize("table", [{}, {"port": 1, "links_max": "many"}, {"port": 1, "lmk": "x"}])
def test_what_is_wrong_is_named_by_file_and_section(table):
    with pytest.raises(ConfigError, match=r"^lab\.toml: hsm"):
        read(**table)
