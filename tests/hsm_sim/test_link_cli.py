"""Where the HSM is, and how commands end that cannot reach it."""

import datetime
import ipaddress

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from hsm_sim import link_cli
from specs.errors import ConfigError
from tests.hsm_sim.served import answering, run, serving, unused_port


@pytest.fixture(autouse=True)
def _in_an_empty_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def test_the_lab_says_where_it_is(tmp_path):
    lab = tmp_path / "lab.toml"
    with serving() as (port, _, _):
        lab.write_text(f"[hsm]\nport = {port}\n")
        assert run(None, "send", "NC", "--config", str(lab))[0] == 0


def test_without_a_lab_it_is_where_a_lab_would_put_it(monkeypatch):
    with serving() as (port, _, _):
        monkeypatch.setattr(link_cli, "PORT", port)
        assert run(None, "send", "NC")[0] == 0


def test_one_option_alone_replaces_what_the_lab_says(tmp_path):
    lab = tmp_path / "lab.toml"
    lab.write_text('[hsm]\nport = 1\nhost = "127.0.0.1"\n')
    with serving() as (port, _, _):
        assert run(None, "send", "NC", "--config", str(lab), "--port", str(port))[0] == 0


def test_a_lab_that_was_named_must_be_there():
    with pytest.raises(ConfigError, match=r"other\.toml"):
        run(None, "send", "NC", "--config", "other.toml")


def test_nobody_there_is_exit_5_with_advice():
    code, out, err = run(unused_port(), "send", "NC")
    assert (code, out) == (5, "")
    assert "cardswitch hsm serve" in err


def test_silence_is_exit_4():
    with answering(b"\x00", ends=False) as port:
        code, _, err = run(port, "send", "NC", "--timeout", "0.05")
    assert code == 4
    assert "--timeout" in err


@pytest.mark.parametrize("chunk", [b"", b"\xff\xff\xff\xff"])
def test_a_broken_link_is_exit_5(chunk):
    with answering(chunk) as port:
        assert run(port, "send", "NC")[0] == 5


def test_a_refusal_of_the_module_is_exit_1():
    with serving() as (port, _, _):
        code, _, err = run(port, "kcv", "U" + "0" * 32, "--type", "ZPK")
    assert code == 1
    assert "error 10" in err


# TLS ----------------------------------------------------------------------------------------------


def self_signed(path):
    """A certificate for 127.0.0.1 that vouches for itself, and its key, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, path.name)])
    day, now = datetime.timedelta(days=1), datetime.datetime.now(datetime.UTC)
    here = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
    identifier = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), 1, now - day, now + day)
        .add_extension(x509.SubjectAlternativeName([here]), False)
        .add_extension(x509.BasicConstraints(True, None), True)
        .add_extension(identifier, False)
        .sign(key, hashes.SHA256())
    )
    pem, form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    secret = key.private_bytes(pem, form, serialization.NoEncryption())
    path.write_bytes(certificate.public_bytes(pem) + secret)
    return str(path)


@pytest.fixture
def papers(tmp_path):
    """The files of the module and of a client."""
    return self_signed(tmp_path / "module.pem"), self_signed(tmp_path / "client.pem")


def test_over_tls_with_a_certificate_of_ours(papers):
    module, client = papers
    with serving(tls_certificate=module, tls_key=module, tls_clients=client) as (port, _, _):
        words = ("send", "NC", "--tls-ca", module)
        assert run(port, *words, "--tls-client", client)[0] == 0
        assert run(port, *words)[0] == 5  # It lets nobody in without one.


def test_a_module_that_nobody_vouches_for_is_exit_5(papers):
    module, stranger = papers
    with serving(tls_certificate=module, tls_key=module) as (port, _, _):
        code, out, err = run(port, "send", "NC", "--tls-ca", stranger)
    assert (code, out) == (5, "")
    assert "the connection failed" in err


@pytest.mark.parametrize("words", [["--tls-ca", "nowhere.pem"], ["--tls-client", "nowhere.pem"]])
def test_papers_that_are_not_there_are_a_usage_error(words):
    assert run(1, "send", "NC", *words)[0] == 2
