"""What operators say to peers by 0800, what hosts announce, and what of that outlives a start."""

import pytest
from msgspec.structs import replace

from cardswitch.specs.errors import Error
from cardswitch.specs.message import Message
from cardswitch.switch.core.network import ANNOUNCED_APART_S
from cardswitch.switch.core.row import said
from cardswitch.switch.core.states import Mark, State
from cardswitch.wire.ports import LinkDown, LinkId, LinkUp, Received
from tests.kit.play import after, answered, appended, sent
from tests.kit.switch import (
    ACQUIRER,
    PAN,
    PLAIN,
    POS,
    SETTINGS,
    Row,
    approved,
    crashed,
    linked,
    opened,
    with_settings,
)

NETWORK = LinkId("network/1")


def say(what, place="acquirer"):
    return lambda play: play.do(play.machine.say(play.now, "ann", place, what, "because"))


def noted(play):
    return [said(row) for row in play.entries if row.state == Mark.NETWORK]


def peer(play, place="acquirer"):
    return next(one for one in play.machine.status()["network"] if one["place"] == place)


def marked(**attributes):
    return appended(Row, state=Mark.NETWORK.value, **attributes)


def codes(play, *messages):
    for message in messages:
        (play >> Received(POS, message)).skip()
    return [m[39] for m in play.sent_on(POS)[-len(messages) :]]


@pytest.mark.parametrize(
    ("what", "code"), [("echo", "301"), ("sign-on", "001"), ("cut-over", "201")]
)
def test_it_is_written_said_and_answered(what, code):
    play = opened() >> say(what) << marked() << sent("acquirer", "0800", {70: code})
    assert peer(play)["is_under_way"]
    assert play >> answered("acquirer", "00")
    assert (peer(play)["said"], peer(play)["answer"]) == (what, "00")
    assert noted(play) == [{"place": "acquirer", "what": what, "by": "ann", "because": "because"}]


def test_a_cut_over_says_which_day_begins():
    play = opened() >> say("cut-over") << marked() << sent("acquirer", "0800", {15: "0329"})
    assert play


def test_without_an_answer_it_is_over_too():
    play = (opened() >> say("echo")).skip() >> after(2.0)
    assert (peer(play.skip())["answer"], peer(play)["is_under_way"]) == ("", False)


def test_signed_off_nothing_is_routed_there_until_sign_on():
    play = opened() >> say("sign-off") << marked() << sent("acquirer", "0800", {70: "002"})
    assert codes(play, PLAIN) == ["91"]
    (play >> answered("acquirer", "00")).skip()
    (play >> LinkDown(ACQUIRER) >> LinkUp(ACQUIRER)).skip()
    assert "001" not in [m.get(70) for m in play.sent_on(ACQUIRER)[-1:]]
    assert codes(play, PLAIN.with_fields({11: "000010"})) == ["91"]
    (play >> say("sign-on")).skip()
    (play >> answered("acquirer", "00")).skip()
    assert peer(play)["is_ready"]
    assert approved(play, PLAIN.with_fields({11: "000011"}))


def test_a_refused_sign_on_opens_nothing():
    play = (opened() >> say("sign-off")).skip() >> answered("acquirer", "00")
    (play.skip() >> say("sign-on")).skip()
    (play >> answered("acquirer", "12")).skip()
    assert (peer(play)["is_ready"], peer(play)["is_signed_off"]) == (False, True)


STOLEN = {2: PAN, 91: "1", 101: "STOPLIST"}


def tell(what="stop-list add", mti="0302", said=STOLEN, place="acquirer"):
    request = Message(mti, said)
    return lambda play: play.do(
        play.machine.tell_issuer(play.now, "ann", place, what, "because", request)
    )


def test_an_issuer_is_told_of_a_card_and_no_row_has_its_number():
    fields = {**STOLEN, 7: "0329010000", 41: "OPERATOR", 42: "SWITCH         ", 4: None}
    play = opened() >> tell() << marked() << sent("acquirer", "0302", fields)
    assert len(play.sent_on(ACQUIRER)[-1][37]) == 12
    (play >> answered("acquirer", "00")).skip()
    assert (peer(play)["said"], peer(play)["answer"]) == ("stop-list add", "00")
    assert noted(play)[0]["card"] == "999999******0014"
    assert not any(PAN in repr(entry) for entry in play.entries)


@pytest.mark.parametrize(("mti", "repeat"), [("0302", "0303"), ("0600", "0601")])
def test_without_an_answer_it_is_told_once_more(mti, repeat):
    play = (opened() >> tell(mti=mti)).skip() >> after(3.6)
    first, second = play.skip().sent_on(ACQUIRER)[-2:]
    assert (first.mti, second.mti, first.fields) == (mti, repeat, second.fields)
    assert peer(play)["is_under_way"]
    (play >> after(3.6)).skip()
    assert (peer(play)["answer"], peer(play)["is_under_way"]) == ("", False)


def test_who_cannot_be_told_is_said_and_nothing_is_written():
    with pytest.raises(Error, match="expected one of acquirer"):
        opened() >> tell(place="pos")
    with pytest.raises(Error, match="nobody is there"):
        (opened() >> LinkDown(ACQUIRER)).skip() >> tell()
    with pytest.raises(Error, match="has not answered the stop-list add"):
        (opened() >> tell()).skip() >> tell()
    clear = replace(SETTINGS.upstreams["acquirer"], test_cards_only=True)
    play = opened(with_settings(upstreams={"acquirer": clear}))
    with pytest.raises(Error, match="test cards alone"):
        play >> tell(said={**STOLEN, 2: "5200820000000007"})
    assert not noted(play)


