"""The simulator on a real port: who is let in, what it keeps, and what it finds when it starts."""

import asyncio
import os
import ssl
from contextlib import asynccontextmanager

import msgspec
import pytest

from cardswitch.hsm_sim.config import HsmConfig
from cardswitch.hsm_sim.custody.audit import AuditEntry, verify_audit
from cardswitch.hsm_sim.custody.store import KeyStore, read_store, with_lmks, write_store
from cardswitch.hsm_sim.serve import serve, serve_machine
from cardswitch.lab.house.topology import free_ports
from cardswitch.specs.errors import ConfigError, Error
from cardswitch.specs.hsm import Command
from cardswitch.specs.hsm.commands.keys.any_type import export_key
from cardswitch.specs.hsm.commands.module.status import diagnostics, echo
from cardswitch.specs.security.block_lmk import TEST_BLOCK_LMK, BlockLmk
from cardswitch.wire.channel import HsmClientChannel
from cardswitch.wire.driver.runtime import run
from tests.kit.clients import ask
from tests.kit.hsm.module import ZMK, ZPK, under_lmk
from tests.kit.papers import certificate

HOST = "127.0.0.1"
OWN = BlockLmk(bytes(range(50, 82)), is_test=True)
LIVE = BlockLmk(bytes(range(90, 122)), is_test=False)
PASSPHRASE = "correct horse"
NC = diagnostics().with_header("0007")
NC_OWN = Command("0007", "NC", {"lmk_id": "07"})
EXPORT = export_key("001", under_lmk("000", ZMK), under_lmk("001", ZPK), "R").with_header("0007")


async def session(*commands, folder=None, **config):
    """The answers to *commands*, each on a connection of its own."""
    runtime = await serve(HsmConfig(port=0, **config), folder=folder)
    [port] = runtime.ports.values()
    try:
        asked = [command.with_header("0007") for command in commands]
        return [await ask(port, HsmClientChannel(), command) for command in asked]
    finally:
        await runtime.stop()


def told(folder):
    """The audit entries in *folder*, which are unbroken."""
    lines = (folder / "hsm.audit").read_bytes().splitlines(keepends=True)
    assert verify_audit(lines) == []
    return [msgspec.json.decode(line, type=AuditEntry) for line in lines]


def events(folder):
    return [entry.event for entry in told(folder)]


def test_it_answers_over_tcp():
    echoed, diagnosed = run(session(echo("HELLO"), diagnostics()))
    assert (echoed.header, echoed.code, echoed.error) == ("0007", "B3", "00")
    assert echoed.fields["data"] == "HELLO"
    assert diagnosed.fields["lmk_check"]


def test_a_port_that_is_taken_is_an_error():
    async def twice():
        config = HsmConfig(port=free_ports().hsm)
        first = await serve(config)
        try:
            await serve(config)
        finally:
            await first.stop()

    with pytest.raises(OSError, match="Address already in use"):
        asyncio.run(twice())


# The audit log ----------------------------------------------------------------------------------


def test_the_audit_log_is_on_the_disk_before_the_answer(tmp_path):
    async def main():
        runtime = await serve(HsmConfig(port=0), folder=tmp_path)
        [port] = runtime.ports.values()
        try:
            answer = await ask(port, HsmClientChannel(), EXPORT)
            return answer, events(tmp_path)  # while it still runs
        finally:
            await runtime.stop()

    answer, seen = run(main())
    assert answer.ok
    assert seen == ["started", "peer connected", "key exported"]
    assert [entry.details.get("peer") for entry in told(tmp_path)[1:3]] == [HOST, HOST]
    assert events(tmp_path)[-1] == "stopped"
    text = (tmp_path / "hsm.audit").read_text()
    assert answer.fields["kcv"] in text
    for secret in (ZMK, ZPK):
        assert secret.hex().upper() not in text.upper()


def test_without_a_folder_nothing_is_kept(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    run(session(EXPORT))
    assert list(tmp_path.iterdir()) == []


def test_a_broken_audit_log_is_not_continued(tmp_path):
    run(session(EXPORT, folder=tmp_path))
    path = tmp_path / "hsm.audit"
    path.write_bytes(path.read_bytes().replace(b'"key_type":"001"', b'"key_type":"402"'))
    with pytest.raises(Error, match="line 3: the entry was changed"):
        run(session(folder=tmp_path))


def test_a_cut_audit_log_is_not_continued(tmp_path):
    run(session(EXPORT, folder=tmp_path))
    path = tmp_path / "hsm.audit"
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:2]))
    with pytest.raises(Error, match="the end was cut"):
        run(session(folder=tmp_path))


