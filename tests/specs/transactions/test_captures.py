"""What may be captured of a pre-authorisation, a line a case."""

import pytest

from cardswitch.specs.errors import Decline, FormatError
from cardswitch.specs.message import Message
from cardswitch.specs.transactions.captures import (
    Hold,
    Part,
    holds_for_s,
    left_after,
    part_of,
    refusal,
    the_one,
)

HOLD = Hold("print", "978", "608800000007", "A1B2C3", 8000, False)
NOW = 1795435200.0  # 2026-11-23, 12:00 UTC
DAY_S = 86_400.0
SAID = {7: "1123120000", 37: "608800000007", 38: "A1B2C3", 49: "978"}


@pytest.mark.parametrize(
    ("said", "amount", "card", "hold", "code"),
    [
        ({}, 8000, "print", {}, ""),
        ({}, 1, "", {}, ""),
        ({37: None, 38: None}, 8000, "", {}, ""),
        ({38: "      "}, 8000, "", {}, ""),
        ({38: "OTHER1"}, 8000, "", {"approval_code": ""}, ""),
        ({}, 8001, "print", {}, "13"),
        ({}, 8000, "another", {}, "64"),
        ({49: "840"}, 8000, "print", {}, "64"),
        ({38: "OTHER1"}, 8000, "print", {}, "64"),
        ({37: "608800000008"}, 8000, "print", {}, "64"),
        ({}, 8000, "print", {"is_captured": True, "left": 0}, "94"),
        ({}, 8000, "another", {"is_captured": True, "left": 0}, "64"),
        ({}, 8000, "print", {"left": 0}, "12"),
        ({}, 8000, "print", {"ends_at": NOW}, ""),
        ({}, 8000, "print", {"ends_at": NOW - 1}, "21"),
        ({7: "1123115959"}, 8000, "print", {"ends_at": NOW - 1}, ""),
        ({7: "1124120000"}, 8000, "print", {"ends_at": NOW}, ""),
        ({7: "1124120000"}, 8000, "print", {"ends_at": NOW - 1}, "21"),
        ({}, 8000, "another", {"ends_at": NOW - 1}, "64"),
        ({48: "700602/03P"}, 8000, "print", {"captures": 1}, ""),
        ({48: "700603/03F"}, 8000, "print", {"captures": 1}, ""),
        ({48: "700601/03P"}, 8000, "print", {"captures": 1}, "94"),
        ({48: "700601/03F"}, 8000, "print", {"captures": 2}, "94"),
        ({}, 8000, "print", {"captures": 1}, "94"),
        ({48: "700602/03P"}, 8001, "print", {"captures": 1}, "13"),
    ],
)
def test_what_may_be_captured(said, amount, card, hold, code):
    fields = {n: value for n, value in {**SAID, **said}.items() if value is not None}
    assert refusal(Message("0220", fields), amount, card, HOLD._replace(**hold), NOW) == code


@pytest.mark.parametrize(
    ("holds", "found"),
    [
        ([HOLD], 0),
        ([HOLD._replace(left=5), HOLD], 1),
        ([], "25"),
        ([HOLD, HOLD], "64"),
        ([HOLD._replace(left=5)], "13"),
        ([HOLD._replace(left=5), HOLD._replace(left=0)], "64"),
    ],
)
def test_which_of_several_is_meant(holds, found):
    capture = Message("0220", SAID)
    if isinstance(found, int):
        assert the_one(capture, 8000, "", holds, NOW) == found
    else:
        with pytest.raises(Decline) as declined:
            the_one(capture, 8000, "", holds, NOW)
        assert declined.value.code == found


@pytest.mark.parametrize(
    ("mode", "days"), [("021", 30), ("051", 30), ("071", 30), ("011", 7), ("812", 7), ("", 7)]
)
def test_money_is_set_aside_for_as_long_as_the_card_was_there(mode, days):
    fields = {22: mode} if mode else {}
    assert holds_for_s(Message("0100", fields)) == days * DAY_S


@pytest.mark.parametrize(
    ("private", "part"),
    [
        ("", Part()),
        ("9203123", Part()),
        ("700601/01F", Part()),
        ("700601/02P", Part(1, 2, is_final=False)),
        ("9203123700602/02F", Part(2, 2)),
        ("700601/99P", Part(1, 99, is_final=False)),
        *[
            (text, None)
            for text in ("700600/02P", "700603/02P", "700601/00F", "700601-02P", "7005 1/2P")
        ],
        *[(text, None) for text in ("700601/02p", "700701/02PX", "7000", "70", "?", "700٣/02P")],
    ],
)
def test_which_capture_of_how_many(private, part):
    capture = Message("0220", {48: private} if private else {})
    if part is None:
        with pytest.raises(FormatError) as wrong:
            part_of(capture)
        assert wrong.value.field == "48"
    else:
        assert part_of(capture) == part
        assert part_of(Message("0220", part.fields)) == part


@pytest.mark.parametrize(
    ("private", "left"), [("700601/02P", 5000), ("700602/02F", 0), ("", 0), ("700608/99P", 5000)]
)
def test_behind_the_last_capture_nothing_is_set_aside(private, left):
    assert left_after(8000, Message("0220", {4: "000000003000", 48: private})) == left
