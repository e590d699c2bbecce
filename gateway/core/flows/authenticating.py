"""The story of an authentication: the directory is asked, and perhaps the shopper by his bank."""

from __future__ import annotations

from typing import NamedTuple

from cardswitch.specs.dates import utc_text
from cardswitch.specs.three_ds.messages import ARes
from cardswitch.specs.three_ds.outcomes import (
    CARDHOLDER_CANCELED,
    TIMED_OUT,
    Outcome,
    is_mastercard,
    not_enrolled,
    outcome_of,
)
from cardswitch.wire.machine.waits import NoAnswer

from ..authentication import (
    ASK_S,
    CHALLENGE_S,
    Authentication,
    Challenge,
    Range,
    Wanted,
    question_for,
    standing,
    wanted_again,
)
from ..calls import Authenticated, Pay
from ..cards import Card
from ..entries import Challenged, Lack, Unauthenticated
from ..ids import PARTS_MAX
from ..problems import Problem, invalid
from ..states import Status
from ..things.authentications import Authentication as Asked
from ..things.authentications import ended
from ..things.methods import Method
from .work import Work

_DATE_SIZE = len("YYYY-MM-DDThh:mm:ss")


class Proven(NamedTuple):
    """What a payment brings of its authentication; *cavv* is in memory for one send."""

    authentication: Authentication | None = None
    cavv: str = ""

    def __repr__(self) -> str:
        return "<proven>"


async def authenticate(work: Work, deed: Pay, card: Card) -> Proven | None:
    """Whether *card* may pay now; None: it may not, or its holder is to be asked first."""
    wanted, desk = deed.wanted, work.desk
    if deed.authentication is not None:
        return Proven(deed.authentication, deed.cavv)
    if wanted is None or deed.channel != "ecommerce":
        return Proven()
    number = desk.open_card(card.sealed)
    place, has_own_eci = desk.directory.find(number), is_mastercard(number)
    if place is None:
        return Proven(standing(not_enrolled(is_mastercard=has_own_eci)))
    if place.asked == "if_needed" and wanted.wish == "automatic":
        return Proven()
    answer = await _ask(work, place, wanted, card, number)
    if answer is not None and answer.status == "C" and answer.acs_url:
        _challenge(work, wanted, card, answer, is_mastercard=has_own_eci)
        return None
    goes_on = desk.directory.goes_on
    return _judged(work, wanted, card, answer, is_mastercard=has_own_eci, goes_on=goes_on)


def lack_of(work: Work, deed: Pay, card: Card, seen: Proven) -> Lack | None:
    """What is missing where the issuer declines *card* because its holder was not asked."""
    said = seen.authentication
    was_asked = said is not None and (said.flow == "challenge" or said.status == "C")
    is_last = len(work.known.exchanges) >= PARTS_MAX
    if deed.channel == "mail" or was_asked or is_last:
        return None
    if work.desk.directory.find(work.desk.open_card(card.sealed)) is None:
        return None
    is_there = deed.wanted is not None and deed.channel == "ecommerce"
    return "sought" if is_there else "nobody"


async def seek(work: Work, wanted: Wanted, card: Card) -> Proven | None:
    """Have the holder of *card* be asked, as its issuer wants it. None: it may not pay now."""
    desk, again = work.desk, wanted_again(wanted)
    number = desk.open_card(card.sealed)
    place, has_own_eci = desk.directory.find(number), is_mastercard(number)
    assert place is not None, "it is known who can ask"
    answer = await _ask(work, place, again, card, number)
    if answer is not None and answer.status == "C" and answer.acs_url:
        _challenge(work, again, card, answer, is_mastercard=has_own_eci, was_declined=True)
        return None
    return _judged(work, again, card, answer, is_mastercard=has_own_eci, goes_on=False)


def authenticated(work: Work, deed: Authenticated) -> Outcome | Problem:
    """What the access control server tells of a challenge; nothing is written yet."""
    asked, intent = _asked(work, deed.id), work.known
    waited_for = intent.challenge.transaction if intent.challenge is not None else ""
    if intent.status is not Status.NEEDS_ACTION or waited_for != deed.id:
        return invalid("Nobody waits for a result of this authentication any more", "id")
    if (deed.acs_transaction, deed.ds_transaction) != (asked.acs_transaction, asked.ds_transaction):
        return invalid("The numbers are not those of this authentication", "id")
    return outcome_of(
        deed.status,
        deed.reason,
        is_mastercard=asked.is_mastercard,
        has_cavv=bool(deed.cavv),
        is_canceled=deed.cancel == CARDHOLDER_CANCELED,
        goes_on=work.desk.directory.goes_on,
    )


