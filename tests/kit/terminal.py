"""A terminal to play with, and what may happen to it: shared by the playbooks."""

from cardswitch.specs.security.lmk import wrap_key_under_key
from cardswitch.terminal.core.entries import BatchClosed
from cardswitch.terminal.core.flows import SWITCH
from cardswitch.terminal.core.machine import Terminal
from cardswitch.terminal.core.messages import Order, TerminalIdentity
from cardswitch.terminal.core.state import outcomes
from cardswitch.terminal.customer.card import Card
from cardswitch.terminal.pinpad.pad import TEST_TMK, PinPad
from cardswitch.wire.ports import LinkDown, LinkUp
from tests.kit.play import Playbook

CARD = Card(
    pan="9999990000000014",
    expiry="3012",
    service_code="201",
    pvki="1",
    pvv="1234",
    cvv="567",
    cvv2="890",
    alias="good",
)
PAD = PinPad(wrap_key_under_key(TEST_TMK, "U", bytes.fromhex("0123456789ABCDEFFEDCBA9876543210")))
ORDER = Order(amount=1250, currency="EUR", card=CARD, pin="1234")
UP = LinkUp(SWITCH)
DOWN = LinkDown(SWITCH)


def terminal():
    return Terminal(TerminalIdentity("TERM01", "SHOP"), PAD)


def sell(order=ORDER):
    return lambda play: play.do(play.machine.ask(order, play.now))


def ask(kind, order):
    return lambda play: play.do(play.machine.ask(order, play.now, kind))


def repeat(card=None):
    return lambda play: play.do(play.machine.repeat(play.now, card))


def reverse(stays=0):
    return lambda play: play.do(play.machine.reverse(play.now, stays))


def close_batch(play):
    """As a person does, who needs no switch."""
    play.machine._require_free()
    play.machine._record(BatchClosed(play.now))
    play.do(play.machine.kernel.take())


def restarted(play):
    """The same terminal after a crash at this point: all it has is what it appended."""
    again = Playbook(terminal(), play.now + 1)
    again.do(again.machine.recover(play.entries, again.now))
    return again


def kinds(play):
    return [outcome.kind for outcome in outcomes(play.entries)]
