"""Calls as playbooks: what is durable before it leaves, and what a caller is told."""

from cardswitch.gateway.core.calls import Cancel, Create, Pay, Read, Refund
from cardswitch.gateway.core.exchanges import Stand
from cardswitch.gateway.core.machine import Gateway
from cardswitch.gateway.core.messages import Node
from cardswitch.gateway.core.row import GatewayRow
from cardswitch.gateway.core.states import Status
from tests.kit.gateway import (
    DOWN,
    PAN,
    SOURCE,
    VAULT,
    call,
    held,
    intent,
    order,
    played,
    replies,
    restarted,
)
from tests.kit.play import after, answered, appended, sent


def row(state):
    return appended(GatewayRow, state=state)


class told:
    """The caller of *ticket* is told."""

    def __init__(self, ticket=1, status=None, problem=None):
        self.ticket, self.status, self.problem = ticket, status, problem

    def matches(self, effect):
        reply = getattr(effect, "message", None)
        if getattr(effect, "link", "") != "api" or reply.ticket != self.ticket:
            return False
        if self.problem is not None:
            return reply.problem is not None and self.problem in (
                reply.problem.code,
                reply.problem.decline_code,
                reply.problem.type,
            )
        return reply.problem is None and (self.status is None or reply.intent.status == self.status)

    def __repr__(self):
        return f"told({self.ticket}, {self.status}, {self.problem})"


def asked():
    """An order is durable, and sent."""
    play = played() >> order() << row("Began") << row("Created") << row("Sent")
    return play << sent("switch", "0200")


def test_an_order_is_durable_before_it_is_sent_and_answered_after_its_outcome():
    play = played()
    assert (
        play
        >> order(key="k", digest="d")
        << row("KeyTaken")
        << row("Began")
        << row("Created")
        << row("Sent")
        << sent("switch", "0200", {2: PAN, 14: "3012", 48: "9203123420207", 22: "812", 25: "59"})
        >> answered("switch", "00", {38: "A1B2C3", 37: "608801000001"})
        << row("Answered")
        << row("KeyAnswered")
        << told(status=Status.SUCCEEDED)
    )
    assert intent(play).received == 1250
    assert "123" not in str([r.fields for r in play.entries if r.state == "Sent"]).replace(
        "1234", ""
    )


def test_neither_card_number_nor_cvc_is_written():
    play = played() >> order()
    assert not any(PAN in r.fields or "9203123" in r.fields for r in play.entries)
    play.skip()


def test_a_decline_says_why_and_wants_another_card():
    play = (
        played()
        >> order()
        << row("Began")
        << row("Created")
        << row("Sent")
        << sent("switch", "0200")
    )
    play = play >> answered("switch", "51") << row("Answered") << told(problem="insufficient_funds")
    assert intent(play).status == Status.NEEDS_METHOD
    assert intent(play).card is None
    assert play


def test_without_an_answer_it_stays_processing_and_is_reversed_until_that_is_acknowledged():
    play = (
        played()
        >> order()
        << row("Began")
        << row("Created")
        << row("Sent")
        << sent("switch", "0200")
    )
    assert (
        play
        >> after(4.0)
        << row("Owed")
        << told(status=Status.PROCESSING)
        << sent("switch", "0420", {39: None})
        >> after(5.0)
        << sent("switch", "0421")
        >> answered("switch", "91")
        >> after(2.0)
        << sent("switch", "0421")
        >> answered("switch", "00")
        << row("Undone")
    )
    found = intent(play)
    assert (found.status, found.problem.code) == (Status.NEEDS_METHOD, "processing_error")
    assert play.machine.pending == 0


def test_a_refused_reversal_leaves_it_for_a_person():
    play = (
        played()
        >> order()
        << row("Began")
        << row("Created")
        << row("Sent")
        << sent("switch", "0200")
    )
    play = play >> after(4.0) << row("Owed") << told() << sent("switch", "0420")
    assert play >> answered("switch", "64") << row("Refused") >> after(20)
    assert intent(play).status == Status.PROCESSING
    assert intent(play).exchange(1).stand is Stand.EXCEPTION


def test_a_partial_approval_is_undone_and_told_as_no_funds():
    play = (
        played()
        >> order()
        << row("Began")
        << row("Created")
        << row("Sent")
        << sent("switch", "0200")
    )
    play = play >> answered("switch", "10", {4: "000000000500"}) << row("Answered") << row("Owed")
    play = play << told(problem="insufficient_funds") << sent("switch", "0420")
    assert play >> answered("switch", "00") << row("Undone")
    assert (intent(play).status, intent(play).received) == (Status.NEEDS_METHOD, 0)


def test_nothing_is_written_while_the_switch_is_away():
    play = played() >> DOWN >> order()
    assert play >> after(0.6) << told(problem="api_error")
    assert replies(play)[-1].problem.is_retried


