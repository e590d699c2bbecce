"""Where a request goes: by the listener it came in, the merchant, and the longest matching BIN."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from cardswitch.specs.errors import ConfigError
from cardswitch.specs.masking import printable

from .settings import Route

BIN_LENGTH_MAX: Final = 12
RANGE_MAX: Final = 10_000  # BINs of one range: each is looked up by itself
_DIGITS: Final = frozenset("0123456789")


class Routing:
    """Routes made ready for look-up. A route that names the merchant beats one that does not."""

    def __init__(self, routes: Iterable[Route]) -> None:
        self._upstreams: dict[tuple[str, str], dict[str, str]] = {}
        self._lengths: tuple[int, ...] = ()
        for route in routes:
            for merchant in route.merchants or ("",):
                for text in route.bins:
                    for prefix in _prefixes(route, text):
                        self._add(route, merchant, prefix)

    def _add(self, route: Route, merchant: str, prefix: str) -> None:
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


def _prefixes(route: Route, text: str) -> Iterable[str]:
    """The BINs that *text* says: one, or a range such as ``2221-2720``. Raises ConfigError.

    >>> list(_prefixes(Route("pos", "issuer"), "2998-3001"))
    ['2998', '2999', '3000', '3001']
    """
    first, is_range, last = text.partition("-")
    if len(text) > 2 * BIN_LENGTH_MAX + 1 or not set(first + last) <= _DIGITS:
        raise ConfigError(_expected(route, text))
    if not is_range and len(first) <= BIN_LENGTH_MAX:
        return [first]
    size = int(last or 0) - int(first or 0) + 1
    if not first or len(first) != len(last) or not 1 <= size <= RANGE_MAX:
        raise ConfigError(_expected(route, text))
    return [f"{number:0{len(first)}d}" for number in range(int(first), int(last) + 1)]


def _expected(route: Route, text: str) -> str:
    return (
        f"route from {route.source}: bins: {printable(text, 40)!r}: expected 0 to "
        f"{BIN_LENGTH_MAX} digits, or two such numbers as 2221-2720, at most {RANGE_MAX} apart"
    )
