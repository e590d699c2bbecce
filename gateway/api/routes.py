"""The table of routes: a line for each call of the API."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Final

from msgspec import Struct

from .endpoints import Answer, Asked
from .families import (
    charges,
    customers,
    disputes,
    exceptions,
    intents,
    links,
    methods,
    money,
    sessions,
    setups,
    transactions,
    webhooks,
)

Endpoint = Callable[[Asked], Awaitable[Answer]]


class Line(Struct, frozen=True, kw_only=True):
    """A row of the table of routes; *is_public*: browsers may ask.

    *kind* is what it answers with, or lists: what of it can be expanded.
    """

    method: str
    path: str
    endpoint: Endpoint
    kind: str = ""
    is_public: bool = False
    is_list: bool = False


def _family(path: str, kind: str, **calls: Endpoint) -> tuple[Line, ...]:
    """The lines of one kind of object: *calls* by what they do, as most have them."""
    one = f"{path}/{{id}}"
    known = {
        "create": ("POST", path),
        "list_all": ("GET", path),
        "retrieve": ("GET", one),
        "update": ("POST", one),
        "delete": ("DELETE", one),
    }
    return tuple(
        _line(*known.get(name, ("POST", f"{one}/{name}")), kind, call, name == "list_all")
        for name, call in calls.items()
    )


def _line(method: str, path: str, kind: str, endpoint: Endpoint, is_list: bool = False) -> Line:
    is_public = (method, path) in _PUBLIC
    return Line(
        method=method,
        path=path,
        endpoint=endpoint,
        kind=kind,
        is_public=is_public,
        is_list=is_list,
    )


_PI, _SETI, _PM = "/v1/payment_intents", "/v1/setup_intents", "/v1/payment_methods"
_PUBLIC: Final = {
    ("POST", "/v1/tokens"),
    ("POST", _PM),
    ("GET", f"{_PI}/{{id}}"),
    ("POST", f"{_PI}/{{id}}/confirm"),
    ("GET", f"{_SETI}/{{id}}"),
    ("POST", f"{_SETI}/{{id}}/confirm"),
}
_OWN: Final = "/v1/customers/{id}/payment_methods"
ROUTES: Final = (
    *_family(
        _PI,
        "payment_intent",
        create=intents.create_intent,
        list_all=intents.list_intents,
        retrieve=intents.retrieve_intent,
        update=intents.update_intent,
        confirm=intents.confirm_intent,
        capture=intents.capture_intent,
        cancel=intents.cancel_intent,
        increment_authorization=intents.increment_intent,
    ),
    *_family(
        _SETI,
        "setup_intent",
        create=setups.create_setup,
        list_all=setups.list_setups,
        retrieve=setups.retrieve_setup,
        confirm=setups.confirm_setup,
        cancel=setups.cancel_setup,
    ),
    *_family(
        "/v1/charges",
        "charge",
        list_all=charges.list_charges,
        retrieve=charges.retrieve_charge,
        capture=charges.capture_charge,
    ),
    *_family(
        "/v1/refunds",
        "refund",
        create=charges.create_refund,
        list_all=charges.list_refunds,
        retrieve=charges.retrieve_refund,
    ),
    *_family("/v1/tokens", "token", create=methods.create_token, retrieve=methods.retrieve_token),
    *_family(
        _PM,
        "payment_method",
        create=methods.create_method,
        list_all=methods.list_methods,
        retrieve=methods.retrieve_method,
        update=methods.update_method,
        attach=methods.attach_method,
        detach=methods.detach_method,
    ),
    *_family(
        "/v1/customers",
        "customer",
        create=customers.create_customer,
        list_all=customers.list_customers,
        retrieve=customers.retrieve_customer,
        update=customers.update_customer,
        delete=customers.delete_customer,
    ),
    _line("GET", _OWN, "payment_method", customers.list_customer_methods, True),
    _line("GET", f"{_OWN}/{{second}}", "payment_method", customers.retrieve_customer_method),
    *_family(
        "/v1/checkout/sessions",
        "checkout.session",
        create=sessions.create_session,
        list_all=sessions.list_sessions,
        retrieve=sessions.retrieve_session,
        expire=sessions.expire_session,
    ),
    _line("GET", "/v1/checkout/sessions/{id}/line_items", "item", sessions.list_items, True),
    *_family(
        links.URL,
        "payment_link",
        create=links.create_link,
        list_all=links.list_links,
        retrieve=links.retrieve_link,
        update=links.update_link,
    ),
    *_family(
        "/v1/disputes",
        "dispute",
        list_all=disputes.list_disputes,
        retrieve=disputes.retrieve_dispute,
        update=disputes.update_dispute,
        close=disputes.close_dispute,
    ),
    _line("GET", "/v1/balance", "balance", money.retrieve_balance),
    *_family(money.URL, "payout", list_all=money.list_payouts, retrieve=money.retrieve_payout),
    *_family(
        transactions.URL,
        "balance_transaction",
        list_all=transactions.list_transactions,
        retrieve=transactions.retrieve_transaction,
    ),
    *_family("/v1/test_helpers/charges", "dispute", dispute=disputes.open_dispute),
    *_family("/v1/test_helpers/disputes", "dispute", decide=disputes.decide_dispute),
    *_family(
        "/v1/webhook_endpoints",
        "webhook_endpoint",
        create=webhooks.create_endpoint,
        list_all=webhooks.list_endpoints,
        retrieve=webhooks.retrieve_endpoint,
        update=webhooks.update_endpoint,
        delete=webhooks.delete_endpoint,
    ),
    *_family("/v1/x/webhook_endpoints", "webhook_endpoint", roll=webhooks.roll_endpoint),
    *_family(
        "/v1/events", "event", list_all=webhooks.list_events, retrieve=webhooks.retrieve_event
    ),
    *_family("/v1/x/events", "event", resend=webhooks.resend_event),
    *_family(
        "/v1/x/exceptions",
        "x.exception",
        list_all=exceptions.list_exceptions,
        resolve=exceptions.resolve_exception,
    ),
    *_family("/v1/x/trace", "x.trace", retrieve=exceptions.tell_trace),
)


class Found(Struct, frozen=True):
    """The line of a request, and the ids in its path; without a line, why there is none."""

    line: Line | None
    ids: Mapping[str, str] = {}
    status: int = 200


class Routing:
    """Finds the line of a request by its path at once, however many *lines* there are."""

    def __init__(self, lines: Sequence[Line]) -> None:
        self._exact: dict[str, dict[str, Line]] = {}  # paths without an id, then methods
        self._common: dict[str, dict[str, Line]] = {}  # paths less their ids
        self._shapes: dict[int, list[_Shape]] = {}  # of those, by the number of pieces
        for line in lines:
            pieces = line.path.split("/")
            shape = [(n, piece[1:-1]) for n, piece in enumerate(pieces) if piece[:1] == "{"]
            if not shape:
                self._exact.setdefault(line.path, {})[line.method] = line
                continue
            self._common.setdefault(_common(pieces, shape), {})[line.method] = line
            shapes = self._shapes.setdefault(len(pieces), [])
            if shape not in shapes:
                shapes.append(shape)

    def find(self, method: str, path: str) -> Found:
        """Where *path* leads. A name that is written out is no id."""
        lines, ids = self._exact.get(path), _NO_IDS
        if lines is None:
            lines, ids = self._with_ids(path.split("/"))
        if lines is None:
            return Found(None, status=404)
        line = lines.get("GET" if method == "HEAD" else method)
        return Found(line, ids, 200 if line is not None else 405)

    def _with_ids(self, pieces: Sequence[str]) -> tuple[dict[str, Line] | None, _Ids]:
        for shape in self._shapes.get(len(pieces), ()):
            lines = self._common.get(_common(pieces, shape))
            ids = {name: pieces[n] for n, name in shape}
            if lines is not None and all(ids.values()):
                return lines, ids
        return None, _NO_IDS


_Ids = Mapping[str, str]
_NO_IDS: Final[_Ids] = {}
_Shape = Sequence[tuple[int, str]]  # where in a path an id stands, and what it is called


def _common(pieces: Sequence[str], variables: _Shape) -> str:
    """The path of *pieces* without its ids."""
    rest = list(pieces)
    for n, _ in variables:
        rest[n] = "{}"
    return "/".join(rest)
