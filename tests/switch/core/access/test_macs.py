"""The switch checks what comes in with the HSM, makes every MAC anew, and refuses what is wrong."""

import msgspec
import pytest

from cardswitch.specs.message import Message
from cardswitch.switch.core.states import State
from cardswitch.wire.machine.budget import Limits
from cardswitch.wire.machine.macs import CHECKS_MAX
from cardswitch.wire.ports import LinkUp, Received
from tests.kit.macs import covers, rule
from tests.kit.play import after, answered, sent
from tests.kit.switch import (
    ACQUIRER,
    HSM,
    PLAIN,
    POS,
    REVERSAL,
    SETTINGS,
    crashed,
    linked,
    opened,
    recorded,
    started,
    with_listener,
)

MAC = "A1B2C3D4E5F60718"
OTHER = "1122334455667788"


def both(**changes):
    """Both sides have MACs, the upstream of 4 bytes under a key of the zone."""
    upstream = msgspec.structs.replace(
        SETTINGS.upstreams["acquirer"], mac=rule(key="ZAK", key_type="008", digits=8)
    )
    settings = with_listener(mac=rule(**changes))
    return msgspec.structs.replace(settings, upstreams={"acquirer": upstream})


def data(message):
    return covers(message).hex().upper()


@pytest.fixture
def play():
    """A switch with MACs at its terminals, none upstream."""
    return opened(with_listener(mac=rule()))


def asked(play, request, error="00"):
    """*request* comes in, and the HSM says *error* to its MAC."""
    play >> Received(POS, request)
    mac = request.get(64) or request.get(128)
    play << sent("hsm", "M8", {"key": "TAK", "data": data(request), "mac": mac})
    return play >> answered("hsm", error)


def told(play, mti, fields):
    """An answer leaves, with a MAC of its own."""
    play << sent("hsm", "M6", {"key": "TAK"}) >> answered("hsm", "00", {"mac": MAC})
    return play << sent("pos/1", mti, {**fields, 64: MAC})


def test_a_sale_is_checked_and_its_answer_gets_a_mac(play):
    asked(play, PLAIN.with_fields({64: OTHER}))
    play << recorded(State.FORWARDED) << sent("acquirer", "0200", {64: None, 128: None})
    play >> answered("acquirer", "00") << recorded(State.APPROVED)
    assert told(play, "0210", {39: "00"})
    answer = play.sent_on(POS)[-1]
    assert play.sent_on(HSM)[-1].fields["data"] == data(answer)


def linked_with(settings):
    """All links are there, and the upstream has agreed to a sign-on, all with MACs."""
    play = started(settings).skip()
    for link in (POS, HSM, ACQUIRER):
        play >> LinkUp(link)
    play << sent("hsm", "M6", {"key": "ZAK", "key_type": "008"})
    play >> answered("hsm", "00", {"mac": "01234567"})
    play << sent("acquirer", "0800", {128: "0123456700000000"})
    sign_on = play.sent_on(ACQUIRER)[-1]
    play >> Received(ACQUIRER, sign_on.reply("00", {128: "8888888800000000"}))
    return play << sent("hsm", "M8", {"mac": "88888888"}) >> answered("hsm", "00")


def test_the_mac_is_made_anew_on_the_way_and_checked_on_the_way_back():
    play = linked_with(both())
    asked(play, PLAIN.with_fields({64: OTHER})) << recorded(State.FORWARDED)
    play << sent("hsm", "M6", {"key": "ZAK"}) >> answered("hsm", "00", {"mac": "89ABCDEF"})
    play << sent("acquirer", "0200", {64: "89ABCDEF00000000"})
    question = play.sent_on(ACQUIRER)[-1]
    play >> Received(ACQUIRER, question.reply("00", {64: "7777777700000000"}))
    play << sent("hsm", "M8", {"key": "ZAK", "mac": "77777777"}) >> answered("hsm", "00")
    play << recorded(State.APPROVED)
    assert told(play, "0210", {39: "00"})


