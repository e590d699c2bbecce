"""What answers like the gateway and does nothing: no journal, no link, all in memory, over TLS.

`python -m bench.plain_gateway PORT CERTIFICATE KEY ANSWER`: every intent is the JSON in the file
ANSWER with another id and amount; the port's server is the gateway's own.
"""

from __future__ import annotations

import asyncio
import sys
from collections import deque
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qs

import msgspec
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


async def serve(port: int, certificate: str, key: str, answer: Path) -> None:
    """Answer until the process is ended."""
    plain = Plain(msgspec.json.decode(answer.read_bytes()))
    path = "/v1/payment_intents"
    routes = [
        Route(path, plain.create, methods=["POST"]),
        Route(path, plain.page, methods=["GET"]),
    ]
    place = ApiConfig(port=port, tls_certificate=certificate, tls_key=key)
    server = ApiServer(Starlette(routes=routes), place, lambda *_: None, "bench")
    await server.open()
    await asyncio.Event().wait()


if __name__ == "__main__":
    run(serve(int(sys.argv[1]), sys.argv[2], sys.argv[3], Path(sys.argv[4])))
