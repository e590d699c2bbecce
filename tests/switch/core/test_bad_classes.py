"""Every class with each field that it requires missing, wrong or another's: one line a case.

What cannot be read as its class says is answered 30, with the number of the field; what can, but
cannot be, gets the code of its class. Nothing of it goes upstream, and the next good one is served.
"""

import pytest

from cardswitch.specs.message import Message
from cardswitch.specs.transactions.card_files import file_fields
from cardswitch.specs.transactions.kinds import KINDS, Kind
from cardswitch.specs.transactions.reversals import original_data
from cardswitch.specs.transactions.totals import Totals, pack_totals
from cardswitch.wire.ports import Received
from tests.kit.play import answered
from tests.kit.switch import (
    ACQUIRER,
    BLOCK,
    NEW_BLOCK,
    PLAIN,
    POS,
    SALE,
    approved,
    opened,
    with_listener,
)

HOLD = Message("0100", {**PLAIN.fields, 11: "000006"})
BY_NAME = tuple(kind.name for kind in KINDS.all.values() if kind.by_name)
KNOWN = {"SHOP0001": frozenset({"TERM0001"}), "SHOP0002": frozenset({"TERM0002"})}
ALL = [
    kind for kind in KINDS.all.values() if kind.shape not in ("network", "reverse") and kind.sent_by
]


def ready():
    """A sale and a pre-authorisation are approved, and their terminal known by name."""
    settings = with_listener(allows=BY_NAME, merchants=KNOWN)
    play = approved(opened(settings))
    (play >> Received(POS, HOLD)).skip() >> answered("acquirer", "00", {38: "A1B2C3"})
    return play.skip()


def good(kind: Kind) -> Message:
    """What is of that class, and nothing wrong with it."""
    fields = {n: SALE[n] for n in (4, 7, 41, 42, 49)}
    fields |= {3: f"{kind.processing or '00'}0000", 11: "000050", 25: kind.condition or "00"}
    if kind.original:
        of = PLAIN if "sale" in kind.original else HOLD
        fields |= {4: "000000000100", 38: "A1B2C3", 90: original_data(of)}
    elif kind.shape in ("ask", "advise"):
        fields |= {2: SALE[2], 14: "3012"}
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
        fields |= {4: "000000001250", 60: "000001", 90: original_data(PLAIN)}
    wanted = {n: fields[n] for n in sorted(fields) if n != 4 or n in kind.requires}
    return Message(kind.mti[0], wanted)


def heard(play, message):
    """The answer to *message*, None if there is none; and whether anything went upstream."""
    before, asked = len(play.sent_on(POS)), len(play.sent_on(ACQUIRER))
    (play >> Received(POS, message)).skip()
    answers = play.sent_on(POS)[before:]
    return (answers[0] if answers else None), len(play.sent_on(ACQUIRER)) > asked


def names(cases):
    return [f"{kind.name}-{number}" for kind, number, *_ in cases]


@pytest.mark.parametrize("kind", ALL, ids=lambda kind: kind.name)
def test_what_is_good_is_taken(kind):
    play = ready()
    answer, was_asked = heard(play, good(kind))
    if kind.pin == "required":
        assert (answer, was_asked) == (None, False), "the PIN goes first"
        (play >> answered("hsm", "00", {"block": NEW_BLOCK})).skip()
    elif kind.shape == "ask":
        assert (answer, was_asked) == (None, True)
    if kind.shape == "ask":
        (play >> answered("acquirer", "00", {54: "0" * 20} if 54 in kind.answer else {})).skip()
        answer = play.sent_on(POS)[-1]
    assert answer[39] == "00"


MISSING = [(kind, number) for kind in ALL for number in kind.requires]


@pytest.mark.parametrize(("kind", "number"), MISSING, ids=names(MISSING))
def test_a_field_that_is_missing_is_named(kind, number):
    play = ready()
    answer, was_asked = heard(play, good(kind).without(number))
    assert not was_asked
    if number == 11:
        assert answer is None, "an answer could not be told from others"
    elif number == kind.marked_by:
        assert answer is not None
    else:
        assert (answer[39], answer.get(44)) == ("30", str(number))
    assert heard(play, PLAIN.with_fields({11: "000060"}))[1], "the next one is served"


def test_what_we_ask_nobody_may_ask_us():
    day = KINDS.named("day_totals")
    fields = {**pack_totals(Totals()), **{n: PLAIN[n] for n in (7, 11, 41, 42)}}
    answer, was_asked = heard(ready(), Message("0500", {**fields, 15: "0329", 50: "978", 99: "1"}))
    assert not day.sent_by
    assert (answer[39], was_asked) == ("58", False)


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
LATE = ("completion", "offline", "tip", "upload")  # what has happened is taken however late


def expected(kind: Kind, number: int, what: str) -> bool:
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


CASES = [
    (kind, what, *line) for kind in ALL for what, line in WRONG.items()
    if expected(kind, line[0], what)
]  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "what", "number", "value", "code", "named"), CASES, ids=names(CASES)
)
def test_what_is_wrong_gets_its_code(kind, what, number, value, code, named):
    play = ready()
    answer, was_asked = heard(play, good(kind).with_fields({number: value}))
    assert not was_asked
    assert answer is not None
    assert (answer[39], answer.get(44) if named else None) == (code, named)
    assert heard(play, PLAIN.with_fields({11: "000060"}))[1], "the next one is served"
