"""Endpoints: a row is what it was, and a secret lies nowhere."""

from cardswitch.gateway.outbox.endpoints import OVERLAP_S, endpoint_of, secret_of, secrets_of
from tests.kit.events import endpoint


def secret_for(label):
    return f"<{label}>"


def test_a_row_gives_the_same_endpoint_and_holds_no_secret():
    made = endpoint(types=("a.b", "c.d"), metadata={"a": "b"}, is_enabled=False, token="t")
    assert endpoint_of(made.columns()) == made
    assert secret_of(made, secret_for) not in str(made.columns())


def test_both_secrets_sign_for_a_while_after_a_roll():
    assert secrets_of(endpoint(), secret_for, 5.0) == ["whsec_<we_1|0>"]
    rolled = endpoint(generation=2, rolled=100.0)
    assert secrets_of(rolled, secret_for, 101.0) == ["whsec_<we_1|2>", "whsec_<we_1|1>"]
    assert secrets_of(rolled, secret_for, 100.0 + OVERLAP_S) == ["whsec_<we_1|2>"]
