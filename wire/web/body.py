"""The body of a request, within its bounds of size and time."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from cardswitch.specs.errors import Error

from ..ports import Seconds

if TYPE_CHECKING:
    from starlette.requests import Request


class BodyRefused(Error):
    """It is too long, does not come, or cannot be read; *status* is that of HTTP."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status = status


async def read_body(request: Request, size_max: int, within: Seconds) -> bytes:
    """The body of *request*, at most *size_max* bytes, whole *within* seconds. BodyRefused."""
    body = bytearray()
    try:
        async with asyncio.timeout(within):
            async for part in request.stream():
                body += part
                if len(body) > size_max:
                    raise BodyRefused(413, f"A body has at most {size_max} bytes")
    except TimeoutError:
        raise BodyRefused(408, f"The request was not whole within {within:g} s") from None
    return bytes(body)
