"""The parameters of each endpoint, as types: what is not in them is refused, not ignored."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final, Literal, TypeVar

import msgspec
from msgspec import Struct

from ..core.cards import Address, Billing
from .faults import Fault, bad
from .forms import Value

P = TypeVar("P", bound=Struct)
ALL_WITHOUT: Final = ("amount", "amount_to_capture")  # left out, they are all there is
METADATA_MAX: Final = 50
METADATA_NAME_MAX: Final = 40
METADATA_VALUE_MAX: Final = 500
_DIGITS_MAX: Final = 18
_BRACKET: Final = re.compile(r"\[(\d+)\]")
_NAMED: Final = re.compile("`([^`]*)`")


class Whole(int):
    """An integer, in JSON or as digits."""


class Probe(dict[str, Any]):
    """Given instead of parameters, to learn which type is read from them."""


class Probed(Exception):
    """*kind* is read."""

    def __init__(self, kind: type[Struct]) -> None:
        super().__init__(kind.__name__)
        self.kind = kind


class AddressParams(Address, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Where the cardholder lives."""


class BillingParams(Billing, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Who the cardholder is."""

    address: AddressParams = AddressParams()


class CardParams(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A card in clear, or a token: from here it goes into the vault, its CVC into one send."""

    number: str | None = None
    exp_month: Whole | None = None
    exp_year: Whole | None = None
    cvc: str | None = None
    token: str | None = None

    def __repr__(self) -> str:
        return "<card>"


class MethodParams(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """How is paid."""

    type: Literal["card"]
    card: CardParams
    metadata: dict[str, str] = {}
    billing_details: BillingParams = BillingParams()


class AutomaticMethods(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Cards are all there is: it is taken either way."""

    enabled: bool
    allow_redirects: Literal["always", "never"] = "always"


class ConfirmParams(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Ask for the money."""

    payment_method: str | None = None
    payment_method_data: MethodParams | None = None
    client_secret: str | None = None
    return_url: str | None = None
    off_session: bool = False


class CreateParams(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A new intent."""

    amount: Whole
    currency: str
    confirm: bool = False
    payment_method: str | None = None
    payment_method_data: MethodParams | None = None
    confirmation_method: Literal["automatic", "manual"] = "automatic"
    payment_method_types: tuple[Literal["card"], ...] = ("card",)
    automatic_payment_methods: AutomaticMethods | None = None
    description: str | None = None
    metadata: dict[str, str] = {}
    receipt_email: str | None = None
    statement_descriptor: str | None = None
    statement_descriptor_suffix: str | None = None
    return_url: str | None = None
    off_session: bool = False


class CancelParams(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Let there be no payment."""

    cancellation_reason: (
        Literal["duplicate", "fraudulent", "requested_by_customer", "abandoned"] | None
    ) = None


class RefundParams(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Give back."""

    payment_intent: str | None = None
    charge: str | None = None
    amount: Whole | None = None
    reason: Literal["duplicate", "fraudulent", "requested_by_customer"] | None = None
    metadata: dict[str, str] = {}


class NoParams(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Nothing but an id in the path."""


class ReadParams(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One object."""

    client_secret: str | None = None


class CreatedParams(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Between which seconds something was made."""

    gt: Whole | None = None
    gte: Whole | None = None
    lt: Whole | None = None
    lte: Whole | None = None


class ListParams(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A page of a list, newest first."""

    limit: Whole | None = None
    starting_after: str | None = None
    ending_before: str | None = None
    created: CreatedParams = CreatedParams()


def read(kind: type[P], value: Value, *, unsets: bool = False) -> P:
    """*value* as a *kind*. Raises Fault, naming the parameter.

    An empty text is one left out, or if it *unsets*, none; but no amount that would be all of it.
    """
    if isinstance(value, Probe):
        raise Probed(kind)
    if issubclass(kind, ListParams):
        value = _at_one_second(value)
    for name in ALL_WITHOUT:
        if value.get(name) == "" and _may_be_left_out(kind, name):
            text = f"{name} is empty: give an amount, or leave it out for all there is"
            raise bad(text, name, "parameter_invalid_empty")
    try:
        params = msgspec.convert(_given(value, unsets), kind, strict=False, dec_hook=_hook)
    except msgspec.ValidationError as error:
        raise _fault(str(error)) from None
    if not unsets:
        check_metadata(getattr(params, "metadata", {}))
    return params


def _may_be_left_out(kind: type[Struct], name: str) -> bool:
    fields = msgspec.structs.fields(kind)
    return any(field.name == name and not field.required for field in fields)


def merged(known: Mapping[str, str], given: Mapping[str, str | None] | None) -> Mapping[str, str]:
    """Metadata *known*, and what is *given* anew; None takes a name out, or all. Raises Fault."""
    if given is None:
        return {}
    then = {name: value for name, value in {**known, **given}.items() if value is not None}
    check_metadata(then)
    return then


def _at_one_second(value: Value) -> Value:
    """*value*, whose `created` may be one second in place of a range."""
    at = value.get("created")
    if at is None or isinstance(at, dict):
        return value
    return {**value, "created": {"gte": at, "lte": at}}


def _given(value: Any, unsets: bool) -> Any:
    """*value* without its empty texts, or with None for them."""
    if isinstance(value, dict):
        named = {
            name: inner if inner and type(inner) is str else _given(inner, unsets)
            for name, inner in value.items()
        }
        return named if unsets else {name: x for name, x in named.items() if x is not None}
    if isinstance(value, list):
        return [_given(inner, unsets) for inner in value]
    return None if value == "" else value


def _hook(kind: type, value: Any) -> Any:
    assert kind is Whole
    if type(value) is int:
        return Whole(value)
    if isinstance(value, str):
        digits = value.removeprefix("-")
        if digits.isascii() and digits.isdigit() and len(digits) <= _DIGITS_MAX:
            return Whole(value)
    raise ValueError("Invalid integer")


def _fault(text: str) -> Fault:
    said, _, place = text.partition(" - at `")
    param = _param(place.rstrip("`"))
    named = _NAMED.search(said)
    if said.startswith("Object contains unknown"):
        name = _inner(param, named[1] if named else "")
        return bad(f"Received unknown parameter: {name}", name, "parameter_unknown")
    if said.startswith("Object missing"):
        name = _inner(param, named[1] if named else "")
        return bad(f"Missing required param: {name}", name, "parameter_missing")
    code = "parameter_invalid_integer" if said == "Invalid integer" else None
    return bad(f"{param}: {said}", param, code)


def _param(place: str) -> str:
    """``$.a.b[0]`` as a form names it: ``a[b][0]``."""
    first, *others = place.removeprefix("$").removeprefix(".").split(".")
    return first + "".join(
        f"[{name.partition('[')[0]}]" + "".join(f"[{n}]" for n in _BRACKET.findall(name))
        for name in others
    )


def _inner(param: str, name: str) -> str:
    return f"{param}[{name}]" if param else name


def check_metadata(metadata: Mapping[str, str]) -> None:
    """Raise Fault if there is too much of it."""
    if len(metadata) > METADATA_MAX:
        raise bad(f"At most {METADATA_MAX} keys", "metadata")
    for name, value in metadata.items():
        if len(name) > METADATA_NAME_MAX or "[" in name or "]" in name:
            raise bad(f"A key has at most {METADATA_NAME_MAX} characters, no brackets", "metadata")
        if len(value) > METADATA_VALUE_MAX:
            raise bad(f"A value has at most {METADATA_VALUE_MAX} characters", f"metadata[{name}]")
