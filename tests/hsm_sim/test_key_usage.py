"""Under a key block LMK too a key serves only what it is for: every operand, by its key block."""

from hashlib import sha256

import pytest

from cardswitch.specs.hsm import Command
from cardswitch.specs.hsm.commands import COMMANDS
from cardswitch.specs.security.keys import adjust_parity
from tests.kit.hsm import examples_keys, examples_pins
from tests.kit.hsm.examples_emv import under_block_lmk
from tests.kit.hsm.module import ask, module

PIN, MASTER, BASE, PVK = "P0T2B00E00", "K0T2B00E00", "B0T2X00E00", "V2T2C00E00"
BY_NAME = {"zpk": PIN, "tpk": PIN, "pvk": PVK, "bdk": BASE, "target_bdk": BASE}
BY_NAME |= {"zmk": MASTER, "tmk": MASTER}
BY_CODE = {
    "AU": "C0T2C00E00",
    "DY": BASE,
    "MG": "M3T2C00E00",
    "FM": "D0T2B00E00",
    "AG": "M3T2C00E00",
}
UNDER_ANOTHER_KEY = {code for code, _ in examples_keys.OTHERS}
COMMANDS_WITH_KEYS = [
    *examples_pins.GOOD,
    *(
        command
        for command in examples_keys.GOOD + examples_keys.AUTHORISED
        # FM with a ZAK is FM with a ZEK; BW takes its key from under another LMK.
        if command.code != "BW" and (command.code, command.fields.get("flag")) != ("FM", "1")
    ),
]


def attributes_of(command: Command, name: str) -> str:
    """What the key block of an operand must say."""
    return BY_NAME.get(name) or BY_CODE.get(command.code, PIN)


def key_fields(command: Command) -> list[str]:
    """The operands of *command* that are keys under the LMK."""
    names = {
        f.name for layout in COMMANDS[command.code].request for f in layout.fields if f.kind.is_key
    }
    if command.code in UNDER_ANOTHER_KEY:
        names.discard("key")
    return sorted(names & command.fields.keys())


def in_blocks(command: Command, wrong: str = "") -> Command:
    """*command* with keys in key blocks; that of *wrong* is for something else."""
    scheme = {"lmk_scheme": "S"} if "lmk_scheme" in command.fields else {}
    fields = {**command.fields, **scheme, "lmk_id": "01"}
    for name in key_fields(command):
        right = attributes_of(command, name)
        other = "E0T2X00E00" if name == wrong else right
        clear = adjust_parity(sha256(name.encode()).digest()[:16])
        fields[name] = under_block_lmk(other, clear)
    return Command("", command.code, fields)


def error_of(command: Command) -> str:
    asked = module()
    asked.state.authority.until.update(dict.fromkeys(examples_keys.ACTIVITIES, 1e9))
    return ask(asked, command).error


@pytest.mark.parametrize(
    ("command", "name"),
    [(command, name) for command in COMMANDS_WITH_KEYS for name in key_fields(command)],
    ids=lambda value: value if isinstance(value, str) else value.code,
)
def test_a_key_block_serves_only_what_it_is_for(command: Command, name: str) -> None:
    assert error_of(in_blocks(command)) not in ("A6", "A7", "A8")
    assert error_of(in_blocks(command, name)) == "A6"
