"""Whence the card of an order comes: typed in, a test card by its name, a token, or kept before."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from msgspec import Struct, convert
from msgspec.structs import replace

from ...core.calls import Source, Use
from ...core.cards import Billing
from ...core.entries import Terms
from ...core.problems import missing
from ..endpoints import ID_MAX, Asked
from ..faults import Fault, bad
from ..ids import new_id
from ..params import BillingParams, MethodParams
from .cards import METHOD, card_of, named_card

METHODS = "payment_method"
TOKENS = "token"
CUSTOMERS = "customer"
SESSIONS = "checkout.session"
_DATA = "payment_method_data"
# Of answers to a call that has sent nothing: it may come again.
UNSENT: Final = (400, 404, 409, 503)


class Given(Struct, frozen=True):
    """A source, the things that it stands in, and the code that is sent with it, if there is one.

    The code of a card that is kept stays in memory until it is asked for.
    """

    source: Source | None = None
    uses: tuple[Use, ...] = ()
    kept: str = ""  # the id that its code is kept for

    @contextmanager
    def code(self, asked: Asked) -> Iterator[str]:
        """The code for a call that is made meanwhile, and then forgotten, if it was sent.

        A card that is typed in comes with its code again.
        """
        codes, source = asked.services.codes, self.source
        kept = codes.pop(self.kept)
        try:
            yield kept[1]
        except Fault as fault:
            if source is not None and source.card is None and fault.problem.status in UNSENT:
                codes.put_back(source.token or source.id, kept)
            raise

    def __repr__(self) -> str:
        return "<given>"


def given_source(asked: Asked, name: str | None, data: MethodParams | None) -> Given:
    """The source that parameters name or hold, its card sealed. Raises Fault."""
    if name is not None and data is not None:
        raise bad("Give payment_method or payment_method_data, not both", _DATA)
    if name is not None:
        return _named(asked, name)
    return Given() if data is None else source_in(asked, data, f"{_DATA}[card]")


def source_in(asked: Asked, data: MethodParams, param: str) -> Given:
    """The source that *data* holds, at *param*. Raises Fault."""
    services, billing = asked.services, _billing(data.billing_details)
    if data.card.token is None:
        card = card_of(data.card, services.vault, services.now(), billing, param)
        services.codes.keep(card.id, data.card.cvc or "")
        return Given(Source(id=card.id, card=card), kept=card.id)
    token = data.card.token
    known = named_card(token, services.vault)
    if known is not None:
        return Given(Source(id=known.id, card=known))
    use = Use(kind=TOKENS, id=token, param=f"{param}[token]")
    given_billing = None if data.billing_details == BillingParams() else billing
    source = Source(id=new_id(METHOD), token=token, billing=given_billing)
    services.codes.keep(source.id, services.codes.take(token))
    return Given(source, (use,), kept=source.id)


def _named(asked: Asked, name: str) -> Given:
    card = named_card(name, asked.services.vault)
    if card is not None:
        return Given(Source(id=card.id, card=card))
    if not name.startswith(METHOD):
        raise Fault(missing(METHODS, name[:ID_MAX], "payment_method"))
    use = Use(kind=METHODS, id=name, param="payment_method", is_shared=True)
    return Given(Source(id=name), (use,), kept=name)


def _billing(given: BillingParams) -> Billing:
    return convert(given, Billing, from_attributes=True)


def customer_use(customer: str | None, *, is_shared: bool = True) -> tuple[Use, ...]:
    """That *customer* must be there, if one is named."""
    if not customer:
        return ()
    return (Use(kind=CUSTOMERS, id=customer[:ID_MAX], param="customer", is_shared=is_shared),)


def session_use(session: str | None) -> tuple[Use, ...]:
    """That the checkout session of an intent is changed with it."""
    return (Use(kind=SESSIONS, id=session),) if session is not None else ()


def keeping(
    uses: tuple[Use, ...],
    customer: str | None,
    terms: Terms,
    *,
    is_paid: bool,
    is_setup: bool = False,
) -> tuple[Use, ...]:
    """*uses*, and *customer*: nobody else may be at them while a card that pays is to be kept."""
    is_kept = is_setup or (customer is not None and terms.future_usage is not None)
    keeps = is_paid and is_kept
    own = [replace(use, is_shared=False) for use in uses] if keeps else uses
    return (*own, *customer_use(customer, is_shared=not keeps))
