"""ISO 8583:1987 against 1993: a line a rule, the turns that need more than a line above them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from ..codes import (
    ACTIONS,
    CUT_OVER,
    ECHO,
    KEY_CHANGE,
    MISMATCH,
    REASONS,
    SIGN_OFF,
    SIGN_ON,
    reason,
)
from .rules import Context, FieldRule, Fields, Step, blocks, is_digits, moved, rewritten
from .service import SERVICE_FIELDS, service_down, service_up

# Fee types of 1993 in DE46, as chosen here, and the fields of 1987: in the currency of the
# transaction, and of settlement.
_FEE_FIELDS: Final[Mapping[str, tuple[int, int]]] = {"00": (28, 29), "01": (30, 31)}
_FEE_SIZE: Final = 34  # type n 2, currency n 3, amount x+n 8, rate n 8, amount x+n 8, currency n 3
_NO_FEE: Final = "C00000000"
_NO_AMOUNT: Final = "0" * 12
_NO_FEES: Final = "0" * 18  # of DE95
# DE70 of 1987 and DE24 of 1993.
_NETWORK: Final[Mapping[str, str]] = {
    SIGN_ON: "801",
    SIGN_OFF: "802",
    KEY_CHANGE: "811",
    CUT_OVER: "821",
    ECHO: "831",
}
# DE91 of 1987 and DE24 of 1993.
_FILE_UPDATES: Final[Mapping[str, str]] = {"1": "301", "2": "302", "3": "303", "5": "305"}
# DE25 of 1987 and DE24 of 1993, by class and function of the MTI: what completes an authorisation,
# for the amount that was approved or for another, and what verifies an account.
_CONDITIONS: Final[Mapping[tuple[str, str], str]] = {("22", "06"): "201", ("10", "51"): "108"}
_MORE_CONDITIONS: Final[Mapping[tuple[str, str], str]] = {("22", "06"): "202"}
# The function of a request by the class of its MTI, where no field of 1987 says more.
# 680 is for private use: no function of 1993 is to tell something in words.
_FUNCTIONS: Final[Mapping[str, str]] = {
    "1": "100", "2": "200", "4": "400", "5": "500", "6": "680",
}  # fmt: skip
PARTIAL_REVERSAL: Final = "401"
_REVERSAL_CLASS: Final = "4"
_TOTALS_CLASS: Final = "5"
_ADMINISTRATION: Final = "6"
# The last digits of MTIs: what 1987 asks an issuer, 1993 asks whoever keeps the file.
_MTIS: Final[Mapping[str, str]] = {
    "302": "304", "303": "305", "312": "314",
    "600": "604", "601": "605", "610": "614",
}  # fmt: skip
# DE39 and 66 of 1987, in answers about totals; without a DE66, it is the usual one.
_TOTALS: Final[Mapping[str, tuple[str, str]]] = {
    "500": ("00", "1"), "501": ("95", "2"), "502": ("00", "2"), "504": ("95", "2"),
}  # fmt: skip
# What an answer to a file action says otherwise than all others.
_FILE_ANSWERS: Final = {code: action for action, code in ACTIONS.items() if action[0] == "3"}
# An answer "00" of 1987 is a code of its own in each of these classes.
_ACCEPTED: Final = {f"{kind}00": kind for kind in "345678"}
# DE43 of 1987: name, place, country; of 1993: name, street, place, then codes of 10, 3 and 3.
_NAME, _PLACE = 25, 13


# Dates: only 1993 has the year -------------------------------------------------------------------


def date_time_up(taken: Fields, context: Context) -> dict[int, str]:
    """``hhmmss`` and ``MMDD`` as ``YYMMDDhhmmss``, if the year is known."""
    if 12 not in taken or 13 not in taken or not context.year:
        return {}
    return {12: context.year[2:] + taken[13] + taken[12]}


def date_time_down(taken: Fields, _: Context) -> dict[int, str]:
    """``YYMMDDhhmmss`` as ``hhmmss`` and ``MMDD``."""
    return {12: taken[12][6:], 13: taken[12][2:6]} if 12 in taken else {}


def settlement_date_up(taken: Fields, context: Context) -> dict[int, str]:
    """``MMDD`` as ``YYMMDD``, in the year that brings it nearest to the local date.

    Where totals are compared, it is the date of reconciliation as well.
    """
    if 15 not in taken or not context.year:
        return {}
    date = year_near(context.year, _local_month(context), taken[15][:2])[2:] + taken[15]
    return {15: date, 28: date} if context.mti[1] == _TOTALS_CLASS else {15: date}


def settlement_date_down(taken: Fields, context: Context) -> dict[int, str]:
    """``YYMMDD`` as ``MMDD``."""
    date = taken.get(15) or (taken.get(28, "") if context.mti[1] == _TOTALS_CLASS else "")
    return {15: date[2:]} if date else {}


def _local_month(context: Context) -> str:
    """The month of the local date: DE13 of 1987, or DE12 of 1993."""
    local = context.fields.get(12, "")
    return local[2:4] if len(local) == 12 else context.fields.get(13, "")[:2]


def year_near(year: str, month: str, other: str) -> str:
    """The year of the month *other* that is near *month* of *year*: turns of the year are short.

    >>> year_near("2026", "12", "01"), year_near("2027", "01", "12"), year_near("2026", "06", "07")
    ('2027', '2026', '2026')
    """
    if not is_digits(month, 2) or not is_digits(other, 2):
        return year
    months = int(other) - int(month)
    return f"{int(year) + (months < -6) - (months > 6):04}"


def year_before(year: str, month: str, other: str) -> str:
    """The year of the month *other*, of what was before *month* of *year*; or a day behind it.

    >>> year_before("2027", "01", "07"), year_before("2026", "12", "01")
    ('2026', '2027')
    """
    if not is_digits(month, 2) or not is_digits(other, 2):
        return year
    months = int(other) - int(month)
    is_next_day = months == -11  # 1 January, on 31 December
    return f"{int(year) + is_next_day - (months > 1):04}"


# Amounts -----------------------------------------------------------------------------------------


def amounts_up(taken: Fields, _: Context) -> dict[int, str]:
    """1987 says in DE95 what is true instead of DE4 and 5; 1993 in DE30 what was true before."""
    made = {number: taken[number] for number in (4, 5) if number in taken}
    actual = taken.get(95, "")[:24]
    if 4 not in taken or not is_digits(actual, 24):
        return made
    made |= {4: actual[:12], 30: taken[4] + taken.get(5, _NO_AMOUNT)}
    if 5 in taken:
        made[5] = actual[12:]
    return made


def amounts_down(taken: Fields, _: Context) -> dict[int, str]:
    """The other way round."""
    made = {number: taken[number] for number in (4, 5) if number in taken}
    original = taken.get(30, "")
    if 4 not in taken or not is_digits(original, 24):
        return made
    made |= {4: original[:12], 95: taken[4] + taken.get(5, _NO_AMOUNT) + _NO_FEES}
    if 5 in taken:
        made[5] = original[12:]
    return made


def fees_up(taken: Fields, context: Context) -> dict[int, str]:
    """DE28 to 31 as entries of DE46, in the currencies of DE49 and 50."""
    currency = context.fields.get(49, "000")
    settlement = context.fields.get(50, "000")
    entries = [
        kind + currency + taken.get(own, _NO_FEE) + "0" * 8 + taken.get(other, _NO_FEE) + settlement
        for kind, (own, other) in _FEE_FIELDS.items()
        if own in taken or other in taken
    ]
    return {46: "".join(entries)} if entries else {}


def fees_down(taken: Fields, _: Context) -> dict[int, str]:
    """The entries of DE46 that 1987 has a field for; amounts of nothing are left out."""
    made: dict[int, str] = {}
    for entry in blocks(taken.get(46, ""), _FEE_SIZE):
        own, other = _FEE_FIELDS.get(entry[:2], (0, 0))
        if not own or len(entry) != _FEE_SIZE:
            continue
        amounts = {own: entry[5:14], other: entry[22:31]}
        made |= {n: amount for n, amount in amounts.items() if amount != _NO_FEE}
    return made


# Codes -------------------------------------------------------------------------------------------


def answer_up(taken: Fields, context: Context) -> dict[int, str]:
    """DE39 of 1987 as the action code of 1993; a code that nobody knows has none.

    >>> answer_up({39: "51"}, Context("0210", "", {}, False))
    {39: '116'}
    >>> answer_up({39: "00"}, Context("0430", "", {}, False))
    {39: '400'}
    """
    code, kind = taken.get(39, ""), context.mti[1]
    if kind == _TOTALS_CLASS:
        for action, (said, agree) in _TOTALS.items():
            if (said, agree) == (code, taken.get(66, agree)):
                return {39: action}
    if kind == "3" and code in _FILE_ANSWERS:
        return {39: _FILE_ANSWERS[code]}
    if code == "00" and kind in _ACCEPTED.values():
        return {39: f"{kind}00"}
    return {39: reason(code).action} if code in REASONS else {}


def answer_down(taken: Fields, context: Context) -> dict[int, str]:
    """The nearest code of 1987; none where there is none: a guess could turn a yes into a no.

    >>> [answer_down({39: "110"}, Context(mti, "", {}, False))[39] for mti in ("1210", "1430")]
    ['13', '64']
    """
    action = taken.get(39, "")
    if context.mti[1] == _REVERSAL_CLASS and action == reason(MISMATCH).action:
        return {39: MISMATCH}  # It names another amount: refused for good, not for now.
    if context.mti[1] == _TOTALS_CLASS and action in _TOTALS:
        code, agree = _TOTALS[action]
        return {39: code, 66: agree}
    if action in _ACCEPTED:
        return {39: "00"}
    return {39: ACTIONS[action]} if action in ACTIONS else {}


def purpose_up(taken: Fields, context: Context) -> dict[int, str]:
    """DE22 and 24 of 1993: how it came about, and what it is for."""
    service = {number: taken[number] for number in SERVICE_FIELDS if number in taken}
    if _condition(taken, context):
        del service[25]
    return service_up(service, context) | function_up(taken, context)


def purpose_down(taken: Fields, context: Context) -> dict[int, str]:
    """The other way round: where a function is a condition of 1987, DE25 says that."""
    return service_down(taken, context) | function_down(taken, context)


def function_up(taken: Fields, context: Context) -> dict[int, str]:
    """DE24 of 1993: what DE70, 91 or 25 of 1987 says, or else the MTI.

    >>> function_up({25: "51"}, Context("0100", "", {}, False))
    {24: '108'}
    """
    kind, is_response = context.mti[1], context.mti[2] in "1357"
    if function := _condition(taken, context):
        pass
    elif kind == "8":
        function = _NETWORK.get(taken.get(70, ""), "")
    elif kind == "3":
        function = _FILE_UPDATES.get(taken.get(91, ""), "")
    elif is_response:
        function = ""
    elif kind == "4" and context.is_partial:
        function = PARTIAL_REVERSAL
    else:
        function = _FUNCTIONS.get(kind, "")
    return {24: function} if function else {}


def _condition(taken: Fields, context: Context) -> str:
    return _CONDITIONS.get((context.mti[1:3], taken.get(25, "")), "")


def function_down(taken: Fields, context: Context) -> dict[int, str]:
    """DE70, 91 or 25 of 1987, in the classes of messages that have them.

    >>> function_down({24: "202"}, Context("1220", "", {}, False))
    {25: '06'}
    """
    for (of, condition), function in (*_CONDITIONS.items(), *_MORE_CONDITIONS.items()):
        if (of, function) == (context.mti[1:3], taken.get(24)):
            return {25: condition}
    number, codes = {"8": (70, _NETWORK), "3": (91, _FILE_UPDATES)}.get(context.mti[1], (0, {}))
    code = next((code for code, function in codes.items() if function == taken.get(24)), "")
    return {number: code} if code else {}


# Texts -------------------------------------------------------------------------------------------


def place_up(text: str) -> str:
    r"""DE43 of 1987 as that of 1993: ``name\\place\`` and three codes, of which one is known.

    >>> place_up("SHOP".ljust(25) + "TOWN".ljust(13) + "DE")
    'SHOP\\\\TOWN\\             DE '
    """
    name, place, country = text[:_NAME], text[_NAME : _NAME + _PLACE], text[_NAME + _PLACE :]
    return f"{name.rstrip()}\\\\{place.rstrip()}\\{'':13}{country:3}"


def place_down(text: str) -> str:
    """DE43 of 1993 as that of 1987: long names are cut, a country of three letters is left out."""
    name, street, rest = [*text.split("\\", 2), "", ""][:3]
    place, _, codes = rest.partition("\\")
    country = codes[13:16].rstrip()
    if not street and not rest:
        place = ""
    return (
        f"{name[:_NAME]:{_NAME}}{place[:_PLACE]:{_PLACE}}{country if len(country) == 2 else '':2}"
    )


def original_up(taken: Fields, context: Context) -> dict[int, str]:
    """DE90 as DE56: the time is that of transmission, as 1987 has no other; no forwarder.

    It is not after the local date, but for a day: in January most originals are of the last year.
    """
    text = taken.get(90, "")
    if not is_digits(text, 42):
        return {}
    known = context.year
    year = year_before(known, _local_month(context), text[10:12])[2:] if known else "00"
    acquirer = text[20:31].lstrip("0")
    return {56: f"1{text[1:10]}{year}{text[10:20]}{len(acquirer):02}{acquirer}"}


def original_down(taken: Fields, _: Context) -> dict[int, str]:
    """DE56 as DE90."""
    text = taken.get(56, "")
    if len(text) < 22:
        return {}
    return {90: f"0{text[1:10]}{text[12:22]}{text[24:]:0>11}{'':0>11}"}


def words_up(taken: Fields, context: Context) -> dict[int, str]:
    """What a message of administration says in words (DE104) is the data record of 1993 (DE72).

    >>> words_up({104: "left in the shop"}, Context("0600", "", {}, False))
    {72: 'left in the shop'}
    """
    if 104 not in taken:
        return {}
    return {72 if context.mti[1] == _ADMINISTRATION else 104: taken[104]}


def words_down(taken: Fields, context: Context) -> dict[int, str]:
    """The other way round; a data record of another message has no field in 1987."""
    words = taken.get(72 if context.mti[1] == _ADMINISTRATION else 104, "")
    return {104: words} if words else {}


def _hex_as_digits(text: str) -> str:
    return text if is_digits(text, 16) else ""


_NO_YEAR: Final = "1987 writes no year, and 1993 wants one: it must be given"
_RULES: Final = (
    FieldRule((12, 13), (12,), date_time_up, date_time_down, _NO_YEAR),
    FieldRule((15,), (15, 28), settlement_date_up, settlement_date_down, _NO_YEAR),
    moved(18, 26, ""),
    FieldRule((*SERVICE_FIELDS, 70, 91), (22, 24), purpose_up, purpose_down,
         "the editions say by other signs how it came about, and what for: the nearest is said"),
    FieldRule((4, 5, 95), (4, 5, 30), amounts_up, amounts_down,
         "1993 has no fees beside amounts replaced"),
    FieldRule((28, 29, 30, 31), (46,), fees_up, fees_down,
         "1987 has four fees, 1993 a list of other kinds"),
    FieldRule((39, 66), (39,), answer_up, answer_down,
         "no code of the other edition says exactly this"),
    rewritten(43, 43, place_up, place_down, "name and place are laid out otherwise, cut in 1987"),
    rewritten(53, 53, _hex_as_digits, _hex_as_digits, "1987 writes sixteen digits, 1993 bytes"),
    rewritten(71, 71, "{:0>8}".format, lambda text: text[4:], "1987 has four digits, 1993 eight"),
    FieldRule((104,), (72, 104), words_up, words_down,
         "1993 says what is told in words in a data record, where it is an administrative message"),
    FieldRule((90,), (56,), original_up, original_down,
         "1987 tells the original by its transmission time and forwarder, 1993 by its local time"),
)  # fmt: skip
_MAC: Final = "a code over the message as it was: it must be made again"
_SAME: Final = frozenset([
    *(2, 3, 6, 7, 8, 9, 10, 11, 14, 16, 17, 19, 20, 21, 23, 27, 32, 33, 34, 35, 36, 37, 38, 40),
    *(41, 42, 44, 45, 47, 48, 49, 50, 51, 52, 54, 55, 60, 61, 62, 63, 67, 68, 69),
    *(*range(73, 82), 86, 87, 88, 89, 97, 98, 99, 100, 101, 102, 103, *range(111, 128)),
])  # fmt: skip
STEP_93: Final = Step(
    older="1987",
    newer="1993",
    same=_SAME,
    rules=_RULES,
    gone={64: _MAC, 128: _MAC},
    partial=(95, 30),
    mtis=_MTIS,
)
