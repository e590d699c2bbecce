"""Cards out of fields in a shop's page: who may show the fields, and what becomes of a card."""

from __future__ import annotations

from functools import partial
from hmac import compare_digest
from typing import Any, Final

from cardswitch.specs.merchants import Merchant

from ..api.endpoints import Services, ref_of
from ..api.faults import Fault, unauthorised
from ..api.given.holders import keep_code, wanted_of
from ..api.given.sources import TOKENS, keeping, session_use
from ..api.given.urls import url_for
from ..api.ids import new_id
from ..api.keys import KeyFile
from ..api.objects import next_action
from ..core.authentication import Browser
from ..core.calls import Alter, Pay, Read, Reply, Source
from ..core.cards import Card
from ..core.ids import INTENT, id_of
from ..core.row import INTENT as INTENTS
from ..core.things.tokens import Token
from .attempts import attempted

PREFIX: Final = "tok_"
_DIGEST: Final = "fields"  # An attempt is one request, whichever card comes with it.


class KeyDesk:
    """By the publishable keys of merchants, which stand in pages for all to see."""

    def __init__(self, services: Services, keys: KeyFile) -> None:
        self._services = services
        self._keys = keys

    def may_frame(self, key: str, origin: str) -> bool:
        """See :class:`~.till.CardDesk`."""
        merchant = self._merchant(key)
        return merchant is not None and origin in merchant.origins

    async def token(self, key: str, card: Card, cvc: str) -> str:
        """See :class:`~.till.CardDesk`."""
        services, id_ = self._services, new_id(PREFIX)
        services.codes.keep(id_, cvc)
        deed = Alter(lambda things, now: {id_: Token(card=card)})
        _good(await services.front.call(self._known(key), id_, deed, kind=TOKENS))
        return id_

    async def confirm(
        self, key: str, secret: str, card: Card, cvc: str, browser: Browser, back: str
    ) -> dict[str, Any]:
        """See :class:`~.till.CardDesk`."""
        merchant, front = self._known(key), self._services.front
        back = back and url_for(self._services, merchant, back, "return_url")
        id_ = secret.partition("_secret_")[0]
        reply = _good(await front.call(merchant, ref_of(id_), Read(), named=id_, kind=INTENTS))
        intent = reply.intent
        assert intent is not None
        wanted = f"{id_of(INTENT, intent.ref)}_secret_{intent.secret}"
        if not compare_digest(secret.encode(), wanted.encode()):
            raise unauthorised("The client_secret is not that of the intent", 403)
        uses = keeping((), intent.customer, intent.terms, is_paid=True)
        call = partial(
            front.call,
            merchant,
            intent.ref,
            Pay(
                seen=intent,
                source=Source(id=card.id, card=card),
                cvc=cvc,
                wanted=wanted_of(self._services, back, browser=browser),
                is_browsers=True,
            ),
            named=id_,
            uses=(*uses, *session_use(intent.session)),
            digest=_DIGEST,
        )
        said = f"{merchant}|fields|{intent.ref}"
        paid = await attempted(lambda key: call(key=key), said, intent.tries)
        then = _good(paid).intent
        assert then is not None
        keep_code(self._services, paid, cvc)
        shown = {"id": id_, "object": "payment_intent", "status": str(then.status)}
        action = next_action(then)
        return shown if action is None else {**shown, "next_action": action}

    def _known(self, key: str) -> str:
        """Whose *key* it is. Raises Fault."""
        found = self._keys.find(key, self._services.now())
        if found is None or found.kind != "publishable":
            raise unauthorised("Invalid publishable key")
        return found.merchant

    def _merchant(self, key: str) -> Merchant | None:
        try:
            return self._services.merchants.get(self._known(key))
        except Fault:
            return None


def _good(reply: Reply) -> Reply:
    if reply.problem is not None:
        raise Fault(reply.problem)
    return reply
