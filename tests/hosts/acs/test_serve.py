"""The ports: who asks is known by his certificate, and results are told until they are taken."""

import asyncio
import ssl

import httpx
import pytest
from msgspec.structs import replace

from cardswitch.hosts.acs import serve
from cardswitch.hosts.acs.config import AcsConfig, AcsPagesConfig
from cardswitch.hosts.acs.serve import ServedAcs, serve_acs
from cardswitch.lab.house.papers import make_papers
from cardswitch.specs.three_ds.messages import write
from tests.kit.acs import KEY
from tests.kit.three_ds import ACS, AREQ, rreq


@pytest.fixture
def config(tmp_path):
    make_papers(tmp_path)
    (tmp_path / "issuer.cavv").write_text(KEY.hex())
    own = {"tls_certificate": "tls/acs.pem", "tls_key": "tls/acs.key"}
    place = AcsConfig(
        port=0, tls_ca="tls/ca.pem", tls_names=("gateway",), cavv_key="issuer.cavv",
        pages=AcsPagesConfig(port=0, **own), **own,
    )  # fmt: skip
    return place.placed(tmp_path)


def context(tmp_path, who=None):
    made = ssl.create_default_context(cafile=tmp_path / "tls" / "ca.pem")
    if who:
        made.load_cert_chain(tmp_path / "tls" / f"{who}.pem", tmp_path / "tls" / f"{who}.key")
    return made


def asked(config, tmp_path, who):
    async def main():
        served = await serve_acs(config)
        try:
            async with httpx.AsyncClient(verify=context(tmp_path, who), trust_env=False) as client:
                url = f"https://127.0.0.1:{served.port}/areq"
                return (await client.post(url, content=write(AREQ))).status_code
        except httpx.HTTPError:
            return None
        finally:
            await served.stop()
            await served.wait()

    return asyncio.run(main())


def test_the_gateway_alone_is_answered(config, tmp_path):
    assert asked(config, tmp_path, "gateway") == 200
    assert asked(config, tmp_path, "shop") is None
    assert asked(config, tmp_path, None) is None


def test_a_result_is_told_again_until_it_is_taken(config, monkeypatch):
    monkeypatch.setattr(serve, "AGAIN_S", 0.0)
    seen = []

    def answer(request):
        seen.append(request)
        told = {"messageType": "RRes", "messageVersion": "2.2.0", "resultsStatus": "01"}
        numbers = ("threeDSServerTransID", "dsTransID", "acsTransID")
        whole = {**told, **{name: httpx.Response(200, content=request.content).json()[name]
                            for name in numbers}}  # fmt: skip
        return httpx.Response(503) if len(seen) == 1 else httpx.Response(200, json=whole)

    async def main(transport):
        served = ServedAcs(config, serve.Clock(), serve.Record("acs", [], lambda: 0.0))
        served._client = httpx.AsyncClient(transport=transport)
        try:
            return await served._tell("https://gateway.example/rreq", rreq())
        finally:
            await served.stop()

    assert asyncio.run(main(httpx.MockTransport(answer))) is True
    assert len(seen) == 2
    refused = httpx.MockTransport(lambda request: httpx.Response(200, json={}))
    assert asyncio.run(main(refused)) is False


def test_a_result_for_an_address_that_is_none_stands_in_the_way_of_no_other(config, monkeypatch):
    monkeypatch.setattr(serve, "AGAIN_S", 0.0)
    notes = []

    async def main():
        record = serve.Record("acs", [notes.append], lambda: 0.0)
        served = ServedAcs(config, serve.Clock(), record)
        try:
            return await served._tell("https://[::1", rreq())
        finally:
            await served.stop()

    assert asyncio.run(main()) is False
    assert {note.reason for note in notes} == {"InvalidURL"}


def test_a_server_that_does_not_listen_keeps_no_other_one_waiting(config, monkeypatch):
    monkeypatch.setattr(serve, "LOOK_S", 0.01)
    asks = replace(config, otherwise="challenge", challenge_s=60)

    async def main():
        served = ServedAcs(asks, serve.Clock(), serve.Record("acs", [], lambda: 0.0))
        told, both = [], asyncio.Event()

        async def tell(url, result):
            told.append(result.acs_transaction)
            if len(told) == 2:
                both.set()
            await both.wait()
            return True

        served._tell = tell
        for number in range(2):
            served._access.ask(AREQ, serve.Clock().now() - 60, lambda n=number: f"{ACS[:-1]}{n}")
        looking = asyncio.create_task(served._look())
        try:
            async with asyncio.timeout(5):
                await both.wait()
        finally:
            looking.cancel()
            await served.stop()

    asyncio.run(main())
