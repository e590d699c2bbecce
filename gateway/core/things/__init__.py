"""What a merchant keeps with the gateway beside orders: each a value, replaced by the next.

A file a family: what it holds, and every change of it as a pure function. Nothing here is asked of
the network.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from msgspec import Struct

from cardswitch.wire.ports import Seconds

from .authentications import Authentication
from .customers import Customer
from .disputes import Dispute
from .links import Link
from .methods import Method
from .payouts import DayClosed, Payout
from .sessions import Session
from .tokens import Token

AUTHENTICATIONS: Final = "x.authentication"
Thing = Authentication | Customer | DayClosed | Dispute | Link | Method | Payout | Session | Token
# Of which kind a leg of the journal is, by what it holds; clients call it so too.
KINDS: Final[Mapping[type, str]] = {
    Authentication: AUTHENTICATIONS,
    Customer: "customer",
    DayClosed: "x.batch",
    Dispute: "dispute",
    Link: "payment_link",
    Method: "payment_method",
    Payout: "payout",
    Session: "checkout.session",
    Token: "token",
}


class Record(Struct, frozen=True, kw_only=True):
    """A thing as it stands: whose it is, and its leg of the journal."""

    id: str
    leg: int
    at: Seconds  # when it was made
    merchant: str
    thing: Thing
