"""specs.convert.edition2003: 1993 against 2003, a line a field, the losses last."""

import pytest

from cardswitch.specs.codes import REASONS
from cardswitch.specs.convert.edition2003 import STEP_2003, action_down, action_up
from cardswitch.specs.convert.rules import Draft, take_step
from cardswitch.specs.dialect import load_dialect

FEE93 = "00978" + "D00000150" + "00000000" + "D00000160" + "392"
FEE2003 = "009782" + "D00000150" + "00000000" + "D00000160" + "3920"
BALANCE93 = "2002978C000000012345" * 2
BALANCE2003 = "20029782C000000012345" * 2
ORIGINAL93 = "1200000006" + "261123140455" + "06999999"
ORIGINAL2003 = "2200000000000006" + "20261123140455" + "999999"


def turned(mti, fields, upward):
    origins = {number: frozenset([number]) for number in fields}
    done = take_step(STEP_2003, Draft(mti, fields, origins), upward, "")
    return dict(done.fields), [(loss.field, loss.what) for loss in done.losses]


BOTH_WAYS = [
    ({4: "000000001250", 49: "978"}, {4: "9782000000001250"}),
    ({4: "000000001250", 5: "000000099999", 49: "978", 50: "392"},
     {4: "9782000000001250", 5: "3920000000099999"}),
    ({6: "000000001250", 8: "00000150", 51: "414"}, {6: "4143000000001250", 8: "414300000150"}),
    ({97: "D0000000000001250", 50: "978"}, {97: "D97820000000000001250"}),
    ({4: "000000000900", 30: "000000001250000000000000", 5: "000000000000", 49: "978", 50: "840"},
     {4: "9782000000000900", 5: "8402000000000000", 30: "97820000000012508402000000000000"}),
    ({11: "000007"}, {11: "000000000007"}),
    ({12: "261123140500", 13: "2601", 15: "261123", 28: "261124", 73: "261125"},
     {12: "20261123140500", 13: "202601", 15: "20261123", 28: "20261124", 73: "20261125"}),
    ({39: "116"}, {39: "1016"}),
    ({39: "400"}, {39: "0400"}),
    ({41: "TERM0001", 42: "MERCHANT0000001"}, {41: "TERM0001        ", 42: "MERCHANT0000001"}),
    ({46: FEE93, 66: FEE93 * 2}, {46: FEE2003, 66: FEE2003 * 2}),
    ({54: BALANCE93}, {54: BALANCE2003}),
    ({56: ORIGINAL93}, {56: ORIGINAL2003}),
    ({24: "831", 26: "5411", 38: "AB0001"}, {24: "831", 26: "5411", 38: "AB0001"}),
]  # fmt: skip
UP = [
    ({4: "000000001250"}, {}, [("4", "dropped")]),
    ({49: "978"}, {}, [("49", "dropped")]),
    ({4: "000000001250", 49: "000"}, {}, [("4", "dropped"), ("49", "dropped")]),
    ({39: "999"}, {}, [("39", "dropped")]),
    ({54: "short"}, {}, [("54", "dropped")]),
    ({56: "12"}, {}, [("56", "dropped")]),
    ({22: "510101500001", 27: "6"}, {}, [("22", "dropped"), ("27", "dropped")]),
    ({64: "00" * 8, 74: "1" * 10}, {}, [("64", "dropped"), ("74", "dropped")]),
]
DOWN = [
    ({11: "123456789012"}, {11: "789012"}, [("11", "changed")]),
    ({12: "19991231235959"}, {12: "19991231235959"}, [("12", "changed")]),
    ({41: "TERMINAL-NUMBER1"}, {41: "TERMINAL"}, [("41", "changed")]),
    ({39: "9999"}, {}, [("39", "dropped")]),
    # Other decimals than a currency has: 1.250 EUR, 1250.00 JPY, and what has no place.
    ({4: "9783000000001250"}, {4: "000000000125", 49: "978"}, [("4", "changed")]),
    ({4: "3922000000125000"}, {4: "000000001250", 49: "392"}, [("4", "changed")]),
    ({4: "4142000000000125"}, {4: "000000001250", 49: "414"}, [("4", "changed")]),
    ({4: "3922000000125001"}, {}, [("4", "dropped")]),
    ({4: "9780999999999999"}, {}, [("4", "dropped")]),
    ({97: "D39220000000000125000"}, {97: "D0000000000001250", 50: "392"}, [("97", "changed")]),
    (
        {30: "3922000000125000" + "0000000000000000"},
        {30: "000000001250" + "0" * 12},
        [("30", "changed")],
    ),
    ({54: "20023922C000000012345"}, {}, [("54", "dropped")]),
    ({46: FEE2003[:-1] + "2"}, {}, [("46", "dropped")]),
    ({49: "00"}, {}, [("49", "dropped")]),
    ({54: "short"}, {}, [("54", "dropped")]),
    ({56: "22"}, {}, [("56", "dropped")]),
]


@pytest.mark.parametrize(("old", "new"), BOTH_WAYS)
def test_both_ways(old, new):
    assert turned("1210", old, upward=True) == (new, [])
    assert turned("2210", new, upward=False) == (old, [])


@pytest.mark.parametrize(("fields", "expected", "losses"), UP)
def test_up(fields, expected, losses):
    assert turned("1210", fields, upward=True) == (expected, losses)


@pytest.mark.parametrize(("fields", "expected", "losses"), DOWN)
def test_down(fields, expected, losses):
    assert turned("2210", fields, upward=False) == (expected, losses)


@pytest.mark.parametrize("code", REASONS)
def test_answers_are_never_turned_from_yes_to_no(code):
    action = REASONS[code].action
    there = action_up(action)
    assert not there or (there[0] == "0") == (action[0] == "0")
    back = action_down(there) if there else action
    assert (back[0] == "0") == (action[0] == "0")


def test_no_field_is_named_twice_and_all_are_fields():
    older, newer = load_dialect("iso93-ascii").fields, load_dialect("iso2003").fields
    for known, side in ((older, "older"), (newer, "newer")):
        named = [n for rule in STEP_2003.rules for n in getattr(rule, side)]
        assert len(named) == len({*named})
        assert {*named, *STEP_2003.same} <= known.keys()
