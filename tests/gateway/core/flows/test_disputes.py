"""A dispute begins with the payment that it is of, in one commit."""

import pytest
from msgspec.structs import replace

from cardswitch.gateway.core.authentication import Authentication
from cardswitch.gateway.core.calls import Capture, Create, Dispute, Pay, Refund, Resolve, Source
from cardswitch.gateway.core.entries import Terms
from cardswitch.gateway.core.row import legs_of
from cardswitch.gateway.core.things.disputes import ANSWER_S
from tests.kit.gateway import CARD, REF, call, intent, order, played, replies, restarted
from tests.kit.play import after, answered
from tests.kit.three_ds import CAVV, DS

GOOD, BAD, ATTEMPT = "45012", "45011", "45013"  # what the issuer says of a CAVV, in field 44
CODE = Pay(cvc="123")


def paid(card=CARD, pay=CODE, checks="", **terms):
    deed = Create(
        secret="s", amount=1250, currency="eur", source=Source(id=card.id, card=card), pay=pay,
        terms=Terms(**terms),
    )  # fmt: skip
    play = (played() >> call(deed)).skip()
    said = {44: checks} if checks else {}
    return (play >> answered("switch", "00", said)).skip()


def proven(eci="", cavv=CAVV, **more):
    """A payment whose cardholder was asked elsewhere."""
    said = Authentication(transaction=DS, version="2.2.0", eci=eci, **more)
    return Pay(cvc="123", authentication=said, cavv=cavv)


def deny(play, **more):
    return (play >> call(Dispute(id="dp_1", number=1, **more), ticket=9)).skip()


def dispute_in(play, id_="dp_1"):
    return legs_of(play.entries).things[id_].thing


def test_what_was_paid_can_be_denied_once():
    play = deny(paid())
    thing = dispute_in(play)
    assert (thing.amount, thing.number, intent(play).dispute) == (1250, 1, "dp_1")
    assert replies(deny(play))[-1].problem.param == "charge"


def test_what_was_given_back_or_never_paid_cannot():
    play = (paid() >> call(Refund(), ticket=2)).skip()
    play = (play >> answered("switch", "00")).skip()
    assert replies(deny(play))[-1].problem.param == "charge"
    declined = ((played() >> order()).skip() >> answered("switch", "51")).skip()
    assert replies(deny(declined))[-1].problem.param == "charge"
    assert replies(deny(paid(), amount=1251))[-1].problem.param == "amount"


@pytest.mark.parametrize(
    ("pay", "checks", "reason", "liable", "status"),
    [
        (proven("05"), GOOD, "fraudulent", "issuer", "won"),
        (proven(), GOOD, "fraudulent", "issuer", "won"),  # the ECI of the card's brand
        (proven("06"), ATTEMPT, "fraudulent", "issuer", "won"),
        (proven("05"), "", "fraudulent", "issuer", "won"),  # the issuer does not say what it found
        (proven("05"), BAD, "fraudulent", "merchant", "needs_response"),
        (proven("06"), "45014", "fraudulent", "merchant", "needs_response"),
        (proven("05", cavv=""), "", "fraudulent", "merchant", "needs_response"),
        (proven("06", cavv=""), "", "fraudulent", "merchant", "needs_response"),
        (proven("07", cavv=""), "", "fraudulent", "merchant", "needs_response"),
        (proven("07", cavv="", result="exempted"), "", "fraudulent", "merchant", "needs_response"),
        (Pay(cvc="123"), "", "fraudulent", "merchant", "needs_response"),
        (Pay(channel="mail"), "", "fraudulent", "merchant", "needs_response"),
        (Pay(channel="on_file"), "", "fraudulent", "merchant", "needs_response"),
        (proven("05"), GOOD, "duplicate", "issuer", "needs_response"),
        (proven("05"), GOOD, "product_not_received", "issuer", "needs_response"),
        (proven("05"), GOOD, "unrecognized", "issuer", "needs_response"),
    ],
)
def test_who_is_liable_decides_a_dispute_for_fraud(pay, checks, reason, liable, status):
    play = paid(pay=pay, checks=checks)
    assert intent(play).paid.liable == liable
    assert dispute_in(deny(play, reason=reason)).status == status


def test_a_mastercard_has_indicators_of_its_own():
    card = replace(CARD, brand="mastercard")
    assert intent(paid(card, proven())).paid.authentication.eci == "02"
    assert dispute_in(deny(paid(card, proven("01")))).status == "won"


DENYING = replace(CARD, masked="400000******0259")


def test_a_card_that_is_to_test_disputes_is_denied_once_money_was_taken():
    id_ = f"dp_{REF}01"
    assert dispute_in(paid(DENYING), id_).status == "needs_response"
    held = paid(DENYING, capture="manual")
    assert intent(held).dispute is None
    taken = (held >> call(Capture(amount=500, is_final=False), ticket=2)).skip()
    taken = (taken >> answered("switch", "00")).skip()
    assert dispute_in(taken, id_).amount == 500
    again = (taken >> call(Capture(), ticket=3)).skip()
    again = (again >> answered("switch", "00")).skip()
    assert (intent(again).received, dispute_in(again, id_).amount) == (1250, 500)


@pytest.mark.parametrize("is_restarted", [False, True])
def test_who_does_not_answer_in_time_has_lost(is_restarted):
    play = deny(paid())
    if is_restarted:
        play = restarted(play).skip()
    assert dispute_in((play >> after(ANSWER_S - 10)).skip()).status == "needs_response"
    assert dispute_in((play >> after(20)).skip()).status == "lost"


def test_what_is_won_at_once_stays_so():
    play = deny(paid(pay=proven("05"), checks=GOOD))
    assert dispute_in((play >> after(ANSWER_S + 10)).skip()).status == "won"


def test_a_card_that_denies_by_itself_denies_what_a_person_finds_to_be_paid():
    source = Source(id=DENYING.id, card=DENYING)
    deed = Create(secret="s", amount=1250, currency="eur", source=source, pay=CODE)
    play = (played() >> call(deed)).skip()
    for step in (after(4.0), answered("switch", "64")):
        play = (play >> step).skip()
    assert intent(play).dispute is None
    found = Resolve(number=1, outcome="paid", because="b", who="ann")
    play = (play >> call(found, ticket=2)).skip()
    assert dispute_in(play, intent(play).dispute).status == "needs_response"
