"""What a field 39 is called: every reason of the table has a name that clients know."""

import pytest

from cardswitch.gateway.core.problems import (
    CODES,
    DECLINES,
    away,
    busy,
    declined,
    failed,
    invalid,
    missing,
)
from cardswitch.specs.codes import APPROVALS, REASONS


@pytest.mark.parametrize(
    ("code", "said", "why"),
    [
        ("05", "card_declined", "do_not_honor"),
        ("51", "card_declined", "insufficient_funds"),
        ("54", "expired_card", "expired_card"),
        ("14", "incorrect_number", "incorrect_number"),
        ("N7", "incorrect_cvc", "incorrect_cvc"),
        ("1A", "authentication_required", "authentication_required"),
        ("41", "card_declined", "lost_card"),
        ("91", "card_declined", "issuer_not_available"),
        ("96", "processing_error", "processing_error"),
        ("30", "processing_error", "processing_error"),
        ("R3", "card_declined", "revocation_of_all_authorizations"),
        ("ZZ", "card_declined", "generic_decline"),
    ],
)
def test_a_decline_has_code_and_reason(code, said, why):
    problem = declined(code, 2)
    assert (problem.status, problem.type, problem.number) == (402, "card_error", 2)
    assert (problem.code, problem.decline_code, problem.network_decline_code) == (said, why, code)


def test_the_tables_name_codes_that_there_are():
    assert set(CODES) | set(DECLINES) <= set(REASONS)
    unknown = {"partial_approval", "no_reason_to_decline", "pin_required", "original_not_found"}
    unknown |= {"format_error", "customer_cancelled", "reconcile_error"}
    for code in set(REASONS) - APPROVALS - {"85"}:
        assert declined(code, 1).decline_code not in unknown


@pytest.mark.parametrize(
    ("problem", "status", "is_retried"),
    [
        (away("x"), 503, True),
        (busy("x", "c"), 409, True),
        (failed("x"), 500, False),
        (invalid("x"), 400, None),
        (missing("a", "b", "c"), 404, None),
    ],
)
def test_what_clients_try_again_by_themselves(problem, status, is_retried):
    assert (problem.status, problem.is_retried) == (status, is_retried)
