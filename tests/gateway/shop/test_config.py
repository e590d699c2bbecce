"""The section of the shop."""

from pathlib import Path

import msgspec
import pytest

from cardswitch.gateway.shop.config import ShopConfig

GIVEN = {
    "port": 7111,
    "merchant": "SHOP0001",
    "gateway": "https://127.0.0.1:7108",
    "gateway_ca": "tls/ca.pem",
    "pages": "https://pay.localhost:7109",
    "tls_certificate": "tls/shop.pem",
}


def test_paths_count_from_the_folder_of_the_file():
    config = msgspec.convert(GIVEN, ShopConfig).placed(Path("/lab"))
    assert (config.gateway_ca, config.key, config.database, config.tls_certificate) == (
        "/lab/tls/ca.pem",
        "/lab/shop.key",
        "/lab/shop.db",
        "/lab/tls/shop.pem",
    )
    assert config.url == "https://shop.localhost:7111"


def test_a_currency_without_prices_is_named():
    with pytest.raises(msgspec.ValidationError, match="USD: the catalogue has EUR, JPY, KWD"):
        msgspec.convert(GIVEN | {"currencies": ["EUR", "USD"]}, ShopConfig)


def test_a_type_that_there_is_not_is_named_and_cards_on_the_server_are_asked_for():
    with pytest.raises(msgspec.ValidationError, match="types: barter: there are hosted, "):
        msgspec.convert(GIVEN | {"types": ["hosted", "barter"]}, ShopConfig)
    assert "server" not in msgspec.convert(GIVEN, ShopConfig).types


@pytest.mark.parametrize("name", ["gateway", "pages"])
@pytest.mark.parametrize("url", ["http://127.0.0.1:1", "https://127.0.0.1:1/v1", "127.0.0.1"])
def test_a_shop_speaks_to_an_origin_over_tls(name, url):
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(GIVEN | {name: url}, ShopConfig)


def test_to_be_paid_by_bank_the_shop_has_a_bank_and_an_account():
    named = GIVEN | {"types": ["bank"], "bank": "https://bank.localhost:7113"}
    with pytest.raises(msgspec.ValidationError, match="types: bank: it needs"):
        msgspec.convert(named, ShopConfig)
    iban = {"iban": "DE02120300000000202051"}
    assert msgspec.convert(named | iban, ShopConfig).types == ("bank",)
