"""A terminal with a TAK: what it sends has a MAC, and an answer without the right one is none."""

import pytest

from cardswitch.specs.dialect import load_dialect
from cardswitch.specs.dialect.covered import covered
from cardswitch.specs.security.lmk import wrap_key_under_key
from cardswitch.terminal.core.entries import SaleBegun
from cardswitch.terminal.core.flows import SWITCH
from cardswitch.terminal.core.machine import Terminal
from cardswitch.terminal.core.messages import TerminalIdentity
from cardswitch.terminal.core.outcome import SaleState
from cardswitch.terminal.pinpad.macs import MacPad
from cardswitch.terminal.pinpad.pad import TEST_MAC_TMK
from cardswitch.wire.machine.macs import MacRule
from cardswitch.wire.ports import Received
from tests.kit.macs import KEY
from tests.kit.play import Playbook, after, sent
from tests.kit.terminal import PAD, UP, kinds, sell

POS = load_dialect("pos")


def mac_pad(wrong="refuse"):
    rule = MacRule(
        covers=lambda message: covered(POS, message),
        key_type="003",
        key=wrap_key_under_key(TEST_MAC_TMK, "U", KEY),
        wrong=wrong,
    )
    return MacPad(rule)


def asked(wrong="refuse"):
    """A terminal that has just asked for a sale, and what it has sent."""
    pad = mac_pad(wrong)
    terminal = Terminal(TerminalIdentity("TERM01", "SHOP"), PAD, macs=pad)
    play = Playbook(terminal) >> UP >> sell()
    play.skip()
    return play, play.sent_on(SWITCH)[-1], pad


def test_what_it_sends_has_its_mac_and_the_journal_has_none():
    play, request, pad = asked()
    assert pad.is_right(request)
    [begun] = [entry for entry in play.entries if isinstance(entry, SaleBegun)]
    assert 64 not in begun.request.fields


def test_an_answer_with_the_right_mac_is_believed():
    play, request, pad = asked()
    answer = request.reply("00", {37: "608800000001", 38: "A1B2C3"})
    (play >> Received(SWITCH, pad.sealed(answer))).skip()
    assert kinds(play)[-1] is SaleState.APPROVED


@pytest.mark.parametrize(("wrong", "believed"), [("refuse", False), ("drop", False), ("log", True)])
def test_one_without_is_not_and_what_was_asked_is_reversed(wrong, believed):
    play, request, pad = asked(wrong)
    answer = request.reply("00", {37: "608800000001", 38: "A1B2C3"})
    (play >> Received(SWITCH, answer)).skip()
    assert play.machine.counts["mac_wrong"] == 1
    if believed:
        assert kinds(play)[-1] is SaleState.APPROVED
        return
    play >> after(4.5)
    [reversal] = [m for m in play.sent_on(SWITCH) if m.mti == "0420"]
    assert pad.is_right(reversal)
    assert sent(SWITCH, "0420", {64: None}).matches(play.effects[-1])
