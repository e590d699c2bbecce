"""Cards: checked before anything is sent, and sealed before anything is kept."""

import pytest

from cardswitch.gateway.api.faults import Fault
from cardswitch.gateway.api.given.cards import brand_of, card_of, named_card
from cardswitch.gateway.api.params import CardParams
from cardswitch.specs.security.vault import AesVault
from tests.kit.play import START

VAULT = AesVault(bytes(range(32)))
PAN = "4242424242424242"


def typed(number=PAN, month=12, year=2030, cvc=None):
    return CardParams(number=number, exp_month=month, exp_year=year, cvc=cvc)


def test_a_card_is_sealed_and_told_by_its_ends():
    card = card_of(typed(number="4242 4242-4242 4242", year=30), VAULT, START)
    assert VAULT.open(card.sealed) == PAN
    assert (card.masked, card.brand, card.expiry) == ("424242******4242", "visa", "3012")
    assert PAN not in repr(card)
    assert card.fingerprint == named_card("pm_card_visa", VAULT).fingerprint


@pytest.mark.parametrize(
    ("changes", "code", "param"),
    [
        ({"number": "4242424242424241"}, "incorrect_number", "number"),
        ({"number": "4242"}, "invalid_number", "number"),
        ({"number": "٤" * 16}, "invalid_number", "number"),
        ({"month": 13}, "invalid_expiry_month", "exp_month"),
        ({"month": 0}, "invalid_expiry_month", "exp_month"),
        ({"year": 2100}, "invalid_expiry_year", "exp_year"),
        ({"year": -1}, "invalid_expiry_year", "exp_year"),
        ({"month": 2, "year": 2026}, "expired_card", "exp_year"),
        ({"cvc": "12"}, "invalid_cvc", "cvc"),
        ({"cvc": "1234"}, "invalid_cvc", "cvc"),
        ({"cvc": "12x"}, "invalid_cvc", "cvc"),
    ],
)
def test_what_no_issuer_need_say_is_said_here(changes, code, param):
    with pytest.raises(Fault) as fault:
        card_of(typed(**changes), VAULT, START)
    problem = fault.value.problem
    assert (problem.status, problem.type) == (402, "card_error")
    assert (problem.code, problem.param) == (code, param)


@pytest.mark.parametrize(
    ("number", "brand"),
    [
        ("5555555555554444", "mastercard"),
        ("2720999999999996", "mastercard"),
        ("2721000000000000", "unknown"),
        ("378282246310005", "amex"),
        ("6011111111111117", "discover"),
        ("3566002020360505", "jcb"),
        ("30569309025904", "diners"),
        ("6200000000000005", "unionpay"),
        ("9999990000000014", "unknown"),
    ],
)
def test_brands_by_how_numbers_begin(number, brand):
    assert brand_of(number) == brand


def test_a_name_stands_for_a_card_or_for_none():
    assert (
        named_card("tok_visa", VAULT).fingerprint == named_card("pm_card_visa", VAULT).fingerprint
    )
    assert named_card("visa", VAULT) is None
    assert named_card("pm_123", VAULT) is None


def test_what_is_missing_is_named_with_its_place():
    with pytest.raises(Fault) as fault:
        card_of(CardParams(number=PAN, exp_year=30), VAULT, START, param="card")
    problem = fault.value.problem
    assert (problem.code, problem.param) == ("parameter_missing", "card[exp_month]")
