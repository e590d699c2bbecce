"""Listeners count who comes in; dialled links come back; both over real sockets."""

import asyncio
import datetime
import socket
import ssl
import time
from collections import Counter

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from cardswitch.wire.driver import connections
from cardswitch.wire.driver.connections import Connections, Listener
from cardswitch.wire.driver.links import NEVER, LinkLimits
from cardswitch.wire.ports import Close, LinkId, Send
from cardswitch.wire.record import LINES_MAX, Record
from tests.kit.wire import HOST, SmallMachine, Words, peer_at, running, until


@pytest.fixture(autouse=True)
def _no_patience(monkeypatch):
    monkeypatch.setattr(connections, "REDIAL_FIRST_S", 0.01)


def free_port():
    with socket.socket() as unused:
        unused.bind((HOST, 0))
        return unused.getsockname()[1]


class Counted:
    listener = None

    def __init__(self, name, address=HOST):
        self.name = name
        self.address = address


def test_a_listener_numbers_its_links_and_bounds_them():
    listener = Listener("pos", 2, Counted)
    first, second, third = (listener.accept() for _ in range(3))
    assert [link.name for link in (first, second, third)] == ["pos/1", "pos/2", "pos/3"]
    assert first.listener is listener
    full = "the listener has its 2 links"
    assert [listener.refusal(link) for link in (first, second, third)] == ["", "", full]
    listener.left(third)
    assert listener.refusal(third) == full
    listener.left(first)
    assert listener.refusal(third) == ""


def test_one_address_takes_only_its_share_and_has_it_again_when_it_has_left():
    listener = Listener("pos", 5, Counted, per_address_max=2)
    flood = [Counted(f"pos/{number}", "192.0.2.1") for number in range(3)]
    share = "its address has its 2 links"
    assert [listener.refusal(link) for link in flood] == ["", "", share]
    assert listener.refusal(Counted("pos/4", "192.0.2.2")) == ""
    listener.left(flood[2])  # It was never in: nothing changes.
    assert listener.refusal(flood[2]) == share
    listener.left(flood[0])
    assert listener.refusal(flood[2]) == ""


@pytest.mark.parametrize("address", ["127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1", ""])
def test_this_machine_may_take_all_links(address):
    listener = Listener("pos", 3, Counted, per_address_max=1)
    links = [Counted(f"pos/{number}", address) for number in range(4)]
    assert [not listener.refusal(link) for link in links] == [True, True, True, False]


def test_addresses_that_are_gone_are_forgotten():
    listener = Listener("pos", 5, Counted, per_address_max=2)
    for number in range(100):
        link = Counted(f"pos/{number}", f"192.0.2.{number}")
        assert listener.refusal(link) == ""
        listener.left(link)
    assert not listener._of


def test_a_listener_lets_in_whom_its_rule_allows():
    asked = []
    listener = Listener("hsm", 2, Counted, lambda address: asked.append(address) or len(asked) > 1)
    link = listener.accept()
    assert [listener.refusal(link), listener.refusal(link)] == ["its address is not allowed", ""]
    assert asked == [HOST, HOST]


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
    assert machine.kinds("pos/2") == []
    assert machine.kinds("pos/3")[:2] == ["LinkUp", "Received"]


def test_who_comes_while_we_stop_is_not_let_in(on_loop):
    async def main():
        async with running(SmallMachine()) as runtime:
            link = runtime._connections._link("pos/1", Words(), LinkLimits())
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
def certificate(tmp_path_factory):
    """A certificate for this machine, signed by itself, and its key, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    path = tmp_path_factory.mktemp("tls") / "certificate.pem"
    plain = serialization.NoEncryption()
    private = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, plain)
    path.write_bytes(private + made.public_bytes(pem))
    return path


def test_the_same_over_tls(on_loop, certificate):
    client, server = SmallMachine(), SmallMachine()
    theirs = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    theirs.load_cert_chain(certificate)
    ours = ssl.create_default_context(cafile=certificate)

    async def main():
        async with running(server) as listening, running(client) as dialling:
            port = await listening.listen("front", HOST, 0, Words(), tls=theirs)
            dialling.dial("host", "localhost", port, Words(), tls=ours)
            await until(lambda: client.kinds("host") == ["LinkUp"])
            client.reactions["hello"] = lambda link: []
            dialling.call(lambda now: [Send(LinkId("host"), "hello")])
            await until(lambda: client.words == ["hello"])
            async with peer_at(port) as plain:
                assert await plain.ask("no TLS at all") is None
        assert server.words == ["hello"]

    on_loop(main())


def test_a_peer_whose_certificate_is_not_trusted_is_not_spoken_to(on_loop, certificate):
    client, server = SmallMachine(), SmallMachine()
    theirs = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    theirs.load_cert_chain(certificate)

    async def main():
        async with running(server) as listening, running(client) as dialling:
            port = await listening.listen("front", HOST, 0, Words(), tls=theirs)
            dialling.dial("host", "localhost", port, Words(), tls=ssl.create_default_context())
            await until(lambda: dialling.counts["dial_failed"] >= 1)
            await asyncio.sleep(0)
        assert client.events == []
        assert server.words == []

    on_loop(main())


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
