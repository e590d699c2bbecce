"""What may be wrong with a request of each class: one table for switch, acquirer and issuer.

What cannot be read as its class says is answered 30, with the number of the field; what can, but
cannot be, gets the code of its class.
"""

from collections.abc import Sequence
from typing import Any

from cardswitch.specs.message import Message
from cardswitch.specs.transactions.card_files import file_fields
from cardswitch.specs.transactions.kinds import KINDS, Kind
from cardswitch.specs.transactions.reversals import original_data
from cardswitch.specs.transactions.totals import Totals, pack_totals

BLOCK = "0123456789ABCDEF"
LATE = ("completion", "offline", "tip", "upload")  # what has happened is taken however late
# Field, what stands in it, the code, and the field that the answer names.
WRONG = {
    "7 no date": (7, "1332250000", "30", "7"),
    "7 of yesterday's yesterday": (7, "0326010000", "12", None),
    "41 unknown": (41, "TERM0009", "58", None),
    "41 of another merchant": (41, "TERM0002", "58", None),
    "42 unknown": (42, "SHOP0009       ", "03", None),
    "42 no name": (42, "SHOP_1         ", "30", "42"),
    "49 no currency": (49, "000", "30", "49"),
    "49 letters": (49, "EUR", "30", "49"),
    "50 no currency": (50, "000", "30", "50"),
    "4 nothing": (4, "000000000000", "13", None),
    "54 nothing": (54, "", "30", "54"),
    "54 other currency": (54, "0040840D000000000500", "30", "54"),
    "54 all of it": (54, "0040978D000000001250", "13", None),
    "60 no number": (60, "12A", "30", "60"),
    "60 too long": (60, "1234567", "30", "60"),
    "74 no number": (74, "000000000A", "30", "74"),
    "88 does not add up": (88, "0000000000001251", "30", "97"),
    "97 without its sign": (97, "00000000000001250", "30", "97"),
    "97 of the other sign": (97, "C0000000000001250", "30", "97"),
    "97 over 10^16": (97, "D" + "9" * 17, "30", "97"),
    "90 no digits": (90, "X" * 42, "30", "90"),
    "90 too short": (90, "0200", "30", "90"),
    "90 of no date": (90, "0200000007" + "1332250000" + "0" * 22, "30", "90"),
    "90 unknown": (90, "0200000999" + "0329010000" + "0" * 22, "25", None),
    "38 of another": (38, "ZZZZZZ", "64", None),
    "2 of another": (2, "9999990000000022", "64", None),
    "2 with a wrong digit": (2, "9999990000000015", "14", None),
    "91 no action": (91, "2", "30", "91"),
    "101 another file": (101, "OTHER", "30", "101"),
    "52 where none may be": (52, BLOCK, "30", "52"),
}


def good(kind: Kind, sale: Message, hold: Message, approval: str = "A1B2C3") -> Message:
    """What is of that class, and nothing wrong with it, where *sale* and *hold* are approved."""
    fields = {n: sale[n] for n in (4, 7, 41, 42, 49)}
    fields |= {3: f"{kind.processing or '00'}0000", 11: "000050", 25: kind.condition or "00"}
    if 37 in sale.fields:
        fields[37] = "608801000050"
    if kind.original:
        of = sale if "sale" in kind.original else hold
        fields |= {4: "000000000100", 38: approval, 90: original_data(of)}
        fields |= {37: of[37]} if 37 in of.fields else {}
    elif kind.shape in ("ask", "advise"):
        fields |= {2: sale[2], 14: "3012"}
    if not kind.moves_money:
        fields[4] = "0" * 12
    if kind.pin == "required":
        fields[52] = BLOCK
    if kind.takes_cash:
        fields[54] = "0040978D000000000500"
    if not kind.processing and kind.shape == "ask":
        fields = {n: text for n, text in fields.items() if n not in (3, 4, 25, 49)}
        fields |= {104: "left here"} if 104 in kind.requires else file_fields("add")
    if kind.shape == "reconcile":
        fields |= {50: "978", 60: "000001", **pack_totals(Totals().plus(1250))}
    if kind.shape == "upload":
        fields |= {4: "000000001250", 60: "000001", 90: original_data(sale)}
    wanted = {n: fields[n] for n in sorted(fields) if n != 4 or n in kind.requires}
    return Message(kind.mti[0], wanted)


def is_about(kind: Kind, number: int, what: str) -> bool:
    """Whether the line *what* of WRONG is about *kind*."""
    if number == 90:
        return bool(kind.original) or kind.shape == "upload"
    if number == 38:
        return bool(kind.original)
    if number == 2:
        is_digit = "wrong digit" in what
        return kind.shape in ("ask", "advise") and (is_digit or bool(kind.original))
    if number == 52:
        return kind.pin == "refused"
    if what == "7 of yesterday's yesterday":
        return kind.name not in LATE
    if what == "42 no name":
        return kind.shape in ("ask", "advise")
    if number == 4:
        return kind.moves_money
    if number in (74, 88, 97):
        return kind.shape == "reconcile"
    if number == 49 and kind.name in ("balance", "verification"):
        return True
    return number in kind.requires


def names(cases: Sequence[tuple[Any, ...]]) -> list[str]:
    """What *cases* are called."""
    return [f"{kind.name}-{number}" for kind, number, *_ in cases]


def kinds(*shapes: str) -> list[Kind]:
    """The classes of *shapes* that somebody may ask us for."""
    return [kind for kind in KINDS.all.values() if kind.shape in shapes and kind.sent_by]


def cases(of: list[Kind]) -> list[tuple[Kind, str, int, str, str, str | None]]:
    """A case for each line of WRONG and each of the classes *of* that it is about."""
    return [
        (kind, what, *line)
        for kind in of
        for what, line in WRONG.items()
        if is_about(kind, line[0], what)
    ]
