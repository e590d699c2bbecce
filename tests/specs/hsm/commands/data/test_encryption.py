"""Commands about data: each function and its line, both ways."""

import pytest

from cardswitch.specs.hsm.commands.data.encryption import (
    COMMANDS,
    DataKey,
    decrypt_data,
    encrypt_data,
    hash_data,
    translate_data,
)
from tests.kit.hsm.lines import BDK, KSN, TPK, ZPK, check_line

IV = "0123456789ABCDEF"
DEK = DataKey("00B", TPK)
ZEK = DataKey("00A", ZPK, IV)
DERIVED = DataKey("009", BDK, IV, KSN)

LINES = {
    f"M0001100B{TPK}000400FF": encrypt_data(DEK, b"\x00\xff"),
    f"M2011100A{ZPK}{IV}000400FF": decrypt_data(ZEK, b"\x00\xff"),
    f"M400011100B{TPK}009{BDK}A05{KSN}{IV}000400FF": translate_data(DEK, DERIVED, b"\x00\xff"),
    "GM0600003abc": hash_data(b"abc"),
}


@pytest.mark.parametrize("line", LINES, ids=lambda line: line[:5])
def test_a_request_and_its_line(line: str) -> None:
    check_line(LINES[line], line)


def test_every_command_has_a_line() -> None:
    assert {line[:2] for line in LINES} == COMMANDS.keys()
