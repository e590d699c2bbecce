"""A payment that its cardholder is asked about first."""

import pytest
from msgspec.structs import replace

from cardswitch.gateway.core.authentication import (
    ASK_S,
    CHALLENGE_S,
    DIRECTORY,
    Authentication,
    Directory,
    Range,
    Wanted,
    wanted_again,
)
from cardswitch.gateway.core.calls import Alter, Authenticated, Cancel, Create, Pay, Source, Use
from cardswitch.gateway.core.intents import created
from cardswitch.gateway.core.machine import Gateway
from cardswitch.gateway.core.messages import Node
from cardswitch.gateway.core.row import SETUP, legs_of, read
from cardswitch.gateway.core.states import Status
from cardswitch.gateway.core.things.sessions import Session
from cardswitch.gateway.outbox.happenings import happened
from cardswitch.wire.ports import LinkUp, Received
from tests.kit.gateway import (
    CARD,
    SOURCE,
    UP,
    VAULT,
    call,
    found,
    intent,
    played,
    replies,
    restarted,
)
from tests.kit.play import START, Playbook, after, answered
from tests.kit.three_ds import ACS, CAVV, DS, TRANSACTION, ares

RANGE = Range(cards=("4242",), url="https://acs.example/areq")
BOOK = Directory(
    ranges=(RANGE,), pages_url="https://pay.example", results_url="https://pay.example:1/rreq"
)
WANTED = Wanted(transaction=TRANSACTION, ds_transaction=DS, return_url="https://shop.example/")
CHALLENGE = ares("C", acs_url="https://acs.example/challenge")
USES = (Use(kind="x.authentication", id=TRANSACTION),)


def asked(book=BOOK, wanted=WANTED, **more):
    """A gateway that has asked the directory about a new order, if it has to."""
    play = played(Gateway(Node("GATE0001"), VAULT, directory=book)) >> LinkUp(DIRECTORY)
    pay = Pay(cvc="123", wanted=wanted, **more)
    deed = Create(secret="s", amount=1250, currency="eur", source=SOURCE, pay=pay)
    return (play >> call(deed)).skip()


def heard(answer):
    return asked().__rshift__(Received(DIRECTORY, answer)).skip()


def told(status="Y", ticket=9, uses=USES, **more):
    proof = {"cavv": CAVV} if status in ("Y", "A") else {}
    deed = Authenticated(
        **{"id": TRANSACTION, "acs_transaction": ACS, "ds_transaction": DS, "status": status}
        | proof | more
    )  # fmt: skip
    return call(deed, ticket=ticket, uses=uses)


def proofs(play):
    """Field 48 of the last request for money."""
    return play.sent_on("switch")[-1].get(48)


def requests(play):
    return [each for each in play.sent_on("switch") if each.mti == "0200"]


def test_the_directory_is_asked_before_the_issuer():
    play = asked()
    [question] = play.sent_on("directory")
    assert (question.url, question.message.amount) == (RANGE.url, "1250")
    assert requests(play) == []
    assert intent(play).status is Status.NEEDS_CONFIRMATION


def test_who_is_authenticated_at_once_pays_with_the_proof():
    play = heard(ares("Y"))
    assert f"4328{CAVV}" in proofs(play)
    assert "420205" in proofs(play)
    assert f"6636{DS}" in proofs(play)
    payment = intent(play).last_payment
    how = payment.authentication
    assert (how.flow, how.eci, how.liable) == ("frictionless", "05", "issuer")
    assert CAVV not in "".join(row.fields for row in play.entries)


@pytest.mark.parametrize(
    ("answer", "result", "eci"),
    [
        (ares("A"), "attempt_acknowledged", "06"),
        (ares("U"), "processing_error", "07"),
        (ares("Y", cavv=""), "processing_error", "07"),
    ],
)
def test_what_goes_on_without_being_sure(answer, result, eci):
    play = heard(answer)
    how = intent(play).last_payment.authentication
    assert (how.result, how.eci) == (result, eci)
    assert f"4202{eci}" in proofs(play)
    assert (CAVV in proofs(play)) == (how.liable == "issuer")


