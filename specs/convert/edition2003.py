"""ISO 8583:1993 against 2003: amounts get a currency, dates a century, numbers more room."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from ..amounts import currency
from ..codes import REASONS, reason_of_action
from ..errors import FormatError
from .rules import Context, FieldRule, Fields, Step, blocks, is_digits, rewritten

# Amounts of 1993 and the field of their currency.
_CURRENCY_OF: Final[Mapping[int, int]] = {4: 49, 5: 50, 6: 51, 8: 51, 97: 50}
_CENTURY: Final = "20"  # of dates without one: no message of 1993 is older
_CODE: Final = 4  # digits of a currency and its decimals
# Entries of lists: their size in 1993, and where a currency ends in them.
_FEE, _FEE_CURRENCIES = 34, (5, 34)
_BALANCE, _BALANCE_CURRENCIES = 20, (7,)


def _with_decimals(code: str) -> str:
    """The currency *code*, n 3, and its decimals; empty if it is not known."""
    try:
        return f"{code}{currency(code).exponent}"
    except FormatError:
        return ""


def amounts_up(taken: Fields, _: Context) -> dict[int, str]:
    """Amounts and their currencies in one field; a currency without an amount has no place.

    >>> amounts_up({4: "000000001250", 49: "978"}, None)
    {4: '9782000000001250'}
    """
    codes = {number: _with_decimals(taken.get(number, "")) for number in (49, 50, 51)}
    made = {
        number: _signed(taken[number], codes[of])
        for number, of in _CURRENCY_OF.items()
        if number in taken and codes[of]
    }
    original = taken.get(30, "")
    if is_digits(original, 24) and codes[49]:
        made[30] = codes[49] + original[:12] + (codes[50] or "0000") + original[12:]
    return made


def _signed(amount: str, code: str) -> str:
    """*code* before the digits of *amount*, behind its sign if it has one; at least 12 of DE4's."""
    sign = amount[:1] if amount[:1] in ("C", "D") else ""
    return sign + code + amount[len(sign) :]


def amounts_down(taken: Fields, _: Context) -> dict[int, str]:
    """Amounts, and the currencies that they say; those have the decimals of ISO 4217 in 1993.

    What cannot be told with these is no amount at all: with others it would be another one.

    >>> amounts_down({4: "3922000000125000"}, None), amounts_down({4: "3922000000125001"}, None)
    ({4: '000000001250', 49: '392'}, {})
    """
    made: dict[int, str] = {}
    for number, of in _CURRENCY_OF.items():
        text = taken.get(number, "")
        sign = text[:1] if text[:1] in ("C", "D") else ""
        if amount := _without_decimals(text[len(sign) :]):
            made |= {number: sign + amount, of: text[len(sign) :][:3]}
    original = taken.get(30, "")
    if is_digits(original, 32):
        parts = _without_decimals(original[:16]), _without_decimals(original[16:])
        made |= {30: "".join(parts)} if all(parts) else {}
    return made


def _without_decimals(text: str) -> str:
    """The digits of an amount behind its currency and decimals, with those that the currency has.

    Empty if they do not come out even, or need more digits than there are. What is no currency has
    the decimals that it says.
    """
    code, amount = text[:_CODE], text[_CODE:]
    known = _with_decimals(code[:3]) or code
    if known == code or not is_digits(text, len(text)):
        return amount
    scaled = int(amount) * 10 ** int(known[3]), 10 ** int(code[3])
    shown = f"{scaled[0] // scaled[1]:0{len(amount)}}"
    return "" if scaled[0] % scaled[1] or len(shown) > len(amount) else shown


def _list_up(size: int, ends: tuple[int, ...]) -> Callable[[str], str]:
    """Entries of *size* characters, decimals put in behind the currencies that end at *ends*."""

    def write(text: str) -> str:
        entries = blocks(text, size)
        if not entries or len(entries[-1]) != size:
            return ""
        pieces = [_pieces(entry, ends) for entry in entries]
        return "".join(piece for entry in pieces for piece in entry)

    return write


def _pieces(entry: str, ends: tuple[int, ...]) -> list[str]:
    """*entry* cut behind its currencies, each with its decimals; an unknown one has none."""
    starts = (0, *ends)
    pieces = [
        entry[start:end] + (_with_decimals(entry[end - 3 : end])[3:] or "0")
        for start, end in zip(starts, ends, strict=False)
    ]
    return [*pieces, entry[ends[-1] :]]


