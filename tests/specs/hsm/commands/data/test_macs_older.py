"""Older commands about MACs: each function and its line, both ways."""

import pytest

from cardswitch.specs.hsm.commands.data.macs_older import (
    COMMANDS,
    generate_mac_older,
    generate_mac_x919_older,
    generate_mac_zak_older,
    translate_mac_older,
    verify_mac_older,
)
from tests.kit.hsm.lines import TPK, ZPK, check_line

IV = "0123456789ABCDEF"

LINES = {
    f"MA{TPK}50 % of it #1": generate_mac_older(TPK, b"50 % of it #1"),
    f"MC{TPK}01234567hello%01": verify_mac_older(TPK, b"hello%01", "01234567"),
    f"ME{TPK}{ZPK}01234567hello": translate_mac_older(TPK, ZPK, b"hello", "01234567"),
    f"MQ0{TPK}005hello": generate_mac_zak_older(TPK, b"hello"),
    f"MQ3{TPK}{IV}005hello": generate_mac_zak_older(TPK, b"hello", "3", IV),
    f"MS0011{TPK}000400FF": generate_mac_x919_older(TPK, b"\x00\xff"),
    f"MS2111{TPK}{IV}000400FF": generate_mac_x919_older(TPK, b"\x00\xff", "2", IV, zak=True),
}


@pytest.mark.parametrize("line", LINES, ids=lambda line: line[:5])
def test_a_request_and_its_line(line: str) -> None:
    check_line(LINES[line], line)


def test_every_command_has_a_line() -> None:
    assert {line[:2] for line in LINES} == COMMANDS.keys()
