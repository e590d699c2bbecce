"""TLS of dialled links: what is asked of the peer, and which configurations are refused."""

import asyncio
import socket
import ssl
from contextlib import nullcontext, suppress
from threading import Thread

import pytest
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption

from cardswitch.specs.errors import ConfigError
from cardswitch.wire.driver.tls import client_tls, server_tls, why
from cardswitch.wire.operator.addresses import Address
from tests.kit.listening import listening
from tests.kit.papers import HOST, certificate

OURS = {"tls_ca": "house.pem", "tls_certificate": "client.pem", "tls_key": "client.key"}


@pytest.fixture(scope="module")
def papers(tmp_path_factory):
    """A folder with an authority, servers here and elsewhere, and clients' certificates."""
    folder = tmp_path_factory.mktemp("papers")
    house = certificate(folder, "house")
    certificate(folder, "strangers")
    certificate(folder, "here", house)
    certificate(folder, "elsewhere", house, host="10.0.0.1")
    certificate(folder, "client", house)
    certificate(folder, "sealed", house, seal=BestAvailableEncryption(b"secret"))
    both = (folder / "client.pem").read_bytes() + (folder / "client.key").read_bytes()
    (folder / "both.pem").write_bytes(both)
    (folder / "nonsense.pem").write_text("nonsense")
    return folder


def context(papers, **keys):
    return client_tls(Address(port=0, **keys).placed(papers), "switch.hsm.tls_")


def test_without_keys_there_is_no_tls(papers):
    assert context(papers) is None


@pytest.mark.parametrize(
    "keys", [{"tls_ca": "house.pem"}, OURS, {"tls_ca": "house.pem", "tls_certificate": "both.pem"}]
)
def test_the_peer_is_checked_whatever_we_show(papers, keys):
    made = context(papers, **keys).context
    assert made.minimum_version is ssl.TLSVersion.TLSv1_2
    assert made.verify_mode is ssl.CERT_REQUIRED
    assert made.check_hostname
    assert [each["subject"][0][0][1] for each in made.get_ca_certs()] == ["house"]


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        ({"tls_certificate": "client.pem"}, "ca: missing"),
        ({"tls_key": "client.key"}, "ca: missing"),
        ({"tls_names": ("switch",)}, "ca: missing"),
        ({"tls_ca": "house.pem", "tls_key": "client.key"}, "certificate: missing"),
        ({"tls_ca": "no.pem"}, "ca: .*/no.pem: cannot be read: No such file"),
        ({"tls_ca": "."}, "ca: .*: cannot be read: Is a directory"),
        ({"tls_ca": "nonsense.pem"}, "ca: .*/nonsense.pem: expected certificates"),
        ({"tls_ca": "client.key"}, "ca: .*/client.key: expected certificates"),
        (OURS | {"tls_certificate": "no.pem"}, "certificate: .*/no.pem: cannot be read: No such"),
        (OURS | {"tls_key": "no.key"}, "key: .*/no.key: cannot be read: No such file"),
        (OURS | {"tls_key": ""}, "certificate, .*tls_key: .*/client.pem, .*expected a certificate"),
        (OURS | {"tls_key": "here.key"}, "certificate, .*: .*/here.key: expected a certificate"),
        (OURS | {"tls_certificate": "nonsense.pem"}, "certificate, .*/nonsense.pem, .*expected"),
        (OURS | {"tls_certificate": "sealed.pem", "tls_key": "sealed.key"}, "without a password"),
    ],
)
def test_what_is_missing_or_unusable_is_named_by_key_and_file(papers, keys, expected):
    with pytest.raises(ConfigError, match=rf"^switch\.hsm\.tls_.*{expected}"):
        context(papers, **keys)


def test_options_are_named_as_options():
    with pytest.raises(ConfigError, match=r"^--tls-ca: missing"):
        client_tls(Address(port=0, tls_certificate="client.pem"), "--tls-")


async def greeting(papers, server, tls, version=ssl.TLSVersion.TLSv1_3):
    """What *server*, who speaks TLS up to *version*, says to somebody with *tls*."""
    theirs = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    theirs.load_cert_chain(papers / f"{server}.pem", papers / f"{server}.key")
    theirs.maximum_version = version

    async def greet(_, writer):
        writer.write(b"hello")

    async with listening(greet, theirs) as port:
        reader, writer = await asyncio.open_connection(HOST, port, ssl=tls.context)
        try:
            return await reader.read()
        finally:
            writer.close()


