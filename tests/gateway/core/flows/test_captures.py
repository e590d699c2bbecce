"""Money that is set aside: captured in whole or in part, free again, or too late."""

import pytest

from cardswitch.gateway.core.calls import Cancel, Capture, Increase, Refund
from cardswitch.gateway.core.exchanges import Stand
from cardswitch.gateway.core.flows import payments
from cardswitch.gateway.core.intents import EXPIRED
from cardswitch.gateway.core.states import Status
from tests.gateway.core.test_machine import row, told
from tests.kit.gateway import UP, call, held, intent, order, played, replies, restarted
from tests.kit.play import after, answered, sent

DAY_S = 86_400.0
SAID = {38: "A1B2C3", 37: "608801000001"}


def waiting(**more):
    """1250 are set aside."""
    play = (played() >> held(**more)).skip()
    return (play >> answered("switch", "00", SAID)).skip()


def captured(play, amount=None, code="00", *, is_final=True, ticket=2):
    play = (play >> call(Capture(amount=amount, is_final=is_final), ticket=ticket)).skip()
    return (play >> answered("switch", code)).skip()


def test_what_is_set_aside_names_the_authorisation_when_it_is_captured():
    play = (
        played()
        >> held()
        << row("Began")
        << row("Created")
        << row("Sent")
        << sent("switch", "0100")
    )
    play = play >> answered("switch", "00", SAID) << row("Answered")
    play = play << told(status=Status.NEEDS_CAPTURE)
    assert (intent(play).capturable, intent(play).received) == (1250, 0)
    first = play.sent_on("switch")[-1]
    play = play >> call(Capture(), ticket=2) << row("Sent")
    fields = {2: None, 4: "000000001250", 25: "06", 37: SAID[37], 38: SAID[38], 48: None}
    play = play << sent("switch", "0220", fields)
    assert play.sent_on("switch")[-1][90][4:20] == first[11] + first[7]
    assert play >> answered("switch", "00") << row("Answered") << told(2, Status.SUCCEEDED)
    assert (intent(play).capturable, intent(play).received) == (0, 1250)


def test_less_is_captured_as_final_and_the_rest_is_free():
    play = captured(waiting(), 1000)
    assert (intent(play).status, intent(play).received) == (Status.SUCCEEDED, 1000)
    play = (play >> call(Capture(), ticket=3)).skip()
    assert replies(play)[-1].problem.code == "payment_intent_unexpected_state"
    assert replies(play)[-1].intent.status is Status.SUCCEEDED
    play = (play >> call(Refund(amount=1001), ticket=4)).skip()
    assert replies(play)[-1].problem.code == "amount_too_large"


def test_parts_add_up_until_the_last_one():
    play = captured(waiting(), 500, is_final=False)
    assert play.sent_on("switch")[-1][48] == "700601/99P"
    assert (intent(play).status, intent(play).capturable) == (Status.NEEDS_CAPTURE, 750)
    play = (play >> call(Capture(amount=751), ticket=3)).skip()
    assert replies(play)[-1].problem.param == "amount_to_capture"
    play = captured(play, 700, ticket=4)
    assert play.sent_on("switch")[-1][48] == "700602/02F"
    assert (intent(play).status, intent(play).received) == (Status.SUCCEEDED, 1200)


def test_without_an_answer_a_capture_is_owed_and_never_asked_for_twice():
    play = (waiting() >> call(Capture(), ticket=2)).skip()
    play = play >> after(4.0) << told(2, Status.NEEDS_CAPTURE) << sent("switch", "0221")
    assert (intent(play).pending_capture.number, intent(play).capturable) == (2, 0)
    for ticket, deed in ((3, Capture()), (4, Cancel())):
        play = play >> call(deed, ticket=ticket) << told(ticket, problem="lock_timeout")
    play = (play >> answered("switch", "91")).skip()
    play = play >> after(1.0) << sent("switch", "0221")
    assert play >> answered("switch", "00") << row("Answered")
    assert (intent(play).status, play.machine.pending) == (Status.SUCCEEDED, 0)
    assert len({m[11] for m in play.sent_on("switch") if m.mti[:2] == "02"}) == 1


def test_a_crash_during_a_capture_sends_it_on():
    play = (waiting() >> call(Capture(amount=600, is_final=False), ticket=2)).skip()
    number = play.sent_on("switch")[-1][11]
    again = restarted(play) >> UP << sent("switch", "0800") >> answered("switch", "00")
    again = again << sent("switch", "0221", {11: number, 4: "000000000600", 48: "700601/99P"})
    assert again >> answered("switch", "00") << row("Answered")
    assert (intent(again).received, intent(again).capturable) == (600, 650)


def test_a_refused_capture_says_so_and_the_money_stays_set_aside():
    play = captured(waiting(), code="21")
    assert replies(play)[-1].problem.code == "charge_expired_for_capture"
    assert (intent(play).status, intent(play).capturable) == (Status.NEEDS_CAPTURE, 1250)


