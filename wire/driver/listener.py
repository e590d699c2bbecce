"""Where peers come in: how many at once, of which addresses, and what their links are called."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Final

from ..ports import LinkId
from .links import Entrant, Link

LINKS_MAX: Final = (
    500  # Of one listener: two full listeners stay within 1,024 open files, a usual limit.
)


def anybody(address: str) -> bool:
    """The rule of a listener that lets every address in."""
    return True


def is_loopback(address: str) -> bool:
    """Whether *address* is of this machine, or of no network at all."""
    return address.removeprefix("::ffff:").startswith("127.") or address in ("::1", "")


class Listener:
    """Where peers come in: numbers their links, and bounds who they are and how many at once."""

    def __init__(
        self,
        name: str,
        links_max: int,
        make: Callable[[LinkId], Link],
        allows: Callable[[str], bool] = anybody,
        per_address_max: int = LINKS_MAX,
    ) -> None:
        """*per_address_max*: of one address; this machine's own may take all of *links_max*."""
        self._name = name
        self._links_max = links_max
        self._per_address_max = per_address_max
        self._make = make
        self._allows = allows
        self._links: dict[Entrant, str] = {}  # with the address that each counts for
        self._of: Counter[str] = Counter()  # links by address
        self._last = 0

    def accept(self) -> Link:
        """A link for one more connection: the factory that the loop wants."""
        self._last += 1
        link = self._make(LinkId(f"{self._name}/{self._last}"))
        link.listener = self
        return link

    def refusal(self, who: Entrant) -> str:
        """Why *who* may not come in; empty if it may, and then it is in."""
        address = who.address
        if not self._allows(address):
            return "its address is not allowed"
        if len(self._links) >= self._links_max:
            return f"the listener has its {self._links_max} links"
        if self._of[address] >= self._per_address_max and not is_loopback(address):
            return f"its address has its {self._per_address_max} links"
        self._links[who] = address
        self._of[address] += 1
        return ""

    def left(self, who: Entrant) -> None:
        """*who* is gone."""
        address = self._links.pop(who, None)
        if address is not None:
            self._of[address] -= 1
            if not self._of[address]:
                del self._of[address]  # Addresses come and go: only those that are here are kept.
