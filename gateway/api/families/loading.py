"""Objects by their kind and id, for whoever expands an id."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import Final

from ...core.ids import SETUP
from ...core.row import SETUP as SETUPS
from ..endpoints import Asked, intent_of, read_intent, read_thing, ref_of
from ..expanding import Load
from ..given.sources import CUSTOMERS, METHODS, SESSIONS
from ..objects import Object, intent_object, setup_object
from ..params import ListParams
from .charges import read_charge
from .customers import customer_object
from .methods import method_object
from .sessions import items_of, session_object
from .transactions import read_transaction


async def _intent(asked: Asked, id_: str) -> Object:
    return intent_object(await read_intent(asked, ref_of(id_), id_))


async def _setup(asked: Asked, id_: str) -> Object:
    return setup_object(intent_of(await asked.read(ref_of(id_, SETUP), id_, SETUPS)))


async def _method(asked: Asked, id_: str) -> Object:
    return method_object(await read_thing(asked, METHODS, id_))


async def _session(asked: Asked, id_: str) -> Object:
    return session_object(await read_thing(asked, SESSIONS, id_))


async def _items(asked: Asked, session: str) -> Object:
    return items_of(await read_thing(asked, SESSIONS, session), ListParams())


async def _customer(asked: Asked, id_: str) -> Object:
    return customer_object(await read_thing(asked, CUSTOMERS, id_))


_LOADERS: Final[Mapping[str, Callable[[Asked, str], Awaitable[Object]]]] = {
    "balance_transaction": read_transaction,
    "charge": read_charge,
    "checkout.session": _session,
    "customer": _customer,
    "line_items": _items,
    "payment_intent": _intent,
    "payment_method": _method,
    "setup_intent": _setup,
}


def loader(asked: Asked) -> Load:
    """How objects come to whoever has *asked*."""
    return partial(_load, asked)


async def _load(asked: Asked, kind: str, id_: str) -> Object:
    return await _LOADERS[kind](asked, id_)
