"""A browser without script at the pages of a lab: it follows, keeps cookies, fills forms in."""

from __future__ import annotations

import ssl
from html.parser import HTMLParser
from http.client import HTTPSConnection
from typing import Any
from urllib.parse import urlencode, urljoin, urlsplit

PATIENCE_S = 30.0
HOPS_MAX = 10


class Form:
    """A form: where it goes, and what stands in its fields."""

    def __init__(self, action: str, data: dict[str, str] | None = None) -> None:
        self.action = action
        self.data = data or {}  # what it says to scripts
        self.fields: dict[str, str] = {}


class _Reader(HTMLParser):
    """The forms and frames of a page, and its text."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.frames: list[str] = []
        self.words: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = {name: value or "" for name, value in attrs}
        if tag == "form":
            data = {name[5:]: value for name, value in named.items() if name[:5] == "data-"}
            self.forms.append(Form(named.get("action", ""), data))
        elif tag == "iframe" and "src" in named:
            self.frames.append(named["src"])
        elif tag == "input" and self.forms and "name" in named:
            is_chosen = named.get("type") != "radio" or "checked" in named
            if is_chosen and named.get("type") != "checkbox":
                self.forms[-1].fields[named["name"]] = named.get("value", "")

    def handle_data(self, data: str) -> None:
        self.words.append(data.strip())


class Visitor:
    """One browser; *ca* signs what it meets, and every name is this machine."""

    def __init__(self, ca: Any) -> None:
        self._context = ssl.create_default_context(cafile=ca)
        self._cookies: dict[str, dict[str, str]] = {}
        self.requests: list[tuple[str, str]] = []  # every address that was asked, and its body
        self.url = ""
        self.status = 0
        self.html = ""

    def get(self, url: str) -> Visitor:
        """The page at *url*."""
        return self._go("GET", url, "", "")

    def submit(self, form: Form, **typed: str) -> Visitor:
        """Send *form* with what was *typed*."""
        page = urlsplit(self.url)
        body = urlencode(form.fields | typed)
        return self._go("POST", urljoin(self.url, form.action), body, f"https://{page.netloc}")

    def form(self, field: str = "", action: str = "") -> Form:
        """The form of the page with that *field*, or whose address ends so."""
        found = [
            form
            for form in self.read.forms
            if (not field or field in form.fields) and form.action.endswith(action)
        ]
        assert found, f"no form with {field or action} at {self.url}: {self.text}"
        return found[0]

    @property
    def read(self) -> _Reader:
        """The page, read."""
        reader = _Reader()
        reader.feed(self.html)
        return reader

    @property
    def text(self) -> str:
        """What stands there."""
        return " ".join(word for word in self.read.words if word)

    # HTTP -----------------------------------------------------------------------------------------

    def _go(self, method: str, url: str, body: str, origin: str) -> Visitor:
        for _ in range(HOPS_MAX):
            status, location = self._ask(method, url, body, origin)
            self.url, self.status = url, status
            if status != 303:
                return self
            method, body, origin, url = "GET", "", "", urljoin(url, location)
        raise AssertionError(f"{HOPS_MAX} redirects, the last to {url}")

    def _ask(self, method: str, url: str, body: str, origin: str) -> tuple[int, str]:
        place = urlsplit(url)
        self.requests.append((url, body))
        headers = {"Host": place.netloc, "Cookie": self._cookie(place.netloc)}
        if body:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        if origin:
            headers["Origin"] = origin
        connection = HTTPSConnection(
            "127.0.0.1", place.port, context=self._context, timeout=PATIENCE_S
        )
        try:
            path = f"{place.path or '/'}?{place.query}" if place.query else place.path or "/"
            connection.request(method, path, body or None, headers)
            answer = connection.getresponse()
            self.html = answer.read().decode()
            self._keep(place.netloc, answer.headers.get_all("Set-Cookie") or [])
            return answer.status, answer.headers.get("Location", "")
        finally:
            connection.close()

    def _cookie(self, host: str) -> str:
        kept = self._cookies.get(host, {})
        return "; ".join(f"{name}={value}" for name, value in kept.items())

    def _keep(self, host: str, said: list[str]) -> None:
        kept = self._cookies.setdefault(host, {})
        for cookie in said:
            name, _, value = cookie.partition(";")[0].partition("=")
            kept[name] = value.strip('"')
