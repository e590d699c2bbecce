"""Commands about MACs: each function and its line, both ways."""

import pytest

from cardswitch.specs.hsm.commands.data.macs import (
    CMAC,
    COMMANDS,
    RIGHT,
    chain_mac,
    generate_mac,
    generate_mac_dukpt,
    verify_mac,
    verify_mac_dukpt,
)
from tests.kit.hsm.lines import AES_KSN, BDK, KSN, TPK, check_line

IV = "0123456789ABCDEF"

LINES = {
    f"M601031003{TPK}000400FF": generate_mac("003", TPK, b"\x00\xff"),
    f"M601112008{TPK}0000": generate_mac("008", TPK, b"", algorithm="1", padding="2", length=16),
    f"M801131003{TPK}0002615F1448EEA8AD90A7": verify_mac("003", TPK, b"a", "5F1448EEA8AD90A7"),
    f"M611160003{TPK}000400FF": chain_mac("003", TPK, b"\x00\xff", CMAC),
    f"M821130003{TPK}{IV}000400FF": chain_mac("003", TPK, b"\x00\xff", "3", IV, to_verify=True),
    f"M631131003{TPK}{IV}000400FF": generate_mac("003", TPK, b"\x00\xff", length=16, iv=IV),
    f"M801060003{TPK}000400FF01234567": verify_mac("003", TPK, b"\x00\xff", "01234567", CMAC),
    f"GW41{BDK}A05{KSN}0008whole bl": generate_mac_dukpt(BDK, KSN, b"whole bl"),
    f"GW36{BDK}808{AES_KSN}012345670001x": verify_mac_dukpt(
        BDK, AES_KSN, b"x", "01234567", RIGHT, CMAC
    ),
}


@pytest.mark.parametrize("line", LINES, ids=lambda line: line[:5])
def test_a_request_and_its_line(line: str) -> None:
    check_line(LINES[line], line)


def test_every_command_has_a_line() -> None:
    assert {line[:2] for line in LINES} == COMMANDS.keys()
