"""Whence the card of an order comes, and what is kept of it."""

import pytest
from msgspec.structs import replace

from cardswitch.gateway.core.calls import Alter, Cancel, Create, Pay, Resolve, Source, Update, Use
from cardswitch.gateway.core.cards import Billing
from cardswitch.gateway.core.entries import Terms
from cardswitch.gateway.core.row import SETUP, legs_of
from cardswitch.gateway.core.states import Status
from cardswitch.gateway.core.things.customers import Customer
from cardswitch.gateway.core.things.methods import Method
from cardswitch.gateway.core.things.sessions import Item, Session, SessionStatus
from cardswitch.gateway.core.things.tokens import LIFETIME_S, Token
from cardswitch.gateway.outbox.follow import follow
from cardswitch.specs.transactions.reversals import original_data
from tests.kit.events import PlayReader
from tests.kit.gateway import (
    CARD,
    REF,
    SOURCE,
    UP,
    call,
    gateway,
    intent,
    played,
    replies,
    restarted,
)
from tests.kit.play import START, after, answered, sent

METHOD = Use(kind="payment_method", id="pm_9", param="payment_method", is_shared=True)
TOKEN = Use(kind="token", id="tok_9", param="source")
CUSTOMER = Use(kind="customer", id="cus_9", param="customer", is_shared=True)


def with_things(**things):
    """A gateway that knows *things* by their ids."""
    play = played()
    for number, (id_, thing) in enumerate(things.items(), 100):
        kind = {"pm": "payment_method", "cus": "customer", "tok": "token"}[id_.split("_")[0]]
        deed = Alter(lambda known, now, id_=id_, thing=thing: {id_: thing})
        play = (play >> call(deed, id_, number, kind=kind)).skip()
    return play


def things(play):
    return {id_: record.thing for id_, record in legs_of(play.entries).things.items()}


def create(source=SOURCE, **more):
    return Create(secret="s", amount=700, currency="eur", source=source, pay=Pay(), **more)


def test_a_card_that_is_kept_pays_again():
    play = with_things(pm_9=Method(card=replace(CARD, id="pm_9")))
    play = (play >> call(create(Source(id="pm_9")), uses=(METHOD,))).skip()
    assert intent(play).status is Status.PROCESSING
    assert intent(play).card.id == "pm_9"
    assert len([row for row in play.entries if row.state == "Began"]) == 1


def test_what_the_call_names_must_be_there_and_the_callers():
    play = (played() >> call(create(Source(id="pm_9")), uses=(METHOD,))).skip()
    problem = replies(play)[-1].problem
    assert (problem.code, problem.param) == ("resource_missing", "payment_method")
    play = with_things(pm_9=Method(card=CARD))
    play = (play >> call(create(Source(id="pm_9")), merchant="SHOP0002", uses=(METHOD,))).skip()
    assert replies(play)[-1].problem.code == "resource_missing"


def test_a_card_kept_for_a_customer_pays_for_no_other():
    play = with_things(pm_9=Method(card=CARD, customer="cus_9"), cus_9=Customer())
    play = (play >> call(create(Source(id="pm_9")), uses=(METHOD,))).skip()
    assert replies(play)[-1].problem.param == "customer"
    deed = create(Source(id="pm_9"), customer="cus_9")
    play = (play >> call(deed, uses=(METHOD, CUSTOMER))).skip()
    assert intent(play).status is Status.PROCESSING


def test_a_token_pays_once_and_becomes_a_method():
    play = with_things(tok_9=Token(card=CARD))
    source = Source(id="pm_8", token="tok_9", billing=Billing(name="N"))
    play = (play >> call(create(source), uses=(TOKEN,))).skip()
    assert things(play)["tok_9"].is_used
    card = things(play)["pm_8"].card
    assert (card.id, card.billing.name, intent(play).card) == ("pm_8", "N", card)
    play = (play >> answered("switch", "00")).skip()
    play = (play >> call(create(source), "b" * 22, 2, uses=(TOKEN,))).skip()
    assert replies(play)[-1].problem.code == "token_already_used"


def test_a_token_has_its_time():
    play = with_things(tok_9=Token(card=CARD))
    play = (play >> after(LIFETIME_S)).skip()
    play = (play >> call(create(Source(id="pm_8", token="tok_9")), uses=(TOKEN,))).skip()
    assert replies(play)[-1].problem.code == "token_already_used"


def test_while_a_token_is_in_use_another_order_waits():
    play = with_things(tok_9=Token(card=CARD))
    deed = create(Source(id="pm_8", token="tok_9"))
    play = (play >> call(deed, uses=(TOKEN,))).skip()
    play = (play >> call(deed, "b" * 22, 2, uses=(TOKEN,))).skip()
    assert replies(play)[-1].problem.code == "lock_timeout"


