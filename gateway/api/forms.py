"""Bodies and queries: form-encoded with brackets, or JSON, become one value of texts and tables."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import unquote_to_bytes

import msgspec

from cardswitch.specs.masking import PAN_RUN
from cardswitch.wire.ports import Seconds
from cardswitch.wire.web import body

from ..core.problems import Problem
from .faults import Fault, bad, is_card

if TYPE_CHECKING:
    from starlette.requests import Request

BODY_MAX: Final = 64 * 1024
PAIRS_MAX: Final = 500
LEVELS_MAX: Final = 8
INDEX_MAX: Final = 99
KEY_MAX: Final = 200
VALUE_MAX: Final = 5_000
# Ids by chance, in hexadecimal: one in five hundred has digits that could be a card number.
_RANDOM: Final = re.compile(
    r"\b(?=[0-9-]*[a-f])(?:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{32,})\b", re.I
)
_LONE_PERCENT: Final = re.compile("%(?![0-9a-fA-F]{2})")
_NAME: Final = re.compile(r"[^][]+(?:\[[^][]+\])*(?:\[\])?")  # what most parameters are called
# Where a card number may stand.
_CARDS: Final = ("payment_method_data[card][number]", "card[number]")
_NAMES_KEPT: Final = 1_000  # of parameters, as they came: most come again with every request

Value = dict[str, Any]
Leaf = tuple[str, Any]


async def read_body(request: Request, size_max: int, within: Seconds) -> bytes:
    """The body of *request*, at most *size_max* bytes and whole *within* seconds. Raises Fault."""
    try:
        return await body.read_body(request, size_max, within)
    except body.BodyRefused as refused:
        kind = "invalid_request_error"
        raise Fault(Problem(status=refused.status, type=kind, message=str(refused))) from None


def readable_form(content: bytes) -> Value:
    """What the form of a page says. Raises BodyRefused."""
    try:
        return read_form(content.decode("ascii", "replace"))
    except Fault as fault:
        raise body.BodyRefused(fault.problem.status, str(fault)) from None


def read_form(text: str) -> Value:
    """What a form or a query says; Fault if it breaks a bound, or says two things at one place.

    >>> read_form("amount=5&metadata[a+b]=%C3%BC&expand[]=x&expand[]=y")
    {'amount': '5', 'metadata': {'a b': 'ü'}, 'expand': ['x', 'y']}
    """
    pairs = text.split("&") if text else []
    if len(pairs) > PAIRS_MAX:
        raise bad(f"A request has at most {PAIRS_MAX} parameters")
    root: Value = {}
    for pair in pairs:
        name, _, value = pair.partition("=")
        key, names = _named(name)
        _put(root, key, names, _decoded(value, key))
    settled: Value = _settled(root, "")
    return settled


def read_json(body: bytes) -> Value:
    """What a JSON body says, within the same bounds."""
    try:
        value = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise bad("The body is no JSON that can be read") from None
    if not isinstance(value, dict):
        raise bad("The body must be a JSON object")
    for count, (param, leaf) in enumerate(leaves(value), 1):
        if count > PAIRS_MAX or param.count("[") >= LEVELS_MAX:
            raise bad(f"At most {PAIRS_MAX} values, in {LEVELS_MAX} levels", param[:KEY_MAX])
        if isinstance(leaf, str):
            _check_text(leaf, param)
    return value


def leaves(value: Value) -> list[Leaf]:
    """Every value in *value* that is no table or list, with its place as a form names it.

    >>> leaves({"amount": "5", "metadata": {"a": "b"}, "expand": ["x"]})
    [('amount', '5'), ('metadata[a]', 'b'), ('expand[0]', 'x')]
    """
    found: list[Leaf] = []
    _gather(value.items(), "", found)
    return found


def _gather(inside: Iterable[tuple[Any, Any]], param: str, found: list[Leaf]) -> None:
    for name, inner in inside:
        place = f"{param}[{name}]" if param else name
        if isinstance(inner, dict):
            _gather(inner.items(), place, found)
        elif isinstance(inner, list):
            _gather(enumerate(inner), place, found)
        else:
            found.append((place, inner))


def refuse_stray_cards(said: Iterable[Leaf]) -> None:
    """A card number anywhere in what was *said* but in a card would be kept: Fault."""
    stray = [leaf for leaf in said if leaf[0] not in _CARDS]
    if not PAN_RUN.search("\n".join([f"{param}\n{leaf}" for param, leaf in stray])):
        return  # as nearly always, and without ids by chance there is no more of it
    for param, leaf in stray:
        for text in (param, str(leaf)):
            for run in PAN_RUN.finditer(_RANDOM.sub("*", text)):
                if is_card(run[0]):
                    raise bad(
                        "This looks like a card number, which may stand in a card alone", param
                    )


def _decoded(text: str, param: str) -> str:
    if "%" not in text and "+" not in text:  # as most are
        _check_text(text, param)
        return text
    text = text.replace("+", " ")
    if _LONE_PERCENT.search(text):
        raise bad("A percent sign must be followed by two hexadecimal digits", param or None)
    try:
        decoded = unquote_to_bytes(text).decode("utf-8")
    except UnicodeDecodeError:
        raise bad("Not UTF-8", param or None) from None
    _check_text(decoded, param)
    return decoded


def _check_text(text: str, param: str) -> None:
    if "\0" in text:
        raise bad("A NUL is no text", param or None)
    if len(text) > VALUE_MAX:
        raise bad(f"A value has at most {VALUE_MAX} characters", param or None)


def _put(root: Value, key: str, names: Sequence[str], value: str) -> None:
    """*value* where *names* lead, as *key* says; lists are tables by number until all is read."""
    table = root
    for name in names[:-1]:
        inner = table.setdefault(name, {})
        if not isinstance(inner, dict):
            raise _twice(key)
        table = inner
    last = names[-1]
    if last == "":
        last = str(len(table))
    if last in table:
        raise _twice(key)
    table[last] = value


@lru_cache(maxsize=_NAMES_KEPT)
def _named(text: str) -> tuple[str, tuple[str, ...]]:
    """The parameter that *text* is, decoded, and the names that it is made of. Raises Fault."""
    key = _decoded(text, "")
    if len(key) > KEY_MAX:
        raise bad(f"A parameter's name has at most {KEY_MAX} characters", key[:KEY_MAX])
    return key, tuple(_names(key))


def _names(key: str) -> list[str]:
    if _NAME.fullmatch(key) and key.count("[") < LEVELS_MAX:
        return key.replace("]", "").split("[")
    head, bracket, rest = key.partition("[")
    names = [head]
    if bracket:
        if not rest.endswith("]"):
            raise bad("Brackets must be closed", key)
        names += rest[:-1].split("][")
    if len(names) > LEVELS_MAX:
        raise bad(f"At most {LEVELS_MAX} levels", key)
    if not head or any("[" in name or "]" in name for name in names) or "" in names[:-1]:
        raise bad("A parameter is name, or name[inner], or name[]", key)
    return names


def _twice(key: str) -> Fault:
    return bad("A parameter comes once, and is a value or a table, not both", key)


def _settled(value: Value, param: str) -> Any:
    """Tables whose names are numbers become lists, which have no gaps."""
    for name, inner in value.items():
        if isinstance(inner, dict):
            value[name] = _settled(inner, f"{param}[{name}]" if param else name)
    if not param or not value or not all(_is_index(name) for name in value):
        return value
    if sorted(map(int, value)) != list(range(len(value))) or len(value) > INDEX_MAX + 1:
        raise bad(f"A list counts from 0 without gaps, to {INDEX_MAX} at most", param)
    return [value[str(number)] for number in range(len(value))]


def _is_index(name: str) -> bool:
    return name.isascii() and name.isdigit() and name == str(int(name[:4]))
