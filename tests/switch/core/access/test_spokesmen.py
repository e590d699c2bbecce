"""Whom the holder of a certificate may name, and that he names nobody else."""

import pytest

from cardswitch.specs.errors import Decline
from cardswitch.specs.message import Message
from cardswitch.specs.transactions.kinds import KINDS
from cardswitch.switch.core.access.spokesmen import Spokesmen
from cardswitch.switch.core.settings import ListenerSettings, SpeaksFor
from cardswitch.wire.ports import LinkId

TILL, BANK, FREE = LinkId("pos/1"), LinkId("network/1"), LinkId("plain/1")
BOUND = {
    "pos": ListenerSettings(
        serves="merchants",
        speaks_for={"till": SpeaksFor(terminals=("T1", "T2"), merchants=("SHOP",))},
    ),
    "network": ListenerSettings(
        serves="acquirers", speaks_for={"bank": SpeaksFor(institutions=("123456",))}
    ),
    "plain": ListenerSettings(serves="merchants"),
}
SALE, ECHO = KINDS.named("sale"), KINDS.named("network")


def request(mti="0200", **fields):
    return Message(mti, {int(name[1:]): text for name, text in fields.items()})


@pytest.fixture
def spokesmen():
    made = Spokesmen(BOUND)
    assert made.may_stay(TILL, ("till", "127.0.0.1"))
    assert made.may_stay(BANK, ("other", "bank"))
    assert made.may_stay(FREE, ())
    return made


@pytest.mark.parametrize(
    ("link", "asked", "kind"),
    [
        (TILL, request(f41="T1      ", f42="SHOP           "), SALE),
        (TILL, request(f41="T2", f42="SHOP", f32="654321"), SALE),
        (TILL, request("0800", f70="301"), ECHO),
        (TILL, request("0800", f41="T2"), ECHO),
        (BANK, request(f32="123456", f41="ANY"), SALE),
        (FREE, request(f41="ANY"), SALE),
    ],
)
def test_whoever_speaks_for_them_may_name_them(spokesmen, link, asked, kind):
    spokesmen.require(link, asked, kind)


@pytest.mark.parametrize(
    ("link", "asked", "kind", "code", "field"),
    [
        (TILL, request(f41="T3", f42="SHOP"), SALE, "58", "41"),
        (TILL, request(f41="T1", f42="SHOP2"), SALE, "03", "42"),
        (TILL, request(f42="SHOP"), SALE, "58", "41"),
        (TILL, request(f41="T1"), SALE, "03", "42"),
        (TILL, request("0800", f41="T3"), ECHO, "58", "41"),
        (TILL, request("0299", f41="T3", f42="SHOP"), None, "58", "41"),
        (BANK, request(f32="654321"), SALE, "58", "32"),
        (BANK, request(), SALE, "58", "32"),
        (LinkId("pos/9"), request(f41="T1", f42="SHOP"), SALE, "58", ""),
    ],
)
def test_whoever_does_not_is_refused(spokesmen, link, asked, kind, code, field):
    with pytest.raises(Decline) as refused:
        spokesmen.require(link, asked, kind)
    assert (refused.value.code, refused.value.field) == (code, field)


def test_a_certificate_that_is_bound_to_nothing_may_not_stay(spokesmen):
    assert not spokesmen.may_stay(LinkId("pos/2"), ("bank",))
    assert not spokesmen.may_stay(LinkId("pos/3"), ())


def test_what_a_link_spoke_for_ends_with_it(spokesmen):
    spokesmen.link_down(TILL)
    with pytest.raises(Decline):
        spokesmen.require(TILL, request(f41="T1", f42="SHOP"), SALE)


def test_a_certificate_is_bound_to_somebody():
    with pytest.raises(ValueError, match="expected terminals"):
        SpeaksFor()
