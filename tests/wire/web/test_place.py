"""A place of HTTPS has a certificate."""

import pytest

from cardswitch.wire.web.place import WebPlace


def test_a_place_without_a_certificate_is_none():
    with pytest.raises(ValueError, match="tls_certificate: missing"):
        WebPlace(port=1)
    assert WebPlace(port=1, tls_certificate="a.pem").connections_max == 1_000