@pytest.mark.parametrize(("code", "kept"), [("00", ("pm_1",)), ("05", ())])
def test_a_card_that_pays_is_kept_for_the_customer_if_the_order_says_so(code, kept):
    play = with_things(cus_9=Customer())
    deed = create(customer="cus_9", terms=Terms(future_usage="off_session"))
    play = (play >> call(deed, uses=(replace(CUSTOMER, is_shared=False),))).skip()
    play = (play >> answered("switch", code)).skip()
    assert things(play)["cus_9"].methods == kept
    assert things(play)["pm_1"].customer == ("cus_9" if kept else None)


def test_an_update_gives_the_order_another_card_and_customer():
    play = with_things(cus_9=Customer(), pm_9=Method(card=replace(CARD, id="pm_9")))
    play = (play >> call(Create(secret="s", amount=700, currency="eur"))).skip()
    deed = Update(source=Source(id="pm_9"), changes={"customer": "cus_9", "amount": 800})
    play = (play >> call(deed, ticket=2, uses=(METHOD, CUSTOMER))).skip()
    stands = intent(play)
    assert (stands.card.id, stands.customer, stands.amount) == ("pm_9", "cus_9", 800)
    assert stands.status is Status.NEEDS_CONFIRMATION


@pytest.mark.parametrize("deed", [Update(details={"description": "b"}), Pay(source=SOURCE)])
def test_what_was_updated_since_it_was_seen_is_asked_for_again(deed):
    play = (played() >> call(Create(secret="s", amount=700, currency="eur"))).skip()
    seen = intent(play)
    play = (play >> call(Update(seen=seen, changes={"amount": 800}), ticket=2)).skip()
    play = (play >> call(replace(deed, seen=seen), ticket=3)).skip()
    assert (replies(play)[-1].problem.code, intent(play).amount) == ("lock_timeout", 800)
    assert not intent(play).exchanges
    stands = intent(play)
    play = (play >> call(replace(deed, seen=stands), ticket=4)).skip()
    assert intent(play) != stands


# Rules of the merchant ----------------------------------------------------------------------------

STRICT = {"SHOP0001": ("cvc", "postal_code")}


@pytest.mark.parametrize("capture", ["automatic", "manual"])
def test_an_approval_whose_check_failed_is_undone_and_declined(capture):
    play = played(gateway(rules=STRICT))
    play = (play >> call(create(terms=Terms(capture=capture)))).skip()
    play = (play >> answered("switch", "00", {44: "8701N"})).skip()
    assert replies(play)[-1].problem.code == "incorrect_cvc"
    assert intent(play).status is Status.NEEDS_METHOD
    assert intent(play).received == 0
    reversal = play.sent_on("switch")[-1]
    assert (reversal.mti, reversal[90]) == ("0420", original_data(play.sent_on("switch")[-2]))
    play = (play >> answered("switch", "00")).skip()
    assert play.machine.pending == 0
    assert intent(play).status is Status.NEEDS_METHOD


@pytest.mark.parametrize("rules", [None, {"SHOP0002": ("cvc",)}, {"SHOP0001": ("postal_code",)}])
def test_whoever_has_no_such_rule_takes_it(rules):
    play = (played(gateway(rules=rules)) >> call(create())).skip()
    play = (play >> answered("switch", "00", {44: "8701N"})).skip()
    assert intent(play).status is Status.SUCCEEDED


def test_a_crash_before_the_reversal_was_acknowledged_sends_it_again():
    play = (played(gateway(rules=STRICT)) >> call(create())).skip()
    play = (play >> answered("switch", "00", {44: "8301N"})).skip()
    play = restarted(play).skip() >> UP << sent("switch", "0800") >> answered("switch", "00")
    assert intent(play.skip()).problem.code == "incorrect_zip"
    assert play.sent_on("switch")[-1].mti == "0421"


def test_a_setup_whose_check_failed_has_nothing_to_undo():
    deed = Create(secret="s", amount=0, currency="", source=SOURCE, is_setup=True, pay=Pay())
    play = (played(gateway(rules=STRICT)) >> call(deed, kind=SETUP)).skip()
    play = (play >> answered("switch", "85", {44: "8701N"})).skip()
    assert replies(play)[-1].problem.code == "incorrect_cvc"
    assert [each.mti for each in play.sent_on("switch")] == ["0800", "0100"]


# Setup: the card is verified, and no money asked for ----------------------------------------------


def setup():
    deed = Create(secret="s", amount=0, currency="", source=SOURCE, is_setup=True, pay=Pay())
    return played() >> call(deed, kind=SETUP)


def test_a_setup_asks_whether_the_card_is_good():
    play = setup().skip()
    asked = play.sent_on("switch")[-1]
    assert (asked.mti, asked[4], asked[25], 49 in asked.fields) == ("0100", "0" * 12, "51", False)
    play = (play >> answered("switch", "85")).skip()
    assert intent(play).status is Status.SUCCEEDED


def test_a_card_that_is_not_good_is_told_with_its_reason():
    play = (setup().skip() >> answered("switch", "41")).skip()
    assert replies(play)[-1].problem.decline_code == "lost_card"
    assert intent(play).status is Status.NEEDS_METHOD