def test_a_server_of_the_house_is_spoken_to(papers):
    tls = context(papers, **OURS)
    assert asyncio.run(greeting(papers, "here", tls)) == b"hello"
    assert asyncio.run(greeting(papers, "here", tls, ssl.TLSVersion.TLSv1_2)) == b"hello"


@pytest.mark.parametrize(("server", "why"), [("elsewhere", "IP address"), ("strangers", "self")])
def test_a_server_of_another_place_or_house_is_not(papers, server, why):
    with pytest.raises(ssl.SSLCertVerificationError, match=why):
        asyncio.run(greeting(papers, server, context(papers, **OURS)))


# Listeners ----------------------------------------------------------------------------------------


def listens(papers, **keys):
    return server_tls(Address(port=0, **keys).placed(papers), "hsm.tls_")


def test_without_a_certificate_this_machine_alone_is_let_in_plain(papers):
    assert listens(papers) is None
    assert listens(papers, host="::1") is None
    with pytest.raises(
        ConfigError, match=r"^hsm\.tls_certificate: missing: at 192\.0\.2\.1 others"
    ):
        listens(papers, host="192.0.2.1")


def test_beyond_this_machine_nobody_is_dialled_in_clear_unless_it_is_asked_for(papers):
    with pytest.raises(ConfigError, match=r"^switch\.hsm\.tls_ca: missing: .* or plain = true"):
        context(papers, host="hsm.example.org")
    assert context(papers, host="hsm.example.org", plain=True) is None
    with pytest.raises(ConfigError, match=r"^--tls-ca: missing: .* who signs its certificate$"):
        client_tls(Address(port=1, host="hsm.example.org"), "--tls-")  # no option says plain


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        ({"tls_key": "here.key"}, "tls_certificate: missing"),
        ({"tls_ca": "house.pem"}, "tls_certificate: missing"),
        ({"plain": True}, "tls_certificate: plain is for what is dialled"),
        (
            {"tls_certificate": "both.pem", "tls_names": ("client",)},
            "tls_ca: missing, but tls_names",
        ),
        ({"tls_certificate": "here.pem"}, "tls_certificate, hsm.tls_key: .*expected a certificate"),
        ({"tls_certificate": "here.pem", "tls_key": "no.key"}, "tls_key: .*no.key: cannot be read"),
        ({"tls_certificate": "nonsense.pem"}, "tls_certificate, hsm.tls_key: .*expected"),
    ],
)
def test_what_a_listener_lacks_is_named(papers, keys, expected):
    with pytest.raises(ConfigError, match=rf"^hsm\.{expected}"):
        listens(papers, **keys)


@pytest.mark.parametrize(("keys", "asked"), [({}, False), ({"tls_ca": "house.pem"}, True)])
def test_certificates_of_clients_are_asked_for_where_it_says_who_signs_them(papers, keys, asked):
    made = listens(papers, tls_certificate="here.pem", tls_key="here.key", **keys).context
    assert (made.verify_mode is ssl.CERT_REQUIRED) is asked
    assert made.minimum_version is ssl.TLSVersion.TLSv1_2


def test_a_reason_is_in_words():
    refused = ssl.SSLCertVerificationError(1, "[SSL: CERTIFICATE_VERIFY_FAILED] (_ssl.c:1)")
    refused.verify_message = "certificate has expired"
    assert why(refused) == "the certificate is refused: certificate has expired"


# Who blocks ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("names", "is_refused"), [((), False), (("hsm", "here"), False), (("hsm",), True)]
)
def test_a_socket_that_is_wrapped_is_checked_for_its_name_too(papers, names, is_refused):
    """As links of a program are: clients of scripts and commands have no record and no gate."""
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(papers / "here.pem", papers / "here.key")
    client = context(papers, tls_ca="house.pem", tls_names=names).context

    def serve(connection):
        with suppress(OSError), server.wrap_socket(connection, server_side=True) as secure:
            secure.recv(1)

    with socket.create_server((HOST, 0)) as listening_at:
        dialled = socket.create_connection(listening_at.getsockname())
        accepted, _ = listening_at.accept()
        thread = Thread(target=serve, args=(accepted,))
        thread.start()
        try:
            with pytest.raises(ssl.SSLCertVerificationError) if is_refused else nullcontext() as it:
                client.wrap_socket(dialled, server_hostname=HOST).close()
        finally:
            dialled.close()
            thread.join()
            accepted.close()
    if is_refused:
        assert "and not of hsm" in it.value.verify_message