def test_a_cancel_owes_the_reversal_before_it_is_told():
    play = waiting() >> call(Cancel(reason="duplicate"), ticket=2) << row("Canceled") << row("Owed")
    play = play << told(2, Status.CANCELED) << sent("switch", "0420", {37: SAID[37], 95: None})
    assert play >> answered("switch", "00") << row("Undone")
    stands = intent(play)
    assert (stands.exchange(1).stand, stands.capturable, stands.problem) == (
        Stand.RELEASED,
        0,
        None,
    )


def test_what_was_captured_stays_when_the_rest_is_canceled():
    play = captured(waiting(), 500, is_final=False)
    play = (play >> call(Cancel(), ticket=3)).skip()
    assert 95 not in play.sent_on("switch")[-1].fields  # What was captured stays by itself.
    assert (intent(play).status, intent(play).received) == (Status.CANCELED, 500)


@pytest.mark.parametrize("is_restarted", [False, True])
def test_after_seven_days_it_is_free_again(is_restarted):
    play = waiting()
    if is_restarted:
        play = restarted(play).skip()
    play = (play >> after(7 * DAY_S - 10)).skip()
    assert intent(play).status is Status.NEEDS_CAPTURE
    play = (play >> after(20)).skip()
    stands = intent(play)
    assert (stands.status, stands.cancellation_reason) == (Status.CANCELED, EXPIRED)
    assert stands.exchange(1).reversal is not None


def test_while_it_is_captured_the_time_may_pass():
    play = (waiting() >> after(7 * DAY_S - 1)).skip()
    play = (play >> call(Capture(), ticket=2)).skip()
    play = (play >> after(70)).skip()
    assert intent(play).status is Status.NEEDS_CAPTURE
    known = len(play.sent_on("switch"))
    while "0221" not in [message.mti for message in play.sent_on("switch")[known:]]:
        play = (play >> after(0.5)).skip()
    play = (play >> answered("switch", "00")).skip()
    assert intent(play).status is Status.SUCCEEDED


def test_so_many_may_wait_for_their_capture(monkeypatch):
    monkeypatch.setattr(payments, "ENDS_MAX", 1)
    play = (waiting() >> held(ref="b" * 22, ticket=2)).skip()
    assert replies(play)[-1].problem.status == 503
    play = (captured(play, ticket=3) >> order(ref="c" * 22, ticket=4)).skip()
    assert play.sent_on("switch")[-1].mti == "0200"


def increase(play, amount=2000, ticket=7):
    return play >> call(Increase(amount=amount), ticket=ticket)


def test_more_is_set_aside_and_captured_with_the_rest():
    play = increase(waiting()) << row("Sent")
    fields = {2: None, 4: "000000000750", 37: SAID[37], 38: SAID[38], 48: None}
    play = play << sent("switch", "0100", fields)
    play = play >> answered("switch", "00") << row("Answered") << told(7, Status.NEEDS_CAPTURE)
    assert (intent(play).amount, intent(play).capturable) == (2000, 2000)
    play = captured(play)
    assert (intent(play).status, intent(play).received) == (Status.SUCCEEDED, 2000)


def test_no_more_is_set_aside_than_a_message_can_capture():
    most = 999_999_999_999
    play = increase(waiting(), most + 1).skip()
    problem = replies(play)[-1].problem
    assert (problem.status, problem.param, problem.code) == (400, "amount", "amount_too_large")
    play = (increase(play, most, ticket=8).skip() >> answered("switch", "00")).skip()
    assert intent(captured(play, ticket=9)).received == most


def test_what_is_declined_of_it_changes_nothing():
    play = (increase(waiting()).skip() >> answered("switch", "51")).skip()
    assert replies(play)[-1].problem.decline_code == "insufficient_funds"
    assert (intent(play).amount, intent(play).capturable) == (1250, 1250)
    assert intent(play).status is Status.NEEDS_CAPTURE


def test_an_increment_without_an_answer_is_undone_and_nothing_else_is_done_meanwhile():
    play = (increase(waiting()).skip() >> after(4.0)).skip()
    assert (replies(play)[-1].problem.status, replies(play)[-1].problem.is_retried) == (503, False)
    assert play.sent_on("switch")[-1].mti == "0420"
    for ticket, deed in ((3, Capture()), (4, Cancel()), (5, Increase(amount=2000))):
        play = play >> call(deed, ticket=ticket) << told(ticket, problem="lock_timeout")
    play = (play >> answered("switch", "00")).skip()
    assert (intent(play).amount, intent(play).capturable) == (1250, 1250)
    assert intent(captured(play)).status is Status.SUCCEEDED


def test_not_everything_is_increased():
    play = increase(waiting(), 1250).skip()
    assert replies(play)[-1].problem.param == "amount"
    play = increase(captured(waiting(), 5, is_final=False)).skip()
    assert replies(play)[-1].problem.status == 400
    play = increase(captured(waiting())).skip()
    assert replies(play)[-1].problem.code == "payment_intent_unexpected_state"
