"""What `expand[]` asks for: an id is replaced by its object, level by level."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

from .faults import bad
from .objects import Object

LEVELS_MAX: Final = 4
PATHS_MAX: Final = 20
_DATA: Final = "data."
# By the kind of an object, which of its fields hold the id of another, and of which kind.
FIELDS: Final[Mapping[str, Mapping[str, str]]] = {
    "payment_intent": {
        "customer": "customer",
        "latest_charge": "charge",
        "payment_method": "payment_method",
    },
    "setup_intent": {"customer": "customer", "payment_method": "payment_method"},
    "charge": {
        "balance_transaction": "balance_transaction",
        "customer": "customer",
        "payment_intent": "payment_intent",
    },
    "checkout.session": {
        "customer": "customer",
        "line_items": "line_items",
        "payment_intent": "payment_intent",
        "setup_intent": "setup_intent",
    },
    "dispute": {"charge": "charge", "payment_intent": "payment_intent"},
    "payout": {
        "balance_transaction": "balance_transaction",
        "failure_balance_transaction": "balance_transaction",
    },
    "refund": {
        "balance_transaction": "balance_transaction",
        "charge": "charge",
        "payment_intent": "payment_intent",
    },
    "payment_method": {"customer": "customer"},
    "customer": {"invoice_settings.default_payment_method": "payment_method"},
}
# Which of them are shown where they are asked for alone, loaded by the id of the object itself.
INCLUDED: Final[Mapping[str, frozenset[str]]] = {"checkout.session": frozenset(["line_items"])}

Load = Callable[[str, str], Awaitable[Object]]  # of a kind, by its id


def paths_of(kind: str, asked: Any, *, is_list: bool = False) -> tuple[str, ...]:
    """The paths that are *asked* for, all of which an object of *kind* has. Raises Fault."""
    if asked is None or asked == "":
        return ()
    texts = asked if isinstance(asked, list) else [asked]
    if not all(isinstance(text, str) for text in texts) or not isinstance(asked, list):
        raise bad("A list of properties: expand[]=…", "expand")
    if len(texts) > PATHS_MAX:
        raise bad(f"At most {PATHS_MAX} properties are expanded", "expand")
    for text in texts:
        path = text.removeprefix(_DATA) if is_list else text
        if (is_list and path == text) or not _is_known(kind, path):
            raise bad(f"This property cannot be expanded: {text[:200]}", "expand")
    return tuple(text.removeprefix(_DATA) if is_list else text for text in texts)


async def expanded(load: Load, kind: str, shown: Object, paths: tuple[str, ...]) -> Object:
    """*shown*, an object of *kind*, with objects for the ids at *paths*."""
    for path in sorted(paths):  # What is deeper comes later.
        inner, at = shown, kind
        for name, field in _steps(kind, path):
            holder, owner = inner, at
            for part in name.split(".")[:-1]:
                holder = holder.get(part) or {}
            last, at = name.rpartition(".")[2], field
            if name in INCLUDED.get(owner, ()):
                holder.setdefault(name, holder["id"])
            if holder.get(last) is None:  # Of what was deleted there is little.
                break
            if isinstance(holder[last], str):
                holder[last] = await load(at, holder[last])
            inner = holder[last]
    return shown


def _steps(kind: str, path: str) -> list[tuple[str, str]]:
    """The fields on the way of *path*, each with the kind that it leads to, if all are there."""
    steps: list[tuple[str, str]] = []
    while path:
        fields = FIELDS.get(kind, {})
        name = next((n for n in fields if path == n or path.startswith(f"{n}.")), None)
        if name is None:
            return []
        kind, path = fields[name], path[len(name) + 1 :]
        steps.append((name, kind))
    return steps


def _is_known(kind: str, path: str) -> bool:
    return not path.endswith(".") and 1 <= len(_steps(kind, path)) <= LEVELS_MAX
