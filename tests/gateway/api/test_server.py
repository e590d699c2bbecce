"""What is no request is answered as an error of the API."""

import json

from cardswitch.gateway.api.server import refused


def test_a_refusal_is_json_and_has_an_id():
    said = refused(431, "too long")
    assert json.loads(said.body)["error"] == {
        "type": "invalid_request_error", "message": "too long",
    }  # fmt: skip
    assert said.kind == "application/json"
    assert said.headers["Request-Id"].startswith("req_")
