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
DUKPT = """
[terminal.dukpt]
scheme = "tdes"
initial_key = "6AC292FAA1315B4D858AB3A3D7D5933A"
ksn = "FFFF9876543210E00000"
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


def test_where_it_dials_may_be_said_instead(tmp_path):
    path = written(tmp_path, GOOD.replace("port = 9100", "") + 'dialect = "mine.toml"\n')
    config = read_terminal_config(path, "[::1]:8583", is_remote=True)
    assert (config.host, config.port, config.plain) == ("::1", 8583, True)
    assert (config.dialect, config.framing) == (str(tmp_path / "mine.toml"), "binary2")
    with pytest.raises(ValueError, match="HOST:PORT"):
        read_terminal_config(path, "here")


def test_the_head_of_receipts_is_that_of_the_merchants_unless_it_is_said(tmp_path):
    merchants = """
[[merchants]]
id = "OTHER"
name = "Kiosk"
[[merchants]]
id = "SHOP"
name = "Corner"
city = "Berlin"
"""
    assert read_terminal_config(written(tmp_path, GOOD)).shop == ()
    assert read_terminal_config(written(tmp_path, GOOD + merchants)).shop == ("Corner", "Berlin")
    own = GOOD + 'shop = ["Ours"]\nsvg = "receipts"\n' + merchants
    config = read_terminal_config(written(tmp_path, own))
    assert (config.shop, config.svg) == (("Ours",), str(tmp_path / "receipts"))


def test_an_initial_key_is_not_shown(tmp_path):
    config = read_terminal_config(written(tmp_path, GOOD + DUKPT))
    assert "6AC292" not in repr(config)


BAD = [
    (GOOD.replace("[terminal]", "[terminals]"), "terminal"),
    (GOOD.replace("9100", "0"), "terminal.port"),
    (GOOD.replace("TERM01", "TERM00001"), "terminal.id"),
    (GOOD.replace("SHOP", "A SHOP"), "terminal.merchant"),
    (GOOD + 'tkp = "U"\n', "did you mean tpk"),
    (GOOD + 'currency = "999"\n', "terminal: expected a currency of ISO 4217"),
    (GOOD + "timeout_s = 0.0\n", "terminal.timeout_s"),
    (GOOD.replace("port = 9100", ""), "port"),
    (GOOD + 'dialect = "klingon"\nframing = "none"\n', "terminal.framing"),
    (
        GOOD + DUKPT.replace("6AC2", "6AX2"),
        "terminal.dukpt: initial_key, ksn: expected hexadecimal",
    ),
    (GOOD + DUKPT.replace("6AC2", ""), "terminal.dukpt: initial_key, ksn: expected"),
    (GOOD + DUKPT.replace("tdes", "des"), "terminal.dukpt.scheme"),
    (GOOD + "columns = 41\n", "terminal.columns"),
    (GOOD + f'tpk = "U{"1" * 32}"\n' + DUKPT, "either a TPK or DUKPT"),
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
