"""Listeners count who comes in; dialled links come back; both over real sockets."""

import asyncio
import shutil
import socket
import ssl
import time
import warnings
from collections import Counter

import pytest

from cardswitch.wire.driver import connections
from cardswitch.wire.driver.connections import Connections
from cardswitch.wire.driver.links import NEVER, LinkLimits
from cardswitch.wire.driver.tls import client_tls, server_tls
from cardswitch.wire.operator.addresses import Address
from cardswitch.wire.ports import Close, LinkId, Send
from cardswitch.wire.record import LINES_MAX, Record
from tests.kit.papers import certificate
from tests.kit.wire import HOST, PATIENCE_S, SmallMachine, Words, peer_at, running, until


@pytest.fixture(autouse=True)
def _no_patience(monkeypatch):
    monkeypatch.setattr(connections, "REDIAL_FIRST_S", 0.01)


def free_port():
    with socket.socket() as unused:
        unused.bind((HOST, 0))
        return unused.getsockname()[1]


def test_an_address_that_is_not_allowed_hears_nothing(on_loop):
    machine = SmallMachine()

    async def main():
        async with running(machine) as runtime:
            port = await runtime.listen("hsm", HOST, 0, Words(), allows=lambda peer: peer != HOST)
            async with peer_at(port) as stranger:
                assert await stranger.ask("one") is None
            assert runtime.counts["link_refused"] == 1
        assert machine.events == []

    on_loop(main())


def test_a_full_listener_refuses_and_lets_in_again(on_loop):
    machine = SmallMachine()

    async def main():
        async with running(machine) as runtime:
            port = await runtime.listen("pos", HOST, 0, Words(), links_max=1)
            async with peer_at(port) as first:
                assert await first.ask("one") == "one"
                async with peer_at(port) as second:
                    assert await second.hear() is None
                assert await first.ask("two") == "two"
            await until(lambda: machine.kinds("pos/1")[-1] == "LinkDown")
            async with peer_at(port) as third:
                assert await third.ask("three") == "three"
            assert runtime.counts["link_refused"] == 1

    on_loop(main())
    assert machine.kinds("pos/1") == ["LinkUp", "Received", "Received", "LinkDown"]
    assert machine.kinds("pos/2")[:2] == ["LinkUp", "Received"]


def test_who_comes_while_we_stop_is_not_let_in(on_loop):
    async def main():
        async with running(SmallMachine()) as runtime:
            link = runtime._connections._link("pos/1", Words(), LinkLimits(), None)
            await runtime.stop()
            assert not runtime._connections.opened(link)
            assert runtime.counts["link_refused"] == 1

    on_loop(main())


def test_small_messages_leave_at_once_and_dead_peers_are_found(on_loop):
    async def main():
        async with running(SmallMachine()) as runtime:
            port = await runtime.listen("pos", HOST, 0, Words())
            async with peer_at(port) as peer:
                await peer.ask("one")
                (link,) = runtime._links.values()
                sock = link._transport.get_extra_info("socket")
                assert sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
                assert sock.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)

    on_loop(main())


def test_a_dialled_link_waits_for_its_peer_and_comes_back(on_loop):
    client = SmallMachine()
    server = SmallMachine(bye=lambda link: [Close(link, "bye")])

    async def main():
        port = free_port()
        async with running(client) as dialling:
            dialling.dial("host", HOST, port, Words())
            await until(lambda: dialling.counts["dial_failed"] >= 2)
            assert client.events == []
            async with running(server) as listening:
                await listening.listen("front", HOST, port, Words())
                await until(lambda: client.kinds("host") == ["LinkUp"])
                dialling.call(lambda now: [Send(LinkId("host"), "bye")])
                await until(lambda: client.kinds("host") == ["LinkUp", "LinkDown", "LinkUp"])

    on_loop(main())
    assert server.kinds("front/1") == ["LinkUp", "Received", "LinkDown"]


