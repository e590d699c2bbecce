"""specs.convert.edition93: 1987 against 1993, a line a field, the losses last."""

import pytest

from cardswitch.specs.codes import ACTIONS, APPROVALS, REASONS, TABLES, reason_of_action
from cardswitch.specs.convert.edition93 import STEP_93, year_near
from cardswitch.specs.convert.rules import Draft, take_step
from cardswitch.specs.dialect import load_dialect

FEE = "00978" + "D00000150" + "00000000" + "D00000160" + "840"
ACTUAL = "000000000900" + "0" * 30


def turned(mti, fields, upward, year="2026"):
    origins = {number: frozenset([number]) for number in fields}
    done = take_step(STEP_93, Draft(mti, fields, origins), upward, year)
    return dict(done.fields), [(loss.field, loss.what) for loss in done.losses]


UP = [
    ("0200", {12: "140500", 13: "1123"}, {12: "261123140500", 24: "200"}, []),
    ("0210", {12: "140500"}, {}, [("12", "dropped")]),
    ("0210", {13: "1231", 12: "235959", 15: "0102"}, {12: "261231235959", 15: "270102"}, []),
    ("0210", {15: "1123"}, {15: "261123"}, []),
    ("0210", {18: "5411"}, {26: "5411"}, []),
    ("0210", {22: "051", 25: "00"}, {22: "510101500001"}, []),
    ("0210", {22: "071", 25: "00"}, {22: "510101500001"}, [("22", "changed")]),
    ("0210", {22: "051"}, {22: "510101500001"}, [("25", "assumed")]),
    ("0220", {25: "06"}, {24: "201"}, []),
    ("0220", {22: "051", 25: "06"}, {22: "510101500001", 24: "201"}, []),
    ("0100", {25: "51"}, {24: "108"}, []),
    ("0210", {24: "001"}, {}, [("24", "dropped")]),
    ("0210", {28: "D00000150", 29: "D00000160", 49: "978", 50: "840"},
     {46: FEE, 49: "978", 50: "840"}, []),
    ("0210", {28: "C00000000"}, {46: "00000C0000000000000000C00000000000"}, [("28", "changed")]),
    ("0210", {39: "51"}, {39: "116"}, []),
    ("0210", {39: "00"}, {39: "000"}, []),
    ("0430", {39: "00"}, {39: "400"}, []),
    ("0510", {39: "00", 66: "1"}, {39: "500"}, []),
    ("0510", {39: "95", 66: "2"}, {39: "501"}, []),
    ("0530", {39: "00", 66: "2"}, {39: "502"}, []),
    ("0510", {39: "95"}, {39: "501"}, [("66", "assumed")]),
    ("0510", {39: "58"}, {39: "120"}, []),
    ("0520", {12: "000500", 13: "0101", 15: "1231"},
     {12: "260101000500", 15: "251231", 24: "500", 28: "251231"}, []),
    ("0302", {91: "3", 101: "STOPLIST"}, {24: "303", 101: "STOPLIST"}, []),
    ("0312", {39: "00"}, {39: "300"}, []),
    ("0312", {39: "25"}, {39: "302"}, []),
    ("0312", {39: "30"}, {39: "307"}, []),
    ("0600", {104: "left here"}, {24: "680", 72: "left here"}, []),
    ("0610", {39: "00"}, {39: "600"}, []),
    ("0200", {104: "left here"}, {24: "200", 104: "left here"}, []),
    ("0810", {39: "00", 70: "301"}, {39: "800", 24: "831"}, []),
    ("0210", {39: "46"}, {39: "114"}, [("39", "changed")]),
    ("0210", {39: "ZZ"}, {}, [("39", "dropped")]),
    ("0210", {46: "anything"}, {}, [("46", "dropped")]),
    ("0210", {53: "2001010100000000"}, {53: "2001010100000000"}, []),
    ("0210", {71: "0001"}, {71: "00000001"}, []),
    ("0800", {70: "301"}, {24: "831"}, []),
    ("0800", {70: "999"}, {}, [("70", "dropped")]),
    ("0300", {91: "1"}, {24: "301"}, []),
    ("0420", {4: "000000001250", 95: ACTUAL},
     {4: "000000000900", 24: "401", 30: "000000001250" + "0" * 12}, []),
    ("0420", {4: "000000001250", 95: ACTUAL[:24] + "D00000001D00000001"},
     {4: "000000000900", 24: "401", 30: "000000001250" + "0" * 12}, [("95", "changed")]),
    ("0420", {95: ACTUAL}, {24: "401"}, [("95", "dropped")]),
    ("0430", {90: "0200000006" + "1123140455" + "00000999999" + "0" * 11},
     {56: "1200000006" + "261123140455" + "06999999"}, []),
    ("0430", {90: "0200000006" + "1123140455" + "00000999999" + "00000000001"},
     {56: "1200000006" + "261123140455" + "06999999"}, [("90", "changed")]),
    ("0210", {64: "00" * 8, 128: "00" * 8}, {}, [("64", "dropped"), ("128", "dropped")]),
    ("0210", {66: "1"}, {}, [("66", "dropped")]),
    ("0430", {39: "64"}, {39: "110"}, []),
    ("0430", {39: "13"}, {39: "110"}, [("39", "changed")]),
    ("0210", {82: "1" * 12}, {}, [("82", "dropped")]),
]  # fmt: skip