def test_it_stays_signed_on_after_a_start_whatever_checkpoint_came_before_the_answer():
    play = (opened() >> say("sign-off")).skip() >> answered("acquirer", "00")
    (play.skip() >> say("sign-on")).skip()
    play.do(play.machine.cut_over_now(play.now, "ann", ""))
    (play.skip() >> answered("acquirer", "00")).skip()
    assert not peer(linked(crashed(play).skip()))["is_signed_off"]


@pytest.mark.parametrize("ended", [False, True])
def test_it_stays_signed_off_after_a_start(ended):
    play = (opened() >> say("sign-off")).skip()
    if ended:  # by then a checkpoint knows it
        play.do(play.machine.cut_over_now(play.now, "ann", ""))
    again = crashed(play.skip()).skip() >> LinkUp(ACQUIRER)
    assert "001" not in [m.get(70) for m in again.skip().sent_on(ACQUIRER)]
    assert peer(again)["is_signed_off"]


def test_a_host_that_signs_on_does_not_end_an_operator_s_word():
    play = (opened() >> say("sign-off")).skip()
    request = Message("0800", {7: "0329010000", 11: "000001", 70: "001"})
    (play >> Received(ACQUIRER, request)).skip()
    assert play.sent_on(ACQUIRER)[-1][39] == "00"
    assert not peer(play)["is_ready"]


@pytest.mark.parametrize(
    ("place", "what", "match"),
    [
        ("nobody", "echo", "no such place, expected one of acquirer, pos, network"),
        ("acquirer", "dance", "expected one of echo"),
        ("pos", "sign-on", "by himself"),
        ("network", "echo", "nobody is there"),
    ],
)
def test_what_cannot_be_said(place, what, match):
    play = opened()
    with pytest.raises(Error, match=match):
        play >> say(what, place)
    assert not noted(play)


def test_one_at_a_time():
    play = (opened() >> say("echo")).skip()
    with pytest.raises(Error, match="has not answered the echo yet"):
        play >> say("echo")


def test_who_came_in_is_spoken_to_as_well():
    play = opened() >> LinkUp(NETWORK)
    play >> say("echo", "network") << marked() << sent("network/1", "0800", {70: "301"})
    assert play >> answered("network/1", "00")
    assert peer(play, "network")["answer"] == "00"


# Hosts --------------------------------------------------------------------------------------------


def announcement(stan="000001"):
    return Message("0800", {7: "0329010000", 11: stan, 15: "0330", 70: "201"})


def follows(is_followed):
    upstream = replace(SETTINGS.upstreams["acquirer"], follows_cut_over=is_followed)
    return linked_with(with_settings(upstreams={"acquirer": upstream}))


def linked_with(settings):
    return opened(settings)


@pytest.mark.parametrize("is_followed", [False, True])
def test_a_host_announces_its_cut_over(is_followed):
    play = follows(is_followed)
    before = play.machine.memory.today.label
    (play >> Received(ACQUIRER, announcement())).skip()
    assert play.sent_on(ACQUIRER)[-1][39] == "00"
    [row] = noted(play)
    assert (row["what"], row["because"]) == ("cut-over announced", "its day is 0330")
    assert (play.machine.memory.today.label != before) is is_followed


def test_it_announces_as_often_as_it_likes_and_ends_one_day():
    play = follows(True)
    (play >> Received(ACQUIRER, announcement())).skip()
    day = play.machine.memory.today.label
    (play >> Received(ACQUIRER, announcement("000002"))).skip()
    assert play.sent_on(ACQUIRER)[-1][39] == "94"
    assert play.machine.memory.today.label == day
    (play >> after(ANNOUNCED_APART_S)).skip()
    (play >> Received(ACQUIRER, announcement("000003"))).skip()
    assert play.machine.memory.today.label != day


@pytest.mark.parametrize("is_followed", [False, True])
def test_what_it_announced_before_a_start_ends_no_other_day_when_it_says_it_again(is_followed):
    settings = follows(is_followed).machine.settings
    play = (follows(is_followed) >> Received(ACQUIRER, announcement())).skip()
    again = linked(crashed(play, settings).skip())
    day = again.machine.memory.today.label
    (again >> Received(ACQUIRER, announcement("000002"))).skip()
    assert again.sent_on(ACQUIRER)[-1][39] == "94"
    assert again.machine.memory.today.label == day


def test_an_acquirer_that_came_in_may_announce_and_a_terminal_may_not():
    play = opened() >> LinkUp(NETWORK)
    (play >> Received(NETWORK, announcement())).skip()
    assert play.sent_on(NETWORK)[-1][39] == "00"
    (play >> Received(POS, announcement().with_fields({41: "TERM0001"}))).skip()
    assert play.sent_on(POS)[-1][39] == "12"
    assert len(noted(play)) == 1
    assert not [row for row in play.entries if row.state == State.DECLINED]


def test_a_start_reads_them_and_goes_on():
    assert linked(crashed((opened() >> say("echo")).skip()).skip())