@pytest.mark.parametrize("status", ["N", "R"])
def test_who_is_refused_pays_nothing(status):
    play = heard(ares(status))
    assert requests(play) == []
    assert intent(play).status is Status.NEEDS_METHOD
    problem = replies(play)[-1].problem
    assert problem.code == "payment_intent_authentication_failure"
    assert intent(play).tries == 1


def test_nobody_answers():
    play = asked()
    play = (play >> after(ASK_S + 0.1)).skip()
    assert intent(play).last_payment.authentication.result == "processing_error"
    strict = asked(replace(BOOK, goes_on=False))
    strict = (strict >> after(ASK_S + 0.1)).skip()
    assert (requests(strict), intent(strict).status) == ([], Status.NEEDS_METHOD)


def test_a_card_that_is_in_no_range_says_so():
    play = asked(replace(BOOK, ranges=()))
    assert play.sent_on("directory") == []
    assert intent(play).last_payment.authentication.result == "not_supported"


@pytest.mark.parametrize("more", [{"channel": "mail"}, {"channel": "on_file"}, {"wanted": None}])
def test_who_is_not_there_is_not_asked(more):
    play = asked(**more)
    assert play.sent_on("directory") == []
    assert intent(play).last_payment.authentication is None


def test_some_cards_are_asked_about_only_where_the_merchant_wants_it():
    book = replace(BOOK, ranges=(replace(RANGE, asked="if_needed"),))
    assert asked(book).sent_on("directory") == []
    assert len(asked(book, replace(WANTED, wish="any")).sent_on("directory")) == 1


def test_a_challenge_waits_for_the_shopper():
    play = heard(CHALLENGE)
    waiting = intent(play)
    assert (waiting.status, requests(play)) == (Status.NEEDS_ACTION, [])
    assert waiting.challenge.url == f"https://pay.example/3ds/{TRANSACTION}"
    assert waiting.challenge.return_url == "https://shop.example/"
    assert (replies(play)[-1].problem, replies(play)[-1].intent.status) == (None, waiting.status)


def test_the_result_that_the_bank_tells_pays():
    play = heard(CHALLENGE) >> told("Y")
    play = play.skip()
    assert f"4328{CAVV}" in proofs(play)
    play = (play >> answered("switch", "00")).skip()
    paid = intent(play)
    assert paid.status is Status.SUCCEEDED
    assert paid.last_payment.authentication.flow == "challenge"
    assert replies(play)[-1].ticket == 9
    assert CAVV not in "".join(row.fields for row in play.entries)


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ({"status": "N", "reason": "01"}, "rejected"),
        ({"status": "N", "reason": "14"}, "abandoned"),
        ({"status": "N", "reason": "14", "cancel": "01"}, "canceled"),
    ],
)
def test_a_challenge_that_failed_pays_nothing(more, reason):
    play = heard(CHALLENGE) >> told(**more)
    play = play.skip()
    failed = intent(play)
    assert (failed.status, requests(play)) == (Status.NEEDS_METHOD, [])
    assert failed.problem.message.endswith(reason)
    assert failed.tries == 1


@pytest.mark.parametrize("more", [{"acs_transaction": DS}, {"ds_transaction": ACS}])
def test_a_result_with_other_numbers_changes_nothing(more):
    play = heard(CHALLENGE) >> told("Y", **more)
    play = play.skip()
    assert (intent(play).status, requests(play)) == (Status.NEEDS_ACTION, [])
    assert replies(play)[-1].problem.status == 400


def test_a_second_result_changes_nothing():
    play = (heard(CHALLENGE) >> told("N", reason="01")).skip()
    play = (play >> told("Y", ticket=10)).skip()
    assert (intent(play).status, requests(play)) == (Status.NEEDS_METHOD, [])
    assert replies(play)[-1].problem.status == 400


def test_a_result_for_a_canceled_order_pays_nothing():
    play = (heard(CHALLENGE) >> call(Cancel(), ticket=5)).skip()
    assert intent(play).status is Status.CANCELED
    play = (play >> told("Y")).skip()
    assert requests(play) == []


def test_who_never_comes_back_has_left():
    play = heard(CHALLENGE)
    play = (play >> after(CHALLENGE_S + 1)).skip()
    assert intent(play).status is Status.NEEDS_METHOD
    assert intent(play).problem.message.endswith("abandoned")


