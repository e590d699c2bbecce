"""Makes the document: a path for each route, its parameters as they are read, its answers."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

from msgspec import Struct, json
from msgspec.json import schema_components

from ..endpoints import Asked
from ..expanding import FIELDS
from ..keys import ApiKey
from ..params import Probe, Probed, Whole
from ..routes import ROUTES, Line
from . import shapes

REFERENCE: Final = "#/components/schemas/{name}"
SHAPES: Final[Mapping[str, type[Struct]]] = {
    "payment_intent": shapes.PaymentIntent,
    "charge": shapes.Charge,
    "refund": shapes.Refund,
    "checkout.session": shapes.CheckoutSession,
    "payment_link": shapes.PaymentLink,
    "dispute": shapes.Dispute,
    "balance": shapes.Balance,
    "balance_transaction": shapes.BalanceTransaction,
    "payout": shapes.Payout,
    "event": shapes.Event,
    "webhook_endpoint": shapes.WebhookEndpoint,
    "x.exception": shapes.ExceptionLeft,
    "x.trace": shapes.Trace,
}
_FORM, _JSON = "application/x-www-form-urlencoded", "application/json"
_FAILURES: Final = {
    "400": "The request is wrong.",
    "401": "Nobody with this key.",
    "402": "The card was declined.",
    "403": "This key may not.",
    "404": "No such object.",
    "408": "The request was not whole in time.",
    "409": "It is being worked on: try again.",
    "413": "The body is too long.",
    "500": "The gateway failed.",
    "501": "What was asked for is nowhere that this gateway can see.",
    "503": "Nothing was done: try again.",
}
_NOBODY: Final = ApiKey(id="", kind="secret", merchant="", hash="", hint="", created=0)
_VARIABLE: Final = re.compile(r"\{(\w+)\}")


def document() -> dict[str, Any]:
    """The whole of it."""
    takes = {line: params_of(line) for line in ROUTES}
    kinds = [*dict.fromkeys(takes.values()), *dict.fromkeys(map(_shape, ROUTES)), shapes.Failure]
    references, components = schema_components(kinds, schema_hook=_whole, ref_template=REFERENCE)
    known = dict(zip(kinds, references, strict=True))
    paths: dict[str, dict[str, Any]] = {}
    for line, kind in takes.items():
        schema = components[known[kind]["$ref"].rpartition("/")[2]]
        operation = _operation(line, schema, known[kind], known)
        paths.setdefault(line.path, {})[line.method.lower()] = operation
    return {
        "openapi": "3.1.0",
        "info": {"title": "cardswitch gateway", "version": "1"},
        "servers": [{"url": "https://127.0.0.1:7108"}],
        "security": [{"bearer": []}, {"basic": []}],
        "paths": paths,
        "components": {
            "schemas": components,
            "securitySchemes": {
                "bearer": {"type": "http", "scheme": "bearer"},
                "basic": {"type": "http", "scheme": "basic"},
            },
        },
    }


def document_text() -> str:
    """The same as it is checked in: a line for each path and each schema."""
    whole = document()
    components, paths = whole.pop("components"), whole.pop("paths")
    schemes = json.encode(components["securitySchemes"]).decode()
    parts = f'"securitySchemes":{schemes},"schemas":{_lines(components["schemas"])}'
    head = json.encode(whole).decode().removesuffix("}")
    return f'{head},"components":{{{parts}}},"paths":{_lines(paths)}}}\n'


def _lines(told: Mapping[str, Any]) -> str:
    lines = (f'"{name}":{json.encode(told[name], order="sorted").decode()}' for name in told)
    return "{\n" + ",\n".join(lines) + "\n}"


def params_of(line: Line) -> type[Struct]:
    """The type that the endpoint of *line* reads: asked of the endpoint itself."""
    services: Any = None
    asked = Asked(services=services, key=_NOBODY, id="", value=Probe())
    try:
        endpoint: Any = line.endpoint(asked)
        endpoint.send(None)
    except Probed as told:
        return told.kind
    raise AssertionError(f"{line.method} {line.path} reads no parameters first")


def _operation(
    line: Line, schema: Mapping[str, Any], reference: Any, known: Mapping[Any, Any]
) -> dict[str, Any]:
    parameters = [_path_parameter(name) for name in _VARIABLE.findall(line.path)]
    told = {
        "operationId": line.endpoint.__name__,
        "summary": (line.endpoint.__doc__ or "").partition("\n")[0],
        "responses": _responses(line, known),
    }
    if line.method in ("GET", "DELETE"):
        query = _query({**schema["properties"], **_expand(line)})
        return {**told, "parameters": [*parameters, *query]}
    styles = {name: {"style": "deepObject", "explode": True} for name in schema["properties"]}
    content = {_JSON: {"schema": reference}, _FORM: {"schema": reference, "encoding": styles}}
    is_required = bool(schema.get("required"))
    body = {"required": is_required, "content": content}
    return {**told, "parameters": [*parameters, _IDEMPOTENCY], "requestBody": body}


def _expand(line: Line) -> dict[str, Any]:
    """Of an object that has ids of others: which are to be shown instead of their ids."""
    paths = [f"data.{name}" if line.is_list else name for name in FIELDS.get(line.kind, ())]
    return {"expand": {"type": "array", "items": {"enum": paths}}} if paths else {}


_IDEMPOTENCY: Final = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[ -~]+$"},
}


def _path_parameter(name: str) -> dict[str, Any]:
    schema = {"type": "string", "minLength": 1, "pattern": "^[A-Za-z0-9_]+$"}
    return {"name": name, "in": "path", "required": True, "schema": schema}


def _query(properties: Mapping[str, Any]) -> Iterable[dict[str, Any]]:
    for name, schema in properties.items():
        told = {"in": "query", "required": False, "schema": schema}
        if schema.get("type") == "array":
            yield {**told, "name": f"{name}[]", "style": "form", "explode": True}
        elif "$ref" in schema or "allOf" in schema or ("anyOf" in schema and "$ref" in str(schema)):
            yield {**told, "name": name, "style": "deepObject", "explode": True}
        else:
            yield {**told, "name": name}


def _responses(line: Line, known: Mapping[Any, Any]) -> dict[str, Any]:
    one = known[_shape(line)]
    if line.is_list:
        properties = {
            "object": {"const": "list"},
            "url": {"type": "string"},
            "data": {"type": "array", "items": one},
            "has_more": {"type": "boolean"},
        }
        one = {"type": "object", "properties": properties, "required": [*properties]}
    failure = {_JSON: {"schema": known[shapes.Failure]}}
    told = {status: {"description": text, "content": failure} for status, text in _FAILURES.items()}
    return {"200": {"description": "Done.", "content": {_JSON: {"schema": one}}}, **told}


def _shape(line: Line) -> type[Struct]:
    if line.method == "DELETE":
        return shapes.Deleted
    return SHAPES.get(line.kind, shapes.Undescribed)


def _whole(kind: type) -> dict[str, Any]:
    assert kind is Whole
    return {"type": "integer", "minimum": -(10**18) + 1, "maximum": 10**18 - 1}