def test_a_line_that_a_crash_left_is_told_of(tmp_path):
    run(session(EXPORT, folder=tmp_path))
    with (tmp_path / "hsm.audit").open("ab") as file:
        file.write(b'{"sequence":5,')
    run(session(folder=tmp_path))
    assert events(tmp_path)[4:6] == ["unfinished line of the audit log cut", "started"]


# The key store ----------------------------------------------------------------------------------


def stored(folder, lmk=OWN, passphrase=PASSPHRASE):
    write_store(folder / "hsm.keys", with_lmks(KeyStore(), {"07": lmk}, passphrase, bytes(28)))
    (folder / "secret").write_text(f"{PASSPHRASE}\n")
    (folder / "secret").chmod(0o600)
    return {"key_store": "hsm.keys", "passphrase_file": "secret", "folder": folder}


def test_lmks_of_the_store_take_the_place_of_the_published_ones(tmp_path):
    own, published = run(session(NC_OWN, NC, **stored(tmp_path)))
    assert own.ok
    assert published.error == "13"


def test_an_empty_store_leaves_the_published_lmks(tmp_path):
    [answer] = run(session(NC, folder=tmp_path, key_store="hsm.keys"))
    assert answer.ok


def test_a_live_lmk_needs_the_flag(tmp_path):
    keys = stored(tmp_path, LIVE)
    with pytest.raises(ConfigError, match="not marked as test"):
        run(session(**keys))

    async def allowed():
        config = HsmConfig(port=0, key_store="hsm.keys", passphrase_file="secret")
        runtime = await serve(config, folder=tmp_path, allow_live_lmk=True)
        await runtime.stop()

    run(allowed())


def test_what_is_wrong_with_the_passphrase_is_said(tmp_path):
    keys = stored(tmp_path, passphrase="battery staple")
    with pytest.raises(ConfigError, match=r"hsm\.key_store: wrong passphrase"):
        run(session(**keys))
    with pytest.raises(ConfigError, match=r"hsm\.passphrase_file: missing"):
        run(session(**{**keys, "passphrase_file": ""}))
    with pytest.raises(ConfigError, match=r"hsm\.passphrase_file: .*nowhere: No such file"):
        run(session(**{**keys, "passphrase_file": "nowhere"}))
    if os.name == "posix":
        (tmp_path / "secret").chmod(0o640)
        with pytest.raises(ConfigError, match=r"hsm\.passphrase_file: .*chmod 600"):
            run(session(**keys))


def test_a_store_that_was_changed_erases_the_lmks_for_good(tmp_path):
    keys = stored(tmp_path)
    path = tmp_path / "hsm.keys"
    path.write_bytes(path.read_bytes().replace(b'"is_test":true', b'"is_test":false'))
    for _ in range(2):
        answers = run(session(NC_OWN, NC, EXPORT, echo("A"), Command("", "J8"), **keys))
        assert [answer.error for answer in answers] == ["13", "13", "13", "00", "00"]
        assert answers[-1].fields["tampers"] == f"{1:010d}"
    store = read_store(path)
    assert (store.lmks, store.tampered) == ((), "the key store was changed")
    assert events(tmp_path).count("tampered") == 1
    assert run(session(Command("", "JK"), **keys))[0].fields["tampered"] == "2"


def test_a_tamper_of_a_running_module_erases_the_store_before_any_answer(tmp_path):
    keys = stored(tmp_path)
    config = HsmConfig(port=0, key_store=keys["key_store"], passphrase_file="secret")

    async def main():
        runtime, machine = await serve_machine(config, folder=tmp_path)
        [port] = runtime.ports.values()
        try:
            assert (await ask(port, HsmClientChannel(), NC_OWN)).ok
            runtime.call(lambda now: machine.perform(lambda asked: asked.tamper("lid"), now)[1])
            answer = await ask(port, HsmClientChannel(), NC_OWN)
            return answer, read_store(tmp_path / "hsm.keys")
        finally:
            await runtime.stop()

    answer, store = run(main())
    assert answer.error == "13"
    assert (store.lmks, store.tampered) == ((), "lid")
    assert [answer.error for answer in run(session(NC_OWN, NC, **keys))] == ["13", "13"]


def test_a_live_lmk_with_published_keys_is_refused(tmp_path):
    from cardswitch.specs.security.errors import KeyRefused

    with pytest.raises(KeyRefused, match="published"):
        stored(tmp_path, BlockLmk(TEST_BLOCK_LMK.key, is_test=False))


