"""The section [hsm]."""

import pytest

from cardswitch.hsm_sim.config import HsmConfig
from cardswitch.hsm_sim.custody.policy import Policy
from cardswitch.specs.errors import ConfigError
from cardswitch.wire.operator.config import section


def read(**table):
    return section({"hsm": table}, "hsm", HsmConfig, "lab.toml")


def test_only_the_port_must_be_given():
    assert read(port=7100) == HsmConfig(host="127.0.0.1", port=7100, links_max=64)


def test_by_default_it_listens_to_this_machine_alone_and_every_rule_is_on():
    config = read(port=7100)
    assert config.host == "127.0.0.1"
    assert config.allow == ("127.0.0.1", "::1")
    assert config.policy == Policy()


def test_all_of_it_can_be_given():
    config = read(host="::1", port=0, links_max=1, pipeline_max=2, allow=["10.0.0.0/8"])
    assert (config.host, config.port, config.links_max) == ("::1", 0, 1)
    assert (config.pipeline_max, config.allow) == (2, ("10.0.0.0/8",))


def test_rules_can_be_switched_off_one_by_one():
    config = read(port=1, policy={"uniform_pin_error": False, "commands_disabled": ["A8"]})
    assert config.policy == Policy(uniform_pin_error=False, commands_disabled=("A8",))


@pytest.mark.parametrize(
    "table",
    [
        {},
        {"port": 1, "links_max": "many"},
        {"port": 1, "links_max": 0},
        {"port": 1, "pipeline_max": 0},
        {"port": 1, "lmk": "x"},
        {"port": 1, "policy": {"uniform_pin_eror": False}},
        {"port": 1, "policy": {"commands_disabled": ["QZ"]}},
        {"port": 1, "policy": {"pin_failures_max": 0}},
    ],
)
def test_what_is_wrong_is_named_by_file_and_section(table):
    with pytest.raises(ConfigError, match=r"^lab\.toml: hsm"):
        read(**table)
