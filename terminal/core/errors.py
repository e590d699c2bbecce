"""Why a terminal does not begin what it is asked for: nothing was sent."""

from __future__ import annotations

from cardswitch.specs.errors import Error


class NotReady(Error):
    """The terminal cannot do this now; nothing was sent. Says what must come first."""


class NoLink(NotReady):
    """The switch cannot be reached."""
