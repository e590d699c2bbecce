"""A request and its repeat agree on who they are; others never do."""

import pytest

from cardswitch.specs.errors import FormatError
from cardswitch.specs.message import Message
from cardswitch.specs.transactions.identity import identity, identity_of, is_of_now, sender

NOW = 1_795_435_200.0  # 2026-11-23T12:00:00Z
DAY_S = 86_400.0
SALE = Message(
    "0200", {7: "1123120000", 11: "000007", 32: "999001", 41: "TERM0001", 42: "SHOP           "}
)


def test_a_repeat_has_the_identity_of_its_first_send():
    assert identity("pos", Message("0201", SALE.fields), NOW) == identity("pos", SALE, NOW)


@pytest.mark.parametrize(
    "change",
    [
        {7: "1124120000"},
        {7: "1123120001"},
        {11: "000008"},
        {41: "TERM0002"},
        {42: "OTHER SHOP     "},
    ],
)
def test_another_request_has_another_identity(change):
    assert identity("pos", SALE.with_fields(change), NOW) != identity("pos", SALE, NOW)


def test_another_listener_or_class_makes_another_identity():
    assert identity("network", SALE, NOW) != identity("pos", SALE, NOW)
    assert identity("pos", Message("0100", SALE.fields), NOW) != identity("pos", SALE, NOW)


@pytest.mark.parametrize(
    ("sent", "later_days", "sent_on"),
    [
        ("1123120000", 0, "2026-11-23"),
        ("1123120000", 180, "2026-11-23"),
        ("1123120000", 200, "2027-11-23"),
        ("1123120000", 365, "2027-11-23"),
        ("1231235959", 40, "2026-12-31"),
        ("0101000000", 38, "2027-01-01"),
        ("0229120000", 0, "2028-02-29"),
    ],
)
def test_the_year_is_the_one_nearest_to_our_clock(sent, later_days, sent_on):
    found = identity("pos", SALE.with_fields({7: sent}), NOW + later_days * DAY_S)
    assert found.sent_on == sent_on
    assert found.name.endswith(f"|{sent_on[:4]}{sent}")


@pytest.mark.parametrize(
    "sent", ["", "1323120000", "0230120000", "1123240000", "112312000", "x" * 10]
)
def test_what_names_no_date_and_time_is_refused(sent):
    with pytest.raises(FormatError, match="field 7"):
        identity_of("pos|T|M|", "2", "000007", sent, NOW)


@pytest.mark.parametrize(
    ("one", "other"),
    [(("A|B", "C"), ("A", "B|C")), (("A", "%7CB"), ("A", "|B")), (("A%", "B"), ("A%25", "B"))],
)
def test_no_two_senders_look_the_same(one, other):
    made = {
        sender("pos", Message("0200", {41: terminal, 42: shop})) for terminal, shop in (one, other)
    }
    assert len(made) == 2
    assert all(name.count("|") == 3 for name in made)


@pytest.mark.parametrize(
    ("apart", "expected"),
    [(0.0, True), (DAY_S, True), (-DAY_S, True), (DAY_S + 1, False), (-DAY_S - 1, False)],
)
def test_only_what_was_sent_within_a_day_is_of_now(apart, expected):
    assert is_of_now(SALE, NOW + apart) is expected
