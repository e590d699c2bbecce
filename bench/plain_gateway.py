"""What answers like the gateway and does nothing: no journal, no link, all in memory, over TLS.

`python -m bench.plain_gateway PORT CERTIFICATE KEY ANSWER SERVER`: every intent is the JSON in the
file ANSWER with another id and amount. SERVER `plain` is the gateway's own; `uvicorn` is uvicorn
without its extras: asyncio, and h11.
"""

from __future__ import annotations

import asyncio
import sys
from collections import deque
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qs

import msgspec
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from cardswitch.gateway.api.server import ApiServer
from cardswitch.gateway.config import ApiConfig
from cardswitch.wire.driver.runtime import run

ROWS_MAX: Final = 100_000
PAGE: Final = 10


class Plain:
    """Intents in memory, each as its first answer was."""

    def __init__(self, answer: dict[str, Any]) -> None:
        self._answer = answer
        self._made: deque[dict[str, Any]] = deque(maxlen=ROWS_MAX)
        self._count = 0

    async def create(self, request: Request) -> Response:
        """One more, which is confirmed at once when its answer was."""
        form = parse_qs((await request.body()).decode())
        self._count += 1
        amount = int(form["amount"][0])
        made = {**self._answer, "id": f"pi_{self._count:024d}", "amount": amount}
        self._made.appendleft(made)
        return _json(made)

    async def page(self, request: Request) -> Response:
        """The last ten."""
        data = [self._made[at] for at in range(min(PAGE, len(self._made)))]
        more = len(self._made) > PAGE
        return _json({"object": "list", "data": data, "has_more": more, "url": request.url.path})


def _json(body: dict[str, Any]) -> Response:
    return Response(msgspec.json.encode(body), media_type="application/json")


def application(answer: Path) -> Starlette:
    """It makes intents, and shows the last ones."""
    plain = Plain(msgspec.json.decode(answer.read_bytes()))
    path = "/v1/payment_intents"
    routes = [
        Route(path, plain.create, methods=["POST"]),
        Route(path, plain.page, methods=["GET"]),
    ]
    return Starlette(routes=routes)


async def serve(port: int, certificate: str, key: str, answer: Path) -> None:
    """Answer until the process is ended."""
    place = ApiConfig(port=port, tls_certificate=certificate, tls_key=key)
    server = ApiServer(application(answer), place, lambda *_: None, "bench")
    await server.open()
    await asyncio.Event().wait()


def serve_by_uvicorn(port: int, certificate: str, key: str, answer: Path) -> None:
    """The same, by uvicorn."""
    uvicorn.run(
        application(answer), port=port, ssl_certfile=certificate, ssl_keyfile=key,
        loop="asyncio", http="h11", log_level="error", access_log=False,
    )  # fmt: skip


if __name__ == "__main__":
    _port, _certificate, _key, _answer, _server = sys.argv[1:]
    _place = int(_port), _certificate, _key, Path(_answer)
    if _server == "uvicorn":
        serve_by_uvicorn(*_place)
    else:
        run(serve(*_place))
