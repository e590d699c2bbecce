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
    "listeners": {"pos": {"port": 7104, "serves": "merchants", "merchants": "any"}},
    "upstreams": {"issuer": {"port": 7103}},
    "routes": [{"source": "pos", "upstream": "issuer"}],
}
BANK = {"name": "Bank", "iban": "DE89370400440532013000", "bic": "COBADEFFXXX"}
SHOP = {
    "id": "SHOP",
    "name": "Shop",
    "city": "Berlin",
    "country": "DE",
    "country_code": "276",
    "mcc": "5411",
    "terminals": ["TERM0001"],
    "iban": "DE02120300000000202051",
    "bic": "BYLADEM1001",
}
FOLDER = Path("/lab")
ROUTE = SWITCH["routes"][0]
LISTENER = {"port": 1, "serves": "merchants", "merchants": "any"}


def switch(**changes):
    data = {"switch": {**SWITCH, **changes}, "merchants": [SHOP]}
    return section(data, "switch", SwitchConfig, "lab.toml")


def settlement(merchants=(SHOP,), **changes):
    data = {"settlement": {"acquirer": BANK, **changes}, "merchants": list(merchants)}
    return section(data, "settlement", SettlementConfig, "lab.toml")


def test_little_must_be_written():
    config = switch()
    assert config.database == "sqlite:///switch.db"
    assert config.cut_off == CutOff("23:00", "Europe/Berlin")
    assert config.hsm.timeout_s == 1.0
    assert config.listeners == {
        "pos": ListenerConfig(port=7104, serves="merchants", merchants="any")
    }
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
        ({"upstreams": {"issuer": {"port": 1, "timeout": 3.0}}}, "did you mean timeout_s"),
        ({"listeners": {"pos": {"port": 1, "serves": "merchants"}}}, r"pos\.merchants: missing"),
        ({"listeners": {"net": {"port": 1, "serves": "acquirers"}}}, r"institutions: missing"),
        ({"listeners": {"pos": {**LISTENER, "merchants": ["SHOP", "SHOP2"]}}}, "'SHOP2' is no id"),
        ({"listeners": {"pos": {**LISTENER, "clock_apart_s": 86_401.0}}}, "clock_apart_s"),
        ({"merchants": [SHOP]}, r"write it as \[\[merchants\]\] at the top"),
        ({"cut_off": {"time": "25:00"}}, "25:00"),
        ({"cut_off": {"zone": "Europe/Atlantis"}}, "Atlantis"),
        ({"routes": [{"source": "pos"}]}, "upstream"),
        (
            {"routes": [{**ROUTE, "bin": ["4"]}]},
            r"routes\[0\]\.bin: unknown key, did you mean bins",
        ),
        ({"routes": [{"source": "pos", "upstrem": "issuer"}]}, "upstrem: .* did you mean upstream"),
        (
            {"routes": [ROUTE, {**ROUTE, "upstream": "isuer", "bins": ["4"]}]},
            r"switch\.routes\[1\]\.upstream: there is no 'isuer', did you mean issuer\?",
        ),
        ({"routes": [{**ROUTE, "source": "pso"}]}, "no 'pso', did you mean pos"),
        ({"upstreams": {"issuer": {"port": 2, "match": [41]}}}, "match: expected 11"),
        ({"upstreams": {"issuer": {"port": 2, "requires": [1]}}}, r"requires\[0\]"),
    ],
)
def test_what_is_wrong_is_named(changes, expected):
    with pytest.raises(ConfigError, match=expected):
        switch(**changes)


def test_the_core_is_told_its_part():
    keys = {"pin_key_type": "ZPK", "pin_key": "U1", "terminal_keys": {"TERM0001": "U2"}}
    ways = {"reversal_by": ["rrn"], "unknown_reversal": "00", "repeat_of_unknown": "refuse"}
    who = {"institutions": ["123456"], "sign_on": "required", "rrn": "replace"}
    listener = {"port": 1, "serves": "acquirers", "in_flight_max": 3, **keys, **ways, **who}
    upstream = {"port": 2, "pin_key": "U3", "timeout_s": 1.5, "echo_s": 9.0, "sign_on": False}
    upstream |= {"match": [11, 37], "requires": [22], "reversal_timeout_s": 1.0}
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
                institutions=frozenset({"123456"}),
                sign_on="required",
                rrn="replace",
            )
        },
        upstreams={
            "issuer": Upstream(
                pin_key="U3",
                timeout_s=1.5,
                echo_s=9.0,
                sign_on=False,
                match=(11, 37),
                requires=(22,),
                reversal_timeout_s=1.0,
            )
        },
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


