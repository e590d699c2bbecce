"""The client: what goes over the wire, and how it fails."""

import asyncio

import httpx
import pytest

from cardswitch.gateway.shop.client import GatewayClient, GatewayError


def client(answer, tmp_path):
    made = GatewayClient("https://gateway.invalid", "sk_test_1", None)
    made._client = httpx.AsyncClient(
        base_url="https://gateway.invalid",
        headers=made._client.headers,
        transport=httpx.MockTransport(answer),
    )
    return made


def ask(answer, tmp_path, deed):
    async def asked():
        made = client(answer, tmp_path)
        try:
            return await deed(made)
        finally:
            await made.close()

    return asyncio.run(asked())


def test_a_deed_is_a_form_with_its_key(tmp_path):
    seen = []

    def answer(request):
        seen.append(request)
        return httpx.Response(200, json={"id": "cs_1"})

    said = ask(answer, tmp_path, lambda made: made.post("/v1/x", "order-1", a={"b": [1, True]}))
    assert said == {"id": "cs_1"}
    request = seen[0]
    assert request.headers["idempotency-key"] == "order-1"
    assert request.headers["authorization"] == "Bearer sk_test_1"
    assert request.content == b"a%5Bb%5D%5B0%5D=1&a%5Bb%5D%5B1%5D=true"


def away(request):
    raise httpx.ConnectError("no")


@pytest.mark.parametrize(
    ("answer", "text", "code"),
    [
        (away, "does not answer: ConnectError", ""),
        (lambda _: httpx.Response(200, text="hello"), "does not answer", ""),
        (lambda _: httpx.Response(200, json=[]), "no object", ""),
        (
            lambda _: httpx.Response(402, json={"error": {"message": "No.", "code": "x"}}),
            "No.",
            "x",
        ),
        (lambda _: httpx.Response(500, json={}), "refused", ""),
    ],
)
def test_what_goes_wrong_is_one_error(tmp_path, answer, text, code):
    with pytest.raises(GatewayError, match=text) as caught:
        ask(answer, tmp_path, lambda made: made.get("/v1/x"))
    assert caught.value.code == code