def _list_down(size: int, ends: tuple[int, ...]) -> Callable[[str], str]:
    """The same entries without the decimals; empty if one has others than its currency."""

    def write(text: str) -> str:
        entries = blocks(text, size + len(ends))
        if not entries or len(entries[-1]) != size + len(ends):
            return ""
        skipped = {end + place for place, end in enumerate(ends)}
        codes = (entry[place - 3 : place + 1] for entry in entries for place in skipped)
        if any((_with_decimals(code[:3]) or code) != code for code in codes):
            return ""
        kept = ("".join(c for at, c in enumerate(e) if at not in skipped) for e in entries)
        return "".join(kept)

    return write


_FILE_ACTION: Final = "3"  # the first digit of answers to one
_DIFFERS: Final = "502"  # what totals were closed with that do not agree: the same in both


def action_up(action: str) -> str:
    """Three digits of 1993 as four of 2003, through the reason that both stand for.

    >>> action_up("116"), action_up("400"), action_down("1016")
    ('1016', '0400', '116')
    """
    if (action[1:] == "00" and action[:1] in "345678") or action == _DIFFERS:
        return f"0{action}"
    said = reason_of_action(action)
    is_exact = said.action == action or action[:1] == _FILE_ACTION  # Their reason is enough.
    return said.cmf if said.code and is_exact else ""


def action_down(action: str) -> str:
    """The other way round."""
    if action[:1] == "0" and action[2:] == "00" and action[1:2] in "345678":
        return action[1:]
    if action == f"0{_DIFFERS}":
        return _DIFFERS
    return next((said.action for said in REASONS.values() if said.cmf == action), "")


def original_up(text: str) -> str:
    """DE56 with a longer trace number and a century; the acquirer loses its length."""
    if len(text) < 24:
        return ""
    return f"2{text[1:4]}{text[4:10]:0>12}{_CENTURY}{text[10:22]}{text[24:]}"


def original_down(text: str) -> str:
    """The other way round."""
    acquirer = text[30:]
    if len(text) < 30 or len(acquirer) > 11:
        return ""
    return f"1{text[1:4]}{text[10:16]}{text[18:30]}{len(acquirer):02}{acquirer}"


def _century_up(text: str) -> str:
    return _CENTURY + text


def _century_down(text: str) -> str:
    return text.removeprefix(_CENTURY)


def _terminal_down(text: str) -> str:
    return text[:8]


_DATE: Final = "1993 has no century, and none but 20 is assumed"
_RULES: Final = (
    FieldRule((4, 5, 6, 8, 30, 49, 50, 51, 97), (4, 5, 6, 8, 30, 97), amounts_up, amounts_down,
         "2003 writes an amount with its currency and decimals, which 1993 takes from ISO 4217"),
    rewritten(11, 11, "{:0>12}".format, lambda text: text[6:], "1993 has six digits, 2003 twelve"),
    *(rewritten(n, n, _century_up, _century_down, _DATE) for n in (12, 13, 15, 28, 73)),
    rewritten(39, 39, action_up, action_down, "no code of the other edition says exactly this"),
    rewritten(41, 41, "{:16}".format, _terminal_down, "1993 has eight characters, 2003 sixteen"),
    rewritten(42, 42, str, "{:15}".format, "1993 has fifteen characters"),
    rewritten(46, 46, _list_up(_FEE, _FEE_CURRENCIES), _list_down(_FEE, _FEE_CURRENCIES),
              "fees are not listed as their edition has it"),
    rewritten(54, 54, _list_up(_BALANCE, _BALANCE_CURRENCIES),
              _list_down(_BALANCE, _BALANCE_CURRENCIES),
              "amounts are not listed as their edition has it"),
    rewritten(56, 56, original_up, original_down, "the original is told otherwise"),
    rewritten(66, 66, _list_up(_FEE, _FEE_CURRENCIES), _list_down(_FEE, _FEE_CURRENCIES),
              "fees are not listed as their edition has it"),
)  # fmt: skip
_MAC: Final = "a code over the message as it was: it must be made again"
_SERVICE: Final = "the point of service is told by other signs"
_TOTALS: Final = "2003 gathers totals in fields 74 and 75"
_GONE: Final[Mapping[int, str]] = {
    22: _SERVICE,
    27: _SERVICE,
    64: _MAC,
    **dict.fromkeys([*range(74, 91), *range(105, 111)], _TOTALS),
    128: _MAC,
}
_SAME: Final = frozenset([
    *(2, 3, 7, 9, 10, 14, 16, 17, 19, 20, 23, 24, 25, 26, 29, 31, 32, 33, 35, 36, 37, 38, 40),
    *(43, 44, 45, 47, 48, 52, 53, 55, 57, 58, 59, 60, 61, 62, 63, 67, 71, 72, 93, 94, 95, 96),
    *(98, 99, 100, 101, 102, 103, *range(111, 128)),
])  # fmt: skip
STEP_2003: Final = Step(
    older="1993", newer="2003", same=_SAME, rules=_RULES, gone=_GONE, partial=(30, 30)
)
