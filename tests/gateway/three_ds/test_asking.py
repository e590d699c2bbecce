"""Questions are carried, and what cannot be read is no answer."""

import asyncio
import json
import ssl

import httpx
import pytest

from cardswitch.gateway.core.authentication import Question
from cardswitch.gateway.three_ds.asking import Asking
from cardswitch.specs.three_ds.messages import write
from tests.kit.three_ds import AREQ, ares


def carried(handler):
    notes = []

    async def main():
        asking = Asking(ssl.create_default_context(), lambda *note: notes.append(note))
        asking._client = httpx.AsyncClient(transport=httpx.MockTransport(handler))
        try:
            return await asking.ask(Question("https://acs.example/areq", AREQ))
        finally:
            await asking.close()

    return asyncio.run(main()), notes


def test_an_answer_is_read():
    seen = []

    def answer(request):
        seen.append(json.loads(request.content))
        return httpx.Response(200, content=write(ares("Y")))

    assert carried(answer) == (ares("Y"), [])
    assert seen[0]["acctNumber"] == AREQ.number


def down(request):
    raise httpx.ConnectError("no")


@pytest.mark.parametrize(
    "handler",
    [down, lambda _: httpx.Response(500), lambda _: httpx.Response(200, content=b"{}")],
)
def test_no_answer_is_none_and_is_noted_without_the_card(handler):
    answer, [(kind, text)] = carried(handler)
    assert (answer, kind) == (None, "not_authenticated")
    assert AREQ.number not in text
