"""The section [terminal] and the file of cards: good ones, and errors that say where."""

import pytest

from cardswitch.specs.errors import ConfigError
from cardswitch.terminal.config import read_cards, read_terminal_config
from cardswitch.terminal.customer.card import Card

GOOD = """
[terminal]
host = "127.0.0.1"
port = 9100
id = "TERM01"
merchant = "SHOP"
state = "terminal"
cards = "cards.toml"
"""


def written(tmp_path, text):
    path = tmp_path / "lab.toml"
    path.write_text(text)
    return path


def test_paths_count_from_the_folder_of_the_file(tmp_path):
    config = read_terminal_config(written(tmp_path, GOOD))
    assert config.state == str(tmp_path / "terminal")
    assert config.cards == str(tmp_path / "cards.toml")
    assert (config.currency, config.timeout_s, config.tpk) == ("EUR", 4.5, "")


def test_an_absolute_path_stays(tmp_path):
    text = GOOD.replace('"terminal"\n', '"/var/lib/terminal"\n')
    assert read_terminal_config(written(tmp_path, text)).state == "/var/lib/terminal"


BAD = [
    (GOOD.replace("[terminal]", "[terminals]"), "terminal"),
    (GOOD.replace("9100", "0"), "terminal.port"),
    (GOOD.replace("TERM01", "TERM00001"), "terminal.id"),
    (GOOD.replace("SHOP", "A SHOP"), "terminal.merchant"),
    (GOOD + 'tkp = "U"\n', "did you mean tpk"),
    (GOOD + 'currency = "999"\n', "terminal: expected a currency of ISO 4217"),
    (GOOD + "timeout_s = 0.0\n", "terminal.timeout_s"),
    (GOOD.replace("port = 9100", ""), "port"),
]


@pytest.mark.parametrize(("text", "words"), BAD)
def test_what_is_wrong_is_named(tmp_path, text, words):
    with pytest.raises(ConfigError, match=words) as caught:
        read_terminal_config(written(tmp_path, text))
    assert "lab.toml" in str(caught.value)


def test_cards_leave_alone_what_is_for_others(tmp_path):
    path = written(
        tmp_path,
        """
        [[card]]
        alias = "good"
        pan = "9999990000000014"
        expiry = "3012"
        service_code = "201"
        pvki = "1"
        pvv = "1234"
        cvv = "567"
        cvv2 = "890"
        name = "GOOD CARD"
        pin = "1234"
        balance = "5000.00"
        """,
    )
    assert read_cards(path) == (
        Card(
            pan="9999990000000014",
            expiry="3012",
            service_code="201",
            pvki="1",
            pvv="1234",
            cvv="567",
            cvv2="890",
            name="GOOD CARD",
            alias="good",
        ),
    )


def test_a_bad_card_is_named_without_its_number(tmp_path):
    path = written(tmp_path, '[[card]]\npan = "9999990000000014"\nexpiry = 3012\n')
    with pytest.raises(ConfigError, match=r"card\[0\].expiry") as caught:
        read_cards(path)
    assert "9999990000000014" not in str(caught.value)
