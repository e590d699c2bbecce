"""Parameters: forms and JSON alike, and every fault by its name."""

import pytest

from cardswitch.gateway.api.families.intents import CaptureParams
from cardswitch.gateway.api.faults import Fault
from cardswitch.gateway.api.params import CreateParams, ListParams, RefundParams, read

CARD = {"number": "4242424242424242", "exp_month": "12", "exp_year": "30"}


def test_texts_of_forms_and_values_of_json_are_the_same():
    form = read(CreateParams, {"amount": "5", "currency": "eur", "confirm": "true"})
    assert form == read(CreateParams, {"amount": 5, "currency": "eur", "confirm": True})


@pytest.mark.parametrize("amount", ["-1", "0", "12"])
def test_a_whole_number_is_read_and_judged_later(amount):
    assert read(CreateParams, {"amount": amount, "currency": "eur"}).amount == int(amount)


@pytest.mark.parametrize(
    "amount", ["1e3", "1.0", "１２", " 1", "+1", "1_0", "x", "9" * 19, True, 1.5, {}]
)
def test_what_is_no_whole_number_is_refused(amount):
    with pytest.raises(Fault) as fault:
        read(CreateParams, {"amount": amount, "currency": "eur"})
    problem = fault.value.problem
    assert (problem.param, problem.code) == ("amount", "parameter_invalid_integer")


@pytest.mark.parametrize(
    ("kind", "value", "param", "code"),
    [
        (CreateParams, {"currency": "eur"}, "amount", "parameter_missing"),
        (CreateParams, {"amount": "", "currency": "eur"}, "amount", "parameter_missing"),
        (CreateParams, {"amount": 1, "currency": "eur", "x": 1}, "x", "parameter_unknown"),
        (
            CreateParams,
            {"amount": 1, "currency": "eur", "payment_method_data": {"type": "card"}},
            "payment_method_data[card]",
            "parameter_missing",
        ),
        (
            CreateParams,
            {
                "amount": 1,
                "currency": "eur",
                "payment_method_data": {"type": "card", "card": {**CARD, "pin": "1"}},
            },
            "payment_method_data[card][pin]",
            "parameter_unknown",
        ),
        (CreateParams, {"amount": 1, "currency": "eur", "confirm": "yes"}, "confirm", None),
        (RefundParams, {"reason": "why not"}, "reason", None),
        (
            RefundParams,
            {"payment_intent": "pi_1", "amount": ""},
            "amount",
            "parameter_invalid_empty",
        ),
        (CaptureParams, {"amount_to_capture": ""}, "amount_to_capture", "parameter_invalid_empty"),
        (ListParams, {"limit": "many"}, "limit", "parameter_invalid_integer"),
    ],
)
def test_a_fault_is_named(kind, value, param, code):
    with pytest.raises(Fault) as fault:
        read(kind, value)
    assert (fault.value.problem.param, fault.value.problem.code) == (param, code)


@pytest.mark.parametrize(
    ("metadata", "param"),
    [
        ({f"k{n}": "v" for n in range(51)}, "metadata"),
        ({"k" * 41: "v"}, "metadata"),
        ({"k[0]": "v"}, "metadata"),
        ({"k": "v" * 501}, "metadata[k]"),
    ],
)
def test_metadata_is_bounded(metadata, param):
    with pytest.raises(Fault) as fault:
        read(CreateParams, {"amount": 1, "currency": "eur", "metadata": metadata})
    assert fault.value.problem.param == param


def test_no_error_and_no_repr_shows_a_card():
    given = {"type": "card", "card": {**CARD, "cvc": "731"}}
    params = read(CreateParams, {"amount": 1, "currency": "eur", "payment_method_data": given})
    assert "4242" not in repr(params)
    assert "731" not in repr(params)
