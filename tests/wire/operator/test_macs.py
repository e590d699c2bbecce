"""The table `mac`: what it needs, and what a program is told of it."""

import msgspec
import pytest

from cardswitch.specs.dialect import load_dialect
from cardswitch.specs.dialect.covered import covered
from cardswitch.specs.errors import ConfigError
from cardswitch.specs.message import Message
from cardswitch.wire.operator.macs import MacConfig

SALE = Message("0200", {3: "000000", 11: "000007", 41: "TERM0001"})


def test_without_a_key_there_are_no_macs():
    assert MacConfig().rule("pos", "003") is None


@pytest.mark.parametrize("dialect", ["pos", "iso87-ascii"])
@pytest.mark.parametrize("fields", [(), (0, 11, 41)])
def test_a_program_is_told_what_a_mac_covers(dialect, fields):
    rule = MacConfig(key="U1", fields=fields).rule(dialect, "003")
    assert rule.covers(SALE) == covered(load_dialect(dialect), SALE, fields)


def test_the_rest_is_told_in_the_words_of_the_module():
    config = MacConfig(
        terminal_keys={"T1": "U1"}, algorithm="cmac", padding=2, length=4, wrong="drop"
    )
    rule = config.rule("pos", "008")
    assert (rule.key_type, rule.algorithm, rule.padding, rule.digits) == ("008", "6", "2", 8)
    assert (rule.key, dict(rule.terminal_keys), rule.wrong) == ("", {"T1": "U1"}, "drop")


@pytest.mark.parametrize(
    "wrong",
    [
        {"algorithm": "hmac"},
        {"padding": 0},
        {"length": 6},
        {"fields": [11, 64]},
        {"fields": [129]},
        {"wrong": "ignore"},
    ],
)
def test_what_is_wrong_is_refused(wrong):
    with pytest.raises((msgspec.ValidationError, ConfigError)):
        msgspec.convert({"key": "U1", **wrong}, MacConfig, strict=True)
