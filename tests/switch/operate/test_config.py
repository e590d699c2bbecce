"""The sections [switch] and [settlement]: what they need, and where their paths count from."""

from pathlib import Path

import pytest

from cardswitch.specs.dates import CutOff
from cardswitch.specs.errors import ConfigError
from cardswitch.switch.core.settings import ListenerSettings, Route, Settings, Upstream
from cardswitch.switch.operate.config import (
    ListenerConfig,
    SettlementConfig,
    SwitchConfig,
    UpstreamConfig,
    url_in,
)
from cardswitch.wire.operator.config import section

SWITCH = {
    "hsm": {"port": 7100},
    "listeners": {"pos": {"port": 7104, "serves": "merchants"}},
    "upstreams": {"issuer": {"port": 7103}},
    "routes": [{"source": "pos", "upstream": "issuer"}],
}
BANK = {"name": "Bank", "iban": "DE89370400440532013000", "bic": "COBADEFFXXX"}
SHOP = {"id": "SHOP", "name": "Shop", "iban": "DE02120300000000202051", "bic": "BYLADEM1001"}
FOLDER = Path("/lab")
LISTENER = {"port": 1, "serves": "merchants"}


def switch(**changes):
    return section({"switch": {**SWITCH, **changes}}, "switch", SwitchConfig, "lab.toml")


def settlement(**changes):
    table = {"acquirer": BANK, "merchants": [SHOP], **changes}
    return section({"settlement": table}, "settlement", SettlementConfig, "lab.toml")


def test_little_must_be_written():
    config = switch()
    assert config.database == "sqlite:///switch.db"
    assert config.cut_off == CutOff("23:00", "Europe/Berlin")
    assert config.hsm.timeout_s == 1.0
    assert config.listeners == {"pos": ListenerConfig(port=7104, serves="merchants")}
    assert config.upstreams == {"issuer": UpstreamConfig(port=7103)}


@pytest.mark.parametrize("missing", SWITCH)
def test_what_must_be_written_is_asked_for(missing):
    table = {name: value for name, value in SWITCH.items() if name != missing}
    with pytest.raises(ConfigError, match=f"missing required field `{missing}`"):
        section({"switch": table}, "switch", SwitchConfig, "lab.toml")


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"listeners": {"pos": {"port": 1}}}, "missing required field `serves`"),
        ({"listeners": {"pos": {**LISTENER, "serves": "banks"}}}, "'banks'"),
        ({"listeners": {"pos": {**LISTENER, "pin_key_type": "ZMK"}}}, "pin_key_type"),
        ({"listeners": {"pos": {**LISTENER, "in_flight": 3}}}, "did you mean in_flight_max"),
        ({"listeners": {"pos": {**LISTENER, "reversal_by": ["stan"]}}}, "reversal_by"),
        ({"listeners": {"pos": {**LISTENER, "unknown_reversal": "12"}}}, "unknown_reversal"),
        ({"upstreams": {"a": {"port": 1, "timeout": 3.0}}}, "did you mean timeout_s"),
        ({"cut_off": {"time": "25:00"}}, "25:00"),
        ({"cut_off": {"zone": "Europe/Atlantis"}}, "Atlantis"),
        ({"routes": [{"source": "pos"}]}, "upstream"),
    ],
)
def test_what_is_wrong_is_named(changes, expected):
    with pytest.raises(ConfigError, match=expected):
        switch(**changes)


def test_the_core_is_told_its_part():
    keys = {"pin_key_type": "ZPK", "pin_key": "U1", "terminal_keys": {"TERM0001": "U2"}}
    ways = {"reversal_by": ["rrn"], "unknown_reversal": "00", "repeat_of_unknown": "refuse"}
    listener = {"port": 1, "serves": "acquirers", "in_flight_max": 3, **keys, **ways}
    upstream = {"port": 2, "pin_key": "U3", "timeout_s": 1.5, "echo_s": 9.0, "sign_on": False}
    config = switch(
        hsm={"port": 3, "timeout_s": 0.5},
        listeners={"pos": listener},
        upstreams={"issuer": upstream},
        cut_off={"time": "20:00", "zone": "UTC"},
        reversal_timeout_s=2.0,
        reversal_pause_s=0.1,
    )
    assert config.settings() == Settings(
        listeners={
            "pos": ListenerSettings(
                serves="acquirers",
                pin_key_type="ZPK",
                pin_key="U1",
                terminal_keys={"TERM0001": "U2"},
                in_flight_max=3,
                reversal_by=("rrn",),
                unknown_reversal="00",
                repeat_of_unknown="refuse",
            )
        },
        upstreams={"issuer": Upstream("U3", 1.5, 9.0, False)},
        routes=(Route("pos", "issuer"),),
        cut_off=CutOff("20:00", "UTC"),
        hsm_timeout_s=0.5,
        reversal_timeout_s=2.0,
        reversal_pause_s=0.1,
    )


def test_what_is_left_out_means_the_same_to_the_core():
    assert switch().settings() == Settings(
        listeners={"pos": ListenerSettings(serves="merchants")},
        upstreams={"issuer": Upstream()},
        routes=(Route("pos", "issuer"),),
    )


def test_paths_of_the_switch_count_from_the_folder_of_the_file():
    hsm = {"port": 1, "tls_ca": "ca.pem"}
    config = switch(database="sqlite:///journal.db", vault="keys/vault.key", hsm=hsm)
    resolved = config.placed(FOLDER)
    assert resolved.database == "sqlite:////lab/journal.db"
    assert resolved.vault == "/lab/keys/vault.key"
    assert resolved.hsm.tls_ca == "/lab/ca.pem"


def test_paths_of_the_settlement_do_so_too():
    resolved = settlement(deposits="out").placed(FOLDER)
    assert (resolved.books, resolved.deposits) == ("sqlite:////lab/books.db", "/lab/out")


@pytest.mark.parametrize(
    "url", ["sqlite://", "sqlite:////var/switch.db", "postgresql+psycopg:///switch"]
)
def test_what_is_no_relative_path_stays(url):
    assert url_in(FOLDER, url) == url


def test_an_account_that_cannot_be_paid_is_refused():
    wrong = {**SHOP, "iban": "DE03120300000000202051"}
    with pytest.raises(ConfigError, match=r"iban of merchant SHOP"):
        settlement(merchants=[wrong])


def test_an_old_key_is_refused_with_its_new_name():
    with pytest.raises(
        ConfigError, match=r"switch\.doors: unknown key, it is called listeners now"
    ):
        section(
            {
                "switch": {
                    "listeners": {},
                    "upstreams": {},
                    "routes": [],
                    "hsm": {"port": 1},
                    "doors": {},
                }
            },
            "switch",
            SwitchConfig,
            "lab.toml",
        )
