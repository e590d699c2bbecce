"""A browser for tests: Debian's Chromium, driven by playwright; a test is skipped without it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, ClassVar
from weakref import WeakSet

import pytest

NAMES = ("chromium-headless-shell", "chromium")
# It stays on this machine, and looks for nothing elsewhere.
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@contextmanager
def chromium() -> Iterator[Any]:
    """A browser that runs; skips the test where there is none."""
    found = next(filter(None, map(shutil.which, NAMES)), None)
    if found is None:
        pytest.skip(f"none of {', '.join(NAMES)} is installed")
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=found, args=list(FLAGS))
        try:
            yield browser
        finally:
            browser.close()


class Keeping:
    """A browser like *browser* that keeps what browsers keep, in *folder*: it has one context."""

    def __init__(self, browser: Any, folder: Path):
        self._kind, self._folder = browser.browser_type, folder

    def new_context(self, **more: Any) -> Any:
        """The one that it has."""
        path = next(filter(None, map(shutil.which, NAMES)), None)
        return self._kind.launch_persistent_context(
            self._folder, executable_path=path, args=list(FLAGS), **more
        )


class Watched:
    """A page, and all that a test must hold against it: requests, console, errors.

    `all` are those that are there: of a test that is red, pictures and requests are kept.
    """

    all: ClassVar[WeakSet[Watched]] = WeakSet()

    def __init__(self, browser: Any, *, width: int = 1280, **more: Any):
        # The certificates are of a lab's own CA, which no browser knows.
        self.context = browser.new_context(
            viewport={"width": width, "height": 900}, ignore_https_errors=True, **more
        )
        self.page = self.context.new_page()
        Watched.all.add(self)
        self.requests: list[Any] = []
        self.troubles: list[str] = []
        self.context.on("request", lambda request: self.requests.append(request))
        self.page.on("console", self._said)
        self.page.on("pageerror", lambda error: self.troubles.append(str(error)))

    def _said(self, message: Any) -> None:
        if message.type in ("error", "warning"):
            self.troubles.append(message.text)

    def sent_to(self, origin: str) -> str:
        """All that was sent to *origin*: addresses, headers and bodies, as one text."""
        sent = [each for each in self.requests if each.url.startswith(origin)]
        return "\n".join(f"{each.url} {each.headers} {each.post_data or ''}" for each in sent)

    def keep(self, folder: Path, name: str) -> None:
        """What it shows, and what it asked for, less what forms said: cards are typed here."""
        folder.mkdir(parents=True, exist_ok=True)
        asked = "\n".join(f"{each.method} {each.url}" for each in self.requests)
        (folder / f"{name}.txt").write_text("\n".join([asked, *self.troubles]), "utf-8")
        self.shot(folder / f"{name}.png")

    def shot(self, path: Path) -> None:
        """A picture of the whole page."""
        self.page.screenshot(path=path, full_page=True)
