"""What is owed goes out until it is acknowledged, over restarts and links that were away."""

from cardswitch.gateway.core.calls import Refund
from cardswitch.gateway.core.exchanges import Stand
from cardswitch.gateway.core.states import Status
from cardswitch.wire.machine.waits import NotAsked
from tests.kit.gateway import DOWN, UP, call, intent, order, played, replies, restarted
from tests.kit.play import after, answered, sent


def owing():
    play = (played() >> order()).skip()
    return (play >> after(4.0)).skip()


def paid():
    return ((played() >> order()).skip() >> answered("switch", "00")).skip()


def reversals(play):
    return [message for message in play.sent_on("switch") if message.mti[:2] == "04"]


def last_reversal(play):
    """How many questions ago it was asked."""
    asked = [message.mti[:2] for message in reversed(play.sent_on("switch"))]
    return asked.index("04") + 1


def test_pauses_grow_and_end_at_half_a_minute():
    play = owing()
    times = []
    for _ in range(9):
        before = len(reversals(play))
        play = (play >> answered("switch", "96", ago=last_reversal(play))).skip()
        waited = 0
        while len(reversals(play)) == before:
            play = (play >> after(0.5)).skip()
            waited += 0.5
            if play.sent_on("switch")[-1].mti == "0800":
                play = (play >> answered("switch", "00")).skip()
        times.append(waited)
        assert reversals(play)[-1].mti == "0421"
    assert times[:3] == [1.0, 2.0, 4.0]
    assert times[-1] == 30.0


def test_it_waits_for_the_link_and_goes_out_once_when_that_is_back():
    play = (owing() >> DOWN >> after(100)).skip()
    before = len(play.sent_on("switch"))
    play = (
        play >> UP << sent("switch", "0800") >> answered("switch", "00") << sent("switch", "0421")
    )
    assert play >> after(0.5)
    assert len(play.sent_on("switch")) == before + 2


def test_a_start_sends_what_was_owed_as_a_repeat():
    again = restarted(owing()) >> UP << sent("switch", "0800") >> answered("switch", "00")
    reversal = sent("switch", "0421", {11: again.entries[-1] and "000003"})
    again = (again << reversal >> answered("switch", "00")).skip()
    assert intent(again).problem.code == "processing_error"
    assert again.machine.pending == 0


def test_a_start_owes_more_than_one_reversal_of_an_intent():
    play = paid()
    play = (play >> call(Refund(amount=500), ticket=2)).skip()
    play = (play >> after(4.0)).skip()  # Its reversal is owed ...
    play = (play >> call(Refund(amount=300), ticket=3)).skip()  # ... and this has no outcome yet.
    again = (restarted(play).skip() >> UP).skip()
    again = (again >> answered("switch", "00")).skip()
    assert [message[4] for message in reversals(again)] == ["000000000300", "000000000500"]
    for ago in (2, 1):
        again = (again >> answered("switch", "00", ago=ago)).skip()
    refunds = intent(again).exchanges[1:]
    assert [each.stand for each in refunds] == [Stand.UNDONE, Stand.UNDONE]
    assert again.machine.pending == 0


def test_numbers_go_on_far_behind_those_of_before():
    again = restarted(owing()) >> UP
    assert int(again.sent_on("switch")[-1][11]) > 1_000
    again.skip()


def test_while_no_number_is_free_what_was_sent_is_undone_later_and_nobody_says_otherwise(
    monkeypatch,
):
    play = (played() >> order(key="k", digest="d")).skip()
    kernel, stamp = play.machine.kernel, play.machine.kernel.stamp

    def full(link, question):
        raise NotAsked("64 numbers in a row are in use")

    monkeypatch.setattr(kernel, "stamp", full)
    play = (play >> after(4.0)).skip()
    [reply] = replies(play)
    assert (reply.problem, reply.intent.status) == (None, Status.PROCESSING)
    assert (intent(play).is_open, play.machine.counts["no_number"]) == (True, 1)
    monkeypatch.setattr(kernel, "stamp", stamp)
    play = (play >> after(1.0)).skip()
    assert play.sent_on("switch")[-1].mti == "0420"
    play = (play >> answered("switch", "00")).skip()
    assert intent(play).status is Status.NEEDS_METHOD
    assert play.machine.pending == 0


def test_a_crash_before_a_number_was_free_undoes_it_too(monkeypatch):
    play = (played() >> order()).skip()

    def full(link, question):
        raise NotAsked("64 numbers in a row are in use")

    monkeypatch.setattr(play.machine.kernel, "stamp", full)
    again = restarted((play >> after(4.0)).skip()).skip()
    assert intent(again).exchange(1).reversal is not None
