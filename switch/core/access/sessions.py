"""Who has signed on, and who off: on each link, each of those who send there for himself."""

from __future__ import annotations

from typing import Final

from cardswitch.wire.ports import LinkId

SENDERS_MAX: Final = 10_000  # Of one link: so many terminals stand behind no concentrator.
EVERYBODY: Final = ""  # whoever sends on a link, as far as he has not signed by himself


class Sessions:
    """They last as long as their link."""

    def __init__(self) -> None:
        self._is_on: dict[LinkId, dict[str, bool]] = {}

    def sign(self, link: LinkId, sender: str, *, on: bool) -> bool:
        """*sender* signs on or off on *link*; false if it has no room for one more."""
        of_link = self._is_on.setdefault(link, {})
        if sender not in of_link and len(of_link) >= SENDERS_MAX:
            return False
        if sender == EVERYBODY:
            of_link.clear()
        of_link[sender] = on
        return True

    def is_on(self, link: LinkId, sender: str, *, unsaid: bool) -> bool:
        """Whether *sender* is signed on on *link*; *unsaid* if nobody has said anything there."""
        of_link = self._is_on.get(link, {})
        return of_link.get(sender, of_link.get(EVERYBODY, unsaid))

    def link_down(self, link: LinkId) -> None:
        """*link* is gone, and every session with it."""
        self._is_on.pop(link, None)
