"""The port of a listener: whoever comes in has a place before he speaks, or shakes hands in TLS.

So a peer that says nothing, or never ends its handshake, is within the same bounds as a link: those
of the listener, and of one address. CONNECT_S later its place is free again.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Callable, Coroutine
from typing import Any, Final, Protocol

from ..ports import LinkId
from .accepting import Accepting
from .links import Entrance, Entrant
from .tls import Tls, why

CONNECT_S: Final = 5.0  # For a TCP connection, and again for the TLS handshake.


class Keeper(Protocol):
    """What a gate needs of those who keep links."""

    def refusal(self, name: LinkId, who: Entrant, listener: Entrance | None) -> str:
        """Give *who* a place at *listener*, or tell, and return, why not."""
        ...

    def refuse_tls(self, name: LinkId, reason: str) -> None:
        """Tell that no handshake came to its end at the listener *name*."""
        ...

    def not_accepted(self, name: LinkId, reason: str) -> None:
        """Tell that nobody can come in at the listener *name*, as without a file descriptor."""
        ...

    def renew(self, name: LinkId, tls: Tls | None) -> None:
        """Have *tls* show, and trust, what its files hold now."""
        ...


class Place:
    """A place at *listener*, from the first byte of a handshake to the end of its link."""

    def __init__(self, listener: Entrance, address: str) -> None:
        self.address = address
        self.accept = listener.accept
        self._listener = listener

    def refusal(self, who: Entrant) -> str:
        """Its link is in already."""
        return ""

    def left(self, who: Entrant) -> None:
        """The place is free again."""
        self._listener.left(self)


class Makeable(Protocol):
    """A protocol of asyncio that says whether its connection is, or was, made."""

    is_made: bool


async def finished(connecting: asyncio.Task[Any], protocol: Makeable) -> None:
    """Wait for *connecting*; if we are cancelled, it is too, unless *protocol* is made already.

    One that uvloop has made, but whose making is cancelled, is never reported as lost.
    """
    try:
        await asyncio.shield(connecting)
    except asyncio.CancelledError:
        if not protocol.is_made:
            connecting.cancel()
        await asyncio.gather(connecting, return_exceptions=True)
        raise


class Gate:
    """Accepts connections, and makes links of those whose handshake, if any, comes to its end."""

    def __init__(
        self,
        keeper: Keeper,
        name: str,
        listener: Entrance,
        tls: Tls | None,
        failed: Callable[[Exception], None],
    ) -> None:
        """*failed*: told of what must not happen."""
        self._keeper = keeper
        self._name = LinkId(name)
        self._listener = listener
        self._tls = tls
        self._loop = asyncio.get_running_loop()
        self.accepting = Accepting(self._meet, failed, self._short)

    def _short(self, error: OSError) -> None:
        self._keeper.not_accepted(self._name, why(error))

    def _meet(self, peer: socket.socket, address: str) -> Coroutine[Any, Any, None] | None:
        place = Place(self._listener, address)
        if self._keeper.refusal(self._name, place, self._listener):
            return None
        self._keeper.renew(self._name, self._tls)
        return self._let_in(peer, place)

    async def _let_in(self, peer: socket.socket, place: Place) -> None:
        link = place.accept()
        link.listener = place
        context, handshake_s = (self._tls.context, CONNECT_S) if self._tls else (None, None)
        connecting = self._loop.create_task(
            self._loop.connect_accepted_socket(
                lambda: link, peer, ssl=context, ssl_handshake_timeout=handshake_s
            )
        )
        try:
            await finished(connecting, link)
        except BaseException as error:
            if link.is_made:
                return  # It ends as links do.
            place.left(place)
            if isinstance(error, ConnectionAbortedError):
                silent = f"{place.address}: no end of the handshake within {CONNECT_S:g} s"
                self._keeper.refuse_tls(self._name, silent)
            elif isinstance(error, ssl.SSLError):
                self._keeper.refuse_tls(self._name, why(error))
            elif not isinstance(error, OSError):  # It went away, as who looks at ports does.
                raise
