"""Who may reach the module: addresses and certificates."""

import pytest

from cardswitch.hsm_sim.config import HsmConfig
from cardswitch.hsm_sim.tls import address_rule, server_tls
from cardswitch.specs.errors import ConfigError


@pytest.mark.parametrize(
    ("allow", "peer", "expected"),
    [
        (["127.0.0.1"], "127.0.0.1", True),
        (["127.0.0.1"], "127.0.0.2", False),
        (["127.0.0.1"], "::ffff:127.0.0.1", True),
        (["127.0.0.1"], "::1", False),
        (["::1"], "::1", True),
        (["fe80::/10"], "fe80::1%eth0", True),
        (["10.1.0.0/16", "::1"], "10.1.255.255", True),
        (["10.1.0.0/16"], "10.2.0.0", False),
        (["0.0.0.0/0"], "8.8.8.8", True),
        ([], "127.0.0.1", False),
        (["0.0.0.0/0", "::/0"], "", False),
        (["0.0.0.0/0", "::/0"], "somewhere", False),
    ],
)
def test_addresses(allow: list[str], peer: str, expected: bool) -> None:
    assert address_rule(allow)(peer) is expected


@pytest.mark.parametrize("text", ["localhost", "10.1.2.3/16", "", "300.1.1.1"])
def test_what_is_no_address_is_named(text: str) -> None:
    with pytest.raises(ConfigError, match=r"^hsm\.allow: "):
        address_rule([text])


def test_without_a_certificate_there_is_no_tls(tmp_path) -> None:
    assert server_tls(HsmConfig(port=0), tmp_path) is None


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        ({"tls_key": "k.pem"}, "tls_certificate: missing"),
        ({"tls_clients": "c.pem"}, "tls_certificate: missing"),
        ({"tls_certificate": "c.pem"}, "tls_key: missing"),
        ({"tls_certificate": "c.pem", "tls_key": "k.pem"}, "tls_certificate, hsm.tls_key: no"),
        ({"tls_certificate": "bad.pem", "tls_key": "bad.pem"}, "tls_certificate, hsm.tls_key: no"),
    ],
)
def test_what_is_missing_or_unreadable_is_named(tmp_path, keys, expected: str) -> None:
    (tmp_path / "bad.pem").write_text("nonsense")
    with pytest.raises(ConfigError, match=rf"^hsm\.{expected}"):
        server_tls(HsmConfig(port=0, **keys), tmp_path)
