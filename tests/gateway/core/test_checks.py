"""What an issuer finds, in the words of the API: a row each."""

import pytest

from cardswitch.gateway.core.checks import checks_of, failed_of
from cardswitch.specs.message import Message


@pytest.mark.parametrize(
    ("said", "line1", "postal", "cvc"),
    [
        ("", None, None, None),
        ("8701M", None, None, "pass"),
        ("8701N", None, None, "fail"),
        ("8701P", None, None, "unavailable"),
        ("8701S", None, None, "unchecked"),
        ("8701U", None, None, "unavailable"),
        ("8701?", None, None, "unavailable"),
        *((f"8301{each}", "pass", "pass", None) for each in "YXDMF"),
        ("8301A", "pass", "fail", None),
        ("8301B", "pass", "unchecked", None),
        *((f"8301{each}", "fail", "pass", None) for each in "ZW"),
        ("8301P", "unchecked", "pass", None),
        ("8301N", "fail", "fail", None),
        *((f"8301{each}", "unavailable", "unavailable", None) for each in "URSGIECO"),
        ("8701M8301Z", "fail", "pass", "pass"),
    ],
)
def test_a_result_is_told(said, line1, postal, cvc):
    assert checks_of(Message("0210", {39: "00", 44: said})) == {
        "address_line1_check": line1,
        "address_postal_code_check": postal,
        "cvc_check": cvc,
    }


def test_the_first_check_that_failed_of_those_that_are_wanted_is_named():
    both = Message("0210", {39: "00", 44: "8701N8301A"})
    assert failed_of(both, ["postal_code", "cvc"]) == "postal_code"
    assert failed_of(both, ["cvc"]) == "cvc"
    assert failed_of(both, []) is None
    assert failed_of(Message("0210", {39: "00", 44: "8701P8301U"}), ["cvc", "postal_code"]) is None


def test_of_what_was_not_answered_or_names_a_field_nothing_is_told():
    nothing = dict.fromkeys(checks_of(None))
    assert checks_of(None) == checks_of(Message("0210", {39: "30", 44: "8701M"})) == nothing
