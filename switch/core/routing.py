"""Where a request goes: by the listener it came in, the merchant, and the longest matching BIN."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from cardswitch.specs.errors import ConfigError

from .settings import Route

BIN_LENGTH_MAX: Final = 12


class Routing:
    """Routes made ready for look-up. A route that names the merchant beats one that does not."""

    def __init__(self, routes: Iterable[Route]) -> None:
        self._upstreams: dict[tuple[str, str], dict[str, str]] = {}
        self._lengths: tuple[int, ...] = ()
        for route in routes:
            for merchant in route.merchants or ("",):
                for prefix in route.bins:
                    self._add(route, merchant, prefix)

    def _add(self, route: Route, merchant: str, prefix: str) -> None:
        if len(prefix) > BIN_LENGTH_MAX or not set(prefix) <= set("0123456789"):
            raise ConfigError(f"route from {route.source}: BIN must be 0 to 12 digits")
        upstreams = self._upstreams.setdefault((route.source, merchant), {})
        if upstreams.setdefault(prefix, route.upstream) != route.upstream:
            raise ConfigError(f"route from {route.source}: BIN {prefix or 'any'} goes two ways")
        self._lengths = tuple(sorted({len(prefix), *self._lengths}, reverse=True))

    def find(self, source: str, merchant: str, pan: str) -> str | None:
        """The upstream for a card *pan* used at *merchant*, or ``None``.

        >>> routing = Routing([Route("pos", "acquirer"), Route("pos", "own", bins=("999999",))])
        >>> routing.find("pos", "SHOP", "9999990000000014"), routing.find("pos", "SHOP", "4111")
        ('own', 'acquirer')
        """
        for who in (merchant, ""):
            upstreams = self._upstreams.get((source, who))
            if upstreams is None:
                continue
            for length in self._lengths:
                found = upstreams.get(pan[:length])
                if found is not None:
                    return found
        return None
