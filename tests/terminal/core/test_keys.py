"""A terminal changes the key of its pad: asked for, durable, used; and what is no key for it."""

import pytest

from cardswitch.specs.errors import Error
from cardswitch.specs.security.keys import adjust_parity, key_check_value
from cardswitch.specs.security.lmk import wrap_key_under_key
from cardswitch.terminal.core.entries import KeyTaken, SaleBegun
from cardswitch.terminal.core.errors import NotReady
from cardswitch.terminal.core.keys import ANSWER_S, CHANGED, NO_ANSWER, KeyedTerminal
from cardswitch.terminal.core.messages import TerminalIdentity
from cardswitch.terminal.pinpad.pad import TEST_TMK, PinPad
from tests.kit.play import Playbook, after, answered, appended, sent
from tests.kit.terminal import CARD, PAD, UP, sell

CLEAR = adjust_parity(bytes(range(20, 36)))
NEW = wrap_key_under_key(TEST_TMK, "X", CLEAR)
KCV = key_check_value(CLEAR).hex().upper()
OTHER_PAD = PinPad(wrap_key_under_key(TEST_TMK, "U", adjust_parity(bytes(range(60, 76)))))


def keyed(pad=PAD, entries=()):
    play = Playbook(KeyedTerminal(TerminalIdentity("TERM01", "SHOP"), pad))
    play.do(play.machine.recover(entries, play.now))
    return play >> UP


def changing(play):
    play.do(play.machine.change_key(play.now))
    return play << sent("switch", "0800", {41: "TERM01  ", 48: "P", 70: "162"})


def block_of(play):
    """The PIN block of a sale that is made now."""
    play >> sell() << appended(SaleBegun)
    return play.pending.popleft().message[52]


def taken(play):
    play >> answered("switch", "00", {48: f"P{KCV}{NEW}"})
    return play << appended(KeyTaken, key=NEW, kcv=KCV, instead_of=PAD.delivered)


def test_the_key_in_the_answer_is_durable_and_then_used():
    play = taken(changing(keyed()))
    assert play.machine.news == CHANGED
    assert block_of(play) == PinPad(NEW).encrypt("1234", CARD.pan)


def test_after_a_start_it_is_still_the_one():
    play = taken(changing(keyed()))
    assert block_of(keyed(entries=play.entries)) == PinPad(NEW).encrypt("1234", CARD.pan)


def test_a_key_that_a_person_configured_since_is_the_one():
    play = taken(changing(keyed()))
    again = keyed(OTHER_PAD, play.entries)
    assert block_of(again) == OTHER_PAD.encrypt("1234", CARD.pan)


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("12", ""),
        ("00", ""),
        ("00", f"P{KCV}"),
        ("00", f"M{KCV}{NEW}"),
        ("00", f"PFFFFFF{NEW}"),
        ("00", f"P{KCV}X{'0' * 31}1"),
        ("00", f"P{KCV}K0A1"),
        ("00", f"P{KCV}{NEW[:-1]}"),
    ],
)
def test_what_is_no_key_for_this_pad_leaves_the_old_one_in_use(code, text):
    play = changing(keyed()) >> answered("switch", code, {48: text} if text else {})
    assert play
    assert play.machine.news.endswith("the old key stays in use")
    assert not play.entries
    assert block_of(play) == PAD.encrypt("1234", CARD.pan)


def test_without_an_answer_the_old_one_stays():
    play = changing(keyed()) >> after(ANSWER_S)
    assert play.machine.news == NO_ANSWER


def test_it_is_asked_for_only_if_there_is_a_pad_a_switch_and_nothing_else_to_do():
    with pytest.raises(NotReady, match="no PIN pad"):
        changing(keyed(pad=None))
    away = Playbook(KeyedTerminal(TerminalIdentity("TERM01", "SHOP"), PAD))
    away.do(away.machine.recover((), away.now))
    with pytest.raises(Error, match="cannot be reached"):
        changing(away)
    busy = (keyed() >> sell()).skip()
    with pytest.raises(NotReady, match="under way"):
        changing(busy)
