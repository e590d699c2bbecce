"""The section [issuer]: what is wrong in it is named by its path, and no card number is shown."""

from typing import Any

import msgspec
import pytest

from cardswitch.hosts.issuer.config import IssuerConfig
from tests.kit.hosts import PAN, changed

CONFIG: dict[str, Any] = {
    "zpk": "U1",
    "pvk": "U2",
    "cvk": "U3",
    "accounts": [{"id": "ada", "balance": 10_000}],
    "cards": [{"id": "ada", "pan": PAN, "account": "ada", "expiry": "3012"}],
}


def test_the_defaults_are_the_agreed_timers() -> None:
    issuer = msgspec.convert(CONFIG, IssuerConfig)
    assert (issuer.hsm_timeout_s, issuer.pin_tries_max) == (1.0, 3)
    assert not issuer.magic_amounts


@pytest.mark.parametrize(
    ("path", "value", "place"),
    [
        ("accounts.0.balance", -1, "balance"),
        ("accounts.0.balance", 12.5, "balance"),
        ("accounts.0.balance", 10**12, "balance"),
        ("accounts.0.currency", "999", "a currency of ISO 4217"),
        ("accounts", [], "no account 'ada'"),
        ("cards.0.more_accounts", ["eve"], "no account 'eve'"),
        ("cards.0.pan", "999", "pan"),
        ("cards.0.pan", PAN + "\n", "pan"),
        ("cards.0.expiry", "3013", "expiry"),
        ("cards.0.status", "gone", "status"),
        ("cards.0.pvv", "12345", "pvv"),
        ("cards", CONFIG["cards"] * 2, "'ada' comes again"),
        ("network.port", 70_000, "port"),
    ],
)
def test_what_is_wrong_is_named(path: str, value: Any, place: str) -> None:
    data = {**CONFIG, "network": {"port": 1}}
    with pytest.raises(msgspec.ValidationError) as caught:
        msgspec.convert(changed(data, path, value), IssuerConfig)
    assert place in str(caught.value)
    assert PAN not in str(caught.value)


def test_a_number_belongs_to_one_card() -> None:
    twins = [CONFIG["cards"][0], {**CONFIG["cards"][0], "id": "bob"}]
    with pytest.raises(msgspec.ValidationError, match="every card number once"):
        msgspec.convert({**CONFIG, "cards": twins}, IssuerConfig)


def test_a_configuration_is_shown_without_card_numbers() -> None:
    assert PAN not in repr(msgspec.convert(CONFIG, IssuerConfig))
