"""Which original a reversal names, and how much of it is to stay: one line a case."""

import pytest

from cardswitch.specs.errors import DecodeError, FormatError
from cardswitch.specs.message import Message
from cardswitch.specs.transactions.identity import identity
from cardswitch.specs.transactions.reversals import (
    WAYS,
    Reference,
    agrees,
    original_data,
    reference,
    replacement_amounts,
    reversal_identity,
    stays_of,
)

NOW = 1_795_435_200.0  # 2026-11-23T12:00:00Z
SALE = Message(
    "0200", {7: "1123120000", 11: "000007", 32: "999001", 41: "TERM0001", 42: "SHOP           "}
)
WHO = "pos|TERM0001|SHOP|"
DAYS = ("2026-11-22", "2026-11-23", "2026-11-24")
EVERY_WAY = (*WAYS, "trace")
ZEROS = "0" * 42


def reversal(changes):
    fields = {7: "1123120005", 11: "000008", 41: SALE[41], 42: SALE[42], **changes}
    return Message("0420", {n: v for n, v in fields.items() if v is not None})


def naming(mti="0200", stan="000007", sent="1123120000"):
    return f"{mti}{stan}{sent}" + "0" * 22


def exact(*kinds, sent="1123120000"):
    day = f"2026-{sent[:2]}-{sent[2:4]}"
    return Reference(tuple((day, f"{WHO}{kind}|000007|2026{sent}") for kind in kinds))


def around(*kinds, stan="000007", same_day=False):
    begins = tuple((day, f"{WHO}{kind}|{stan}|") for day in DAYS for kind in kinds)
    return Reference(begins=begins, same_day=same_day)


def by_rrn(number):
    return Reference(rrns=((number, WHO),))


@pytest.mark.parametrize(
    ("changes", "ways", "names"),
    [
        ({90: naming()}, WAYS, exact("2")),
        ({90: naming(), 37: "000000000042"}, WAYS, exact("2")),
        ({90: naming(mti="0100")}, WAYS, exact("1")),
        ({90: naming(mti="0201")}, WAYS, exact("2")),
        ({90: naming(mti="0000")}, WAYS, exact("2", "1")),
        ({90: naming(sent="1122235959")}, WAYS, exact("2", sent="1122235959")),
        ({90: naming(sent="0" * 10)}, WAYS, around("2")),
        ({90: naming(sent="0" * 10), 37: "000000000042"}, WAYS, around("2")),
        ({90: naming(mti="0000", sent="0" * 10)}, WAYS, around("2", "1")),
        ({90: ZEROS, 37: "000000000042"}, WAYS, by_rrn("000000000042")),
        ({37: "000000000042"}, WAYS, by_rrn("000000000042")),
        ({37: "000000000042"}, EVERY_WAY, by_rrn("000000000042")),
        ({90: naming(), 37: "000000000042"}, ("rrn",), by_rrn("000000000042")),
        ({}, EVERY_WAY, around("2", "1", stan="000008", same_day=True)),
        ({90: ZEROS}, EVERY_WAY, around("2", "1", stan="000008", same_day=True)),
        ({37: "            "}, EVERY_WAY, around("2", "1", stan="000008", same_day=True)),
        ({90: ZEROS}, WAYS, None),
        ({}, WAYS, None),
        ({37: "            "}, WAYS, None),
        ({11: None}, EVERY_WAY, None),
        ({90: ""}, WAYS, None),
        ({90: "0200"}, WAYS, None),
        ({90: "x" * 42}, WAYS, None),
        ({90: "\u0663" * 42}, WAYS, None),
        ({90: "0" * 43}, WAYS, None),
        ({90: naming(mti="0420")}, WAYS, None),
        ({90: naming(mti="0800")}, WAYS, None),
        ({90: naming(sent="1323120000")}, WAYS, None),
    ],
)
def test_what_a_reversal_names(changes, ways, names):
    if names is None:
        with pytest.raises(DecodeError, match="field 90"):
            reference("pos", reversal(changes), NOW, ways)
    else:
        assert reference("pos", reversal(changes), NOW, ways) == names
        assert names.is_exact == bool(names.identities)


def test_field_90_of_a_reversal_names_what_it_is_made_from():
    for mti in ("0200", "0201"):
        made = reversal({90: original_data(Message(mti, SALE.fields))})
        assert reference("pos", made, NOW).identities == (identity("pos", SALE, NOW),)


@pytest.mark.parametrize(
    ("field", "stays"),
    [
        (None, 0),
        ("0" * 24 + "D00000000" * 2, 0),
        (replacement_amounts(1500), 1500),
        (replacement_amounts(999_999_999_999), 999_999_999_999),
        ("000000001500", None),
        ("x" * 42, None),
        ("\u0663" * 42, None),
        ("0" * 43, None),
    ],
)
def test_how_much_stays(field, stays):
    if stays is None:
        with pytest.raises(DecodeError, match="field 95"):
            stays_of(reversal({95: field}))
    else:
        assert stays_of(reversal({95: field})) == stays


@pytest.mark.parametrize(
    ("changes", "card_agrees", "agreed"),
    [
        ({}, True, True),
        ({4: "000000002000", 49: "978"}, True, True),
        ({4: "000000001500"}, True, True),
        ({}, False, False),
        ({4: "000000001000"}, True, False),
        ({4: "000000000000"}, True, False),
        ({49: "840"}, True, False),
    ],
)
def test_what_must_agree(changes, card_agrees, agreed):
    assert agrees(reversal(changes), card_agrees, (2000, 1500), "978") is agreed


def test_a_currency_that_is_not_known_agrees():
    assert agrees(Message("0420", {49: "978"}), True, (0,), "")
    assert not agrees(Message("0420", {49: "978"}), True, (0,), "840")


@pytest.mark.parametrize(
    ("carried", "known", "agreed"),
    [("", "000007", True), ("000007", "", True), ("000007", "000007", True), ("1", "2", False)],
)
def test_an_approval_code_must_agree_where_both_say_one(carried, known, agreed):
    asked = reversal({38: carried.ljust(6)} if carried else {})
    assert agrees(asked, True, (2000,), "978", known) is agreed


def test_a_reversal_is_known_by_its_own_number_and_time():
    asked = SALE.with_fields({11: "000008"})
    who = reversal_identity("pos", asked, NOW)
    assert (who.mti_class, who.name) == ("4", f"{WHO}4|000008|20261123120000")
    assert reversal_identity("pos", asked.without(7), NOW).name == f"{WHO}4|000008|20261123000000"
    with pytest.raises(FormatError) as caught:
        reversal_identity("pos", asked.without(11), NOW)
    assert caught.value.field == "11"