def test_an_answer_with_a_wrong_mac_never_came():
    play = linked_with(both())
    asked(play, PLAIN.with_fields({64: OTHER})) << recorded(State.FORWARDED)
    (play << sent("hsm", "M6") >> answered("hsm", "00", {"mac": "89ABCDEF"})).skip()
    question = play.sent_on(ACQUIRER)[-1]
    play >> Received(ACQUIRER, question.reply("00", {64: "7777777700000000"}))
    play << sent("hsm", "M8") >> answered("hsm", "01")
    play >> after(3.5) << recorded(State.REVERSING)
    assert play.machine.counts["mac_wrong"] == 1
    assert State.APPROVED not in {row.state for row in play.entries}


@pytest.mark.parametrize("wrong", ["wrong", "missing", "of another field", "too long"])
def test_what_has_no_right_mac_is_refused_without_a_row(play, wrong):
    rows = len(play.entries)
    if wrong == "wrong":
        asked(play, PLAIN.with_fields({64: OTHER}), "01")
    elif wrong == "missing":
        play >> Received(POS, PLAIN)
    elif wrong == "of another field":
        play >> Received(POS, REVERSAL.with_fields({64: OTHER}))
    else:
        play = opened(with_listener(mac=rule(digits=8)))
        rows = len(play.entries)
        play >> Received(POS, PLAIN.with_fields({64: OTHER}))
    play << sent("hsm", "M6") >> answered("hsm", "00", {"mac": MAC})
    (play << sent("pos/1", "0430" if "field" in wrong else "0210", {39: "89"})).skip()
    assert len(play.entries) == rows
    assert play.machine.counts["mac_wrong"] == 1


def test_the_right_one_is_not_kept_from_its_sale_by_a_wrong_one(play):
    """Whoever guesses has no row that would stand in its way."""
    asked(play, PLAIN.with_fields({64: OTHER}), "01").skip()
    asked(play, PLAIN.with_fields({64: MAC})) << recorded(State.FORWARDED)
    assert play << sent("acquirer", "0200")


@pytest.mark.parametrize(("wrong", "goes_on"), [("drop", False), ("log", True)])
def test_it_may_be_dropped_or_let_through_with_a_line(wrong, goes_on):
    lines = []
    play = opened(with_listener(mac=rule(wrong=wrong)))
    play.machine.observe(lambda kind, link, reason: lines.append((kind, link, reason)))
    asked(play, PLAIN.with_fields({64: OTHER}), "01")
    told_of = "0200, trace number 000007, terminal TERM0001: the MAC in field 64 is another"
    assert lines == [("mac_wrong", POS, told_of)]
    if goes_on:
        play << recorded(State.FORWARDED) << sent("acquirer", "0200")
    assert play


def test_without_the_hsm_nothing_is_let_through_and_nothing_is_answered(play):
    play >> Received(POS, PLAIN.with_fields({64: OTHER})) << sent("hsm", "M8")
    assert play >> after(1.0)
    assert play.machine.counts["mac_not_checked"] == 1
    asked(play, PLAIN.with_fields({64: OTHER}), "10")
    assert play.machine.counts["mac_not_checked"] == 2, "it did not check it either"


def test_what_cannot_get_a_mac_is_not_sent_but_stays_recorded(play):
    asked(play, PLAIN.with_fields({64: OTHER})) << recorded(State.FORWARDED)
    play << sent("acquirer", "0200") >> answered("acquirer", "00") << recorded(State.APPROVED)
    play << sent("hsm", "M6") >> answered("hsm", "10")
    assert play.machine.counts["mac_not_made"] == 1
    assert play >> Received(POS, Message("0201", {**PLAIN.fields, 64: MAC})) << sent("hsm", "M8")


