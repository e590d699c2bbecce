"""Origins and headers."""

import pytest
from starlette.requests import Request

from cardswitch.wire.web.safety import headers_for, headers_of, origin_of


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("https://shop.example/a?b#c", "https://shop.example"),
        ("HTTPS://Shop.Example:7443/", "https://shop.example:7443"),
        ("https://[::1]:7443/", "https://[::1]:7443"),
        ("https://user@shop.example/", "https://shop.example"),
        ("javascript:alert(1)", ""),
        ("//shop.example/", ""),
        ("https://shop.example:port/", ""),
        ("https:///path", ""),
        ("https://sh\u00f6p.example/", ""),
        ("https://a;script-src *", ""),
        ("https://evil.example\\@shop.example/", ""),
        ("", ""),
    ],
)
def test_the_origin_of_a_url(url, origin):
    assert origin_of(url) == origin


def test_a_policy_names_where_a_form_may_lead():
    policy = headers_for("https://shop.example/a", "https://shop.example/b", "x:y")
    assert "form-action 'self' https://shop.example;" in policy["Content-Security-Policy"]


def test_of_a_header_that_comes_twice_the_first_counts():
    headers = [(b"host", b"a"), (b"accept", b"\xff"), (b"host", b"b")]
    found = headers_of(Request({"type": "http", "headers": headers}))
    assert found == {b"host": b"a", b"accept": b"\xff"}
