"""Carries the questions of 3-D Secure to access control servers, over mutual TLS."""

from __future__ import annotations

import ssl
from collections.abc import Callable

import httpx

from cardswitch.specs.errors import FormatError
from cardswitch.specs.three_ds.messages import ARes, read, write

from ..core.authentication import ASK_S, Question

Note = Callable[[str, str], None]


class Asking:
    """Asks with the certificate of *tls*; *note* is told of what failed, and of nothing secret."""

    def __init__(self, tls: ssl.SSLContext, note: Note) -> None:
        self._note = note
        self._client = httpx.AsyncClient(
            verify=tls, trust_env=False, timeout=ASK_S, follow_redirects=False
        )

    async def ask(self, question: Question) -> ARes | None:
        """The answer to *question*; None if there is none that can be read."""
        try:
            answer = await self._client.post(question.url, content=write(question.message))
            if answer.status_code == httpx.codes.OK:
                return read(ARes, answer.content)
            self._note("not_authenticated", f"the access control server: {answer.status_code}")
        except (httpx.HTTPError, httpx.InvalidURL, FormatError) as error:
            self._note("not_authenticated", f"{type(error).__name__}")
        return None

    async def close(self) -> None:
        """Let the connections go."""
        await self._client.aclose()