def test_an_hsm_that_is_away_is_told_of_and_not_the_peer_that_was_asked_nothing():
    lines = []
    play = started(both()).skip()
    play.machine.observe(lambda kind, link, reason: lines.append((kind, link, reason)))
    for link in (POS, ACQUIRER):
        play >> LinkUp(link)
    play >> after(5.0)
    assert play, "its link is not given up"
    assert {line[:2] for line in lines} == {("mac_not_made", ACQUIRER)}
    assert lines[0][2] == "0800, trace number 000001: the HSM does not answer: it is not sent"
    play >> LinkUp(HSM) >> after(1.0)
    (play << sent("hsm", "M6") >> answered("hsm", "00", {"mac": "01234567"})).skip()
    assert play.sent_on(ACQUIRER)[-1][70] == "001"


def test_a_sale_that_gets_no_mac_is_undone_at_once():
    play = linked_with(both())
    asked(play, PLAIN.with_fields({64: OTHER})) << recorded(State.FORWARDED)
    play << sent("hsm", "M6") >> answered("hsm", "10") << recorded(State.REVERSING)
    play << sent("hsm", "M6", {"key": "TAK"}) << sent("hsm", "M6", {"key": "ZAK"})
    assert play


def test_each_terminal_has_a_key_of_its_own():
    play = opened(with_listener(mac=rule(key="", terminal_keys={"TERM0001": "TAK1"})))
    play >> Received(POS, PLAIN.with_fields({64: OTHER})) << sent("hsm", "M8", {"key": "TAK1"})
    play >> answered("hsm", "01") << sent("hsm", "M6", {"key": "TAK1"})
    (play >> answered("hsm", "00", {"mac": MAC})).skip()
    play >> Received(POS, PLAIN.with_fields({41: "TERM0002", 64: OTHER}))
    assert play, "who has no key is not even answered"
    assert play.machine.counts["mac_not_made"] == 1


def test_a_crash_between_a_row_and_its_mac_is_a_crash_before_its_answer(play):
    asked(play, PLAIN.with_fields({64: OTHER})) << recorded(State.FORWARDED)
    play << sent("acquirer", "0200") >> answered("acquirer", "00") << recorded(State.APPROVED)
    again = linked(crashed(play.skip(), with_listener(mac=rule())).skip())
    asked(again, Message("0201", {**PLAIN.fields, 64: OTHER}))
    assert told(again, "0210", {39: "00"})


def test_a_reversal_carries_its_mac_behind_the_second_bitmap(play):
    asked(play, REVERSAL.with_fields({128: OTHER})) << recorded(State.REVERSED)
    play << recorded(State.ANSWERED) << sent("hsm", "M6") >> answered("hsm", "00", {"mac": MAC})
    assert play << sent("pos/1", "0430", {39: "25", 128: MAC})


def test_a_flood_of_macs_to_check_is_bounded_by_its_link():
    play = opened(with_listener(mac=rule()))
    for number in range(CHECKS_MAX + 8):
        play.machine.handle(
            Received(POS, PLAIN.with_fields({11: f"{number:06}", 64: MAC})), play.now
        )
    assert play.machine.counts["over_the_bound"] == 8
    (play >> Received(POS, REVERSAL.with_fields({128: OTHER}))).skip()
    assert play.sent_on(HSM)[-1].fields["data"] == data(REVERSAL), "undoing has room of its own"
    assert play.machine.counts["over_the_bound"] == 8


def test_a_check_takes_no_room_of_what_it_lets_in():
    play = opened(with_listener(mac=rule()), Limits(flows_max=1, undoing_max=1))
    asked(play, REVERSAL.with_fields({128: OTHER})) << recorded(State.REVERSED)
    (play << recorded(State.ANSWERED)).skip()
    asked(play, PLAIN.with_fields({11: "000077", 64: OTHER})) << recorded(State.FORWARDED)
    assert play << sent("acquirer", "0200")