@pytest.mark.parametrize("is_restarted", [False, True])
def test_without_an_answer_there_is_nothing_to_undo(is_restarted):
    play = setup().skip()
    if is_restarted:
        play = restarted(play).skip() >> UP << sent("switch", "0800") >> answered("switch", "00")
    else:
        play = (play >> after(4.0)).skip()
    assert intent(play, REF).status is Status.NEEDS_METHOD
    assert intent(play, REF).problem.code == "processing_error"
    assert not [message for message in play.sent_on("switch") if message.mti[:2] == "04"]


def test_a_setup_is_canceled_like_an_order():
    deed = Create(secret="s", amount=0, currency="", is_setup=True)
    play = (played() >> call(deed, kind=SETUP)).skip()
    play = (play >> call(Cancel(), ticket=2, kind=SETUP)).skip()
    assert intent(play).status is Status.CANCELED
    play = (play >> call(Cancel(), ticket=3)).skip()
    assert replies(play)[-1].problem.code == "resource_missing"


# Checkout sessions --------------------------------------------------------------------------------

SESSION = Session(
    mode="payment",
    items=(Item(name="A", amount=700, quantity=1),),
    currency="eur",
    success_url="https://shop/",
    expires_at=START + 1_800,
)
OF_SESSION = Use(kind="checkout.session", id="cs_test_9")


def session(**more):
    """A gateway with a session, and the order that is paid by it."""
    deed = Alter(lambda known, now: {"cs_test_9": SESSION})
    play = (played() >> call(deed, "cs_test_9", kind="checkout.session")).skip()
    return (play >> call(create(session="cs_test_9", **more), uses=(OF_SESSION,))).skip()


def stands(play):
    return things(play)["cs_test_9"]


@pytest.mark.parametrize(("capture", "is_paid"), [("automatic", True), ("manual", False)])
def test_what_is_paid_completes_its_session(capture, is_paid):
    play = (session(terms=Terms(capture=capture)) >> answered("switch", "00")).skip()
    assert (stands(play).status, stands(play).is_paid) == (SessionStatus.COMPLETE, is_paid)
    assert stands(play).intent == REF


def test_a_decline_leaves_it_open_for_another_card_and_makes_no_second_order():
    play = (session() >> answered("switch", "51")).skip()
    assert stands(play).status is SessionStatus.OPEN
    again = call(create(session="cs_test_9"), "b" * 22, 2, uses=(OF_SESSION,))
    assert replies((play >> again).skip())[-1].problem.param == "id"
    play = (play >> call(Pay(source=SOURCE), ticket=3, uses=(OF_SESSION,))).skip()
    play = (play >> answered("switch", "00")).skip()
    assert stands(play).status is SessionStatus.COMPLETE


@pytest.mark.parametrize("is_restarted", [False, True])
def test_a_session_ends_by_itself_and_is_then_not_paid(is_restarted):
    play = (session() >> answered("switch", "51")).skip()
    if is_restarted:
        play = restarted(play).skip()
    play = (play >> after(1_801)).skip()
    assert stands(play).status is SessionStatus.EXPIRED
    play = (play >> call(Pay(source=SOURCE), ticket=3, uses=(OF_SESSION,))).skip()
    assert replies(play)[-1].problem.param == "id"


def test_a_session_that_was_in_work_when_its_time_came_ends_soon_after():
    play = (session() >> answered("switch", "51")).skip() >> after(1_799)
    play = (play.skip() >> call(Pay(source=SOURCE), ticket=3, uses=(OF_SESSION,))).skip()
    play = (play >> after(2)).skip()
    assert stands(play).status is SessionStatus.OPEN
    play = ((play >> answered("switch", "51")).skip() >> after(1)).skip()
    assert stands(play).status is SessionStatus.EXPIRED


@pytest.mark.parametrize("is_over", [False, True])
def test_what_a_person_finds_to_be_paid_completes_its_session_once(is_over):
    play = (session() >> after(4.0)).skip()
    play = (play >> answered("switch", "64")).skip()
    play = (play >> after(1_801 if is_over else 1)).skip()
    assert stands(play).status is (SessionStatus.EXPIRED if is_over else SessionStatus.OPEN)
    found = Resolve(number=1, outcome="paid", because="b", who="ann")
    play = (play >> call(found, ticket=3, uses=(OF_SESSION,))).skip()
    play = (play >> call(found, ticket=4, uses=(OF_SESSION,))).skip()
    assert (stands(play).status, stands(play).is_paid) == (SessionStatus.COMPLETE, True)
    assert intent(play).status is Status.SUCCEEDED
    types = [event.type for event in follow(PlayReader(play), 0).events]
    assert types.count("checkout.session.completed") == 1
    play = (play >> after(1_801)).skip()
    assert stands(play).status is SessionStatus.COMPLETE


def test_what_a_person_finds_to_be_undone_leaves_its_session_open():
    play = (session() >> after(4.0)).skip()
    play = (play >> answered("switch", "64")).skip()
    found = Resolve(number=1, outcome="reversed", because="b", who="ann")
    play = (play >> call(found, ticket=3, uses=(OF_SESSION,))).skip()
    assert (stands(play).status, intent(play).status) == (SessionStatus.OPEN, Status.NEEDS_METHOD)
