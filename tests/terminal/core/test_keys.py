"""A terminal changes the keys of its pad: asked for or brought, durable, used; and what is no key
for it.
"""

import pytest
from msgspec.structs import replace

from cardswitch.specs.errors import Error
from cardswitch.specs.message import Message
from cardswitch.specs.security.keys import adjust_parity, key_check_value
from cardswitch.specs.security.lmk import wrap_key_under_key
from cardswitch.specs.transactions.identity import CLOCK_APART_MAX_S
from cardswitch.terminal.core.entries import KeyProven, KeyTaken, KsnUsed, SaleBegun
from cardswitch.terminal.core.errors import NotReady
from cardswitch.terminal.core.flows import SWITCH
from cardswitch.terminal.core.keys import ANSWER_S, CHANGED, NO_ANSWER, OVERLAP_S, KeyedTerminal
from cardswitch.terminal.core.messages import TerminalIdentity
from cardswitch.terminal.core.outcome import SaleState
from cardswitch.terminal.pinpad.dukpt import DukptPad
from cardswitch.terminal.pinpad.macs import MacPad
from cardswitch.terminal.pinpad.pad import TEST_MAC_TMK, TEST_TMK, PinPad
from cardswitch.wire.ports import Received
from tests.kit.macs import rule
from tests.kit.play import START, Playbook, after, answered, appended, sent
from tests.kit.terminal import CARD, PAD, UP, kinds, sell

CLEAR, SECOND = (adjust_parity(bytes(range(start, start + 16))) for start in (20, 100))
NEW = wrap_key_under_key(TEST_TMK, "X", CLEAR)
KCV = key_check_value(CLEAR).hex().upper()
OTHER_PAD = PinPad(wrap_key_under_key(TEST_TMK, "U", adjust_parity(bytes(range(60, 76)))))
MACS = MacPad(rule(key=wrap_key_under_key(TEST_MAC_TMK, "U", adjust_parity(bytes(range(80, 96))))))
NEW_TAK = wrap_key_under_key(TEST_MAC_TMK, "X", CLEAR)
NEW_MACS = MACS.renewed(NEW_TAK)
NOW = "0329010000"


def keyed(pad=PAD, entries=(), macs=None, at=None):
    how = {} if at is None else {"now": at}
    play = Playbook(KeyedTerminal(TerminalIdentity("TERM01", "SHOP"), pad, macs=macs), **how)
    play.do(play.machine.recover(entries, play.now))
    return play >> UP


def changing(play, kind="pin"):
    play.do(play.machine.change_key(play.now, kind))
    return play << sent("switch", "0800", {41: "TERM01  ", 48: "P", 70: "162"})


def block_of(play):
    """The PIN block of a sale that is made now."""
    play >> sell() << appended(SaleBegun)
    return play.pending.popleft().message[52]


def taken(play):
    play >> answered("switch", "00", {48: f"P{KCV}{NEW}"})
    return play << appended(KeyTaken, key=NEW, kcv=KCV, instead_of=PAD.delivered)


# It asks ------------------------------------------------------------------------------------------


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
        ("00", f"P{KCV}{NEW_TAK}"),
        ("00", f"P{PAD.check_value}{PAD.delivered}"),
    ],
)
def test_what_is_no_key_for_this_pad_leaves_the_old_one_in_use(code, text):
    play = changing(keyed()) >> answered("switch", code, {48: text} if text else {})
    assert play
    assert play.machine.news.endswith("the old key stays in use")
    assert not play.entries
    assert block_of(play) == PAD.encrypt("1234", CARD.pan)


def test_a_recorded_answer_does_not_bring_a_former_key_back():
    play = taken(changing(keyed()))
    second = wrap_key_under_key(TEST_TMK, "X", SECOND)
    kcv = key_check_value(SECOND).hex().upper()
    changing(play) >> answered("switch", "00", {48: f"P{kcv}{second}"}) << appended(KeyTaken)
    again = changing(keyed(entries=play.entries))
    again >> answered("switch", "00", {48: f"P{KCV}{NEW}"})
    assert "in use before" in again.machine.news
    assert block_of(again) == PinPad(second).encrypt("1234", CARD.pan)


def test_without_an_answer_the_old_one_stays():
    play = changing(keyed()) >> after(ANSWER_S)
    assert play.machine.news == NO_ANSWER