@pytest.mark.parametrize(
    ("terminals", "known"),
    [(["T1", "T2"], frozenset({"T1", "T2"})), ("any", None), ([], frozenset())],
)
def test_a_listener_knows_the_terminals_of_the_merchants_that_it_names(terminals, known):
    table = {**SWITCH, "listeners": {"pos": {**LISTENER, "merchants": ["SHOP"]}}}
    data = {"switch": table, "merchants": [{**SHOP, "terminals": terminals}]}
    settings = section(data, "switch", SwitchConfig, "lab.toml").settings()
    assert settings.listeners["pos"].merchants == {"SHOP": known}


def test_what_is_wrong_with_a_merchant_is_named_where_it_stands():
    wrong = {**SHOP, "mcc": "5411x"}
    with pytest.raises(ConfigError, match=r"lab\.toml: merchants\[0\]\.mcc"):
        section({"switch": SWITCH, "merchants": [wrong]}, "switch", SwitchConfig, "lab.toml")
    misspelt = {**SHOP, "mmc": "5411"}
    with pytest.raises(ConfigError, match=r"lab\.toml: merchants\[0\]\.mmc: unknown key"):
        section({"switch": SWITCH, "merchants": [misspelt]}, "switch", SwitchConfig, "lab.toml")


def test_a_merchant_without_an_account_is_not_paid():
    unpaid = {**SHOP, "id": "UNPAID", "iban": "", "bic": ""}
    assert [account.id for account in settlement([SHOP, unpaid]).accounts] == ["SHOP"]


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


NYC = {"cut_off": {"time": "18:00", "zone": "America/New_York"}, "settlement": {"acquirer": BANK}}


def named(path="lab.toml", **about):
    shop = {**SHOP, "acquirer": about.pop("merchant", "nyc")}
    acquirers = about.pop("acquirers", {"nyc": {**NYC, **about}})
    data = {"switch": {**SWITCH, "acquirers": acquirers}, "merchants": [shop]}
    return section(data, "switch", SwitchConfig, path)


def test_a_named_acquirer_has_a_cut_off_books_and_deposits_of_its_own():
    config = named()
    assert config.settings().cut_offs == {"": CutOff(), "nyc": CutOff("18:00", "America/New_York")}
    assert config.settings().acquirer_of == {"SHOP": "nyc"}
    for placed in (config.placed(FOLDER), config.placed(FOLDER).placed(FOLDER)):
        own = placed.settlement_of("nyc")
        assert (own.name, own.books) == ("nyc", "sqlite:////lab/books-nyc.db")
        assert (own.deposits, own.answers) == ("/lab/deposits-nyc", "")
        assert own.merchant_ids == ("SHOP",)
    chosen = named(settlement={"acquirer": BANK, "books": "sqlite:///b.db", "answers": "bank"})
    own = chosen.placed(FOLDER).settlement_of("nyc")
    assert (own.books, own.answers) == ("sqlite:////lab/b.db", "/lab/bank")


def test_merchants_of_others_are_not_charged_by_the_month_but_paid_what_is_left():
    data = {"settlement": {"acquirer": BANK}, "merchants": [{**SHOP, "acquirer": "nyc"}]}
    own = section(data, "settlement", SettlementConfig, "lab.toml")
    assert (own.name, own.merchant_ids, [a.id for a in own.accounts]) == ("", (), ["SHOP"])


@pytest.mark.parametrize(
    ("about", "words"),
    [
        ({"merchant": "nyk"}, r"merchants\[0\].acquirer: there is no 'nyk', did you mean nyc\?"),
        ({"acquirers": {}}, r"merchants\[0\].acquirer: there is no \[switch.acquirers.NAME\]"),
        ({"acquirers": {"New-York": NYC}}, "switch: acquirers: 'New-York' is no name of an acqu"),
        ({"acquirers": {"twelveletters": NYC}}, "expected 1 to 11 letters"),
        ({"cut_of": {}}, "switch.acquirers.nyc.cut_of: unknown key, did you mean cut_off?"),
        ({"settlement": {}}, r"switch.acquirers.nyc.settlement: .*missing.* `acquirer`"),
        (
            {"settlement": {"acquirer": BANK, "fees": [{"version": "1", "merchants": ["NONE"]}]}},
            "NONE",
        ),
    ],
)
def test_what_is_wrong_with_an_acquirer_is_said_where_it_stands(about, words):
    with pytest.raises(ConfigError, match=words):
        named(**about)
