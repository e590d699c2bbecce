"""Other machines only where that is said, and then with test cards."""

import pytest

from cardswitch.lab.talk.remote import refuse_real_cards, refuse_remote
from cardswitch.specs.dialect import load_dialect
from cardswitch.specs.errors import ConfigError
from cardswitch.specs.message import Message

POS = load_dialect("pos")
REAL = "4000000000000051"


@pytest.mark.parametrize(
    ("host", "here"),
    [("127.0.0.1", True), ("127.9.9.9", True), ("::1", True), ("localhost", True),
     ("0.0.0.0", False), ("192.0.2.1", False), ("example.org", False), ("", False)],
)  # fmt: skip
def test_this_machine(host, here):
    refuse_remote(host, remote=True)
    if not here:
        with pytest.raises(ConfigError, match="--remote allows that"):
            refuse_remote(host, remote=False)


@pytest.mark.parametrize(
    "fields",
    [{2: REAL}, {35: f"{REAL}=30122010000000000000"}, {45: f"B{REAL}^NAME^30122010000"},
     {55: f"5A08{REAL}"}, {55: f"5711{REAL}D3012201000000000F"}],
    ids=["2", "35", "45", "5A", "57"],
)  # fmt: skip
def test_a_card_that_is_no_test_card_is_found_wherever_it_stands(fields):
    with pytest.raises(ConfigError, match="--any-card") as caught:
        refuse_real_cards(POS, Message("0200", fields))
    assert REAL not in str(caught.value)


@pytest.mark.parametrize("pan", ["9999990000000014", "4242424242424242"])
def test_test_cards_go(pan):
    refuse_real_cards(POS, Message("0200", {2: pan, 35: f"{pan}=3012201"}))
    refuse_real_cards(POS, Message("0800", {11: "000001"}))
