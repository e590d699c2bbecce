"""The token that a form must bring back."""

from __future__ import annotations

import hmac
import secrets
from hashlib import sha256
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

COOKIE: Final = "__Host-pay"
TOKEN_SIZE: Final = 32


def give_cookie(answer: Response, cookie: str, *, is_framed: bool = False) -> None:
    """Have the browser keep *cookie*; in a frame of another site, for that site alone.

    Lax ones are not sent from there; `Partitioned` ones go to no other site's frames.
    """
    site = "None; Partitioned" if is_framed else "lax"
    said = f"{COOKIE}={cookie}; Path=/; Secure; HttpOnly; SameSite={site}"
    answer.headers.append("Set-Cookie", said)


class Tokens:
    """Tokens that bind a form to a browser, a session and one attempt; good until the next start.

    Whoever has another browser post the form has not its cookie, and whoever sets a cookie cannot
    make its token.
    """

    def __init__(self) -> None:
        self._key = secrets.token_bytes(TOKEN_SIZE)

    def cookie(self, request: Request) -> str:
        """That of the browser, or a new one."""
        text: str = request.cookies.get(COOKIE, "")
        return text if 0 < len(text) <= 2 * TOKEN_SIZE else secrets.token_urlsafe(TOKEN_SIZE)

    def token(self, cookie: str, session: str, attempt: int) -> str:
        """What the form of *attempt* at *session* brings back."""
        said = f"{cookie}|{session}|{attempt}"
        return hmac.new(self._key, said.encode(), sha256).hexdigest()

    def holds(self, token: str, cookie: str, session: str, attempt: int) -> bool:
        """Whether *token* is that of the form."""
        wanted = self.token(cookie, session, attempt)
        return hmac.compare_digest(token.encode(), wanted.encode())
