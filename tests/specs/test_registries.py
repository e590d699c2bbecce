"""What no registry has is refused: accounts, banks, countries."""

import pytest

from cardswitch.specs.registries import (
    are_of_one_country,
    country_number,
    is_bic,
    is_iban,
    is_in_sepa,
)

# The examples of the SWIFT IBAN registry.
IBANS = ["GB82WEST12345698765432", "FR1420041010050500013M02606", "NO9386011117947"]


@pytest.mark.parametrize("iban", IBANS)
def test_every_wrong_digit_of_an_iban_is_seen(iban):
    assert is_iban(iban)
    for place, was in enumerate(iban):
        if was in "0123456789":
            wrong = str((int(was) + 1) % 10)
            assert not is_iban(iban[:place] + wrong + iban[place + 1 :])


@pytest.mark.parametrize(
    "text",
    ["", "GB82", "gb82WEST12345698765432", "GB82 WEST12345698765432", "8282WEST12345698765432",
     "GBXXWEST12345698765432", IBANS[0] + "0" * 20, "GB82WEST1234569876543²",
     "DE1312345", "ZZ681234567890"],
)  # fmt: skip
def test_what_is_no_iban(text):
    assert not is_iban(text)


@pytest.mark.parametrize(
    ("text", "good"),
    [("WESTGB22", True), ("COBADEFFXXX", True), ("WEST1122", False), ("westgb22", False),
     ("WESTGB2", False), ("WESTGB22X", False),
     ("QQQQQQQQ", False), ("COBAZZFF", False)],
)  # fmt: skip
def test_bic(text, good):
    assert is_bic(text) is good


@pytest.mark.parametrize(
    ("letters", "number"),
    [("DE", "276"), ("AF", "004"), ("ZZ", ""), ("de", ""), ("DEU", ""), ("", ""), ("XX", "")],
)
def test_country(letters, number):
    assert country_number(letters) == number


@pytest.mark.parametrize(
    ("bic", "iban", "good"),
    [
        ("WESTGB22", "GB82WEST12345698765432", True),
        ("WESTJE22", "GB82WEST12345698765432", True),
        ("WESTGB22", "JE82WEST12345698765432", False),
        ("COBADEFF", "GB82WEST12345698765432", False),
        ("PSSTREPP", "FR1420041010050500013M02606", True),
    ],
)
def test_a_bank_keeps_accounts_of_its_country(bic, iban, good):
    assert are_of_one_country(bic, iban) is good


def test_accounts_inside_sepa_and_outside():
    assert [is_in_sepa(iban) for iban in IBANS] == [True] * 3
    assert not is_in_sepa("TR330006100519786457841326")
