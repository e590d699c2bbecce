"""Where the HSM is, and how commands end that cannot reach it."""

import pytest

from cardswitch.hsm_sim.cli import link as link_cli
from cardswitch.specs.errors import ConfigError
from tests.kit.hsm.served import answering, run, serving, unused_port
from tests.kit.papers import certificate


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


@pytest.mark.parametrize("size", [0, 1, 255])
def test_a_header_of_any_size(tmp_path, size):
    lab = tmp_path / "lab.toml"
    with serving(header_size=size) as (port, _, _):
        assert run(port, "send", "NC", "--header", str(size))[0] == 0
        lab.write_text(f"[hsm]\nport = {port}\nheader_size = {size}\n")
        assert run(None, "send", "NC", "--config", str(lab))[0] == 0


# TLS ----------------------------------------------------------------------------------------------


@pytest.fixture
def papers(tmp_path):
    """The files of a module and of a client that sign for themselves; this is the folder."""
    for name in ("module", "client"):
        certificate(tmp_path, name)
    both = (tmp_path / "client.pem").read_bytes() + (tmp_path / "client.key").read_bytes()
    (tmp_path / "both.pem").write_bytes(both)
    return {"tls_certificate": "module.pem", "tls_key": "module.key"}


@pytest.mark.parametrize("ours", [("client.pem", "--tls-key", "client.key"), ("both.pem",)])
def test_over_tls_with_a_certificate_of_ours(papers, ours):
    with serving(**papers, tls_ca="client.pem") as (port, _, _):
        words = ("send", "NC", "--tls-ca", "module.pem")
        assert run(port, *words, "--tls-certificate", *ours)[0] == 0
        assert run(port, *words)[0] == 5  # It lets nobody in without one.


def test_a_module_of_another_name_is_told_nothing(papers):
    with serving(**papers) as (port, _, _):
        words = ("send", "NC", "--tls-ca", "module.pem", "--tls-name")
        assert run(port, *words, "module")[0] == 0
        code, out, err = run(port, *words, "hsm")
    assert (code, out) == (5, "")
    assert "its certificate is that of module" in err
    assert "and not of hsm" in err


def test_a_module_that_nobody_vouches_for_is_exit_5(papers):
    with serving(**papers) as (port, _, _):
        code, out, err = run(port, "send", "NC", "--tls-ca", "client.pem")
    assert (code, out) == (5, "")
    assert "the connection failed" in err


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["--tls-ca", "nowhere.pem"], "--tls-ca: nowhere.pem: cannot be read"),
        (["--tls-certificate", "client.pem"], "--tls-ca: missing"),
        (["--tls-key", "client.key"], "--tls-ca: missing"),
        (["--tls-ca", "module.pem", "--tls-key", "client.key"], "--tls-certificate: missing"),
        (["--tls-ca", "client.key"], "--tls-ca: client.key: expected certificates"),
    ],
)
def test_papers_that_cannot_be_used_are_a_usage_error(papers, words, expected):
    code, _, err = run(1, "send", "NC", *words)
    assert code == 2
    assert expected in err
