"""Sends one event to one endpoint, within bounds of time and size, and follows no redirect."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Mapping
from typing import Final, Protocol

import httpx

from cardswitch.specs.errors import Error
from cardswitch.wire.ports import Seconds

ANSWER_MAX: Final = 64 * 1024  # bytes that are read of an answer, and thrown away
TRY_S: Final[Seconds] = 10.0
_AGENT: Final = "cardswitch-gateway"


class Poster(Protocol):
    """Whatever can send: the status that came back. Raises Error."""

    async def post(self, url: str, name: str, body: bytes, headers: Mapping[str, str]) -> int:
        """Send *body* to *url*, which has an address, whose certificate must be for *name*."""
        ...

    async def close(self) -> None:
        """Let go of connections."""
        ...


class HttpPoster:
    """One for each endpoint, so that no connection serves two names."""

    def __init__(self, tls: ssl.SSLContext | None, at_once: int) -> None:
        limits = httpx.Limits(max_connections=at_once, max_keepalive_connections=at_once)
        self._client = httpx.AsyncClient(
            verify=tls if tls is not None else False,
            trust_env=False,
            follow_redirects=False,
            limits=limits,
            timeout=TRY_S,
            headers={"User-Agent": _AGENT, "Accept": "*/*"},
        )

    async def post(self, url: str, name: str, body: bytes, headers: Mapping[str, str]) -> int:
        """See :class:`Poster`."""
        try:
            async with asyncio.timeout(TRY_S):
                return await self._post(url, name, body, headers)
        except TimeoutError:
            raise Error(f"no answer within {TRY_S:g} s") from None
        except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
            raise Error(_told(error)) from None

    async def close(self) -> None:
        """See :class:`Poster`."""
        await self._client.aclose()

    async def _post(self, url: str, name: str, body: bytes, headers: Mapping[str, str]) -> int:
        told = {"Content-Type": "application/json; charset=utf-8", **headers}
        more = {"sni_hostname": name}
        sending = self._client.stream("POST", url, content=body, headers=told, extensions=more)
        async with sending as answer:
            read = 0
            async for part in answer.aiter_raw():
                read += len(part)
                if read > ANSWER_MAX:
                    break
            return answer.status_code


def _told(error: Exception) -> str:
    """What went wrong, in words that no peer chooses."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return f"its certificate is refused: {cause.verify_message}"
        if isinstance(cause, OSError) and cause.strerror:
            return cause.strerror
        cause = cause.__cause__ or cause.__context__
    return type(error).__name__