def test_a_copy_is_told_what_the_first_was_told_and_another_request_is_refused():
    play = (played() >> order(key="k", digest="d")).skip()
    play = (play >> answered("switch", "51")).skip()
    assert (
        play
        >> order(ref="b" * 22, key="k", digest="d", ticket=2)
        << told(2, problem="insufficient_funds")
    )
    assert replies(play)[-1].is_replayed
    assert (
        play
        >> order(ref="c" * 22, key="k", digest="x", ticket=3)
        << told(3, problem="idempotency_error")
    )
    assert len([m for m in play.sent_on("switch") if m.mti == "0200"]) == 1


def test_a_copy_is_told_of_the_state_that_the_first_left():
    play = (
        played() >> call(Create(secret="s", amount=100, currency="eur"), key="k", digest="d")
    ).skip()
    play = (play >> call(Cancel(), ticket=2)).skip()
    again = call(Create(secret="t", amount=100, currency="eur"), "b" * 22, 3, key="k", digest="d")
    assert play >> again << told(3, status=Status.NEEDS_METHOD)


def test_while_it_is_in_work_copies_and_others_are_put_off():
    play = (played() >> order(key="k", digest="d")).skip()
    assert play >> order(key="k", digest="d", ticket=2) << told(2, problem="idempotency_key_in_use")
    assert play >> call(Cancel(), ticket=3) << told(3, problem="lock_timeout")
    assert play >> call(Read(), ticket=4) << told(4, status=Status.PROCESSING)


def test_a_crash_before_the_outcome_is_reversed_and_the_key_answers_with_what_is_there():
    play = (played() >> order(key="k", digest="d")).skip()
    again = restarted(play) << row("Owed")
    from tests.kit.gateway import UP

    again = (
        again >> UP << sent("switch", "0800") >> answered("switch", "00") << sent("switch", "0420")
    )
    assert again >> order(key="k", digest="d", ticket=2) << told(2, status=Status.PROCESSING)
    assert again >> answered("switch", "25") << row("Undone")
    assert again >> order(key="k", digest="d", ticket=3) << told(3, status=Status.NEEDS_METHOD)


def test_refunds_never_exceed_what_was_received():
    play = (played() >> order()).skip()
    play = (play >> answered("switch", "00")).skip()
    assert play >> call(Refund(amount=1251), ticket=2) << told(2, problem="amount_too_large")
    play = play >> call(Refund(amount=1000), ticket=3) << row("Sent")
    play = play << sent("switch", "0200", {3: "200000", 4: "000000001000", 48: None})
    assert play >> answered("switch", "00") << row("Answered") << told(3)
    assert play >> call(Refund(amount=251), ticket=4) << told(4, problem="amount_too_large")
    play = (play >> call(Refund(), ticket=5)).skip()
    play = (play >> answered("switch", "00")).skip()
    assert intent(play).refunded == 1250
    assert play >> call(Refund(), ticket=6) << told(6, problem="charge_already_refunded")


def test_what_is_no_intent_of_this_merchant_is_not_there():
    play = (played() >> order()).skip()
    play = (play >> answered("switch", "00")).skip()
    assert (
        play >> call(Read(), merchant="SHOP0002", ticket=2) << told(2, problem="resource_missing")
    )
    assert replies(play)[-1].intent is None


def test_a_step_that_the_table_has_not_is_refused_with_the_intent():
    play = (played() >> order()).skip()
    play = (play >> answered("switch", "00")).skip()
    for ticket, deed in enumerate((Cancel(), Pay(source=SOURCE)), 2):
        assert (
            play
            >> call(deed, ticket=ticket)
            << told(ticket, problem="payment_intent_unexpected_state")
        )
        assert replies(play)[-1].intent.status == Status.SUCCEEDED


def test_a_start_gives_no_number_twice_though_old_money_is_still_held(monkeypatch):
    monkeypatch.setattr("cardswitch.wire.machine.kernel.GAP", 1)
    machine = Gateway(Node("GATE0001"), VAULT, checkpoint_rows=1)
    play = (played(machine) >> held()).skip()
    play = (play >> answered("switch", "00")).skip()
    for number in range(3):
        play = (play >> order(ref=f"{number:022d}", ticket=number + 2)).skip()
        play = (play >> answered("switch", "00")).skip()
    rows = list(play.entries)
    last = max(row.sequence for row in rows if row.state == "checkpoint")
    [mark] = [row for row in rows if row.sequence == last]
    leg = intent(play).leg
    # As a journal gives them: the checkpoint first, then what stood open, then all behind it.
    recent = [mark, *(r for r in rows if r.sequence < last and r.leg == leg)]
    recent += [row for row in rows if row.sequence > last]
    used = max(int(message[11]) for message in play.sent_on("switch"))
    again = played(entries=recent)
    assert min(int(message[11]) for message in again.sent_on("switch")) > used
