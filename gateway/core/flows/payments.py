"""The story of an order: created, changed, and paid with a card that is new, kept or a token."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Final, NamedTuple

from msgspec.structs import replace

from cardswitch.wire.ports import Seconds

from ..authentication import Authentication
from ..calls import Authenticated, Create, Pay, Source, Things, Update
from ..cards import Card
from ..ends import ENDS_MAX
from ..entries import Asked, Created, Updated
from ..exchanges import Stand
from ..ids import PARTS_MAX
from ..intents import TRIES_MAX, Intent
from ..messages import Order, proofs_for, said_with
from ..problems import Problem, busy, invalid, too_many_cards, tried_too_often
from ..states import Status, Step, may
from ..things import Thing
from ..things.customers import Customer, attached
from ..things.methods import Method
from ..things.sessions import Session, completed
from ..things.tokens import Token, not_usable
from .authenticating import (
    Proven,
    authenticate,
    authenticated,
    lack_of,
    proven,
    seek,
)
from .disputes import deny_if_told
from .work import NoPlace, Work

# What an update has otherwise.
_UPDATED: Final = ("amount", "currency", "card", "details", "terms", "customer")


class Chosen(NamedTuple):
    """The card that is to pay, and what is kept of that."""

    card: Card | None
    things: Mapping[str, Thing] = {}


def choose(work: Work, source: Source | None, customer: str | None) -> Chosen | Problem:
    """The card of *source*, which may pay for *customer*; nothing is written yet."""
    if source is None:
        return Chosen(None)
    if source.card is not None or source.token:
        new = taken(work.things, source, work.desk.now)
        if isinstance(new, Problem):
            return new
        card, things = new
        return Chosen(card, {**things, source.id: Method(card=card)})
    method = work.things[source.id].thing
    assert isinstance(method, Method), "it was looked up as one"
    if method.customer is not None and method.customer != customer:
        text = "The payment method is kept for a customer: name that customer with the order"
        return invalid(text, "customer")
    return Chosen(method.card)


def taken(
    things: Things, source: Source, now: Seconds
) -> tuple[Card, Mapping[str, Thing]] | Problem:
    """The new card of *source*, and what becomes of the token that it stands in."""
    if source.card is not None:
        return source.card, {}
    record = things[source.token]
    token = record.thing
    assert isinstance(token, Token), "it was looked up as one"
    problem = not_usable(token, record.at, now)
    if problem is not None:
        return problem
    card = replace(token.card, id=source.id, billing=source.billing or token.card.billing)
    return card, {source.token: replace(token, is_used=True)}


async def create(work: Work, deed: Create) -> None:
    """A new intent, which is paid at once if the deed says so."""
    chosen = choose(work, deed.source, deed.customer)
    if not isinstance(chosen, Problem) and deed.session is not None:
        chosen = _not_open(work, deed.session, has_intent=False) or chosen
    if not isinstance(chosen, Problem) and deed.pay is not None:
        chosen = _tried_too_often(work, chosen.card) or chosen
    if isinstance(chosen, Problem):
        return work.answer(problem=chosen)
    if deed.pay is not None:
        await work.place()
    try:
        work.alter(chosen.things)
        entry = Created(
            at=work.desk.now,
            merchant=work.call.merchant,
            secret=deed.secret,
            amount=deed.amount,
            currency=deed.currency,
            card=chosen.card,
            details=deed.details,
            terms=deed.terms,
            customer=deed.customer,
            is_setup=deed.is_setup,
            session=deed.session,
        )
        work.begin(entry)
        if deed.session is not None:
            session = _session(work, deed.session)
            work.alter({deed.session: replace(session, intent=work.call.ref)})
        if deed.pay is None:
            return work.answer()
        return await _paid(work, deed.pay)
    finally:
        if deed.pay is not None:
            work.desk.leave_place()


async def update(work: Work, deed: Update) -> None:
    """Another amount, card or word of the order, until it is paid."""
    intent = work.known
    if not may(intent.status, Step.UPDATE):
        return work.answer(problem=unexpected(intent, "update"))
    if _is_outdated(intent, deed.seen):
        return work.answer(problem=_updated_meanwhile())
    then = replace(intent, **deed.changes, details=replace(intent.details, **deed.details))
    if intent.session is not None and (then.amount, then.currency) != (
        intent.amount,
        intent.currency,
    ):
        text = "What is paid by a checkout session comes to what its lines do: make another session"
        return work.answer(problem=invalid(text, "amount"))
    chosen = choose(work, deed.source, then.customer)
    if isinstance(chosen, Problem):
        return work.answer(problem=chosen)
    work.alter(chosen.things)
    entry = Updated(
        at=work.desk.now,
        amount=then.amount,
        currency=then.currency,
        card=chosen.card or then.card,
        details=then.details,
        terms=then.terms,
        customer=then.customer,
    )
    work.record(entry)
    return work.answer()


async def pay(work: Work, deed: Pay) -> None:
    """Ask for the money of an intent that is there."""
    intent = work.known
    if not may(intent.status, Step.CONFIRM):
        return work.answer(problem=unexpected(intent, "confirm"))
    if _is_outdated(intent, deed.seen):
        return work.answer(problem=_updated_meanwhile())
    if deed.source is None and intent.card is None:
        text = "There is no payment method: give one with this call, or to the intent before"
        return work.answer(problem=invalid(text, "payment_method", "parameter_missing"))
    if len(intent.exchanges) >= PARTS_MAX:
        return work.answer(problem=too_many())
    if deed.is_browsers and intent.tries >= TRIES_MAX:
        return work.answer(problem=too_many_cards())
    chosen = choose(work, deed.source, intent.customer)
    if not isinstance(chosen, Problem) and intent.session is not None:
        chosen = _not_open(work, intent.session) or chosen
    if not isinstance(chosen, Problem):
        chosen = _tried_too_often(work, chosen.card or intent.card) or chosen
    if isinstance(chosen, Problem):
        return work.answer(problem=chosen)
    await work.place()
    try:
        work.alter(chosen.things)
        return await _paid(work, deed, chosen.card)
    finally:
        work.desk.leave_place()


async def _paid(work: Work, deed: Pay, card: Card | None = None) -> None:
    intent = work.known
    card = card or intent.card
    assert card is not None
    seen = await authenticate(work, deed, card)
    if seen is None:
        return work.answer(problem=work.known.problem)
    return work.answer(await _charged(work, deed, card, seen), work.known.problem)


def _tried_too_often(work: Work, card: Card | None) -> Problem | None:
    """Whether the issuer of *card* is asked no more: nothing is written, so another card may pay.

    Whoever tries it has the attempt, and its key, for that.
    """
    assert card is not None, "it is known with what is paid"
    is_blocked = work.desk.declines.are_too_many(card.fingerprint, work.desk.now)
    return tried_too_often() if is_blocked else None


async def authenticated_then_paid(work: Work, deed: Authenticated) -> None:
    """The bank says whether it was the cardholder; if so, his card pays."""
    outcome = authenticated(work, deed)
    if isinstance(outcome, Problem):
        return work.answer(problem=outcome)
    card = work.known.card
    assert card is not None, "it is the card whose bank was asked"
    await work.place()
    try:
        seen = proven(work, deed, outcome)
        if seen is None:
            return work.answer()
        return work.answer(await _charged(work, Pay(cvc=deed.cvc), card, seen))
    finally:
        work.desk.leave_place()


async def _charged(work: Work, deed: Pay, card: Card, seen: Proven) -> int:
    """Ask the issuer for the money; the number of that within the intent. Raises NoPlace."""
    intent = work.known
    asked = _asked_of(intent)
    if asked == "authorisation" and len(work.desk.ends) >= ENDS_MAX:
        raise NoPlace(f"{ENDS_MAX} payments wait for their capture")
    authentication = seen.authentication
    if authentication is not None:
        authentication = said_with(card, authentication, seen.cavv)
    proofs = proofs_for(card, deed.cvc, deed.channel, authentication, seen.cavv)
    order = order_of(work, asked, intent.amount, card)
    order = replace(order, proofs=proofs, channel=deed.channel, authentication=authentication)
    number = await work.ask(order, card, lack=partial(lack_of, work, deed, card, seen))
    if work.known.exchange(number).lacks == "sought":
        return await _asked_first(work, deed, card, number)
    if work.known.status in (Status.SUCCEEDED, Status.NEEDS_CAPTURE):
        _prove(work, card, authentication)
        _keep(work, card)
        complete(work)
        deny_if_told(work, card)
    elif work.known.exchange(number).stand is Stand.DECLINED:
        work.desk.declines.add(card.fingerprint, work.desk.now)
    return number


async def _asked_first(work: Work, deed: Pay, card: Card, declined: int) -> int:
    """The issuer wants its cardholder to be asked: pay with what comes of that, if it does at once.

    The code of the card was sent and is gone; a second time nobody is asked.
    """
    assert deed.wanted is not None, "that was looked at"
    seen = await seek(work, deed.wanted, card)
    if seen is None:
        return declined
    return await _charged(work, replace(deed, cvc="", wanted=None), card, seen)


def _asked_of(intent: Intent) -> Asked:
    if intent.is_setup:
        return "verification"
    return "authorisation" if intent.terms.capture == "manual" else "sale"


def _prove(work: Work, card: Card, authentication: Authentication | None) -> None:
    """What came of asking the holder of a card that is set up, stays with it."""
    if work.known.is_setup and authentication is not None:
        method = work.things[card.id].thing
        assert isinstance(method, Method), "it was looked up as one"
        work.alter({card.id: replace(method, authentication=authentication)})


def _keep(work: Work, card: Card) -> None:
    """A card that has paid is kept for the customer, if the order says so."""
    intent = work.known
    if intent.customer is None or intent.terms.future_usage is None:
        return
    customer, method = work.things[intent.customer].thing, work.things[card.id].thing
    assert isinstance(customer, Customer), "it was looked up as one"
    assert isinstance(method, Method), "it was looked up as one"
    kept = attached(customer, intent.customer, method, card.id)
    if isinstance(kept, Problem):
        work.desk.count("not_kept")
    else:
        work.alter({intent.customer: kept[0], card.id: kept[1]})


def complete(work: Work) -> None:
    """What was paid by a checkout session completes it, even if it has expired meanwhile."""
    intent = work.known
    if intent.session is not None:
        session, is_paid = _session(work, intent.session), intent.status is Status.SUCCEEDED
        work.alter({intent.session: completed(session, is_paid=is_paid)})


def _not_open(work: Work, id_: str, *, has_intent: bool = True) -> Problem | None:
    session = _session(work, id_)
    if session.is_open(work.desk.now) and has_intent == (session.intent is not None):
        return None
    return invalid("The checkout session is complete, or has expired", "id")


def _session(work: Work, id_: str) -> Session:
    session = work.things[id_].thing
    assert isinstance(session, Session), "it was looked up as one"
    return session


def order_of(work: Work, asked: Asked, amount: int, card: Card) -> Order:
    """What is asked for with *card*, which is opened for it."""
    return Order(
        asked=asked,
        merchant=work.call.merchant,
        amount=amount,
        currency=work.known.currency,
        pan=work.desk.open_card(card.sealed),
        expiry=card.expiry,
        takes_part=work.known.terms.takes_part and asked != "refund",
    )


def _is_outdated(intent: Intent, seen: Intent | None) -> bool:
    """Whether *intent* was updated since it was *seen*: what a call uses may not be all of it."""
    return seen is not None and any(
        getattr(intent, name) != getattr(seen, name) for name in _UPDATED
    )


def _updated_meanwhile() -> Problem:
    return busy("It was updated meanwhile: ask again", "lock_timeout")


def too_many() -> Problem:
    """An intent has its bounds."""
    text = f"An intent has at most {PARTS_MAX} payments, captures and refunds: make a new one"
    return invalid(text)


def unexpected(intent: Intent, what: str) -> Problem:
    """As *intent* stands, that cannot be."""
    text = f"An intent that is {intent.status} takes no {what}"
    kind = "setup_intent" if intent.is_setup else "payment_intent"
    return invalid(text, None, f"{kind}_unexpected_state")