def test_one_name_is_dialled_once(on_loop):
    async def main():
        async with running(SmallMachine()) as runtime:
            runtime.dial("host", HOST, 1, Words())
            with pytest.raises(AssertionError, match="every name"):
                runtime.dial("host", HOST, 2, Words())

    on_loop(main())


def test_a_dialler_that_fails_otherwise_ends_the_runtime(on_loop, monkeypatch):
    monkeypatch.setattr(connections, "REDIAL_FIRST_S", None)

    async def main():
        async with running(SmallMachine()) as runtime:
            runtime.dial("host", HOST, free_port(), Words())
            with pytest.raises(TypeError, match="NoneType"):
                await runtime.wait()

    on_loop(main())


def test_deadlines_are_looked_at(on_loop, monkeypatch):
    monkeypatch.setattr(connections, "SWEEP_S", 0.01)

    async def main():
        async with running(SmallMachine()) as runtime:
            limits = LinkLimits(first_frame_s=0.02)
            port = await runtime.listen("pos", HOST, 0, Words(), limits=limits)
            async with peer_at(port) as peer:
                assert await peer.hear() is None
            assert runtime.counts["frame_late"] == 1

    on_loop(main())


class Watched:
    """A link of which only its deadline is known."""

    def __init__(self, connections, deadline):
        self.is_up = True
        self.name = LinkId("pos/1")
        self.looks = []
        self.at = deadline
        self._connections = connections

    def deadline(self):
        return self.at

    def look(self):
        self.looks.append(self._connections.now_s)


def sweeping(story):
    """Have *story* use connections, and what lets time pass by so many sweeps."""

    async def main():
        record = Record("", [], lambda: 0.0)
        made = Connections(print, print, lambda channel, name: channel, Counter(), record)

        def sweep(times):
            for _ in range(times):
                made._sweeper.cancel()
                made._sweep()

        story(made, sweep)
        made.shut()

    asyncio.run(main())


def test_a_link_is_looked_at_when_its_deadline_has_passed_and_not_before():
    def story(made, sweep):
        link = Watched(made, 300.0)
        made.watch(link)
        sweep(600)
        assert link.looks == []
        link.at = 400.0  # It has spoken meanwhile.
        sweep(1)
        assert link.looks == [300.5]
        sweep(200)
        assert link.looks == [300.5, 400.5]

    sweeping(story)


def test_a_deadline_that_comes_nearer_is_kept():
    def story(made, sweep):
        link = Watched(made, 300.0)
        made.watch(link)
        link.at = 2.0
        made.watch(link)
        link.at = 500.0
        made.watch(link)
        sweep(700)
        assert link.looks == [2.5]

    sweeping(story)


def test_of_a_link_that_is_gone_or_has_no_deadline_nothing_is_kept():
    def story(made, sweep):
        gone, endless = Watched(made, 300.0), Watched(made, NEVER)
        made.links[gone.name] = gone
        for link in (gone, endless):
            made.watch(link)
        made.lost(gone)
        assert not made._looked_at
        sweep(601)
        assert (gone.looks, endless.looks, made._wheel) == ([], [], {})

    sweeping(story)


@pytest.fixture(scope="module")
def papers(tmp_path_factory):
    """A folder with two authorities, and servers and clients of the first."""
    folder = tmp_path_factory.mktemp("papers")
    house = certificate(folder, "house")
    certificate(folder, "strangers")
    for name in ("server", "newer", "client"):
        certificate(folder, name, house)
    certificate(folder, "ended", house, days=-1)
    return folder


def told_by(papers, name="server", **keys):
    """What a listener speaks that shows the certificate of *name*."""
    own = {"tls_certificate": f"{name}.pem", "tls_key": f"{name}.key"}
    return server_tls(Address(port=0, **own, **keys).placed(papers), "front.tls_")


def dialled(papers, ca="house", **keys):
    """What somebody speaks who trusts what *ca* signs."""
    return client_tls(Address(port=0, tls_ca=f"{ca}.pem", **keys).placed(papers), "host.tls_")


OURS = {"tls_certificate": "client.pem", "tls_key": "client.key"}


