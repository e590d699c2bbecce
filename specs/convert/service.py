"""The point of service: DE22, 25 and 26 of 1987 against the twelve characters of DE22 of 1993.

1987 says how the card was read, whether there is a PIN pad, and the condition; 1993 what the
terminal can do and what it did, a character each. Tables turn one into the other; the first row
that fits counts.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from .rules import Context, Fields, is_digits

SERVICE_FIELDS: Final = (22, 25, 26)  # of 1987
# DE22 of 1987, digits 1-2, and the input mode of 1993 (character 7), which knows no contactless.
_MODES: Final[Mapping[str, str]] = {
    "00": "0", "01": "6", "02": "2", "03": "3", "04": "4", "05": "5",
    "06": "6", "07": "5", "09": "5", "10": "6", "79": "6", "80": "2",
    "81": "6", "82": "6", "90": "2", "91": "2", "95": "5",
}  # fmt: skip
# DE22 of 1987, digit 3, and what 1993 says: authentication capability, method and authority
# (characters 2, 8 and 9), PIN length where there is no DE26 (character 12).
_PINS: Final[Mapping[str, tuple[str, str, str, str]]] = {
    "1": ("1", "0", "0", "1"),
    "2": ("0", "0", "0", "0"),
    "0": ("0", "0", "0", "1"),
    "8": ("5", "0", "0", "1"),
    "9": ("1", "1", "2", "1"),
}
# DE25 of 1987, and what 1993 says: capture, environment, cardholder, card (characters 3 to 6).
_CONDITIONS: Final[Mapping[str, tuple[str, str, str, str]]] = {
    "00": ("0", "1", "0", "1"),
    "01": ("0", "0", "1", "0"),
    "02": ("1", "2", "0", "1"),
    "05": ("0", "1", "0", "0"),
    "07": ("0", "0", "3", "0"),
    "08": ("0", "0", "2", "0"),
    "15": ("0", "5", "0", "1"),
    "27": ("0", "2", "0", "1"),
    "59": ("0", "0", "5", "0"),
}
_LENGTHS: Final = "0123456789ABC"  # character 12: how long a PIN may be
_UNKNOWN: Final = "00"  # card output and terminal output capability, characters 10 and 11


def service_up(taken: Fields, _: Context) -> dict[int, str]:
    """DE22 of 1993 from 22, 25 and 26 of 1987; nothing if none of them is there.

    >>> service_up({22: "051", 25: "00"}, None)[22]
    '510101500001'
    """
    if not taken:
        return {}
    mode = _MODES.get(taken.get(22, "000")[:2], "0")
    pin = _PINS.get(taken.get(22, "000")[2:], _PINS["0"])
    condition = _CONDITIONS.get(taken.get(25, "00"), _CONDITIONS["00"])
    length = _length_code(taken.get(26, "")) or pin[3]
    return {22: mode + pin[0] + "".join(condition) + mode + pin[1] + pin[2] + _UNKNOWN + length}


def _length_code(capture: str) -> str:
    """DE26 of 1987, the longest PIN in digits, as the one character of 1993; empty if none."""
    return _LENGTHS[int(capture)] if is_digits(capture, 2) and "04" <= capture <= "12" else ""


def service_down(taken: Fields, _: Context) -> dict[int, str]:
    """22, 25 and 26 of 1987 from DE22 of 1993.

    >>> service_down({22: "510101500004"}, None)
    {22: '051', 25: '00', 26: '04'}
    """
    code = taken.get(22, "")
    if len(code) != 12:
        return {}
    made = {22: _mode(code[6]) + _pin(code)}
    condition = next((c for c, said in _CONDITIONS.items() if "".join(said) == code[2:6]), "")
    if condition:
        made[25] = condition
    if code[11] in _LENGTHS[4:]:
        made[26] = f"{_LENGTHS.index(code[11]):02}"
    return made


def _mode(character: str) -> str:
    return next((mode for mode, said in _MODES.items() if said == character), "00")


def _pin(code: str) -> str:
    """Digit 3 of DE22 of 1987; of PIN pads that 1987 cannot tell apart, the plain one."""
    capability, method, authority, length = code[1], code[7], code[8], code[11]
    if (method, authority) == ("1", "2"):
        return "9"
    if capability == "0":
        return "2" if length == "0" else "0"
    return {"1": "1", "5": "8"}.get(capability, "0")
