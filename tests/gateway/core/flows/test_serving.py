"""The story of each call, where it is not that of a payment: see test_machine for those."""

from cardswitch.gateway.core.calls import Cancel, Create, Origin, Pay, Read, Refund
from cardswitch.gateway.core.states import Status
from tests.kit.gateway import SOURCE, UP, call, intent, order, played, replies, restarted
from tests.kit.play import answered


def test_an_order_is_made_first_and_paid_later():
    play = (played() >> call(Create(secret="s", amount=700, currency="eur"))).skip()
    play = (play >> call(Pay(), ticket=2)).skip()
    assert replies(play)[-1].problem.code == "parameter_missing"
    play = (play >> call(Pay(source=SOURCE), ticket=3)).skip()
    play = (play >> answered("switch", "00")).skip()
    assert (replies(play)[-1].number, intent(play).status) == (1, Status.SUCCEEDED)


def test_a_second_card_pays_after_a_decline():
    play = (played() >> order()).skip()
    play = (play >> answered("switch", "41")).skip()
    play = (play >> call(Pay(source=SOURCE), ticket=2)).skip()
    play = (play >> answered("switch", "00")).skip()
    assert [e.stand for e in intent(play).exchanges] == ["declined", "approved"]
    assert intent(play).problem is None


def test_what_is_not_paid_is_not_refunded():
    play = (played() >> call(Create(secret="s", amount=700, currency="eur"))).skip()
    play = (play >> call(Refund(), ticket=2)).skip()
    assert replies(play)[-1].problem.param == "payment_intent"


def test_a_refund_that_is_declined_can_be_tried_again():
    play = (played() >> order()).skip()
    play = (play >> answered("switch", "00")).skip()
    play = (play >> call(Refund(amount=500), ticket=2)).skip()
    play = (play >> answered("switch", "57")).skip()
    assert (replies(play)[-1].problem, intent(play).refunded) == (None, 0)
    play = (play >> call(Refund(), ticket=3)).skip()
    assert play.sent_on("switch")[-1][4] == "000000001250"


def test_after_a_crash_a_copy_is_told_of_its_own_refund_whatever_was_given_back_since():
    def refund(amount, key):
        origin = Origin(request="req_1", method="POST", path="/v1/refunds", came=1.0, key=key)
        return call(Refund(amount=amount), key=f"hash of {key}", digest=key, origin=origin)

    play = (played() >> order()).skip()
    play = (play >> answered("switch", "00")).skip()
    play = (play >> refund(500, "first")).skip()
    play = (restarted(play).skip() >> UP).skip()
    play = (play >> answered("switch", "00")).skip()
    play = (play >> answered("switch", "00")).skip()  # Its reversal is acknowledged.
    play = (play >> refund(300, "second")).skip()
    play = (play >> answered("switch", "00")).skip()
    play = (play >> refund(500, "first")).skip()
    [*_, copy] = replies(play)
    told = copy.intent.exchange(copy.number)
    assert (copy.is_replayed, told.amount, told.stand) == (True, 500, "undone")


def test_a_journal_that_cannot_be_read_does_nothing():
    play = played()
    play.journal = lambda question: None
    for ticket, deed in enumerate((Read(), Cancel(), Create(secret="s", amount=1, currency="eur"))):
        play = (play >> call(deed, ticket=ticket)).skip()
    assert [reply.problem.status for reply in replies(play)] == [503, 503, 503]
    assert all(row.leg == 0 for row in play.entries)
