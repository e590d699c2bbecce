"""Takes the results of challenges from access control servers: these count, and nothing else."""

from __future__ import annotations

import asyncio
from hashlib import sha256
from typing import Final

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from cardswitch.specs.errors import FormatError
from cardswitch.specs.three_ds.messages import (
    UNKNOWN,
    UNREADABLE,
    Erro,
    RReq,
    RRes,
    read,
    write,
)
from cardswitch.wire.ports import Seconds
from cardswitch.wire.web.body import BodyRefused, read_body

from ..api.endpoints import Services
from ..api.given.sources import METHODS, UNSENT, keeping, session_use
from ..core.calls import Authenticated, Use
from ..core.ids import INTENT, SETUP, id_of
from ..core.intents import Intent
from ..core.row import INTENT as INTENTS
from ..core.row import SETUP as SETUPS
from ..core.row import legs_of
from ..core.things import AUTHENTICATIONS, Record
from ..core.things.authentications import Authentication

BODY_MAX: Final = 64 * 1024
_JSON: Final = "application/json; charset=utf-8"
_TOOK: Final = "01"  # resultsStatus


class Results:
    """An application of one address; who comes to it, its port has made sure of."""

    def __init__(self, services: Services, request_s: Seconds) -> None:
        self._services = services
        self._request_s = request_s
        self.app = Starlette(routes=[Route("/rreq", self._hear, methods=["POST"])])

    async def _hear(self, request: Request) -> Response:
        try:
            told = read(RReq, await read_body(request, BODY_MAX, self._request_s))
        except (BodyRefused, FormatError) as error:
            return _refused(400, UNREADABLE, str(error))
        record = await self._record(told.transaction)
        intent = await self._intent(record) if record is not None else None
        if record is None or intent is None:
            return _refused(400, UNKNOWN, "no transaction has these numbers")
        codes, card = self._services.codes, intent.card.id if intent.card is not None else ""
        code = codes.pop(card)
        reply = await self._services.front.call(
            record.merchant,
            intent.ref,
            _deed(told, code[1]),
            named=id_of(SETUP if intent.is_setup else INTENT, intent.ref),
            kind=SETUPS if intent.is_setup else INTENTS,
            uses=_uses(told.transaction, intent),
            key=_hash(f"rreq|{told.transaction}"),
            digest=_hash(f"{told.status}|{told.acs_transaction}|{told.ds_transaction}"),
        )
        problem = reply.problem
        if problem is not None and problem.status in UNSENT:
            codes.put_back(card, code)
        if problem is not None and (problem.is_retried or problem.status >= 500):
            return _refused(503, "405", "system connection failure")
        if problem is not None:
            return _refused(400, UNKNOWN, problem.message)
        return Response(write(_taken(told)), media_type=_JSON)

    async def _record(self, transaction: str) -> Record | None:
        reader = self._services.reader
        rows = await asyncio.to_thread(reader.named, AUTHENTICATIONS, transaction)
        return legs_of(rows).things.get(transaction)

    async def _intent(self, record: Record) -> Intent | None:
        asked = record.thing
        assert isinstance(asked, Authentication), "it was looked up as one"
        kind = SETUPS if asked.is_setup else INTENTS
        rows = await asyncio.to_thread(self._services.reader.named, kind, asked.intent)
        return legs_of(rows).intents.get(asked.intent)


def _deed(told: RReq, cvc: str) -> Authenticated:
    return Authenticated(
        id=told.transaction,
        acs_transaction=told.acs_transaction,
        ds_transaction=told.ds_transaction,
        status=told.status,
        reason=told.reason,
        cancel=told.cancel,
        cavv=told.cavv,
        cvc=cvc,
    )


def _uses(transaction: str, intent: Intent) -> tuple[Use, ...]:
    """All that may change with the payment."""
    card = intent.card
    method = (Use(kind=METHODS, id=card.id, is_shared=True),) if card is not None else ()
    is_setup = intent.is_setup
    uses = keeping(method, intent.customer, intent.terms, is_paid=True, is_setup=is_setup)
    return (Use(kind=AUTHENTICATIONS, id=transaction), *uses, *session_use(intent.session))


def _taken(told: RReq) -> RRes:
    return RRes(
        message_version=told.message_version,
        transaction=told.transaction,
        ds_transaction=told.ds_transaction,
        acs_transaction=told.acs_transaction,
        status=_TOOK,
    )


def _refused(status: int, code: str, text: str) -> Response:
    erro = Erro(code=code, component="S", text=text, of="RReq")
    return Response(write(erro), status, media_type=_JSON)


def _hash(text: str) -> str:
    return sha256(text.encode()).hexdigest()
