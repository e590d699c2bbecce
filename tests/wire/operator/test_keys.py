"""The table `keys`: what it needs, and what a program is told of it."""

import msgspec
import pytest

from cardswitch.specs.errors import ConfigError
from cardswitch.wire.operator.keys import KeysConfig

TYPES, KEYS = {"pin": "001", "mac": "008"}, {"pin": "U1", "mac": ""}


def test_without_a_master_key_nothing_is_changed():
    assert KeysConfig().plan(TYPES, KEYS) is None
    assert KeysConfig(every_s=60.0).plan(TYPES, KEYS) is None


def test_keys_of_macs_travel_under_a_master_key_of_their_own_if_there_is_one():
    assert KeysConfig(master="U2").plan(TYPES, KEYS).masters == {"pin": "U2", "mac": "U2"}
    own = KeysConfig(master="U2", mac_master="U3").plan(TYPES, KEYS)
    assert own.masters == {"pin": "U2", "mac": "U3"}


def test_the_rest_is_told_in_the_words_of_the_module():
    config = KeysConfig(master="U2", form="variant", overlap_s=5.0, every_s=60.0)
    plan = config.plan(TYPES, KEYS, ("mac",))
    assert (plan.scheme, plan.overlap_s, plan.every_s, plan.comes_in) == ("X", 5.0, 60.0, ("mac",))
    assert KeysConfig(master="U2").plan(TYPES, KEYS).scheme == "R"


@pytest.mark.parametrize(
    "wrong", [{"form": "clear"}, {"overlap_s": -1.0}, {"every_s": -1.0}, {"every_s": 0.5}]
)
def test_what_is_wrong_is_refused(wrong):
    with pytest.raises((msgspec.ValidationError, ConfigError)):
        msgspec.convert({"master": "U2", **wrong}, KeysConfig, strict=True)
