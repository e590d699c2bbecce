"""Hands requests on to the node that leads, and its answers back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import httpx
from starlette.requests import Request
from starlette.responses import Response

from cardswitch.wire.driver.tls import client_tls
from cardswitch.wire.operator.addresses import Address
from cardswitch.wire.ports import Seconds
from cardswitch.wire.web.safety import headers_for

from ..api.app import respond
from ..api.faults import Fault
from ..api.forms import BODY_MAX, read_body
from ..api.ids import REQUEST, new_id
from ..core.problems import Problem, away

WITHIN_S: Final[Seconds] = 4.8  # Whoever asked has an answer within five.
AT_ONCE: Final = 200
PASSED: Final = "x-passed-on"  # by a node that does not lead: nobody passes it on once more
# What belongs to one connection and is not handed on.
_HOP: Final = frozenset(
    {"connection", "keep-alive", "transfer-encoding", "te", "trailer", "upgrade", "content-length"}
)
AGAIN_S: Final = 2  # when a browser may look again
_AWAY: Final = "This page cannot be shown at this moment. Nothing was paid by it: open it again.\n"
_NOBODY: Final = "Nobody leads at this moment: ask again with the same idempotency key"


class Forward:
    """An application that asks the node at *other*, there at *port*. Raises ConfigError.

    *refused* is what is answered where the other cannot be asked.
    """

    def __init__(
        self,
        other: Address,
        port: int,
        request_s: Seconds,
        refused: Callable[[Problem], Response],
    ) -> None:
        tls = client_tls(other, "gateway.other.tls_")
        self._refused = refused
        limits = httpx.Limits(max_connections=AT_ONCE, max_keepalive_connections=AT_ONCE)
        self._client = httpx.AsyncClient(
            base_url=f"https://{other.host}:{port}",
            verify=tls.context if tls is not None else True,
            trust_env=False,
            follow_redirects=False,
            limits=limits,
            timeout=WITHIN_S,
        )
        self._request_s = request_s

    async def app(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer one request."""
        response = await self._answer(Request(scope, receive))
        await response(scope, receive, send)

    async def close(self) -> None:
        """Let go of connections."""
        await self._client.aclose()

    async def _answer(self, request: Request) -> Response:
        if PASSED in request.headers:
            return self._refused(away(_NOBODY))
        try:
            body = await read_body(request, BODY_MAX, self._request_s)
            answer = await self._client.request(
                request.method,
                httpx.URL(path=request.url.path, query=request.url.query.encode()),
                content=body,
                headers=[*_kept(request.headers.items()), (PASSED, "1")],
            )
        except Fault as fault:
            return self._refused(fault.problem)
        except (httpx.HTTPError, httpx.InvalidURL):
            return self._refused(away(_NOBODY))
        response = Response(answer.content, answer.status_code)
        response.raw_headers += [
            (name.encode(), value.encode()) for name, value in _kept(answer.headers.multi_items())
        ]
        return response


def _kept(headers: Any) -> list[tuple[str, str]]:
    return [(name, value) for name, value in headers if name.lower() not in _HOP]


def refused_call(problem: Problem) -> Response:
    """What a client of the API is answered."""
    return respond(problem, request=new_id(REQUEST))


def refused_page(problem: Problem) -> Response:
    """What a shopper's browser is."""
    headers = {**headers_for(), "Retry-After": str(AGAIN_S)}
    return Response(_AWAY, problem.status, headers, "text/plain; charset=utf-8")