def test_it_is_asked_for_only_if_there_is_a_pad_a_switch_and_nothing_else_to_do():
    with pytest.raises(NotReady, match="no PIN pad"):
        changing(keyed(pad=None))
    with pytest.raises(NotReady, match=r"terminal\.mac\.key"):
        changing(keyed(), "mac")
    away = Playbook(KeyedTerminal(TerminalIdentity("TERM01", "SHOP"), PAD))
    away.do(away.machine.recover((), away.now))
    with pytest.raises(Error, match="cannot be reached"):
        changing(away)
    busy = (keyed() >> sell()).skip()
    with pytest.raises(NotReady, match="under way"):
        changing(busy)


# It is brought one --------------------------------------------------------------------------------


def offer(text=f"P{KCV}{NEW}", **fields):
    named = {"at": NOW, "terminal": "TERM01  ", **fields}
    known = {7: named["at"], 11: "000009", 41: named["terminal"], 48: text, 70: "161"}
    return Received(SWITCH, Message("0800", {n: v for n, v in known.items() if v}))


def test_one_that_is_brought_is_durable_answered_and_used():
    play = keyed() >> offer() << appended(KeyTaken, key=NEW, kcv=KCV)
    play << sent("switch", "0810", {39: "00", 48: f"P{KCV}"})
    assert block_of(play) == PinPad(NEW).encrypt("1234", CARD.pan)


def test_it_comes_while_a_sale_is_under_way_and_nothing_is_lost():
    play = (keyed() >> sell()).skip()
    play >> offer() << appended(KeyTaken) << sent("switch", "0810", {39: "00"})
    request = play.sent_on(SWITCH)[0]
    (play >> Received(SWITCH, request.reply("00", {38: "A1B2C3"}))).skip()
    assert kinds(play) == [SaleState.APPROVED]


def test_a_copy_is_answered_alike_and_taken_once():
    play = (keyed() >> offer()).skip()
    play >> offer() << sent("switch", "0810", {39: "00", 48: f"P{KCV}"})
    assert sum(isinstance(entry, KeyTaken) for entry in play.entries) == 1


@pytest.mark.parametrize(
    ("brought", "code"),
    [
        (offer(terminal="TERM02  "), "58"),
        (offer(terminal=""), "58"),
        (offer(f"M{KCV}{NEW_TAK}"), "12"),
        (offer("P"), "30"),
        (offer(at=""), "30"),
        (offer(f"PFFFFFF{NEW}"), "88"),
        (offer(f"P{KCV}{NEW_TAK}"), "88"),
        (offer(at="0328005959"), "94"),
    ],
)
def test_what_is_brought_and_is_no_key_for_it_is_refused(brought, code):
    play = keyed() >> brought << sent("switch", "0810", {39: code})
    assert not play.entries
    assert block_of(play) == PAD.encrypt("1234", CARD.pan)


def second_offer(at):
    second = wrap_key_under_key(TEST_TMK, "X", SECOND)
    return offer(f"P{key_check_value(SECOND).hex().upper()}{second}", at=at)


def test_a_recording_of_one_that_was_in_use_is_refused():
    play = (keyed() >> offer()).skip()
    play >> second_offer("0329010010") << appended(KeyTaken) << sent("switch", "0810", {39: "00"})
    play >> offer(at="0329010020") << sent("switch", "0810", {39: "94"})
    second = wrap_key_under_key(TEST_TMK, "X", SECOND)
    assert block_of(play) == PinPad(second).encrypt("1234", CARD.pan)


@pytest.mark.parametrize("crash", [False, True])
@pytest.mark.parametrize("way", ["brought", "asked for"])
def test_one_that_was_offered_before_the_last_and_comes_behind_it_is_refused(way, crash):
    # The switch gave up on it: whatever is under it would soon be worth nothing.
    play = (keyed() >> offer()).skip() if way == "brought" else taken(changing(keyed()))
    play = keyed(entries=play.entries) if crash else play
    play >> second_offer("0329005959") << sent("switch", "0810", {39: "94"})
    assert block_of(play) == PinPad(NEW).encrypt("1234", CARD.pan)


def test_a_clock_that_was_set_back_does_not_keep_new_ones_away():
    play = changing(keyed(at=START + 2 * CLOCK_APART_MAX_S))
    play = keyed(entries=taken(play).skip().entries)
    assert play >> second_offer(NOW) << appended(KeyTaken) << sent("switch", "0810", {39: "00"})


