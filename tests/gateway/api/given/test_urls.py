"""Where shoppers may be sent: to origins of the merchant, exactly."""

from types import SimpleNamespace

import pytest

from cardswitch.gateway.api.faults import Fault
from cardswitch.gateway.api.given.urls import given_url

MERCHANT = SimpleNamespace(origins=("https://shop.example", "http://localhost:8000"))


def given(url, merchant=MERCHANT):
    services = SimpleNamespace(
        merchants={"M": merchant} if merchant else {}, pages_url="https://pay.example:1"
    )
    asked = SimpleNamespace(services=services, key=SimpleNamespace(merchant="M"))
    return given_url(asked, url, "success_url")


@pytest.mark.parametrize(
    "url",
    [
        "https://shop.example/a?b={CHECKOUT_SESSION_ID}",
        "http://localhost:8000/",
        "https://pay.example:1/c/x",
    ],
)
def test_an_origin_of_the_merchant(url):
    assert given(url) == url


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example/",
        "https://shop.example.evil.example/",
        "https://shop.example:444/",
        "https://pay.example/",
        "http://shop.example/",
        "https://evil.example\\@shop.example/",
        "https://shop.example@evil.example/",
        "//shop.example/",
        "javascript:alert(1)",
        "https://[::1/",
        "https://shop.example/a b",
        "https://",
        "",
    ],
)
def test_anything_else_is_refused_and_named(url):
    with pytest.raises(Fault) as refused:
        given(url)
    problem = refused.value.problem
    assert (problem.param, problem.code) == ("success_url", "url_invalid")


def test_whose_merchant_is_not_known_goes_nowhere():
    with pytest.raises(Fault):
        given("https://shop.example/", None)
