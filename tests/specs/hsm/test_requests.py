"""Each function makes a command that its layout admits, with the fields in their places."""

import pytest

from cardswitch.specs import hsm
from cardswitch.specs.errors import EncodeError
from tests.kit.hsm import lines_emv
from tests.kit.hsm.lines import LINES

TPK, ZPK, PVK = "U" + "1A" * 16, "U" + "2B" * 16, "U" + "3C" * 16
BLOCK, PAN12, PAN = "6428EB94035AF53B", "550000025321", "4123456789012345"
PIN = "J" + "4D" * 16


@pytest.mark.parametrize(
    ("command", "line"),
    [
        (hsm.diagnostics(), "NC"),
        (hsm.echo("A"), "B20001A"),
        (
            hsm.translate_pin_tpk_zpk(TPK, ZPK, BLOCK, PAN12),
            f"CA{TPK}{ZPK}12{BLOCK}0101{PAN12}",
        ),
        (
            hsm.translate_pin_zpk_zpk(ZPK, TPK, BLOCK, PAN12, source="05", target="47"),
            f"CC{ZPK}{TPK}12{BLOCK}0547{PAN12}",
        ),
        (
            hsm.verify_pin_pvv_tpk(TPK, PVK, BLOCK, PAN12, "1", "4402"),
            f"DC{TPK}{PVK}{BLOCK}01{PAN12}14402",
        ),
        (
            hsm.verify_pin_pvv_zpk(ZPK, PVK, BLOCK, PAN12, "1", "4402", source="47"),
            f"EC{ZPK}{PVK}{BLOCK}47{PAN12}14402",
        ),
        (hsm.pin_to_lmk(TPK, BLOCK, PAN12), f"JC{TPK}{BLOCK}01{PAN12}"),
        (hsm.pvv_from_lmk_pin(PVK, PIN, PAN12, "1"), f"DG{PVK}{PIN}{PAN12}1"),
        (hsm.generate_cvv(PVK, PAN, "8701", "101"), f"CW{PVK}{PAN};8701101"),
        (hsm.verify_cvv(PVK, PAN, "8701", "101", "561"), f"CY{PVK}561{PAN};8701101"),
        (hsm.generate_key("001"), "A00001U"),
        (hsm.generate_key("001", "T", ZPK, "Y"), f"A01001T;0{ZPK}Y"),
        (hsm.generate_key("003", zmk=TPK, zmk_is_tmk=True), f"A01003U;1{TPK}X"),
        (hsm.import_key("001", ZPK, "X" + "5E" * 16), f"A6001{ZPK}X{'5E' * 16}U"),
        (hsm.export_key("001", ZPK, TPK), f"A8001{ZPK}{TPK}X"),
        (hsm.key_check_value("402", PVK), f"BUFF1{PVK};402;001"),
        (hsm.key_check_value("002", "6F" * 8), f"BUFF0{'6F' * 8};002;001"),
        (
            hsm.generate_mac("003", TPK, b"\x00\xff"),
            f"M601031003{TPK}000400FF",
        ),
        (
            hsm.generate_mac("008", TPK, b"", algorithm="1", padding="2", length=16),
            f"M601112008{TPK}0000",
        ),
        (
            hsm.verify_mac("003", TPK, b"a", "5F1448EEA8AD90A7"),
            f"M801131003{TPK}0002615F1448EEA8AD90A7",
        ),
    ],
)
def test_a_request_and_its_line(command: hsm.Command, line: str) -> None:
    assert hsm.pack_command(command) == line.encode()


def test_forms_are_checked_when_packed() -> None:
    with pytest.raises(EncodeError, match=r"M8\.mac"):
        hsm.pack_command(hsm.verify_mac("003", TPK, b"a", "5F1448E"))
    with pytest.raises(EncodeError, match=r"CA\.pan12"):
        hsm.pack_command(hsm.translate_pin_tpk_zpk(TPK, ZPK, BLOCK, "55000002532"))


@pytest.mark.parametrize("line", LINES, ids=[f"{n}-{line[:2]}" for n, line in enumerate(LINES)])
def test_lines_of_pins_and_keys_both_ways(line: str) -> None:
    assert hsm.pack_command(LINES[line]) == line.encode()
    assert hsm.unpack_command(b"0001" + line.encode()) == LINES[line].with_header("0001")


@pytest.mark.parametrize("line", lines_emv.LINES, ids=[line[:3] for line in lines_emv.LINES])
def test_lines_of_chip_cards_and_data_both_ways(line: str) -> None:
    command = lines_emv.LINES[line]
    assert hsm.pack_command(command) == line.encode()
    assert hsm.unpack_command(b"0001" + line.encode()) == command.with_header("0001")
