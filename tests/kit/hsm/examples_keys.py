"""Commands about keys for `test_module`: each key operand, and good ones."""

from cardswitch.hsm_sim.module import OLD_TEST_LMK
from cardswitch.specs.hsm import Command
from cardswitch.specs.hsm.commands.keys.any_type import derive_initial_key, key_check_value_older
from cardswitch.specs.hsm.commands.keys.forms import (
    change_key_scheme,
    form_key,
    generate_component,
    read_texts,
    renew_key,
    store_bytes,
    store_texts,
)
from cardswitch.specs.hsm.commands.keys.zones import (
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
from cardswitch.specs.hsm.commands.module.printing import (
    print_components,
    print_pin,
    print_tmk,
    print_zmk_component,
)
from cardswitch.specs.security.lmk import TEST_LMK, seal_pin, wrap_key, wrap_key_under_key
from tests.kit.hsm.module import PAN12, TAK, TPK, ZMK, ZPK, key, under_lmk

BDK, CVK, ZEK = map(key, range(30, 33))
KEYS = (BDK, CVK, ZEK)
ZMK_TEXT, TPK_TEXT = under_lmk("000", ZMK), under_lmk("002", TPK)
BDK_TEXT, CVK_TEXT, ZEK_TEXT = under_lmk("009", BDK), under_lmk("402", CVK), under_lmk("00A", ZEK)
ZPK_TEXT, TAK_TEXT, ZAK_TEXT = under_lmk("001", ZPK), under_lmk("003", TAK), under_lmk("008", TAK)
COMPONENTS = [under_lmk("001", key(seed)) for seed in range(40, 49)]


def under_zmk(clear: bytes) -> str:
    """*clear* as another zone sent it."""
    return wrap_key_under_key(ZMK, "X", clear)


GOOD: list[Command] = [
    derive_initial_key(BDK_TEXT, "FFFF9876543210E"),
    derive_initial_key(BDK_TEXT, "FFFF9876543210E", "U", ZMK_TEXT),
    generate_tak(TPK_TEXT),
    generate_zpk(ZMK_TEXT),
    generate_zek_or_zak(ZMK_TEXT, zak=False),
    generate_zek_or_zak(ZMK_TEXT, zak=True),
    generate_cvk(),
    generate_bdk(),
    import_zpk(ZMK_TEXT, under_zmk(ZPK)),
    export_zpk(ZMK_TEXT, ZPK_TEXT),
    import_zek_or_zak(ZMK_TEXT, under_zmk(ZEK), zak=False),
    export_zek_or_zak(ZMK_TEXT, ZEK_TEXT, zak=False),
    import_zek_or_zak(ZMK_TEXT, under_zmk(TAK), zak=True),
    export_zek_or_zak(ZMK_TEXT, ZAK_TEXT, zak=True),
    import_cvk(ZMK_TEXT, under_zmk(CVK)),
    export_cvk(ZMK_TEXT, CVK_TEXT),
    import_bdk(ZMK_TEXT, under_zmk(BDK)),
    export_bdk(ZMK_TEXT, BDK_TEXT),
    import_tak(ZMK_TEXT, under_zmk(TAK)),
    export_tak(ZMK_TEXT, TAK_TEXT),
    key_check_value_older("01", ZPK_TEXT),
    renew_key("001", wrap_key(OLD_TEST_LMK, "001", "U", ZPK)),
    store_texts(0x00A, [ZPK_TEXT, TPK_TEXT]),
    read_texts(0x00A, 2),
    store_bytes(0x00C, b"sealed"),
]
# By the word of two officers alone.
AUTHORISED: list[Command] = [
    generate_terminal_key(TPK_TEXT),
    import_terminal_key(ZMK_TEXT, under_zmk(TPK)),
    export_terminal_key(ZMK_TEXT, TPK_TEXT),
    print_pin(seal_pin(TEST_LMK, "739182465073", PAN12), PAN12, ["To the owner"]),
    print_tmk(TPK_TEXT),
    print_components("001"),
    print_zmk_component(),
    send_terminal_key(TPK_TEXT, TPK_TEXT),
    send_tak(TPK_TEXT, TAK_TEXT),
    generate_component("001"),
    form_key("001", COMPONENTS[:3]),
    form_key("001", COMPONENTS),
    change_key_scheme("001", ZPK_TEXT, "X"),
]
# What officers may be asked for, each as wide as it can be.
ACTIVITIES = ("import", "export", "component", "scheme", "pin", "print")

_TYPES = {"zmk": "000", "tmk": "002", "bdk": "009"}
_EXPORTED = {
    "GC": "001",
    "FE": "002",
    "AU": "402",
    "DY": "009",
    "MG": "003",
    "AE": "002",
    "AG": "003",
}
_OF_FLAG = {"0": "00A", "1": "008"}


def _operands(command: Command) -> list[tuple[Command, str, str, str]]:
    fields = command.fields
    rows = [(command, name, _TYPES[name], "10") for name in fields if name in _TYPES]
    if command.code in _EXPORTED:
        rows.append((command, "key", _EXPORTED[command.code], "11"))
    if command.code == "FM":
        rows.append((command, "key", _OF_FLAG[fields["flag"]], "11"))
    if command.code in ("B0", "KA"):
        rows.append((command, "key", "001", "10"))
    return rows + [(command, name, "001", "10") for name in fields if name.startswith("component_")]


# command, operand, the type it must have, the code when it has another.
OPERANDS = [row for command in GOOD + AUTHORISED for row in _operands(command)]
# Keys under a ZMK, and under the old LMK: under the LMK of today they have no type.
OTHERS = {(code, "key") for code in ("FA", "FC", "FK", "AW", "DW", "MI", "BW")}
