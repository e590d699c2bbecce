"""What a link may ask for, and the notice: read by the reader of settlement, which is another's."""

import pytest

from cardswitch.hosts.bank.credits import notice, wish_of
from cardswitch.specs.errors import FormatError
from cardswitch.switch.settlement.formats.camt053 import NOTICE, read_statements
from tests.kit.histories import CLOSED_AT

IBAN = "DE02120300000000202051"


def test_a_notice_tells_of_one_credit_and_its_reference():
    wish = wish_of(IBAN, "12.50", "EUR", "ORDER 1")
    [told] = read_statements(notice(wish, "a1b2", CLOSED_AT, "Europe/Berlin"), NOTICE)
    [part] = told.parts
    assert (told.account, told.faults) == (IBAN, ())
    assert (part.amount, part.currency, part.reference) == (1250, "978", "ORDER 1")


@pytest.mark.parametrize(("amount", "code"), [("1250", "JPY"), ("1.250", "KWD")])
def test_an_amount_has_the_decimals_of_its_currency(amount, code):
    assert wish_of(IBAN, amount, code, "R").text == amount


@pytest.mark.parametrize(
    "asked",
    [
        ("0", "EUR", "R"),
        ("-1", "EUR", "R"),
        ("1,00", "EUR", "R"),
        ("1.001", "EUR", "R"),
        ("1", "978", "R"),
        ("1", "eur", "R"),
        ("1", "", "R"),
        ("1", "EUR", ""),
        ("1", "EUR", "x" * 36),
        ("1", "EUR", "<b>"),
    ],
)
def test_what_no_bank_carries_is_refused(asked):
    with pytest.raises(FormatError):
        wish_of(IBAN, *asked)
