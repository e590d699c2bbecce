"""The API as an application: its routes, who may ask, and the JSON that every answer is."""

from __future__ import annotations

import binascii
from base64 import b64decode
from collections.abc import Callable, Mapping, Sequence
from hashlib import sha256
from math import ceil
from typing import Any, Final

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from cardswitch.specs.errors import CryptoError
from cardswitch.wire.ports import Seconds
from cardswitch.wire.web.rates import Rate
from cardswitch.wire.web.safety import address_of, headers_of

from ..core.calls import Origin
from ..core.ids import CHARGE, id_of
from ..core.problems import Problem, too_many
from .endpoints import Asked, Services, Told
from .expanding import expanded, paths_of
from .families.loading import loader
from .faults import Fault, bad, error_object, unauthorised
from .forms import (
    BODY_MAX,
    Leaf,
    Value,
    leaves,
    read_body,
    read_form,
    read_json,
    refuse_stray_cards,
)
from .ids import REQUEST, new_id
from .keys import ApiKey, KeyFile
from .objects import intent_object, opened
from .routes import ROUTES, Line, Routing

IDEMPOTENCY_MAX: Final = 255
REQUEST_ID: Final = "Request-Id"
_JSON: Final = "application/json"
_FORM: Final = "application/x-www-form-urlencoded"
_HEADERS: Final = ((b"content-type", _JSON.encode()), (b"cache-control", b"no-store"))
_SECRETS: Final = ("[card][number]", "[card][cvc]")
_encode: Final = msgspec.json.Encoder().encode
_sorted: Final = msgspec.json.Encoder(order="sorted").encode

Note = Callable[[str, str], None]


