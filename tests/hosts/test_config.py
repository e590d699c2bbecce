"""The two sections of the configuration: what is wrong in them is named by its path."""

import copy
from typing import Any

import msgspec
import pytest

from cardswitch.hosts.config import AcquirerConfig, IssuerConfig

PAN = "9999990000000014"
ACQUIRER: dict[str, Any] = {
    "institution": "123456",
    "merchants": [
        {
            "id": "SHOP",
            "name": "Corner Shop",
            "city": "Berlin",
            "country": "DE",
            "country_code": "276",
            "mcc": "5411",
        }
    ],
}
ISSUER: dict[str, Any] = {
    "zpk": "U1",
    "pvk": "U2",
    "cvk": "U3",
    "accounts": [{"id": "ada", "balance": 10_000}],
    "cards": [{"id": "ada", "pan": PAN, "account": "ada", "expiry": "3012"}],
}


def changed(data: dict[str, Any], path: str, value: Any) -> dict[str, Any]:
    """A copy of *data* in which the value at *path* is another."""
    copied = copy.deepcopy(data)
    *way, last = path.split(".")
    place: Any = copied
    for step in way:
        place = place[int(step)] if isinstance(place, list) else place[step]
    place[last] = value
    return copied


def test_the_defaults_are_the_agreed_timers() -> None:
    acquirer = msgspec.convert(ACQUIRER, AcquirerConfig)
    issuer = msgspec.convert(ISSUER, IssuerConfig)
    assert (acquirer.timeout_s, issuer.hsm_timeout_s, issuer.pin_tries_max) == (3.0, 1.0, 3)
    assert not issuer.magic_amounts
    assert acquirer.merchants[0].currencies == ("978",)
    assert len(acquirer.merchants[0].name_location) == 40


@pytest.mark.parametrize(
    ("kind", "data", "path", "value", "place"),
    [
        (AcquirerConfig, ACQUIRER, "institution", "12a", "$.institution"),
        (AcquirerConfig, ACQUIRER, "timeout_s", 0.0, "$.timeout_s"),
        (AcquirerConfig, ACQUIRER, "merchants.0.mcc", "5411\n", "merchants"),
        (AcquirerConfig, ACQUIRER, "merchants.0.country_code", "DE", "country_code"),
        (AcquirerConfig, ACQUIRER, "merchants.0.id", "S" * 16, "merchants"),
        (AcquirerConfig, ACQUIRER, "merchants", ACQUIRER["merchants"] * 2, "'SHOP' comes again"),
        (IssuerConfig, ISSUER, "accounts.0.balance", -1, "balance"),
        (IssuerConfig, ISSUER, "accounts.0.balance", 12.5, "balance"),
        (IssuerConfig, ISSUER, "accounts", [], "no account 'ada'"),
        (IssuerConfig, ISSUER, "cards.0.pan", "999", "pan"),
        (IssuerConfig, ISSUER, "cards.0.pan", PAN + "\n", "pan"),
        (IssuerConfig, ISSUER, "cards.0.expiry", "3013", "expiry"),
        (IssuerConfig, ISSUER, "cards.0.status", "gone", "status"),
        (IssuerConfig, ISSUER, "cards.0.pvv", "12345", "pvv"),
        (IssuerConfig, ISSUER, "cards", ISSUER["cards"] * 2, "'ada' comes again"),
        (IssuerConfig, ISSUER, "network.port", 70_000, "port"),
    ],
)
def test_what_is_wrong_is_named(
    kind: type, data: dict[str, Any], path: str, value: Any, place: str
) -> None:
    data = {**data, "network": {"port": 1}}
    with pytest.raises(msgspec.ValidationError) as caught:
        msgspec.convert(changed(data, path, value), kind)
    assert place in str(caught.value)
    assert PAN not in str(caught.value)


def test_a_number_belongs_to_one_card() -> None:
    twins = [ISSUER["cards"][0], {**ISSUER["cards"][0], "id": "bob"}]
    with pytest.raises(msgspec.ValidationError, match="every card number once"):
        msgspec.convert({**ISSUER, "cards": twins}, IssuerConfig)


def test_a_configuration_is_shown_without_card_numbers() -> None:
    assert PAN not in repr(msgspec.convert(ISSUER, IssuerConfig))