# Who is let in ----------------------------------------------------------------------------------


def test_only_addresses_that_are_allowed_come_in():
    with pytest.raises((AssertionError, ConnectionError)):
        run(session(NC, allow=("10.0.0.0/8",)))
    [answer] = run(session(NC, allow=("127.0.0.0/8",)))
    assert answer.ok


def test_no_more_links_than_the_configuration_says():
    async def main():
        runtime = await serve(HsmConfig(port=0, links_max=1))
        [port] = runtime.ports.values()
        try:
            _, first = await asyncio.open_connection(HOST, port)
            with pytest.raises((AssertionError, ConnectionError)):
                await ask(port, HsmClientChannel(), NC)
            first.close()
        finally:
            await runtime.stop()

    run(main())


def test_many_commands_at_once_are_answered_in_their_order():
    async def main():
        runtime = await serve(HsmConfig(port=0, pipeline_max=2))
        [port] = runtime.ports.values()
        channel = HsmClientChannel()
        reader, writer = await asyncio.open_connection(HOST, port)
        try:
            asked = [echo("x").with_header(f"{n:04d}") for n in range(50)]
            frames = [channel.framing.frame(channel.encode(command)) for command in asked]
            writer.write(b"".join(frames))
            framer, answers = channel.framing.framer(), []
            while len(answers) < len(asked):
                answers += map(channel.decode, framer.feed(await reader.read(65_536)))
            return [answer.header for answer in answers]
        finally:
            writer.close()
            await runtime.stop()

    assert run(main()) == [f"{n:04d}" for n in range(50)]


@pytest.fixture(scope="module")
def papers(tmp_path_factory):
    """A folder with two authorities, the module's certificate, and clients of both."""
    folder = tmp_path_factory.mktemp("papers")
    house, strangers = certificate(folder, "house"), certificate(folder, "strangers")
    certificate(folder, "module", house)
    certificate(folder, "client", house)
    certificate(folder, "stranger", strangers)
    return folder


@asynccontextmanager
async def over_tls(papers, clients="house.pem", name=None):
    """A connection to a module that speaks TLS, by a client with the papers of *name*."""
    config = HsmConfig(port=0, tls_certificate="module.pem", tls_key="module.key", tls_ca=clients)
    runtime = await serve(config, folder=papers)
    [port] = runtime.ports.values()
    context = ssl.create_default_context(cafile=papers / "house.pem")
    if name:
        context.load_cert_chain(papers / f"{name}.pem", papers / f"{name}.key")
    try:
        reader, writer = await asyncio.open_connection(HOST, port, ssl=context)
        try:
            yield reader, writer
        finally:
            writer.transport.abort()
    finally:
        await runtime.stop()


async def asks_over_tls(*args, **kwargs):
    channel = HsmClientChannel()
    async with over_tls(*args, **kwargs) as (reader, writer):
        writer.write(channel.framing.frame(channel.encode(NC)))
        data = await reader.read(65_536)
        assert data, "the connection was closed without an answer"
        return channel.decode(channel.framing.framer().feed(data)[0])


def test_a_client_with_a_certificate_of_the_house_is_answered(papers):
    assert run(asks_over_tls(papers, name="client")).ok


@pytest.mark.parametrize("name", [None, "stranger"])
def test_without_one_nobody_is_answered(papers, name):
    with pytest.raises((AssertionError, OSError)):
        run(asks_over_tls(papers, name=name))


def test_without_a_list_of_clients_all_are_answered(papers):
    assert run(asks_over_tls(papers, clients="")).ok


def test_whoever_speaks_no_tls_hears_nothing(papers):
    with pytest.raises((AssertionError, OSError)):
        run(session(NC, folder=papers, tls_certificate="module.pem", tls_key="module.key"))


@pytest.mark.parametrize("size", [0, 1, 4, 255])
def test_headers_are_as_long_as_it_is_told_and_empty_frames_are_keep_alives(size):
    async def main():
        runtime = await serve(HsmConfig(port=0, header_size=size))
        try:
            [port] = runtime.ports.values()
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            command = b"H" * size + b"NC"
            writer.write(b"\0\0" * 5 + len(command).to_bytes(2, "big") + command + b"\0\0")
            length = int.from_bytes(await reader.readexactly(2), "big")
            answer = await reader.readexactly(length)
            writer.close()
            assert answer.startswith(b"H" * size + b"ND00")
        finally:
            await runtime.stop()

    run(main())