class Api:
    """Answers requests. *note* is told of what must not happen, and of nothing secret."""

    def __init__(
        self,
        services: Services,
        keys: KeyFile,
        request_s: Seconds,
        note: Note,
        rates: tuple[Rate, Rate] | None = None,
    ) -> None:
        """*rates*: of addresses and of keys."""
        self._services = services
        self._keys = keys
        self._request_s = request_s
        self._note = note
        self._rates = rates
        self._routing = Routing(ROUTES)

    async def app(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer one request, as ASGI has it."""
        response = await self._answer(Request(scope, receive))
        await response(scope, receive, send)

    async def _answer(self, request: Request) -> Response:
        id_, method, path = new_id(REQUEST), request.method, request.scope["path"]
        found = self._routing.find(method, path)
        line = found.line
        if line is None:
            text = f"Unrecognized request URL ({method}: {path[:200]})"
            kind = "invalid_request_error"
            return respond(Problem(status=found.status, type=kind, message=text), request=id_)
        try:
            asked = await self._asked(request, line, found.ids, id_)
            return await self._done(line, asked, id_)
        except Told as told:
            return self._told(told, id_)
        except Fault as fault:
            return respond(fault.problem, request=id_)
        except Exception as error:
            self._note("api_failed", f"{line.method} {line.path}: {type(error).__name__}")
            text = "The gateway failed; whether it was done is not known"
            problem = Problem(status=500, type="api_error", message=text)
            return respond(problem, request=id_)

    async def _done(self, line: Line, asked: Asked, id_: str) -> Response:
        paths = paths_of(line.kind, asked.value.pop("expand", None), is_list=line.is_list)
        shown, reply = await line.endpoint(asked)
        if paths and line.is_list:
            data = [opened(each) for each in shown["data"]]
            shown["data"] = [await expanded(loader(asked), line.kind, each, paths) for each in data]
        elif paths:
            await expanded(loader(asked), line.kind, shown, paths)
        is_replayed = reply is not None and reply.is_replayed
        headers = {"Idempotent-Replayed": "true"} if is_replayed else {}
        return _response(200, shown, {REQUEST_ID: id_, **headers})

    def _told(self, told: Told, id_: str) -> Response:
        reply, problem = told.reply, told.problem
        shown = intent_object(reply.intent) if reply.intent is not None else None
        charge = None
        if reply.intent is not None and problem.number and not reply.intent.is_setup:
            charge = id_of(CHARGE, reply.intent.ref, problem.number)
        return respond(problem, shown, charge, request=id_, is_replayed=reply.is_replayed)

    async def _asked(self, request: Request, line: Line, ids: Mapping[str, str], id_: str) -> Asked:
        came, path = self._services.now(), request.scope["path"]
        headers = headers_of(request)
        self._hold_back(0, address_of(request))
        key = self._authorised(_text(headers, b"authorization"), line)
        self._hold_back(1, key.id)
        value = await self._value(request, headers)
        said = leaves(value)
        idempotency = _text(headers, b"idempotency-key") if line.method == "POST" else ""
        if idempotency and not (
            len(idempotency) <= IDEMPOTENCY_MAX
            and idempotency.isascii()
            and idempotency.isprintable()
        ):
            text = f"Idempotency-Key: 1 to {IDEMPOTENCY_MAX} printable characters"
            raise bad(text)
        refuse_stray_cards([*said, ("Idempotency-Key", idempotency)])
        origin = Origin(
            request=id_,
            method=line.method,
            path=path,
            came=came,
            key=idempotency,
        )
        return Asked(
            services=self._services,
            key=key,
            id=ids.get("id", ""),
            second=ids.get("second", ""),
            value=value,
            idempotency=_hash(f"{key.merchant}|{idempotency}") if idempotency else "",
            digest=self._digest(line.method, path, said) if idempotency else "",
            version=_text(headers, b"stripe-version"),
            origin=origin,
        )

    def _hold_back(self, which: int, who: str) -> None:
        """Refuse one request of too many. Raises Fault."""
        wait = self._rates[which].take(who) if self._rates is not None else 0.0
        if wait:
            raise Fault(too_many(wait))

    def _authorised(self, header: str, line: Line) -> ApiKey:
        text = _key_in(header)
        if not text:
            raise unauthorised("Give an API key: Authorization: Bearer sk_test_…")
        key = self._keys.find(text, self._services.now())
        if key is None:
            raise unauthorised("Invalid API key: `cardswitch gateway keys list` shows all")
        if key.kind == "publishable" and not line.is_public:
            text = "This call takes a secret key, and never one that browsers know"
            raise unauthorised(text, 403, "secret_key_required")
        return key

    async def _value(self, request: Request, headers: Mapping[bytes, bytes]) -> Value:
        query: bytes = request.scope["query_string"]
        if request.method in ("GET", "DELETE"):
            return _form_in(query)
        if query:
            raise bad("Parameters of a POST stand in its body")
        body = await read_body(request, BODY_MAX, self._request_s)
        kind = (_text(headers, b"content-type") or _FORM).partition(";")[0].strip().lower()
        if kind == _JSON:
            return read_json(body)
        if kind != _FORM and body:
            raise bad(f"Content-Type: expected {_FORM} or {_JSON}")
        return _form_in(body)

    def _digest(self, method: str, path: str, said: Sequence[Leaf]) -> str:
        """The same for the same request; of a card there is nothing in it that can be undone."""
        return _hash(f"{method} {path} {self._safe(said)}")

    def _safe(self, said: Sequence[Leaf]) -> str:
        told = dict(said)
        for param, leaf in said:
            if param.endswith(_SECRETS) and isinstance(leaf, str):
                try:
                    told[param] = self._services.vault.fingerprint(leaf)
                except CryptoError:
                    told[param] = "no digits"  # It is refused before it is kept.
        return _sorted(told).decode()


def respond(
    problem: Problem,
    intent: dict[str, Any] | None = None,
    charge: str | None = None,
    *,
    request: str,
    is_replayed: bool = False,
) -> Response:
    """The answer that *problem* is to the request with the id *request*."""
    headers = {REQUEST_ID: request}
    if is_replayed:
        headers["Idempotent-Replayed"] = "true"
    if problem.is_retried is not None:
        headers["Stripe-Should-Retry"] = "true" if problem.is_retried else "false"
    if problem.wait_s:
        headers["Retry-After"] = str(ceil(problem.wait_s))
    if problem.status == 401:
        headers["WWW-Authenticate"] = 'Bearer realm="gateway"'
    return _response(problem.status, error_object(problem, intent, charge), headers)


class _Answer(Response):
    """JSON that is made once: all that Starlette would look for in its headers is known."""

    def __init__(self, status: int, body: bytes, headers: Mapping[str, str]) -> None:
        self.status_code = status
        self.body = body
        self.background = None
        self.raw_headers = [
            *_HEADERS,
            (b"content-length", b"%d" % len(body)),
            *[(name.lower().encode(), value.encode("latin-1")) for name, value in headers.items()],
        ]

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Send it, as ASGI has it."""
        start = {"status": self.status_code, "headers": self.raw_headers}
        await send({"type": "http.response.start", **start})
        await send({"type": "http.response.body", "body": self.body})


def _response(status: int, shown: Any, headers: Mapping[str, str]) -> Response:
    return _Answer(status, _encode(shown), headers)


def _form_in(body: bytes) -> Value:
    try:
        return read_form(body.decode("ascii"))
    except UnicodeDecodeError:
        raise bad("A form is ASCII, and all else in it is percent-encoded") from None


def _text(headers: Mapping[bytes, bytes], name: bytes) -> str:
    return headers.get(name, b"").decode("latin-1")


def _key_in(header: str) -> str:
    """The key that an Authorization header gives: as Bearer, or as the user of Basic."""
    scheme, _, rest = header.partition(" ")
    if scheme.lower() == "bearer":
        return rest.strip()
    if scheme.lower() == "basic":
        try:
            return b64decode(rest.strip(), validate=True).decode("ascii").partition(":")[0]
        except (binascii.Error, UnicodeDecodeError):
            return ""
    return ""


def _hash(text: str) -> str:
    return sha256(text.encode()).hexdigest()
