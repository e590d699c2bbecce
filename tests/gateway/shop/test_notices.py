"""Signatures of events."""

import hmac

import pytest

from cardswitch.gateway.shop.notices import read_event

BODY = b'{"id":"evt_1","type":"x","data":{"object":{"object":"payment_intent","id":"pi_1"}}}'
# Made with `hmac.new(b"whsec_x", b"100." + BODY, "sha256")`, and checked with OpenSSL's dgst.
SIGNED = "fbafcf1a19c003c478c67d847268e1dd6fba7bd3371b4118cd40a2857cbbabd2"


@pytest.mark.parametrize(
    "signature", [f"t=100,v1={SIGNED}", f"t=100,v1=00,v1={SIGNED}", f"v0=1, t=100, v1={SIGNED}"]
)
def test_a_good_signature_is_found_among_others(signature):
    event = read_event(BODY, signature, "whsec_x", 100.0)
    assert (event.id, event.type, event.intent, event.session) == ("evt_1", "x", "pi_1", "")


@pytest.mark.parametrize(
    "signature",
    [
        "",
        "t=100",
        f"v1={SIGNED}",
        f"t=100,t=100,v1={SIGNED}",
        f"t=,v1={SIGNED}",
        f"t=-1,v1={SIGNED}",
        f"t=101,v1={SIGNED}",
        "t=100,v1=\u00e9",
    ],
)
def test_all_others_are_none(signature):
    assert read_event(BODY, signature, "whsec_x", 100.0) is None


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"{}", b"{", b"\xff", b'{"id":1,"type":2,"data":3}', b"[" * 9_000]
)
def test_a_signed_body_that_is_no_event_is_none(body):
    mark = hmac.new(b"whsec_x", b"100." + body, "sha256").hexdigest()
    assert read_event(body, f"t=100,v1={mark}", "whsec_x", 100.0) is None
