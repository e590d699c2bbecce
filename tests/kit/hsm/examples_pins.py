"""Commands about PINs for `test_module`: each key operand, and good ones."""

from cardswitch.hsm_sim.module import OLD_TEST_LMK
from cardswitch.hsm_sim.pins.decimalisation import encrypt_table
from cardswitch.specs.hsm import Command
from cardswitch.specs.hsm.commands.pins.blocks import (
    change_pvv,
    pvv_from_block,
    translate_pin_tpk_dukpt,
)
from cardswitch.specs.hsm.commands.pins.dukpt import (
    Transaction,
    translate_pin_dukpt_dukpt,
    translate_pin_dukpt_older,
    translate_pin_dukpt_zpk,
    verify_pin_ibm_dukpt,
    verify_pin_ibm_dukpt_older,
    verify_pin_pvv_dukpt,
    verify_pin_pvv_dukpt_older,
)
from cardswitch.specs.hsm.commands.pins.ibm import (
    change_offset,
    derive_pin_ibm,
    ibm_check,
    offset_from_block,
    offset_from_lmk_pin,
    verify_pin_ibm_tpk,
    verify_pin_ibm_zpk,
)
from cardswitch.specs.hsm.commands.pins.lmk import (
    compare_pin_tpk,
    compare_pin_zpk,
    decrypt_lmk_pin,
    encrypt_clear_pin,
    move_lmk_pin,
    pin_from_lmk,
    pin_to_lmk_zpk,
    random_pin,
    renew_lmk_pin,
    renew_table,
)
from cardswitch.specs.security.dukpt_tdes import derive_key_dukpt_tdes
from cardswitch.specs.security.ibm3624 import build_validation_data_ibm3624, generate_offset_ibm3624
from cardswitch.specs.security.lmk import TEST_LMK, seal_pin
from cardswitch.specs.security.pvv import generate_pvv
from tests.kit.hsm.module import PAN12, PVK, TPK, ZPK, key, pin_block, under_lmk

BDK = key(30)
KEYS = (BDK,)
DESCRIPTOR, KSN, KSN_2 = "605", "FFFF9876543210E00001", "FFFF9876543210E00002"
PIN_KEY = derive_key_dukpt_tdes(BDK, bytes.fromhex(KSN), "pin")
TPK_TEXT, ZPK_TEXT, PVK_TEXT = under_lmk("002", TPK), under_lmk("001", ZPK), under_lmk("002", PVK)
BDK_TEXT = under_lmk("009", BDK)
HERE = Transaction(BDK_TEXT, DESCRIPTOR, KSN)
THERE = Transaction(BDK_TEXT, DESCRIPTOR, KSN_2)

CLEAR_TABLE, VALIDATION = "0123456789012345", "1234567890NF"
TABLE = encrypt_table(TEST_LMK, CLEAR_TABLE)
OLD_TABLE = encrypt_table(OLD_TEST_LMK, CLEAR_TABLE)
# All its digits are secret; it is long enough not to stand in an answer by chance.
LONG_PIN = "739182465073"
LMK_PIN = seal_pin(TEST_LMK, LONG_PIN, PAN12)
OLD_LMK_PIN = seal_pin(OLD_TEST_LMK, LONG_PIN, PAN12)
PVV = generate_pvv(PVK, LONG_PIN, PAN12, "1")
CHECK = ibm_check(PVK_TEXT, PAN12, TABLE, VALIDATION, "06")
DATA = build_validation_data_ibm3624(VALIDATION, PAN12)
OFFSET = generate_offset_ibm3624(PVK, DATA, CLEAR_TABLE, LONG_PIN, 6) + "FFFFFF"
T_BLOCK, Z_BLOCK, D_BLOCK = (pin_block(by, LONG_PIN) for by in (TPK, ZPK, PIN_KEY))

GOOD: list[Command] = [
    translate_pin_tpk_dukpt(TPK_TEXT, BDK_TEXT, DESCRIPTOR, KSN, T_BLOCK, PAN12),
    translate_pin_dukpt_zpk(HERE, ZPK_TEXT, D_BLOCK, PAN12),
    translate_pin_dukpt_dukpt(HERE, THERE, D_BLOCK, PAN12),
    verify_pin_ibm_dukpt(HERE, CHECK, D_BLOCK, OFFSET),
    verify_pin_pvv_dukpt(HERE, PVK_TEXT, D_BLOCK, PAN12, "1", PVV),
    translate_pin_dukpt_older(HERE, ZPK_TEXT, D_BLOCK, PAN12),
    verify_pin_ibm_dukpt_older(HERE, CHECK, D_BLOCK, OFFSET),
    verify_pin_pvv_dukpt_older(HERE, PVK_TEXT, D_BLOCK, PAN12, "1", PVV),
    verify_pin_ibm_tpk(TPK_TEXT, CHECK, T_BLOCK, OFFSET),
    verify_pin_ibm_zpk(ZPK_TEXT, CHECK, Z_BLOCK, OFFSET),
    offset_from_lmk_pin(CHECK, LMK_PIN),
    offset_from_block("002", TPK_TEXT, CHECK, T_BLOCK),
    change_offset("001", ZPK_TEXT, CHECK, Z_BLOCK, OFFSET, pin_block(ZPK, "123456")),
    derive_pin_ibm(CHECK, OFFSET),
    pvv_from_block("001", ZPK_TEXT, PVK_TEXT, Z_BLOCK, PAN12, "1"),
    change_pvv("002", TPK_TEXT, PVK_TEXT, T_BLOCK, PAN12, "1", PVV, pin_block(TPK, "1234")),
    random_pin(PAN12, 12),
    pin_to_lmk_zpk(ZPK_TEXT, Z_BLOCK, PAN12),
    pin_from_lmk(ZPK_TEXT, LMK_PIN, PAN12),
    compare_pin_tpk(TPK_TEXT, LMK_PIN, T_BLOCK, PAN12),
    compare_pin_zpk(ZPK_TEXT, LMK_PIN, Z_BLOCK, PAN12),
    renew_lmk_pin(OLD_LMK_PIN, PAN12),
    renew_table(OLD_TABLE),
]
# By the word of two officers alone.
AUTHORISED: list[Command] = [move_lmk_pin(LMK_PIN, PAN12, "000000000001")]
# These, even then, in a module whose policy enables them; NG says a PIN in clear.
CLEAR: list[Command] = [
    encrypt_clear_pin("1234", PAN12),
    decrypt_lmk_pin(LMK_PIN, PAN12),
]

_NUMBERS = {"zpk": "001", "tpk": "002", "bdk": "009", "target_bdk": "009", "pvk": "002"}
# The second key of a command has a code of its own.
_SECOND = {("CA", "target_bdk"), ("G0", "zpk"), ("G0", "target_bdk"), ("CI", "zpk"), ("JG", "zpk")}
_ALONE = {"DE", "EE"}  # A PVK that is the first key.


def _operands(command: Command) -> list[tuple[Command, str, str, str]]:
    rows = [
        (command, name, _NUMBERS[name], _code(command.code, name))
        for name in command.fields
        if name in _NUMBERS
    ]
    if "key_type" in command.fields:
        rows.append((command, "key", command.fields["key_type"], "10"))
    return rows


def _code(code: str, name: str) -> str:
    if (name == "pvk" and code not in _ALONE) or (code, name) in _SECOND:
        return "11"
    return "10"


# command, operand, the type it must have, the code when it has another.
OPERANDS = [row for command in GOOD for row in _operands(command)]