DOWN = [
    ("1200", {12: "261123140500", 24: "200"}, {12: "140500", 13: "1123"}, []),
    ("1210", {13: "2601"}, {}, [("13", "dropped")]),
    ("1210", {18: "1234", 26: "5411"}, {18: "5411"}, [("18", "dropped")]),
    ("1200", {24: "202"}, {}, [("24", "dropped")]),
    ("1210", {25: "1510"}, {}, [("25", "dropped")]),
    ("1210", {28: "261123"}, {}, [("28", "dropped")]),
    ("1210", {39: "116"}, {39: "51"}, []),
    ("1510", {39: "500"}, {39: "00", 66: "1"}, []),
    ("1510", {39: "502"}, {39: "00", 66: "2"}, []),
    ("1510", {39: "504"}, {39: "95", 66: "2"}, [("39", "changed")]),
    ("1500", {28: "251231"}, {15: "1231"}, [("28", "changed"), ("15", "assumed")]),
    ("1314", {39: "302"}, {39: "25"}, []),
    ("1604", {24: "680", 72: "left here"}, {104: "left here"}, []),
    ("1210", {39: "102"}, {39: "59"}, []),
    ("1210", {39: "129"}, {39: "59"}, [("39", "changed")]),
    ("1430", {39: "400"}, {39: "00"}, []),
    ("1430", {39: "110"}, {39: "64"}, []),
    ("1210", {39: "110"}, {39: "13"}, []),
    ("1210", {39: "199"}, {}, [("39", "dropped")]),
    ("1210", {43: "SHOP\\STREET\\TOWN\\" + " " * 13 + "DEU"},
     {43: "SHOP".ljust(25) + "TOWN".ljust(13) + "  "}, [("43", "changed")]),
    ("1210", {43: "SHOP"}, {43: "SHOP".ljust(40)}, [("43", "changed")]),
    ("1210", {46: FEE.replace("00978", "70978"), 49: "978", 50: "840"},
     {49: "978", 50: "840"}, [("46", "dropped")]),
    ("1210", {53: "AB"}, {}, [("53", "dropped")]),
    ("1804", {24: "831"}, {70: "301"}, []),
    ("1804", {24: "803"}, {}, [("24", "dropped")]),
    ("1420", {4: "000000000900", 24: "401", 30: "000000001250" + "0" * 12},
     {4: "000000001250", 95: ACTUAL}, []),
    ("1420", {24: "400", 56: "1200000006" + "261123140455" + "06999999"},
     {90: "0200000006" + "1123140455" + "00000999999" + "0" * 11}, []),
    ("1420", {24: "400", 56: "12"}, {}, [("56", "dropped")]),
    ("1210", {71: "12345678"}, {71: "5678"}, [("71", "changed")]),
    ("1210", {72: "x"}, {}, [("72", "dropped")]),
]  # fmt: skip


@pytest.mark.parametrize(("mti", "fields", "expected", "losses"), UP)
def test_up(mti, fields, expected, losses):
    assert turned(mti, fields, upward=True) == (expected, losses)


@pytest.mark.parametrize(("mti", "fields", "expected", "losses"), DOWN)
def test_down(mti, fields, expected, losses):
    assert turned(mti, fields, upward=False) == (expected, losses)


def test_down_without_a_year_says_that_the_year_goes():
    fields, losses = turned("1210", {12: "261123140500", 15: "261123"}, False, year="")
    assert fields == {12: "140500", 13: "1123", 15: "1123"}
    assert losses == [("12", "changed"), ("15", "changed")]


@pytest.mark.parametrize(
    ("month", "other", "year"),
    [("12", "01", "2027"), ("01", "12", "2025"), ("06", "06", "2026"), ("", "01", "2026")],
)
def test_at_the_turn_of_the_year_the_near_one_counts(month, other, year):
    assert year_near("2026", month, other) == year


MTIS = [
    ("0302", "1304"), ("0303", "1305"), ("0312", "1314"),
    ("0600", "1604"), ("0601", "1605"), ("0610", "1614"), ("0200", "1200"), ("0520", "1520"),
]  # fmt: skip


@pytest.mark.parametrize(("older", "newer"), MTIS)
def test_classes_that_have_another_name(older, newer):
    for mti, upward, expected in ((older, True, newer), (newer, False, older)):
        assert take_step(STEP_93, Draft(mti, {}, {}), upward, "2026").mti == expected


@pytest.mark.parametrize("code", REASONS)
def test_no_answer_of_1987_turns_from_yes_to_no(code):
    fields, _ = turned("0210", {39: code}, upward=True)
    again, _ = turned("1210", fields, upward=False)
    assert (again[39] in APPROVALS) == (code in APPROVALS or code == "85")


@pytest.mark.parametrize("action", [a for a in TABLES["action_codes"] if a[0] in "012"])
def test_no_action_of_1993_turns_from_yes_to_no(action):
    fields, losses = turned("1210", {39: action}, upward=False)
    if action in ACTIONS:
        assert fields[39] == reason_of_action(action).code
    else:
        assert (fields, losses) == ({}, [("39", "dropped")])


def test_all_action_codes_that_have_a_reason_are_explained():
    assert set(ACTIONS) <= set(TABLES["action_codes"])


def test_no_field_is_named_twice_and_all_are_fields():
    older, newer = load_dialect("iso87-ascii").fields, load_dialect("iso93-ascii").fields
    for known, side in ((older, "older"), (newer, "newer")):
        named = [n for rule in STEP_93.rules for n in getattr(rule, side)]
        assert len(named) == len({*named})
        assert not STEP_93.same & {*named}
        assert {*named, *STEP_93.same} <= known.keys()
