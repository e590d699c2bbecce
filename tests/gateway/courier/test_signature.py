"""Signatures, by the verifier of somebody else's SDK: good ones pass, others do not."""

import time

import pytest
import stripe

from cardswitch.gateway.courier.signature import signature

BODY = b'{"id": "evt_1", "object": "event", "data": {"object": {"object": "refund"}}}'
NEW, OLD = "whsec_new", "whsec_old"


def checked(body, header, secret=NEW):
    return stripe.Webhook.construct_event(body, header, secret)


@pytest.mark.parametrize("secret", [NEW, OLD])
def test_ours_is_taken_with_either_secret_while_they_change(secret):
    assert checked(BODY, signature(BODY, [NEW, OLD], time.time()), secret).id == "evt_1"


@pytest.mark.parametrize(
    ("body", "header"),
    [
        (BODY.replace(b"evt_1", b"evt_2"), lambda: signature(BODY, [NEW], time.time())),  # forged
        (BODY, lambda: signature(BODY, [OLD], time.time())),
        (BODY, lambda: signature(BODY, [NEW], time.time() - 301)),  # replayed
        (
            BODY,
            lambda: signature(BODY, [NEW], time.time() - 301).replace(
                f"t={int(time.time()) - 301}", f"t={int(time.time())}"
            ),
        ),
        (BODY, lambda: "t=1"),
    ],
)
def test_forged_and_replayed_ones_are_refused(body, header):
    with pytest.raises(stripe.SignatureVerificationError):
        checked(body, header())