def test_he_has_left_after_a_crash_too():
    play = heard(CHALLENGE)
    again = Playbook(Gateway(Node("GATE0001"), VAULT, directory=BOOK), play.now + 1)
    again.journal = lambda question: found(again, question)
    again.do(again.machine.recover(play.entries, again.now))
    again.effects[:0] = [effect for effect in play.effects if getattr(effect, "entry", None)]
    again = (again.skip() >> after(CHALLENGE_S + 1)).skip()
    assert legs_of(again.entries).intents["a" * 22].status is Status.NEEDS_METHOD


def test_without_a_place_at_the_switch_the_bank_tells_it_again():
    play = heard(CHALLENGE)
    play.machine._desk.is_ready = False
    play = (play >> told("Y") >> after(1.0)).skip()
    assert (replies(play)[-1].problem.status, intent(play).status) == (503, Status.NEEDS_ACTION)
    play.machine._desk.is_ready = True
    play = (play >> told("Y", ticket=10)).skip()
    assert len(requests(play)) == 1


# The issuer wants its cardholder to be asked ------------------------------------------------------

IF_NEEDED = replace(BOOK, ranges=(replace(RANGE, asked="if_needed"),))
AGAIN = wanted_again(WANTED)


def declined(code="1A", book=IF_NEEDED, **more):
    """An order whose issuer was asked for money before anybody was asked who pays."""
    return (asked(book, **more) >> answered("switch", code)).skip()


def of_again(answer):
    """*answer* to the question that is asked after the decline."""
    numbers = {"transaction": AGAIN.transaction, "ds_transaction": AGAIN.ds_transaction}
    return Received(DIRECTORY, replace(answer, **numbers))


def events(play):
    """The types of all that happened to the intent."""
    before, types = None, []
    for row in play.entries:
        if row.identity or row.leg != intent(play).leg:
            continue
        entry = read(row)
        after_it = (before or begun(play)).with_entry(entry)
        types += [each.type for each in happened(before, entry, after_it)]
        before = after_it
    return types


def begun(play):
    [row] = [row for row in play.entries if row.identity == "a" * 22]
    return created("a" * 22, row.leg, read(row))


@pytest.mark.parametrize("code", ["1A", "65"])
def test_a_soft_decline_has_the_bank_ask_and_is_sent_again(code):
    play = declined(code)
    [question] = play.sent_on("directory")
    assert question.message.preference == "04"
    assert question.message.transaction == AGAIN.transaction
    play = (play >> of_again(CHALLENGE)).skip()
    waiting = intent(play)
    assert (waiting.status, waiting.problem, waiting.card) == (Status.NEEDS_ACTION, None, CARD)
    assert not waiting.has_code_waiting
    assert replies(play)[-1].intent.status is Status.NEEDS_ACTION
    assert events(play) == ["charge.failed", "payment_intent.requires_action"]
    uses = (Use(kind="x.authentication", id=AGAIN.transaction),)
    numbers = {"id": AGAIN.transaction, "ds_transaction": AGAIN.ds_transaction}
    deed = Authenticated(**numbers, acs_transaction=ACS, status="Y", cavv=CAVV)
    play = (play >> call(deed, ticket=9, uses=uses)).skip()
    assert f"4328{CAVV}" in proofs(play)
    play = (play >> answered("switch", "00")).skip()
    assert (intent(play).status, len(requests(play))) == (Status.SUCCEEDED, 2)
    assert intent(play).paid.liable == "issuer"
    assert intent(play).exchange(1).problem.network_decline_code == code


def test_what_its_bank_says_at_once_is_sent_again_without_the_code():
    play = (declined() >> of_again(ares("Y"))).skip()
    first, second = requests(play)
    assert ("9203123" in first[48], "9203123" in second[48]) == (True, False)
    play = (play >> answered("switch", "00")).skip()
    assert intent(play).status is Status.SUCCEEDED
    assert events(play)[-1] == "charge.succeeded"
    assert "payment_intent.payment_failed" not in events(play)


def test_a_second_soft_decline_is_one():
    play = (declined() >> of_again(ares("Y"))).skip()
    play = (play >> answered("switch", "1A")).skip()
    assert (intent(play).status, len(requests(play))) == (Status.NEEDS_METHOD, 2)
    assert replies(play)[-1].problem.code == "authentication_required"


