"""What all pages share."""

import asyncio

from starlette.requests import Request

from cardswitch.gateway.shop.web import Web
from tests.gateway.shop.fakes import PAY

HEADERS = [(b"host", b"shop.localhost")]


def test_every_page_has_the_headers(sample):
    for path in ("/", "/basket", "/nothing", "/static/shop.css"):
        headers = sample.browser.get(path).headers
        assert headers["content-security-policy"].startswith("default-src 'none'")
        assert headers["x-content-type-options"] == "nosniff"


def test_what_fails_within_is_told_to_the_record_alone(sample):
    async def broken():
        raise RuntimeError("secret")

    sample.orders.of_ticket = lambda _: broken()
    page = sample.browser.get("/thanks/x")
    assert page.status == 500
    assert "secret" not in page.text
    assert sample.notes == [("shop_failed", "/thanks/x: RuntimeError")]


def test_a_form_that_cannot_be_read_is_said(sample):
    assert sample.browser.ask("POST", "/basket", b"a=%zz", {}).status == 400


def test_a_body_that_does_not_come_is_not_waited_for(sample):
    """Of the shop too: the bound is the one of every port."""

    async def never():
        await asyncio.Event().wait()

    web = Web(PAY, ("shop.localhost",), 0.01, lambda *said: None)

    async def asked():
        scope = {"type": "http", "method": "POST", "path": "/basket", "headers": HEADERS}
        return await web.guard(web.form)(Request(scope, never))

    assert asyncio.run(asked()).status_code == 408


def test_a_form_that_leaves_for_the_gateway_tells_it_whence_it_comes_and_no_more(sample):
    sample.order(type="direct")
    page = sample.browser.get(f"/pay/{sample.made().ticket}")
    assert page.headers["referrer-policy"] == "strict-origin"
    assert sample.browser.get("/").headers["referrer-policy"] == "same-origin"


def test_the_gateway_may_be_embedded_where_it_is_needed_alone(sample):
    sample.order(type="framed")
    page = sample.browser.get(f"/pay/{sample.made().ticket}")
    assert f"frame-src {PAY};" in page.headers["content-security-policy"]
    assert "frame-src 'none';" in sample.browser.get("/").headers["content-security-policy"]