def proven(work: Work, deed: Authenticated, outcome: Outcome) -> Proven | None:
    """Write *outcome*; None: the payment does not go on."""
    asked = _asked(work, deed.id)
    work.alter({deed.id: ended(asked, outcome)})
    stands = standing(outcome, "challenge", asked.ds_transaction, asked.acs_transaction)
    if not outcome.goes_on:
        work.record(Unauthenticated(at=work.desk.now, authentication=stands))
        return None
    return Proven(stands, deed.cavv if outcome.liable == "issuer" else "")


def abandon(work: Work) -> None:
    """Nobody came back from the challenge."""
    intent = work.known
    assert intent.challenge is not None, "it waits for one"
    assert intent.card is not None, "of a card"
    has_own_eci = intent.card.brand == "mastercard"
    outcome = outcome_of("N", TIMED_OUT, is_mastercard=has_own_eci, has_cavv=False)
    stands = standing(outcome, "challenge", intent.challenge.ds_transaction)
    work.record(Unauthenticated(at=work.desk.now, authentication=stands))


async def _ask(work: Work, place: Range, wanted: Wanted, card: Card, number: str) -> ARes | None:
    desk, intent = work.desk, work.known
    question = question_for(
        desk.directory,
        place,
        wanted,
        card=card,
        number=number,
        amount=intent.amount,
        code=intent.currency,
        merchant=intent.merchant,
        date="".join(filter(str.isdigit, utc_text(desk.now)[:_DATE_SIZE])),
        prior=_prior(work, card),
    )
    try:
        return await desk.ask_directory(question, within=ASK_S)
    except NoAnswer:
        return None


def _prior(work: Work, card: Card) -> Authentication | None:
    """What came of asking the holder of *card* when it was set up, if it was."""
    record = work.things.get(card.id)
    return record.thing.authentication if record and isinstance(record.thing, Method) else None


def _challenge(
    work: Work,
    wanted: Wanted,
    card: Card,
    answer: ARes,
    *,
    is_mastercard: bool,
    was_declined: bool = False,
) -> None:
    desk, intent = work.desk, work.known
    asked = Asked(
        intent=intent.ref,
        acs_url=answer.acs_url,
        acs_transaction=answer.acs_transaction,
        ds_transaction=answer.ds_transaction,
        is_mastercard=is_mastercard,
        is_setup=intent.is_setup,
    )
    work.alter({wanted.transaction: asked})
    challenge = Challenge(
        transaction=wanted.transaction,
        ds_transaction=wanted.ds_transaction,
        url=desk.directory.page_of(wanted.transaction),
        until=desk.now + CHALLENGE_S,
        return_url=wanted.return_url,
        was_declined=was_declined,
    )
    work.record(Challenged(at=desk.now, card=card, challenge=challenge))


def _judged(
    work: Work,
    wanted: Wanted,
    card: Card,
    answer: ARes | None,
    *,
    is_mastercard: bool,
    goes_on: bool,
) -> Proven | None:
    status = "U" if answer is None else answer.status
    outcome = outcome_of(
        status,
        answer.reason if answer is not None else "",
        is_mastercard=is_mastercard,
        has_cavv=answer is not None and bool(answer.cavv),
        goes_on=goes_on,
    )
    numbers = (wanted.ds_transaction, answer.acs_transaction if answer is not None else "")
    stands = standing(outcome, "frictionless", *numbers)
    if not outcome.goes_on:
        work.record(Unauthenticated(at=work.desk.now, authentication=stands))
        return None
    is_proof = answer is not None and outcome.liable == "issuer"
    return Proven(stands, answer.cavv if is_proof and answer is not None else "")


def _asked(work: Work, id_: str) -> Asked:
    asked = work.things[id_].thing
    assert isinstance(asked, Asked), "it was looked up as one"
    return asked
