"""The section [bank]: what is wrong in it is said at the start."""

from pathlib import Path

import msgspec
import pytest

from cardswitch.hosts.bank.config import BankConfig


def test_a_payee_has_an_iban():
    with pytest.raises(msgspec.ValidationError, match="payees: 'DE1': expected an IBAN"):
        msgspec.convert({"payees": {"DE1": "Shop"}}, BankConfig)
    config = msgspec.convert({"payees": {"DE02120300000000202051": "Shop"}}, BankConfig)
    assert config.rules.payee("DE02120300000000202051", "Shop") == ("RCVC", "Shop")


def test_folders_count_from_that_of_the_file():
    placed = BankConfig().placed(Path("/lab"))
    assert (placed.orders, placed.answers) == ("/lab/deposits", "/lab/bank")
