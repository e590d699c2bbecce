"""Whoever comes in by TLS has a place before his handshake, and loses it when that does not end."""

import asyncio
import time

import pytest

from cardswitch.wire.driver import accepting, gate
from cardswitch.wire.driver.tls import client_tls, server_tls
from cardswitch.wire.operator.addresses import Address
from cardswitch.wire.ports import LinkUp
from cardswitch.wire.record import Record
from tests.kit.papers import certificate
from tests.kit.wire import HOST, SmallMachine, Words, peer_at, running, until


@pytest.fixture(scope="module")
def papers(tmp_path_factory):
    """A folder with an authority, and certificates that it has signed."""
    folder = tmp_path_factory.mktemp("papers")
    house = certificate(folder, "house")
    for name in ("switch", "terminal", "acquirer"):
        certificate(folder, name, house)
    return folder


def place(papers, name, *tls_names):
    """What the program *name* speaks with those whose certificate gives one of *tls_names*."""
    keys = {"tls_certificate": f"{name}.pem", "tls_key": f"{name}.key", "tls_ca": "house.pem"}
    return Address(port=0, **keys, tls_names=tls_names).placed(papers)


def listening(papers, *tls_names):
    return server_tls(place(papers, "switch", *tls_names), "front.tls_")


def recorded():
    """A record, and the lines that are told to it."""
    lines = []
    return Record("switch", [lines.append], time.monotonic), lines


def test_a_silent_peer_has_a_place_until_its_time_is_over(on_loop, papers, monkeypatch):
    monkeypatch.setattr(gate, "CONNECT_S", 0.3)
    record, lines = recorded()

    async def main():
        async with running(SmallMachine(), record=record) as runtime:
            port = await runtime.listen(
                "front", HOST, 0, Words(), links_max=1, tls=listening(papers)
            )
            async with peer_at(port) as silent:
                await until(lambda: runtime._connections._listening[0].tasks)
                async with peer_at(port) as second:
                    assert await second.hear() is None
                assert runtime.counts["link_refused"] == 1
                assert await silent.hear() is None
            assert runtime.counts["tls_refused"] == 1
            machine = SmallMachine()
            async with running(machine) as dialling:
                tls = client_tls(place(papers, "terminal"), "host.tls_")
                dialling.dial("host", HOST, port, Words(), tls=tls)
                await until(lambda: machine.kinds("host") == ["LinkUp"])

    on_loop(main())
    told = [line.reason for line in lines if line.kind == "tls_refused"]
    assert told == [f"no TLS with a peer: {HOST}: no end of the handshake within 0.3 s"]


def test_who_may_not_come_in_is_not_shaken_hands_with(on_loop, papers):
    async def main():
        async with running(SmallMachine()) as runtime:
            port = await runtime.listen(
                "front", HOST, 0, Words(), tls=listening(papers), allows=lambda peer: False
            )
            async with peer_at(port) as stranger:
                assert await stranger.hear() is None
            assert runtime.counts["link_refused"] == 1
            assert runtime.counts["tls_refused"] == 0

    on_loop(main())


def test_a_program_stops_though_a_handshake_never_ends(on_loop, papers):
    async def main():
        async with running(SmallMachine()) as runtime:
            port = await runtime.listen("front", HOST, 0, Words(), tls=listening(papers))
            async with peer_at(port) as silent:
                await until(lambda: len(runtime._connections._listening[0].tasks) == 2)
                await runtime.stop()
                assert await silent.hear() is None

    on_loop(main())


def test_a_certificate_of_somebody_else_is_refused_and_nobody_is_slowed(on_loop, papers):
    """By the listener, which lets the next one in at once."""
    machine, (record, lines) = SmallMachine(), recorded()

    async def main():
        async with (
            running(machine, record=record) as runtime,
            running(SmallMachine()) as wrong,
            running(SmallMachine()) as right,
        ):
            tls = listening(papers, "terminal", "kiosk")
            port = await runtime.listen("front", HOST, 0, Words(), tls=tls)
            theirs = client_tls(place(papers, "acquirer"), "host.tls_")
            wrong.dial("host", HOST, port, Words(), tls=theirs)
            await until(lambda: runtime.counts["tls_refused"] >= 1)
            ours = client_tls(place(papers, "terminal"), "host.tls_")
            right.dial("host", HOST, port, Words(), tls=ours)
            await until(lambda: machine.events)

    on_loop(main())
    assert {type(event) for event in machine.events[:1]} == {LinkUp}
    assert machine.events[0].names == ("terminal", HOST)
    told = next(line.reason for line in lines if line.kind == "tls_refused")
    assert told.endswith(
        f"its certificate is that of acquirer, {HOST}, and not of terminal or kiosk"
    )


def test_a_server_that_is_somebody_else_is_told_nothing_and_told_of_once(on_loop, papers):
    machine, (record, lines) = SmallMachine(), recorded()

    async def main():
        async with running(SmallMachine()) as runtime, running(machine, record=record) as dialling:
            port = await runtime.listen("front", HOST, 0, Words(), tls=listening(papers))
            tls = client_tls(place(papers, "terminal", "issuer"), "host.tls_")
            dialling.dial("host", HOST, port, Words(), tls=tls)
            await until(lambda: dialling.counts["dial_failed"] >= 4)

    on_loop(main())
    assert machine.events == []
    told = [line.reason for line in lines if line.kind == "dial_failed"]
    assert len(told) == 1
    assert f"its certificate is that of switch, {HOST}, and not of issuer" in told[0]


def test_that_nobody_can_come_in_is_told(monkeypatch):
    record, lines = recorded()
    monkeypatch.setattr(accepting, "RETRY_S", 0.01)

    async def main():
        async def none_left(listening):
            raise OSError(24, "Too many open files")

        loop = asyncio.get_running_loop()
        monkeypatch.setattr(loop, "sock_accept", none_left)
        async with running(SmallMachine(), record=record) as runtime:
            await runtime.listen("front", HOST, 0, Words())
            await until(lambda: runtime.counts["not_accepted"])

    asyncio.run(main())
    told = [(line.link, line.reason) for line in lines if line.kind == "not_accepted"]
    reason = "Too many open files: nobody can come in; it is tried again and again"
    assert told == [("front", reason)]
