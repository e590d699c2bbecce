"""Whom a listener knows, and what those are told whom it does not."""

import pytest

from cardswitch.specs.errors import Decline
from cardswitch.specs.message import Message
from cardswitch.switch.core.access.registry import may_sign, require_known, sender_of
from cardswitch.switch.core.settings import ListenerSettings

ANYBODY = ListenerSettings(serves="merchants")
SHOPS = ListenerSettings(
    serves="merchants",
    merchants={"SHOP1": frozenset({"T1", "T2"}), "SHOP2": None, "GONE": frozenset()},
)
BANKS = ListenerSettings(serves="acquirers", institutions=frozenset({"123456"}))


def request(terminal="T1", merchant="SHOP1", institution="123456"):
    fields = {32: institution, 41: f"{terminal:8}", 42: f"{merchant:15}"}
    return Message("0200", {number: text for number, text in fields.items() if text.strip()})


@pytest.mark.parametrize(
    ("listener", "asked"),
    [
        (ANYBODY, request("ANY", "ANY", "")),
        (ANYBODY, request("", "", "")),
        (SHOPS, request()),
        (SHOPS, request("T2")),
        (SHOPS, request("ANY", "SHOP2")),
        (BANKS, request("ANY", "ANY")),
    ],
)
def test_who_is_known_may_speak(listener, asked):
    require_known(asked, listener)


@pytest.mark.parametrize(
    ("listener", "asked", "code", "field"),
    [
        (SHOPS, request("T3"), "58", "41"),
        (SHOPS, request("t1"), "58", "41"),
        (SHOPS, request(""), "58", "41"),
        (SHOPS, request("T1", "GONE"), "58", "41"),
        (SHOPS, request("T1", "SHOP3"), "03", "42"),
        (SHOPS, request("T1", ""), "03", "42"),
        (BANKS, request(institution="654321"), "58", "32"),
        (BANKS, request(institution=""), "58", "32"),
    ],
)
def test_who_is_not_is_refused(listener, asked, code, field):
    with pytest.raises(Decline) as refused:
        require_known(asked, listener)
    assert (refused.value.code, refused.value.field) == (code, field)


def test_terminals_sign_on_where_merchants_are_served_and_institutions_elsewhere():
    assert sender_of(request(), SHOPS) == "T1"
    assert sender_of(request(), BANKS) == "123456"
    assert sender_of(Message("0800", {70: "001"}), BANKS) == ""


@pytest.mark.parametrize(
    ("listener", "sender", "may"),
    [
        (ANYBODY, "T9", True),
        (SHOPS, "T1", True),
        (SHOPS, "T9", True),  # SHOP2 has any
        (ListenerSettings(serves="merchants", merchants={"S": frozenset({"T1"})}), "T9", False),
        (BANKS, "123456", True),
        (BANKS, "T1", False),
        (ListenerSettings(serves="acquirers"), "1", True),
    ],
)
def test_only_who_is_known_signs(listener, sender, may):
    assert may_sign(sender, listener) is may
