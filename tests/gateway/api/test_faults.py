"""Errors as JSON, and what a shopper may read of them."""

import pytest

from cardswitch.gateway.api.faults import bad, customer_message, error_object, unauthorised
from cardswitch.gateway.core.problems import declined, undone

INTENT = {"id": "pi_", "object": "payment_intent"}


def test_an_error_says_type_code_and_place():
    error = error_object(bad("why", "amount", "parameter_missing").problem, None, None)["error"]
    assert error == {
        "type": "invalid_request_error",
        "message": "why",
        "code": "parameter_missing",
        "param": "amount",
    }
    assert unauthorised("who").problem.status == 401


def test_a_decline_says_the_reason_the_charge_and_the_intent():
    error = error_object(declined("51", 1), INTENT, "ch_")["error"]
    assert (error["decline_code"], error["network_decline_code"]) == ("insufficient_funds", "51")
    assert (error["charge"], error["payment_intent"]) == ("ch_", INTENT)


@pytest.mark.parametrize("code", ["41", "43", "59", "34", "63"])
def test_a_shopper_never_reads_that_a_card_is_lost_or_suspected(code):
    assert customer_message(declined(code, 1)) == "Declined"


def test_other_reasons_are_told():
    assert customer_message(declined("51", 1)) == "Insufficient funds"
    assert customer_message(undone(1)) == "Try again"
    assert customer_message(bad("why").problem) == "why"


def test_what_it_quotes_is_no_card_number():
    number = "4242424242424242"
    problem = bad(f"No such {number}, {number[:-1]}1, 12", f"metadata[{number}]").problem
    error = error_object(problem, None, None)["error"]
    assert error["message"] == f"No such {'*' * 16}, 4242424242424241, 12"
    assert error["param"] == f"metadata[{'*' * 16}]"
