"""The lab's CA: it signs for this machine alone, and what ends soon is made anew."""

import asyncio
import datetime
import ipaddress
import ssl

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from cardswitch.lab.house import papers
from cardswitch.lab.house.papers import (
    PROGRAMS,
    has_papers,
    make_papers,
    paper_files,
    read_papers,
    renew_papers,
)
from cardswitch.specs.errors import ConfigError, Error
from tests.kit.canaries import files_below
from tests.kit.listening import listening

HOST = "127.0.0.1"


@pytest.fixture
def made(tmp_path):
    """A folder with a CA and what it has signed."""
    make_papers(tmp_path)
    return tmp_path


def loaded(folder, name):
    return x509.load_pem_x509_certificate((folder / "tls" / f"{name}.pem").read_bytes())


async def greeting(folder, server, client, host=HOST):
    """What is heard by the *client* from the *server*, two programs of the lab in *folder*."""
    theirs, ours = (ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), ssl.create_default_context())
    for context, name in ((theirs, server), (ours, client)):
        context.load_verify_locations(folder / "tls" / "ca.pem")
        context.load_cert_chain(folder / "tls" / f"{name}.pem", folder / "tls" / f"{name}.key")
    theirs.verify_mode = ssl.CERT_REQUIRED

    async def greet(_, writer):
        writer.write(b"hello")

    async with listening(greet, theirs) as port:
        reader, writer = await asyncio.open_connection(HOST, port, ssl=ours, server_hostname=host)
        try:
            return await reader.read()
        finally:
            writer.close()


def test_all_files_are_made_and_named(made):
    assert {str(path.relative_to(made)) for path in files_below(made)} == set(paper_files())
    assert has_papers(made)
    assert [paper.name for paper in read_papers(made)] == ["ca", *sorted(PROGRAMS)]


@pytest.mark.parametrize("host", [HOST, "localhost", "::1"])
def test_every_program_can_be_server_and_client(made, host):
    assert asyncio.run(greeting(made, "switch", "terminal", host)) == b"hello"


def test_the_ca_signs_for_this_machine_alone(made):
    found = loaded(made, "ca").extensions.get_extension_for_class(x509.NameConstraints)
    assert found.critical
    assert set(found.value.permitted_subtrees) == {
        x509.DNSName("localhost"),
        x509.IPAddress(ipaddress.ip_network("127.0.0.0/8")),
        x509.IPAddress(ipaddress.ip_network("::1/128")),
    }
    assert isinstance(loaded(made, "ca").public_key().curve, ec.SECP256R1)


def test_what_it_signs_for_another_place_is_refused_by_whoever_trusts_it(made, monkeypatch):
    monkeypatch.setattr(papers, "HOSTS", ("example.org",))
    monkeypatch.setattr(papers, "ADDRESSES", ("192.0.2.1",))
    renew_papers(made, papers.CA_DAYS)
    with pytest.raises(ssl.SSLCertVerificationError, match="permitted subtree violation"):
        asyncio.run(greeting(made, "switch", "switch", "example.org"))


def test_two_labs_have_two_cas_that_do_not_know_each_other(tmp_path):
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        make_papers(tmp_path / name)
    first, second = (loaded(tmp_path / name, "ca") for name in ("one", "two"))
    assert first.subject != second.subject
    with pytest.raises(ValueError, match="does not match certificate issuer"):
        loaded(tmp_path / "one", "hsm").verify_directly_issued_by(second)


def test_what_ends_soon_is_made_anew_with_a_new_key(made, monkeypatch):
    assert renew_papers(made) == []
    before = {paper.name: paper.sha256 for paper in read_papers(made)}
    later = datetime.datetime.now(datetime.UTC) + datetime.timedelta(days=papers.DAYS - 29)
    monkeypatch.setattr(papers, "_now", lambda: later)
    assert set(renew_papers(made)) == set(PROGRAMS)
    after = {paper.name: paper.sha256 for paper in read_papers(made)}
    assert after.pop("ca") == before.pop("ca")
    assert not set(before.values()) & set(after.values())
    assert renew_papers(made) == []


def test_a_renewal_that_was_cut_off_between_key_and_certificate_is_done_again(made):
    place = made / "tls"
    (place / "switch.key").write_bytes((place / "shop.key").read_bytes())
    assert renew_papers(made) == ["switch"]
    assert asyncio.run(greeting(made, "switch", "terminal")) == b"hello"
    assert renew_papers(made) == []


def test_nothing_outlives_the_ca(made, monkeypatch):
    ca = read_papers(made)[0]
    monkeypatch.setattr(papers, "_now", lambda: ca.ends - datetime.timedelta(days=100))
    renew_papers(made)
    assert all(paper.ends == ca.ends for paper in read_papers(made))
    monkeypatch.setattr(papers, "_now", lambda: ca.ends)
    with pytest.raises(Error, match=r"ca\.pem: the CA has ended on .*: make a new lab"):
        renew_papers(made)


def test_without_a_ca_it_says_what_makes_one(tmp_path):
    assert not has_papers(tmp_path)
    with pytest.raises(ConfigError, match=r"no CA there; `cardswitch up` makes one"):
        read_papers(tmp_path)


@pytest.mark.parametrize(
    ("name", "expected"),
    [("ca.pem", "ca.pem: expected a certificate"), ("ca.key", "ca.key: expected a private key")],
)
def test_a_file_that_is_none_is_named_and_not_quoted(made, name, expected):
    (made / "tls" / name).write_text("what nobody shall see")
    with pytest.raises(Error, match=expected) as raised:
        renew_papers(made, papers.CA_DAYS)
    assert "nobody" not in str(raised.value)


def test_certificates_say_sha256_and_are_signed_by_it(made):
    ca = loaded(made, "ca")
    for name in PROGRAMS:
        found = loaded(made, name)
        found.verify_directly_issued_by(ca)
        assert isinstance(found.signature_hash_algorithm, hashes.SHA256)
