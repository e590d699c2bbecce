"""Purchases and reversals in memory: what is finished is forgotten, what is fresh is not."""

import pytest

from cardswitch.hosts.issuer.entries import PurchaseDecided, PurchaseUndone, ReversalAnswered, Terms
from cardswitch.hosts.issuer.legs import FRESH_S, Legs, Purchase, Reversal, leg_of
from cardswitch.hosts.row import HostRow
from cardswitch.specs.message import Message
from cardswitch.specs.transactions.identity import Identity
from cardswitch.specs.transactions.reversals import Reference
from cardswitch.wire.ports import LinkId

DAY = "2026-11-23"
TERMS = Terms(kind="sale", processing="000000", amount=1_250, currency="978", card="F2F4")
APPROVED = PurchaseDecided(
    terms=TERMS, pan_masked="", code="00", account="ada", amount=1_250, approval_code="000001"
)
DECLINED = PurchaseDecided(terms=TERMS, pan_masked="", code="51")
REQUEST = Message("0201", {4: "000000001250", 11: "000007"})


def name(n: int) -> str:
    return f"network|T1|SHOP|2|{n:06d}|20261123120000"


def purchase(n: int = 7, rrn: str = "R") -> Purchase:
    return Purchase(who=Identity(DAY, name(n)), rrn=rrn, terms=TERMS)


# One line a case: what happened, what is held then, and what a repeat reads in 39 and 4.
@pytest.mark.parametrize(
    ("entries", "held", "code", "amount"),
    [
        ([APPROVED], 1_250, "00", 1_250),
        ([DECLINED], 0, "51", 1_250),
        ([APPROVED, PurchaseUndone(released=750, stays=500)], 500, "10", 500),
        ([APPROVED, PurchaseUndone(released=1_250)], 0, "12", 1_250),
        ([PurchaseUndone(terms=TERMS)], 0, "12", 1_250),
    ],
)
def test_how_a_purchase_stands(entries: list, held: int, code: str, amount: int) -> None:
    leg = purchase()
    assert leg.is_open
    for entry in entries:
        leg.apply(entry)
    answer = leg.reply(REQUEST)
    assert (leg.held, answer[39], int(answer[4])) == (held, code, amount)
    assert answer.get(38) == ("000001" if answer.approved else "")
    assert not leg.is_open
    assert not leg.is_tombstone


@pytest.mark.parametrize("terms", [None, TERMS])
def test_only_what_never_came_is_a_tombstone(terms: Terms | None) -> None:
    first = HostRow(sequence=1, leg=4, at=0.0, state="", identity=name(7), sent_on=DAY, rrn="R")
    leg = leg_of(first, PurchaseUndone(terms=terms))
    assert isinstance(leg, Purchase)
    assert (leg.who, leg.leg, leg.rrn) == (Identity(DAY, name(7)), 4, "R")
    assert leg.is_tombstone == (terms is None)


def test_a_reversal_is_read_back() -> None:
    first = HostRow(sequence=1, leg=4, at=0.0, state="", identity="it", sent_on=DAY)
    leg = leg_of(first, ReversalAnswered(request_digest="like", code="25"))
    assert isinstance(leg, Reversal)
    assert (leg.request_digest, leg.leg) == ("like", 4)


def test_the_oldest_is_forgotten_but_nothing_fresh() -> None:
    legs = Legs(remembered_max=2)
    for n in range(5):
        legs.remember(purchase(n), 0.0)
    assert len(legs) == 5  # A look-up may be on its way that saw none of them.
    legs.remember(purchase(5), FRESH_S + 0.1)
    assert [leg.who.name for leg in legs] == [name(4), name(5)]
    first = legs.find(name(4))
    assert first is not None
    legs.remember(first, 2 * FRESH_S)
    legs.remember(purchase(6), 3 * FRESH_S)
    assert [leg.who.name for leg in legs] == [name(4), name(6)]


def test_what_is_in_work_is_found_until_it_has_ended() -> None:
    legs, leg = Legs(), purchase()
    leg.waiters[LinkId("network/1")] = REQUEST
    legs.in_work[name(7)] = leg
    assert legs.find(name(7)) is leg
    assert legs.ended(leg) == {"network/1": REQUEST}
    assert legs.find(name(7)) is None
    assert not leg.waiters


WHO = "network|T1|SHOP|"


@pytest.mark.parametrize(
    ("names", "found"),
    [
        (Reference(identities=(Identity(DAY, name(1)),)), [1]),
        (Reference(identities=(Identity(DAY, name(9)),)), []),
        (Reference(begins=((DAY, f"{WHO}2|000002|"),)), [2]),
        (Reference(begins=(("2026-11-24", f"{WHO}2|000002|"),)), []),
        (Reference(rrns=(("R2", WHO),)), [2, 3]),
        (Reference(rrns=(("R2", "network|T2|SHOP|"),)), []),
        (Reference(rrns=(("OLD", WHO),)), []),
    ],
)
def test_what_no_look_up_need_have_seen(names: Reference, found: list[int]) -> None:
    legs = Legs()
    legs.remember(purchase(0, "OLD"), 0.0)
    legs.remember(purchase(1, "R1"), 0.0)
    legs.remember(purchase(2, "R2"), 10.0)
    legs.in_work[name(3)] = purchase(3, "R2")
    legs.in_work["it"] = Reversal(who=Identity(DAY, f"{WHO}4|000009|2026"), rrn="R2")
    assert sorted(leg.who.name for leg in legs.named(names, 10.0)) == [name(n) for n in found]
