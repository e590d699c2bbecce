"""What endpoints share: who asks, for what, and the parts that several of them read."""

from __future__ import annotations

from collections.abc import Callable
from hmac import compare_digest
from typing import Final, Protocol

from msgspec import Struct, field
from msgspec.structs import replace

from cardswitch.specs.amounts import AMOUNT_DIGITS_MAX, currency
from cardswitch.specs.errors import FormatError
from cardswitch.specs.merchants import Merchant
from cardswitch.wire.ports import Seconds

from ..core.calls import Deed, Origin, Read, Reply, Use
from ..core.exchanges import Exchange
from ..core.ids import CHARGE, INTENT, id_of, parts_of
from ..core.intents import Intent
from ..core.problems import MISSING, missing, other_request
from ..core.row import INTENT as INTENTS
from ..core.things import Record
from ..front import Front
from ..money import Money
from ..outbox.service import Events
from ..store import GatewayReader
from . import params
from .faults import Fault, bad, unauthorised
from .forms import Value
from .given.cards import Sealing
from .given.codes import Codes
from .keys import ApiKey
from .objects import Object, ShownIntents

ID: Final = "id"  # the parameter in the path
LIMIT: Final = 10
LIMIT_MAX: Final = 100
ID_MAX: Final = 100  # characters; ours have fewer


class Services(Struct, frozen=True, kw_only=True):
    """What endpoints use."""

    front: Front
    reader: GatewayReader
    vault: Sealing
    merchants: dict[str, Merchant]
    now: Callable[[], Seconds]
    events: Events
    codes: Codes
    story: Callable[[str, str], list[Object]]  # of an id and a merchant; raises Error
    pages_url: str = ""  # where pages for browsers are; empty: there are none
    shown: ShownIntents = field(default_factory=ShownIntents)
    authenticates: bool = False  # whether there is a directory of 3-D Secure
    money: Money | None = None  # the books of settlement, where they can be read


class Asked(Struct, frozen=True, kw_only=True):
    """One request: who asks, for what, with which parameters and idempotency key."""

    services: Services
    key: ApiKey
    id: str
    value: Value
    second: str = ""  # another id in the path
    idempotency: str = ""
    digest: str = ""
    version: str = ""  # of the API, as the client says
    origin: Origin | None = None

    @property
    def is_public(self) -> bool:
        """Whether a browser asks: it may do little, and must know the client secret."""
        return self.key.kind == "publishable"

    async def call(
        self,
        ref: str,
        named: str,
        deed: Deed,
        kind: str = INTENTS,
        uses: tuple[Use, ...] = (),
        param: str = ID,
    ) -> Reply:
        """Have *deed* done for *ref*, which is of that *kind*, and which *param* has *named*.

        Raises Told if it has a problem.
        """
        reply = await self.services.front.call(
            self.key.merchant,
            ref,
            deed,
            named=named,
            kind=kind,
            uses=uses,
            key=self.idempotency,
            digest=self.digest,
            origin=self.origin,
        )
        return _good(reply, param)

    def other_request(self) -> Fault:
        """Its idempotency key came with another request before."""
        return Fault(other_request())

    async def read(self, ref: str, named: str, kind: str = INTENTS, param: str = ID) -> Reply:
        """How *ref*, asked for as *named* by *param*, stands. Raises Told."""
        front = self.services.front
        reply = await front.call(self.key.merchant, ref, Read(), named=named, kind=kind)
        return _good(reply, param)


class Told(Fault):
    """The core has found a problem; *reply* is what it said."""

    def __init__(self, reply: Reply) -> None:
        assert reply.problem is not None
        super().__init__(reply.problem)
        self.reply = reply


def _good(reply: Reply, param: str) -> Reply:
    """*reply*, if it has no problem; where what *param* names is not there, that is said."""
    problem = reply.problem
    if problem is None:
        return reply
    if problem.code == MISSING and problem.param == ID:
        reply = replace(reply, problem=replace(problem, param=param))
    raise Told(reply)


Answer = tuple[Object, Reply | None]


