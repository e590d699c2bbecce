"""Commands about RSA: each function and its line, both ways."""

import pytest

from cardswitch.specs.hsm.commands.data.encryption import SHA_1, SHA_512
from cardswitch.specs.hsm.commands.keys.rsa import (
    COMMANDS,
    DER_SIGNED,
    PSS,
    RSA_KEYS,
    RSA_SIGNATURES,
    generate_rsa_pair,
    import_rsa_public_key,
    sign_rsa,
    verify_rsa,
)
from tests.kit.hsm.lines import check_line

DER = "0\x06\x02\x01%\x02\x01;"

LINES = {
    "EI2204801": generate_rsa_pair(),
    "EI01024020002\x03": generate_rsa_pair(1024, RSA_SIGNATURES, 3, DER_SIGNED),
    "EI13072010017\x01\x00\x01": generate_rsa_pair(3072, RSA_KEYS, 65_537),
    f"EO01{DER}": import_rsa_public_key(DER.encode()),
    f"EO02{DER}A 1": import_rsa_public_key(DER.encode(), "A 1", DER_SIGNED),
    "EW0601010004a;%b;990006sealed": sign_rsa(b"sealed", b"a;%b"),
    "EW0101040000;990006sealed": sign_rsa(b"sealed", b"", SHA_1, PSS),
    f"EY0601010003s;g;0004data;mac%{DER}": verify_rsa(DER.encode(), b"mac%", b"data", b"s;g"),
    f"EY0801040003sig;0000;mac4{DER}A 1": verify_rsa(
        DER.encode(), b"mac4", b"", b"sig", SHA_512, PSS, "A 1"
    ),
}


@pytest.mark.parametrize("line", LINES, ids=lambda line: line[:5])
def test_a_request_and_its_line(line: str) -> None:
    check_line(LINES[line], line)


def test_every_command_has_a_line() -> None:
    assert {line[:2] for line in LINES} == COMMANDS.keys()
