"""Commands about keys of one kind: each function and its line, both ways."""

import pytest

from cardswitch.specs.hsm.commands.keys.zones import (
    COMMANDS,
    export_bdk,
    export_cvk,
    export_tak,
    export_terminal_key,
    export_zek_or_zak,
    export_zpk,
    generate_bdk,
    generate_cvk,
    generate_tak,
    generate_terminal_key,
    generate_zek_or_zak,
    generate_zpk,
    import_bdk,
    import_cvk,
    import_tak,
    import_terminal_key,
    import_zek_or_zak,
    import_zpk,
    send_tak,
    send_terminal_key,
)
from tests.kit.hsm.lines import BDK, PVK, TPK, ZMK, ZPK, check_line

LINES = {
    f"AE{TPK}{ZPK};X01": send_terminal_key(TPK, ZPK),
    f"AG{TPK}{ZPK};U01": send_tak(TPK, ZPK, "U"),
    f"HA{TPK};X01": generate_tak(TPK),
    f"HC{TPK};XU1": generate_terminal_key(TPK, inner="U"),
    f"IA{ZMK};X01": generate_zpk(ZMK),
    f"FI1{ZMK};X01": generate_zek_or_zak(ZMK, zak=True),
    "AS;001": generate_cvk(),
    "BI;0T1": generate_bdk("T"),
    f"FA{ZMK}{ZPK};001": import_zpk(ZMK, ZPK),
    f"GC{ZMK}{ZPK};X01": export_zpk(ZMK, ZPK),
    f"FC{ZMK}{TPK};001": import_terminal_key(ZMK, TPK),
    f"FE{ZMK}{TPK};R01": export_terminal_key(ZMK, TPK, "R"),
    f"FK0{ZMK}{ZPK};001": import_zek_or_zak(ZMK, ZPK, zak=False),
    f"FM1{ZMK}{ZPK};X01": export_zek_or_zak(ZMK, ZPK, zak=True),
    f"AW{ZMK}{PVK};001": import_cvk(ZMK, PVK),
    f"AU{ZMK}{PVK};X01": export_cvk(ZMK, PVK),
    f"DW{ZMK}{BDK};001": import_bdk(ZMK, BDK),
    f"DY{ZMK}{BDK};X01": export_bdk(ZMK, BDK),
    f"MI{ZMK}{ZPK};001": import_tak(ZMK, ZPK),
    f"MG{ZMK}{ZPK};X01": export_tak(ZMK, ZPK),
}


@pytest.mark.parametrize("line", LINES, ids=lambda line: line[:5])
def test_a_request_and_its_line(line: str) -> None:
    check_line(LINES[line], line)


def test_every_command_has_a_line() -> None:
    assert {line[:2] for line in LINES} == COMMANDS.keys()
