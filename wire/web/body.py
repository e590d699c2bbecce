"""The body of a request, within its bounds of size and time."""

from __future__ import annotations

import asyncio

from starlette.requests import ClientDisconnect, Request

from cardswitch.specs.errors import Error

from ..ports import Seconds


class BodyRefused(Error):
    """It is too long, does not come, or cannot be read; *status* is that of HTTP."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status = status


async def read_body(request: Request, size_max: int, within: Seconds) -> bytes:
    """The body of *request*, at most *size_max* bytes, whole *within* seconds. BodyRefused."""
    body, receive = bytearray(), request.receive
    try:
        async with asyncio.timeout(within):
            while True:
                part = await receive()
                if part["type"] == "http.disconnect":
                    raise ClientDisconnect
                body += part.get("body", b"")
                if len(body) > size_max:
                    raise BodyRefused(413, f"A body has at most {size_max} bytes")
                if not part.get("more_body", False):
                    return bytes(body)
    except TimeoutError:
        raise BodyRefused(408, f"The request was not whole within {within:g} s") from None