def test_the_same_over_tls(on_loop, papers):
    client, server = SmallMachine(), SmallMachine()

    async def main():
        async with running(server) as listening, running(client) as dialling:
            port = await listening.listen("front", HOST, 0, Words(), tls=told_by(papers))
            dialling.dial("host", HOST, port, Words(), tls=dialled(papers))
            await until(lambda: client.kinds("host") == ["LinkUp"])
            client.reactions["hello"] = lambda link: []
            dialling.call(lambda now: [Send(LinkId("host"), "hello")])
            await until(lambda: client.words == ["hello"])
            async with peer_at(port) as plain:
                assert await plain.ask("no TLS at all") is None
        assert server.words == ["hello"]

    on_loop(main())


@pytest.mark.parametrize(
    ("server", "client", "kind", "told"),
    [
        ({}, {"ca": "strangers"}, "dial_failed", "the certificate is refused: "),
        ({"name": "ended"}, {}, "dial_failed", "certificate has expired"),
        ({"tls_ca": "house.pem"}, {}, "tls_refused", "peer did not return a certificate"),
        ({"tls_ca": "strangers.pem"}, OURS, "tls_refused", "the certificate is refused: "),
    ],
    ids=["foreign authority", "expired", "no certificate", "foreign certificate"],
)
def test_who_has_not_the_right_papers_is_not_spoken_to_and_told_of(
    on_loop, papers, server, client, kind, told
):
    machine, lines = SmallMachine(), []
    record = Record("switch", [lines.append], time.monotonic)

    async def main():
        async with (
            running(machine, record=record) as listening,
            running(SmallMachine(), record=record) as dialling,
        ):
            tls = told_by(papers, **server)
            port = await listening.listen("front", HOST, 0, Words(), tls=tls)
            dialling.dial("host", HOST, port, Words(), tls=dialled(papers, **client))
            await until(lambda: listening.counts[kind] + dialling.counts[kind] >= 2)

    on_loop(main())
    assert machine.events == []
    refused = [line.reason for line in lines if line.kind == kind]
    assert told in refused[0]
    assert len(refused) <= LINES_MAX + 1


@pytest.mark.parametrize("said", [b"GET / HTTP/1.1\r\n\r\n", b"\x00\x040800"])
def test_plain_bytes_are_refused_and_told_of(on_loop, papers, said):
    lines = []
    record = Record("switch", [lines.append], time.monotonic)

    async def main():
        async with running(SmallMachine(), record=record) as runtime:
            port = await runtime.listen("front", HOST, 0, Words(), tls=told_by(papers))
            async with peer_at(port) as peer:
                peer.writer.write(said)
                await until(lambda: runtime.counts["tls_refused"] == 1)

    on_loop(main())
    assert [line.kind for line in lines] == ["tls_refused"]


def test_an_older_version_is_refused(on_loop, papers):
    old = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    old.load_verify_locations(papers / "house.pem")
    old.set_ciphers("ALL:@SECLEVEL=0")
    with warnings.catch_warnings(action="ignore"):
        old.minimum_version = old.maximum_version = ssl.TLSVersion.TLSv1_1

    async def main():
        async with running(SmallMachine()) as runtime:
            port = await runtime.listen("front", HOST, 0, Words(), tls=told_by(papers))
            with pytest.raises((ssl.SSLError, ConnectionError)):
                await asyncio.open_connection(HOST, port, ssl=old)
            await until(lambda: runtime.counts["tls_refused"] == 1)

    on_loop(main())