# Of MACs ------------------------------------------------------------------------------------------


def sealed(pad, message):
    return Received(SWITCH, pad.sealed(message))


def with_new_mac_key():
    """A terminal whose key for MACs was just changed."""
    play = keyed(macs=MACS)
    play.do(play.machine.change_key(play.now, "mac"))
    request = play.skip().sent_on(SWITCH)[-1]
    assert (request[48], MACS.is_right(request)) == ("M", True)
    answer = request.without(64, 128).reply("00", {48: f"M{KCV}{NEW_TAK}"})
    return play >> sealed(MACS, answer) << appended(KeyTaken, key=NEW_TAK, before=MACS.delivered)


def asked(play):
    """What a sale that is made now has asked for."""
    return (play >> sell()).skip().sent_on(SWITCH)[-1]


def replied(request):
    return request.without(64, 128).reply("00", {38: "A1B2C3"})


def test_what_is_sent_is_under_the_new_key_and_answers_may_be_under_the_old():
    play = with_new_mac_key()
    request = asked(play)
    assert NEW_MACS.is_right(request)
    (play >> sealed(MACS, replied(request))).skip()
    assert kinds(play) == [SaleState.APPROVED]


def test_the_old_one_is_worth_nothing_a_while_after_the_new_one_was_seen_in_use():
    play = with_new_mac_key()
    play >> sealed(NEW_MACS, replied(asked(play))) << appended(KeyProven)
    play.skip() >> after(OVERLAP_S + 0.1)
    again = keyed(entries=play.entries, macs=MACS, at=play.now + 1.0)
    request = asked(again)
    assert NEW_MACS.is_right(request)
    again >> sealed(MACS, replied(request))
    assert again.machine.counts["mac_wrong"] == 1
    (again >> sealed(NEW_MACS, replied(request))).skip()
    assert kinds(again)[-1] is SaleState.APPROVED


def test_until_then_it_is_accepted_after_a_start_too():
    play = with_new_mac_key()
    again = keyed(entries=play.entries, macs=MACS, at=play.now + 9 * OVERLAP_S)
    (again >> sealed(MACS, replied(asked(again)))).skip()
    assert kinds(again)[-1] is SaleState.APPROVED


def test_one_that_is_brought_has_a_mac_and_its_answer_has_the_new_one():
    play = keyed(macs=MACS)
    message = offer(f"M{KCV}{NEW_TAK}").message
    play >> Received(SWITCH, message)
    assert play.machine.counts["mac_wrong"] == 1
    play >> sealed(MACS, message) << appended(KeyTaken, key=NEW_TAK)
    assert NEW_MACS.is_right(play.skip().sent_on(SWITCH)[-1])


def test_another_key_in_the_configuration_is_the_one_for_macs_too():
    play = with_new_mac_key()
    other = MacPad(replace(MACS.rule, key=wrap_key_under_key(TEST_MAC_TMK, "U", SECOND)))
    again = keyed(entries=play.entries, macs=other)
    request = asked(again)
    assert other.is_right(request)
    again >> sealed(MACS, replied(request))
    assert again.machine.counts["mac_wrong"] == 1


# Another for every PIN ----------------------------------------------------------------------------


def dukpt(ksn="FFFF9876543210E00000"):
    key = bytes.fromhex("6AC292FAA1315B4D858AB3A3D7D5933A")
    return DukptPad("tdes", key, bytes.fromhex(ksn), bytes)


def test_a_ksn_is_durable_before_it_is_used_and_is_not_used_again_after_a_start():
    play = keyed(dukpt()) >> sell() << appended(KsnUsed, ksn="FFFF9876543210E00001")
    play << appended(SaleBegun) << sent(SWITCH, "0200", {62: "FFFF9876543210E00001"})
    again = keyed(dukpt(), play.entries[:1])
    again >> sell() << appended(KsnUsed, ksn="FFFF9876543210E00002")


def test_a_pad_that_counts_by_itself_is_not_given_keys():
    play = keyed(dukpt())
    with pytest.raises(NotReady, match="no PIN pad whose key is changed"):
        changing(play)
    assert play >> offer() << sent("switch", "0810", {39: "12"})
