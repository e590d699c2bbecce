"""Two gateways on one store: one leads, the other takes over, and both serve meanwhile."""

import asyncio
import json
import ssl
from http.client import HTTPSConnection
from pathlib import Path

import pytest
from msgspec.structs import replace

from cardswitch.gateway.api.keys import KeyFile
from cardswitch.gateway.config import OtherConfig
from cardswitch.gateway.operate import CONTROL, VERBS
from cardswitch.gateway.pair.node import serve_node
from cardswitch.gateway.serve import serve_gateway
from cardswitch.hosts.vault import open_vault
from cardswitch.lab.house.topology import free_ports, make_lab, read_lab
from cardswitch.specs.errors import Error
from cardswitch.wire.operator.control import ask_control
from cardswitch.wire.record import Record

PATIENCE_S = 30.0


@pytest.fixture
def pair(tmp_path):
    """The configurations of two gateways."""
    first = read_lab(make_lab(tmp_path / "lab", free_ports())[0]).gateway
    ca, second = first.switch.tls_ca, free_ports()
    (tmp_path / "second").mkdir()
    return (
        replace(first, other=OtherConfig(port=second.gateway, pages_port=second.pages, tls_ca=ca)),
        replace(
            first,
            terminal="GATE0002",
            control=str(tmp_path / "second"),
            api=replace(first.api, port=second.gateway),
            pages=replace(first.pages, port=second.pages),
            other=OtherConfig(port=first.api.port, pages_port=first.pages.port, tls_ca=ca),
        ),
    )


async def node(config, notes):
    async def lead(port_of):
        return await serve_gateway(config, open_vault(config.vault), port_of=port_of)

    def told(line, *_):
        notes.append(line)

    return await serve_node(config, lead, Record("gateway", [told], lambda: 0.0))


async def led(node):
    async with asyncio.timeout(PATIENCE_S):
        while not node.leads:
            await asyncio.sleep(0.05)


def asked(config, secret):
    """The status of a request at the API of *config*, and its error."""
    context = ssl.create_default_context(cafile=config.switch.tls_ca)
    connection = HTTPSConnection("127.0.0.1", config.api.port, context=context, timeout=PATIENCE_S)
    try:
        headers = {"Authorization": f"Bearer {secret}"}
        connection.request("GET", "/v1/payment_intents/pi_x", headers=headers)
        answer = connection.getresponse()
        return answer.status, json.loads(answer.read())["error"]["type"]
    finally:
        connection.close()


def test_the_second_serves_and_leads_when_the_first_has_stopped(pair):
    first, second = pair
    (_, secret), _ = KeyFile(Path(first.keys)).add("SHOP0001", 1)
    notes = []

    async def scene():
        one, two = await node(first, notes), await node(second, notes)
        assert (one.leads, two.leads) == (True, False)
        assert (one.port, two.port) == (first.api.port, second.api.port)
        found = [await asyncio.to_thread(asked, each, secret) for each in pair]
        assert found == [(404, "invalid_request_error")] * 2
        await one.stop()
        await led(two)
        again = await node(first, notes)
        assert not again.leads
        assert await asyncio.to_thread(asked, first, secret) == found[0]
        await again.stop()
        await two.stop()
        await two.wait()

    asyncio.run(scene())
    assert [each for each in notes if "leads" in str(each)]


def shown(config, path, name="pay.localhost"):
    """What a browser sees at the pages' port of *config*: the status, and all cookies."""
    context = ssl.create_default_context(cafile=config.switch.tls_ca)
    port = config.pages.port
    connection = HTTPSConnection("127.0.0.1", port, context=context, timeout=PATIENCE_S)
    try:
        connection.request("GET", path, headers={"Host": f"{name}:{port}"})
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
    finally:
        connection.close()


def test_pages_are_shown_at_both_and_an_operator_is_told_who_leads(pair):
    first, second = pair

    async def scene():
        one, two = await node(first, []), await node(second, [])
        for config in pair:
            status, text = await asyncio.to_thread(shown, config, "/c/cs_test_none")
            assert (status, "No such payment" in text) == (404, True)
            assert (await asyncio.to_thread(shown, config, "/js/v1.js"))[0] == 200
            assert (await asyncio.to_thread(shown, config, "/c/x", "evil.example"))[0] == 421
        told = f"GATE0002, does not lead: .* https://127.0.0.1:{first.api.port}"
        for verb in VERBS:
            with pytest.raises(Error, match=told):
                await asyncio.to_thread(ask_control, second.folder, CONTROL, verb)
        found = await asyncio.to_thread(ask_control, first.folder, CONTROL, "exceptions")
        assert found == {"exceptions": [], "has_more": False}
        await one.stop()
        await led(two)
        found = await asyncio.to_thread(ask_control, second.folder, CONTROL, "exceptions")
        assert found == {"exceptions": [], "has_more": False}
        assert (await asyncio.to_thread(shown, second, "/c/cs_test_none"))[0] == 404
        await two.stop()

    asyncio.run(scene())


def test_while_nobody_leads_a_request_is_to_be_repeated(pair):
    first, second = pair
    (_, secret), _ = KeyFile(Path(first.keys)).add("SHOP0001", 1)

    async def scene():
        one = await node(first, [])
        two = await node(second, [])
        await one._leading.stop()  # Its port is open, and it has given the journal away.
        assert (await asyncio.to_thread(asked, first, secret))[0] in (503, 404)
        await led(two)
        assert (await asyncio.to_thread(asked, first, secret))[0] == 404
        await one.stop()
        await two.stop()

    asyncio.run(scene())


def test_what_ends_the_gateway_ends_its_node(pair):
    class Failing:
        async def wait(self):
            raise Error("the journal cannot be written")

        async def stop(self):
            pass

    async def lead(_):
        return Failing()

    async def scene():
        one = await serve_node(pair[0], lead, Record("gateway", [], lambda: 0.0))
        with pytest.raises(Error, match="cannot be written"):
            async with asyncio.timeout(PATIENCE_S):
                await one.wait()
        await one.stop()

    asyncio.run(scene())