def test_a_certificate_that_was_renewed_is_shown_and_no_link_is_dropped(on_loop, papers):
    machine, lines = SmallMachine(), []
    record = Record("switch", [lines.append], time.monotonic)
    for kind in ("pem", "key"):
        shutil.copy(papers / f"server.{kind}", papers / f"shown.{kind}")

    async def shown(port):
        context = ssl.create_default_context(cafile=papers / "house.pem")
        _, writer = await asyncio.open_connection(HOST, port, ssl=context)
        subject = writer.get_extra_info("peercert")["subject"]
        writer.close()
        return subject[0][0][1]

    async def main():
        async with running(machine, record=record) as runtime, running(SmallMachine()) as dialling:
            port = await runtime.listen("front", HOST, 0, Words(), tls=told_by(papers, "shown"))
            dialling.dial("host", HOST, port, Words(), tls=dialled(papers))
            await until(lambda: "front/1" in {event.link for event in machine.events})
            assert await shown(port) == "server"
            (papers / "shown.pem").write_text("nonsense")
            assert await shown(port) == "server"
            assert await shown(port) == "server"
            for kind in ("key", "pem"):
                shutil.copy(papers / f"newer.{kind}", papers / f"shown.{kind}")
            assert await shown(port) == "newer"
            assert machine.kinds("front/1") == ["LinkUp"]

    on_loop(main())
    kept = [line.reason for line in lines if line.kind == "tls_not_renewed"]
    assert len(kept) == 1
    assert "front.tls_certificate" in kept[0]
    assert "nonsense" not in kept[0]


# What the record says ---------------------------------------------------------------------------


def test_a_flood_of_garbage_is_told_in_few_lines_and_by_its_number(on_loop):
    told = []

    async def main():
        record = Record("switch", [told.append], time.monotonic)
        async with running(SmallMachine(), record=record) as runtime:
            port = await runtime.listen("pos", HOST, 0, Words())
            for _ in range(60):
                async with peer_at(port) as peer:
                    peer.writer.write(b"\xff\xff")
                    assert await peer.hear() is None
            assert runtime.counts["frame_error"] == 60

    on_loop(main())
    errors = [line for line in told if line.kind == "frame_error"]
    assert len(errors) == LINES_MAX + 1
    assert errors[-1].left_out == 60 - LINES_MAX


def test_a_peer_that_cannot_be_dialled_is_told_of_once_and_again_when_it_is_there(on_loop):
    told = []

    async def main():
        port = free_port()
        record = Record("switch", [told.append], time.monotonic)
        async with running(SmallMachine(), record=record) as runtime:
            runtime.dial("host", HOST, port, Words())
            await until(lambda: runtime.counts["dial_failed"] >= 3)
            async with running(SmallMachine()) as listening:
                await listening.listen("front", HOST, port, Words())
                await until(lambda: len(told) == 2)
            await until(lambda: len(told) == 4)

    on_loop(main())
    kinds = [line.kind for line in told[:4]]
    assert kinds == ["dial_failed", "link_up", "link_down", "dial_failed"]
    assert told[0].reason.startswith(f"{HOST}:")
    assert told[0].link == "host"


def test_a_program_stops_while_it_dials_somebody_who_does_not_take_it_in(on_loop, monkeypatch):
    async def main():
        loop, dialled = asyncio.get_running_loop(), asyncio.Event()

        async def create_connection(*_, **__):
            dialled.set()
            await asyncio.Event().wait()

        monkeypatch.setattr(loop, "create_connection", create_connection)
        async with running(SmallMachine()) as runtime:
            runtime.dial("host", HOST, 1, Words())
            await dialled.wait()
            async with asyncio.timeout(PATIENCE_S):
                await runtime.stop()

    on_loop(main())


def test_a_link_that_is_there_as_its_time_is_over_is_kept(on_loop, monkeypatch):
    """A machine that has too much to do sees both at once."""
    client, server = SmallMachine(), SmallMachine()

    async def late(connecting, link):
        await connecting
        await asyncio.Event().wait()  # until the time is over

    async def main():
        async with running(server) as listening:
            port = await listening.listen("front", HOST, 0, Words())
            monkeypatch.setattr(connections, "finished", late)
            async with running(client) as dialling:
                dialling.dial("host", HOST, port, Words())
                await until(lambda: client.kinds("host") == ["LinkUp"])
                await asyncio.sleep(4 * connections.CONNECT_S)
                assert dialling.counts["dial_failed"] == 0
                assert server.kinds("front/1") == ["LinkUp"]
                assert server.kinds("front/2") == []

    monkeypatch.setattr(connections, "CONNECT_S", 0.05)
    on_loop(main())