@pytest.mark.parametrize("answer", [ares("U"), ares("N"), ares("R"), ares("Y", cavv=""), None])
def test_without_a_proof_it_is_not_sent_again(answer):
    play = declined()
    play = (play >> (of_again(answer) if answer else after(ASK_S + 0.1))).skip()
    assert (intent(play).status, len(requests(play))) == (Status.NEEDS_METHOD, 1)
    assert replies(play)[-1].problem.code == "payment_intent_authentication_failure"
    assert events(play) == ["charge.failed", "payment_intent.payment_failed"]


OTHERS = replace(BOOK, ranges=())


@pytest.mark.parametrize(
    ("code", "book", "more", "said"),
    [
        ("1A", IF_NEEDED, {"channel": "on_file"}, "authentication_required"),
        ("65", IF_NEEDED, {"channel": "on_file"}, "authentication_required"),
        ("65", IF_NEEDED, {"wanted": None}, "authentication_required"),
        ("1A", IF_NEEDED, {"channel": "mail"}, "authentication_required"),
        ("65", IF_NEEDED, {"channel": "mail"}, "card_declined"),
        ("1A", OTHERS, {}, "authentication_required"),
        ("65", OTHERS, {}, "card_declined"),
        ("05", IF_NEEDED, {}, "card_declined"),
    ],
)
def test_where_nobody_can_be_asked_it_is_a_decline(code, book, more, said):
    play = declined(code, book, **more)
    assert play.sent_on("directory") == []
    assert intent(play).status is Status.NEEDS_METHOD
    problem = replies(play)[-1].problem
    assert (problem.code, problem.network_decline_code) == (said, code)


def test_who_was_asked_already_is_not_asked_again():
    play = (heard(CHALLENGE) >> told("Y")).skip()
    play = (play >> answered("switch", "1A")).skip()
    assert len(play.sent_on("directory")) == 1
    assert intent(play).status is Status.NEEDS_METHOD


def test_who_was_authenticated_without_being_asked_is_asked():
    play = (heard(ares("Y")) >> answered("switch", "1A")).skip()
    assert len(play.sent_on("directory")) == 2
    play = (play >> of_again(CHALLENGE)).skip()
    assert intent(play).status is Status.NEEDS_ACTION


def test_an_exemption_that_the_issuer_does_not_grant_leads_to_a_challenge():
    exempted = Authentication(transaction=DS, version="2.2.0", result="exempted")
    play = declined(authentication=exempted)
    assert len(play.sent_on("directory")) == 1


def test_a_crash_while_the_bank_is_sought_leaves_an_order_that_can_be_paid():
    play = declined()
    again = restarted(play).skip()
    left = intent(again)
    assert (left.status, left.problem.code) == (
        Status.NEEDS_CONFIRMATION,
        "authentication_required",
    )
    again = (again >> UP).skip()
    again = (again >> answered("switch", "00")).skip()
    again = (again >> call(Pay(), ticket=5)).skip()
    assert intent(again).status is Status.PROCESSING


def keeping(answer):
    """A gateway that was asked to keep a card, whose bank has answered so."""
    play = played(Gateway(Node("GATE0001"), VAULT, directory=BOOK)) >> LinkUp(DIRECTORY)
    pay = Pay(cvc="123", wanted=WANTED)
    deed = Create(secret="s", amount=0, currency="", source=SOURCE, is_setup=True, pay=pay)
    play = (play >> call(deed, kind=SETUP)).skip()
    [question] = play.sent_on(DIRECTORY)
    said = question.message
    assert (said.category, said.amount, said.currency, said.exponent) == ("02", "", "", "")
    return (play >> Received(DIRECTORY, answer)).skip()


def told_of_setup(**more):
    deed = Authenticated(id=TRANSACTION, acs_transaction=ACS, ds_transaction=DS, **more)
    uses = (*USES, Use(kind="payment_method", id="pm_1"))
    return call(deed, kind=SETUP, ticket=9, uses=uses)


