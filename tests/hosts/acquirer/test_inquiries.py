"""What moves no money at the acquirer: an answer or a decline, and nothing is left open."""

import pytest

from cardswitch.hosts.acquirer.entries import (
    PurchaseAnswered,
    PurchaseForwarded,
    PurchaseRefused,
    ReversalAnswered,
)
from cardswitch.specs.message import Message
from cardswitch.wire.ports import LinkDown, Received
from tests.kit.hosts import (
    FRONT,
    RIGHT_PIN,
    UPSTREAM,
    acquirer,
    again,
    booked,
    purchase,
    repeat_of,
    reversal_of,
)
from tests.kit.play import after, answered, sent

BALANCES = {54: "0001978C000000010000" + "0002978C000000008750", 38: "000001"}
BALANCE = purchase(0, mti="0100", f3="310000", f4="", f49="", f52=RIGHT_PIN)
VERIFY = purchase(0, mti="0100", f25="51")


def asked(request: Message = BALANCE):
    play = acquirer() >> Received(FRONT, request) << booked(PurchaseForwarded)
    return play << sent(UPSTREAM, "0100", {32: "123456", 4: request.get(4) or None})


def test_balances_come_back_and_so_they_do_to_a_repeat() -> None:
    play = asked() >> answered(UPSTREAM, "00", BALANCES) << booked(PurchaseAnswered, amount=0)
    play << sent(FRONT, "0110", {39: "00", **BALANCES})
    assert play >> Received(FRONT, repeat_of(BALANCE)) << sent(FRONT, "0110", BALANCES)
    told = sent(FRONT, "0110", BALANCES)
    assert again(play) >> Received(FRONT, repeat_of(BALANCE)) << told
    assert not play.machine.approved()


def test_a_repeat_without_the_pin_is_never_performed() -> None:
    play = acquirer() >> Received(FRONT, repeat_of(BALANCE.without(52)))
    assert play << booked(PurchaseRefused, code="70") << sent(FRONT, "0110", {39: "70"})


def test_a_card_is_verified() -> None:
    play = asked(VERIFY) >> answered(UPSTREAM, "85") << booked(PurchaseAnswered, code="85")
    assert play << sent(FRONT, "0110", {39: "85", 38: None})


@pytest.mark.parametrize("end", [after(3.0), LinkDown(UPSTREAM), answered(UPSTREAM, "00")])
def test_what_is_not_known_is_declined(end) -> None:
    play = asked() >> end << booked(PurchaseAnswered, code="91")
    assert play << sent(FRONT, "0110", {39: "91", 54: None}) >> after(20)
    assert not play.machine.books.open


def test_a_crash_leaves_nothing_open_and_a_repeat_asks_again() -> None:
    rebuilt = again(asked())
    assert not rebuilt.machine.books.open
    rebuilt >> Received(FRONT, repeat_of(BALANCE)) << sent(UPSTREAM, "0101", {3: "310000"})
    rebuilt >> answered(UPSTREAM, "00", BALANCES) << booked(PurchaseAnswered, code="00")
    assert rebuilt << sent(FRONT, "0110", BALANCES)


@pytest.mark.parametrize("is_answered", [False, True])
def test_its_reversal_does_not_go_into_the_network(is_answered: bool) -> None:
    play = asked()
    if is_answered:
        (play >> answered(UPSTREAM, "00", BALANCES)).skip()
    else:
        play = again(play)
    play >> Received(FRONT, reversal_of(BALANCE)) << booked(ReversalAnswered, code="00")
    assert play << sent(FRONT, "0430", {39: "00"})


def test_a_currency_that_the_shop_does_not_sell_in_is_refused() -> None:
    play = acquirer() >> Received(FRONT, BALANCE.with_fields({49: "392"}))
    assert play << booked(PurchaseRefused, code="57") << sent(FRONT, "0110", {39: "57"})
