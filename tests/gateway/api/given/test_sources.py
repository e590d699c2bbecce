"""Whence a card comes: who must be there, who may use it meanwhile, and where its code is."""

import pytest
from msgspec.structs import replace

from cardswitch.gateway.api.endpoints import Asked, Services
from cardswitch.gateway.api.faults import Fault
from cardswitch.gateway.api.given.codes import Codes
from cardswitch.gateway.api.given.sources import customer_use, given_source, keeping
from cardswitch.gateway.api.keys import ApiKey
from cardswitch.gateway.api.params import CardParams, MethodParams
from cardswitch.gateway.core.entries import Terms
from cardswitch.specs.security.vault import AesVault
from tests.kit.play import START

KEY = ApiKey(id="k", kind="secret", merchant="SHOP", hash="", hint="", created=1)


@pytest.fixture
def asked():
    services = Services(
        front=None, reader=None, vault=AesVault(bytes(range(32))), merchants={},
        now=lambda: START, codes=Codes(lambda: START), events=None, story=None,
    )  # fmt: skip
    return Asked(services=services, key=KEY, id="", value={})


def sent(given, asked):
    """The code that a call sends."""
    with given.code(asked) as code:
        return code


def data(**card):
    return MethodParams(type="card", card=CardParams(**card))


TYPED = data(number="4242424242424242", exp_month=12, exp_year=30, cvc="731")


def test_a_card_that_is_typed_in_keeps_its_code_in_memory_for_one_send(asked):
    given = given_source(asked, None, TYPED)
    assert (given.source.card.id, given.uses) == (given.source.id, ())
    assert "731" not in repr((given, asked.services.codes))
    assert [sent(given, asked), sent(given, asked)] == ["731", ""]


def test_a_token_hands_its_code_on(asked):
    asked.services.codes.keep("tok_1", "731")
    given = given_source(asked, None, data(token="tok_1"))
    [use] = given.uses
    assert (use.kind, use.id, use.param) == ("token", "tok_1", "payment_method_data[card][token]")
    assert not use.is_shared
    assert given.source.billing is None
    assert sent(given, asked) == "731"
    assert asked.services.codes.take("tok_1") == ""


def test_a_kept_card_is_shared_unless_it_is_to_be_kept_for_a_customer(asked):
    given = given_source(asked, "pm_1", None)
    assert [use.is_shared for use in given.uses] == [True]
    kept = Terms(future_usage="off_session")
    uses = keeping(given.uses, "cus_1", kept, is_paid=True)
    assert [(use.id, use.is_shared) for use in uses] == [("pm_1", False), ("cus_1", False)]
    for customer, terms, is_paid in (("cus_1", Terms(), True), ("cus_1", kept, False)):
        shared = keeping(given.uses, customer, terms, is_paid=is_paid)
        assert all(use.is_shared for use in shared)
    assert customer_use(None) == ()


def test_names_of_test_cards_stand_for_new_cards(asked):
    for given in (
        given_source(asked, "pm_card_visa", None),
        given_source(asked, None, data(token="tok_visa")),
    ):
        assert (given.source.card.masked, given.uses) == ("424242******4242", ())


@pytest.mark.parametrize(
    ("name", "given", "param"),
    [
        ("pm_1", TYPED, "payment_method_data"),
        ("card", None, "payment_method"),
        (None, data(number="4242424242424242"), "payment_method_data[card][exp_month]"),
    ],
)
def test_what_is_none_is_named(asked, name, given, param):
    with pytest.raises(Fault) as fault:
        given_source(asked, name, given)
    assert fault.value.problem.param == param


def test_a_source_leads_to_no_code(asked):
    assert sent(replace(given_source(asked, "pm_1", None), kept=""), asked) == ""
