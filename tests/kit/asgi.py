"""An application of HTTP, asked without a socket."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode


@dataclass(frozen=True)
class Page:
    """What was answered."""

    status: int
    headers: dict[str, str]
    text: str

    @property
    def cookie(self) -> str:
        """The cookie that it sets, as a browser brings it back."""
        return self.headers.get("set-cookie", "").partition(";")[0]


class Browser:
    """Asks *app* as a browser would, that is at *host*, and keeps cookies."""

    def __init__(self, app: Any, host: str = "pay.localhost:7109") -> None:
        self._app = app
        self.host = host
        self.cookie = ""

    def get(self, path: str, **headers: str) -> Page:
        """The page at *path*."""
        return self.ask("GET", path, b"", headers)

    def post(self, path: str, form: dict[str, str], **headers: str) -> Page:
        """The page that posting *form* leads to."""
        kind = {"content_type": "application/x-www-form-urlencoded"}
        return self.ask("POST", path, urlencode(form).encode(), kind | headers)

    def ask(
        self, method: str, path: str, body: bytes, headers: dict[str, str], query: str = ""
    ) -> Page:
        """One request; in *headers* an underscore stands for a hyphen."""
        given = {"host": self.host, "cookie": self.cookie} | headers
        page = asyncio.run(_asked(self._app, method, path, query, body, given))
        self._keep(page.cookie)
        return page

    def _keep(self, cookie: str) -> None:
        name, _, value = cookie.partition("=")
        kept = dict(part.split("=", 1) for part in self.cookie.split("; ") if part)
        if name:
            kept[name] = value.strip('"')
        self.cookie = "; ".join(f"{name}={value}" for name, value in kept.items())


async def _asked(
    app: Any, method: str, path: str, query: str, body: bytes, headers: dict[str, str]
) -> Page:
    said: list[Any] = []
    scope = {
        "type": "http",
        "method": method,
        "path": path,
        "raw_path": path.encode(),
        "root_path": "",
        "query_string": query.encode(),
        "scheme": "https",
        "headers": [
            (name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()
        ],
    }

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: dict[str, Any]) -> None:
        said.append(message)

    await app(scope, receive, send)
    names = {name.decode(): value.decode() for name, value in said[0]["headers"]}
    text = b"".join(message.get("body", b"") for message in said[1:]).decode()
    return Page(said[0]["status"], names, text)
