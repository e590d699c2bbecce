"""The section [acquirer]: what is wrong in it is named by its path."""

from pathlib import Path
from typing import Any

import msgspec
import pytest

from cardswitch.hosts.acquirer.config import AcquirerConfig
from cardswitch.specs.errors import ConfigError
from cardswitch.wire.operator.config import section
from tests.kit.hosts import changed

CONFIG: dict[str, Any] = {
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


def test_the_defaults_are_the_agreed_timers() -> None:
    acquirer = msgspec.convert(CONFIG, AcquirerConfig)
    assert acquirer.timeout_s == 3.0
    assert acquirer.merchants[0].currencies == ("978",)
    assert len(acquirer.merchants[0].name_location) == 40


@pytest.mark.parametrize(
    ("path", "value", "place"),
    [
        ("institution", "12a", "$.institution"),
        ("timeout_s", 0.0, "$.timeout_s"),
        ("merchants.0.mcc", "5411\n", "merchants"),
        ("merchants.0.country_code", "DE", "country_code"),
        ("merchants.0.country_code", "999", "country_code 276 for DE; seen DE and 999"),
        ("merchants.0.country", "ZZ", "a country of ISO 3166-1"),
        ("merchants.0.currencies", ["999"], "a currency of ISO 4217"),
        ("merchants.0.id", "S" * 16, "no merchant id 'SSSSSSSSSSSSSSSS'"),
        ("merchants.0.id", "SHOP_1", "no merchant id 'SHOP_1': expected 1 to 15 of letters"),
        ("merchants.0.id", "=1+1|x", "merchants[0]"),
        ("merchants.0.id", "", "merchants[0]"),
        ("merchants", CONFIG["merchants"] * 2, "'SHOP' comes again"),
    ],
)
def test_what_is_wrong_is_named(path: str, value: Any, place: str) -> None:
    data = {**CONFIG, "network": {"port": 1}}
    with pytest.raises(msgspec.ValidationError) as caught:
        msgspec.convert(changed(data, path, value), AcquirerConfig)
    assert place in str(caught.value)


def test_paths_count_from_the_folder_of_the_file() -> None:
    placed = msgspec.convert(CONFIG, AcquirerConfig).placed(Path("/lab"))
    assert placed.database == "sqlite:////lab/acquirer.db"
    assert placed.vault == "/lab/acquirer.vault"


def test_a_key_that_was_renamed_names_its_new_word() -> None:
    acquirer = {"institution": "123456", "journal": "acquirer.journal"}
    data = {"acquirer": acquirer, "merchants": CONFIG["merchants"]}
    told = r"^lab\.toml: acquirer\.journal: unknown key, it is called database now$"
    with pytest.raises(ConfigError, match=told):
        section(data, "acquirer", AcquirerConfig, "lab.toml")
