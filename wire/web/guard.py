"""Who may ask for a page: the one guard of every program that has pages."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection
from typing import Final

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from .body import BodyRefused
from .rates import Rate
from .safety import address_of, host_of, is_from_us

Page = Callable[[Request], Awaitable[Response]]
Say = Callable[[Request, int, str, str], Response]  # a page of a status, a title and a sentence
Note = Callable[[str, str], None]
PATH_MAX: Final = 60  # characters of an address that a record gets
_SAFE: Final = ("GET", "HEAD")


class Guard:
    """Guards pages; what it refuses, *say* puts on a page.

    *names*: the hosts that a browser may ask for, without ports, so that no other name leads here
    (DNS rebinding). *note* is told what failed within, as *kind*, and of nothing secret. *way*:
    where to begin again; *sorry*: what is to be known when something failed.
    """

    def __init__(
        self,
        names: Collection[str],
        say: Say,
        note: Note,
        kind: str,
        *,
        way: str,
        sorry: str,
        rate: Rate | None = None,
    ) -> None:
        self._names = frozenset(names)
        self._say = say
        self._note = note
        self._kind = kind
        self._way = way
        self._sorry = sorry
        self._rate = rate

    def __call__(self, page: Page, *, from_elsewhere: bool = False) -> Page:
        """*page* for those who may ask; a form counts from a page of ours alone.

        *from_elsewhere*: forms of other origins come here too, and the page knows what to believe.
        """

        async def shown(request: Request) -> Response:
            refused = self._refused(request, from_elsewhere)
            if refused is not None:
                return refused
            try:
                return await page(request)
            except HTTPException:
                raise
            except BodyRefused as error:
                title = "This form could not be read"
                return self._say(request, error.status, title, "Try again.")
            except Exception as error:
                where = request.url.path[:PATH_MAX]
                self._note(self._kind, f"{where}: {type(error).__name__}")
                return self._say(request, 500, "Something went wrong", self._sorry)

        return shown

    def _refused(self, request: Request, from_elsewhere: bool) -> Response | None:
        if host_of(request) not in self._names:
            return self._say(request, 421, "This address is not ours", self._way)
        if self._rate is not None and self._rate.take(address_of(request)):
            return self._say(request, 429, "Too much at once", "Wait a moment, then try again.")
        is_asked_by_us = from_elsewhere or request.method in _SAFE or is_from_us(request)
        return (
            None if is_asked_by_us else self._say(request, 403, "Not sent from our page", self._way)
        )
