"""What commands are given is read once, and what is wrong of it is named by its option."""

import click
import pytest
from msgspec import structs

from cardswitch.specs.transactions.offers import offers
from cardswitch.terminal.config import TerminalConfig
from cardswitch.terminal.face.given import (
    amount_of,
    card_of,
    offered,
    part_of,
    price_of,
)

CONFIG = TerminalConfig(port=1, id="T", merchant="M", cards="nowhere.toml")


def test_an_amount_is_minor_units_or_names_its_option():
    assert amount_of("12.50", "EUR") == 1250
    with pytest.raises(click.BadParameter) as caught:
        amount_of("12.505", "EUR", "--keep")
    assert caught.value.param_hint == "--keep"


@pytest.mark.parametrize("text", ["0", "0.00"])
def test_only_what_is_left_out_means_all(text):
    assert (part_of(None, "EUR"), part_of("12.50", "EUR")) == (0, 1250)
    with pytest.raises(click.BadParameter, match="above zero"):
        part_of(text, "EUR")


def test_what_moves_money_is_above_zero():
    assert (price_of("12.50", "EUR"), amount_of("0", "EUR", "--keep")) == (1250, 0)
    with pytest.raises(click.BadParameter, match="above zero") as caught:
        price_of("0.00", "EUR", "--cash")
    assert caught.value.param_hint == "--cash"


@pytest.mark.parametrize(
    ("option", "given"),
    [
        ("--expiry", {"expiry": "9913"}),
        ("--cvv", {"expiry": "3012", "cvv": "\u0661\u0662\u0663"}),
        ("--card", {"expiry": "3012", "wanted": "4242"}),
    ],
)
def test_what_is_wrong_of_a_card_is_named_by_its_option(tmp_path, option, given):
    (tmp_path / "cards.toml").write_text("")
    config = structs.replace(CONFIG, cards=str(tmp_path / "cards.toml"))
    with pytest.raises(click.BadParameter) as caught:
        card_of(config, **{"wanted": "4242424242424242", **given})
    assert caught.value.param_hint == option


def test_a_card_number_needs_no_file_of_cards():
    assert card_of(CONFIG, "4242424242424242", "3012").pan == "4242424242424242"
    with pytest.raises(click.BadParameter) as caught:
        card_of(CONFIG, "4242424242424242")
    assert caught.value.param_hint == "--card"


def test_a_command_has_the_words_of_its_row():
    [offer] = [each for each in offers() if each.kind == "offline"]
    command = offered(offer, lambda: None)
    assert (command.name, command.help) == ("offline", offer.text)
    assert "offline 12.50 --card good" in command.epilog
