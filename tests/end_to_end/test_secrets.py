"""After sales of every kind no file of a lab holds a card number, track, PIN block or CVV2."""

import random

import pytest

from cardswitch.hsm_sim.module import HsmModule
from cardswitch.terminal.config import read_cards
from cardswitch.terminal.customer.card import find_card
from tests.kit.canaries import files_below, forms, found, secrets_of
from tests.kit.hsm.module import attended

# Test data by design: the cards of the lab, as the issuer and the customer have them.
BY_DESIGN = {"lab.toml", "cards.toml"}
SECRETS = {"card number": "9999990000000014", "track 2": "9999990000000014=30122011"}
SALES = [
    "12.50 --card good --pin 1234",
    "12.50 --card good --pin 9999",
    "30 --card good --entry manual",
    "12.51 --card good --pin 1234",
    "9.69 --card good --pin 1234",
    "9.69 --card good --entry manual",
]


@pytest.mark.parametrize("text", SECRETS.values(), ids=SECRETS)
def test_the_search_sees_every_form(text, tmp_path):
    for number, form in enumerate(forms(text)):
        file = tmp_path / str(number)
        file.write_bytes(b"\x07before" + form + b"after")
        assert found([file], {"it": text}) == [f"{number}: it"]
    assert number > 7


def test_the_search_sees_digits_that_begin_within_a_byte(tmp_path):
    file = tmp_path / "packed"
    file.write_bytes(bytes.fromhex("0" + SECRETS["card number"] + "F"))
    assert found([file], SECRETS) == ["packed: card number"]


def test_nothing_secret_is_in_any_file(house):
    sold = [house.sell(words, "--terminal", "SECRET01")[1]["rrn"] for words in SALES]
    house.run("terminal", "repeat", "--terminal", "SECRET01", "--card", "good")
    house.settled()
    card = find_card(read_cards(house.folder / "cards.toml"), "good")
    ask = attended(HsmModule(random.Random(0).randbytes))
    secrets = {
        f"{name} ({pin})": text
        for pin in ("1234", "9999")
        for name, text in secrets_of(card, pin, house.lab, ask).items()
    }
    house.programs[0].wait_for(sold[-1])  # The trace is printed a little later.
    files = files_below(house.folder, house.said)
    # It looks where it must, and would find what is there: the number, in the customer's purse.
    names = {path.name for path in files}
    assert {"switch.db", "switch.db-wal", "issuer.db", "acquirer.db", "0-up.txt"} <= names
    assert {"terminal-SECRET01.log", "issuer.db-wal", "acquirer.db-wal"} <= names
    assert found([house.folder / "cards.toml"], secrets)
    assert found(files, {"masked": "999999******0014"})

    assert not found([path for path in files if path.name not in BY_DESIGN], secrets)