# Parts --------------------------------------------------------------------------------------------

_NO_REF: Final = "-"  # of an id that is none: nothing has it


def ref_of(id_: str, prefix: str = INTENT) -> str:
    """What the ids of an intent and its parts share; of what is no such id, what nothing has."""
    parts = parts_of(prefix, id_)
    return parts[0] if parts else _NO_REF


def intent_of(reply: Reply) -> Intent:
    """The intent that *reply* tells of."""
    assert reply.intent is not None
    return reply.intent


async def read_intent(asked: Asked, ref: str, named: str, param: str = ID) -> Intent:
    """How the intent *ref*, asked for as *named* by *param*, stands. Raises Told."""
    return intent_of(await asked.read(ref, named, param=param))


async def read_thing(asked: Asked, kind: str, id_: str) -> Record:
    """How the thing *id_* stands. Raises Told."""
    return thing_of(await asked.read(id_[:ID_MAX], id_[:ID_MAX], kind))


def thing_of(reply: Reply) -> Record:
    """The thing that *reply* tells of."""
    assert reply.thing is not None
    return reply.thing


async def seen_intent(
    asked: Asked, secret: str | None, prefix: str = INTENT, kind: str = INTENTS
) -> Intent:
    """The intent, for whoever has the secret key, or else its client secret."""
    intent = intent_of(await asked.read(ref_of(asked.id, prefix), asked.id, kind))
    if asked.is_public:
        wanted = f"{id_of(prefix, intent.ref)}_secret_{intent.secret}"
        if secret is None or not compare_digest(secret.encode(), wanted.encode()):
            raise unauthorised("The client_secret is not that of the intent", 403)
    return intent


async def part_of_intent(
    asked: Asked, prefix: str, what: str, id_: str, param: str = ID
) -> tuple[Intent, Exchange]:
    """The charge or refund *id_* that *param* names, and the intent that it is of. Raises Fault."""
    parts = parts_of(prefix, id_)
    if parts is not None:
        ref, number = parts
        intent = await read_intent(asked, ref, id_, param)
        if 1 <= number <= len(intent.exchanges):
            exchange = intent.exchange(number)
            if exchange.is_payment if prefix == CHARGE else exchange.asked == "refund":
                return intent, exchange
    raise Fault(missing(what, id_, param))


class Paged(Protocol):
    """Parameters of a list."""

    @property
    def limit(self) -> int | None:
        """How many a page is to have."""
        ...


def limit_of(given: Paged) -> int:
    """How many a page has. Raises Fault."""
    limit = LIMIT if given.limit is None else given.limit
    if not 1 <= limit <= LIMIT_MAX:
        raise bad(f"limit: 1 to {LIMIT_MAX}", "limit", "parameter_invalid_integer")
    return int(limit)


def positive(amount: params.Whole | None, param: str = "amount") -> int | None:
    """*amount* in minor units, if one is given. Raises Fault."""
    if amount is not None and amount < 1:
        raise bad("An amount above zero", param, "parameter_invalid_integer")
    return None if amount is None else int(amount)


def money_of(asked: Asked, amount: params.Whole, code: str) -> tuple[int, str]:
    """The amount in minor units, and the currency in small letters. Raises Fault."""
    try:
        if code != code.lower() and code != code.upper():
            raise FormatError("a currency")
        known = currency(code.upper())
    except FormatError:
        raise bad(f"Invalid currency: {code[:10]}", "currency") from None
    if known.alpha != code.upper():
        raise bad(f"Invalid currency: {code[:10]}", "currency")
    merchant = asked.services.merchants.get(asked.key.merchant)
    if merchant is not None and known.numeric not in merchant.currencies:
        raise bad(f"This merchant takes no {known.alpha}", "currency", "currency_not_supported")
    if amount < 1:
        raise bad("An amount above zero", "amount", "amount_too_small")
    if amount >= 10**AMOUNT_DIGITS_MAX:
        raise bad(f"At most {AMOUNT_DIGITS_MAX} digits", "amount", "amount_too_large")
    return int(amount), known.alpha.lower()