def test_who_has_his_card_kept_is_asked_first_and_the_result_stays_with_the_card():
    play = keeping(CHALLENGE)
    assert intent(play).status is Status.NEEDS_ACTION
    assert not [each for each in play.sent_on("switch") if each.mti == "0100"]
    play = (play >> told_of_setup(status="Y", cavv=CAVV)).skip()
    assert f"4328{CAVV}" in proofs(play)
    play = (play >> answered("switch", "85")).skip()
    assert intent(play).status is Status.SUCCEEDED
    method = legs_of(play.entries).things["pm_1"].thing
    assert (method.authentication.result, method.authentication.flow) == (
        "authenticated", "challenge",
    )  # fmt: skip
    assert CAVV not in "".join(row.fields for row in play.entries)
    again = Create(
        secret="s", amount=5, currency="eur", source=Source(id="pm_1"), pay=Pay(wanted=WANTED)
    )
    used = (Use(kind="payment_method", id="pm_1"),)
    play = (play >> call(again, "b" * 22, ticket=10, uses=used)).skip()
    prior = play.sent_on(DIRECTORY)[-1].message.prior
    assert (prior.acs_transaction, prior.method) == (ACS, "02")


def test_a_card_whose_holder_does_not_confirm_is_not_kept():
    play = (keeping(CHALLENGE) >> told_of_setup(status="N", reason="01")).skip()
    failed = intent(play)
    assert (failed.status, failed.exchanges) == (Status.NEEDS_METHOD, ())
    assert legs_of(play.entries).things["pm_1"].thing.authentication is None


def test_who_never_comes_back_has_left_his_setup_too():
    play = (keeping(CHALLENGE) >> after(CHALLENGE_S + 1)).skip()
    assert intent(play).status is Status.NEEDS_METHOD


def test_what_was_not_authenticated_is_named_to_no_bank():
    play = (keeping(ares("U")) >> answered("switch", "85")).skip()
    method = legs_of(play.entries).things["pm_1"].thing
    assert method.authentication.result == "processing_error"
    again = Create(
        secret="s", amount=5, currency="eur", source=Source(id="pm_1"), pay=Pay(wanted=WANTED)
    )
    used = (Use(kind="payment_method", id="pm_1"),)
    play = (play >> call(again, "b" * 22, ticket=10, uses=used)).skip()
    assert play.sent_on(DIRECTORY)[-1].message.prior is None


def test_a_card_that_is_set_up_is_asked_about_too():
    play = played(Gateway(Node("GATE0001"), VAULT, directory=IF_NEEDED)) >> LinkUp(DIRECTORY)
    pay = Pay(cvc="123", wanted=WANTED)
    deed = Create(secret="s", amount=0, currency="", source=SOURCE, is_setup=True, pay=pay)
    play = (play >> call(deed)).skip()
    play = (play >> answered("switch", "1A")).skip()
    play = (play >> of_again(CHALLENGE)).skip()
    assert intent(play).status is Status.NEEDS_ACTION


def test_who_was_at_his_bank_when_his_session_ended_completes_it():
    until = START + CHALLENGE_S / 2
    session = Session(
        mode="payment", items=(), currency="eur", success_url="https://shop/", expires_at=until
    )
    of_session = Use(kind="checkout.session", id="cs_test_9")
    play = played(Gateway(Node("GATE0001"), VAULT, directory=BOOK)) >> LinkUp(DIRECTORY)
    deed = Alter(lambda *_: {of_session.id: session})
    play = (play >> call(deed, of_session.id, kind=of_session.kind)).skip()
    deed = Create(
        secret="s", amount=1250, currency="eur", source=SOURCE, session=of_session.id,
        pay=Pay(wanted=WANTED),
    )  # fmt: skip
    play = (play >> call(deed, ticket=2, uses=(of_session,))).skip()
    play = (play >> Received(DIRECTORY, CHALLENGE)).skip()
    play = (play >> after(CHALLENGE_S / 2 + 1)).skip()
    assert legs_of(play.entries).things[of_session.id].thing.status == "expired"
    play = (play >> told(uses=(*USES, of_session))).skip()
    play = (play >> answered("switch", "00")).skip()
    assert intent(play).status is Status.SUCCEEDED
    assert legs_of(play.entries).things[of_session.id].thing.status == "complete"
