"""The section [gateway]: HTTPS alone, and paths that count from its file."""

from pathlib import Path

import msgspec
import pytest

from cardswitch.gateway.config import GatewayConfig

LEAST = {"api": {"port": 1, "tls_certificate": "a.pem"}, "switch": {"port": 2}}


def read(**changes):
    return msgspec.convert({**LEAST, **changes}, GatewayConfig)


def test_paths_count_from_the_folder():
    config = read().placed(Path("/lab"))
    assert (config.vault, config.keys) == ("/lab/gateway.vault", "/lab/gateway.keys")
    assert config.api.tls_certificate == "/lab/a.pem"
    assert config.database == "sqlite:////lab/gateway.db"


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"api": {"port": 1}}, "speaks HTTPS alone"),
        ({"api": {"port": 1, "tls_certificate": "a", "tls_names": ["x"]}}, "its keys say"),
        ({"answer_s": 5.0}, "< 5.0"),
        ({"terminal": "TOO LONG ONE"}, "terminal"),
        ({"zone": "Nowhere/Else"}, "Nowhere"),
    ],
)
def test_what_cannot_be_is_refused(changes, told):
    with pytest.raises(Exception, match=told):
        read(**changes)
