"""What a tester may have the emulators do: filled by whoever runs them."""

from __future__ import annotations

from typing import Literal, Protocol

from msgspec import Struct

from cardswitch.specs.errors import Error

What = Literal["approve", "decline", "late", "hang", "drop"]


class Wish(Struct, frozen=True):
    """What the issuer shall do with the next payment; *code* is field 39 of a decline."""

    what: What
    code: str = ""


class Emulation(Protocol):
    """The issuer, and the end of the bank day. All of it blocks, and raises Error."""

    def arm(self, merchant: str, wish: Wish) -> None:
        """Have *wish* done with the next payment of *merchant*; it is in use afterwards."""
        ...

    def disarm(self, merchant: str) -> None:
        """Have the next payment of *merchant* go as ever."""
        ...

    def armed(self, merchant: str) -> Wish | None:
        """What still waits for the next payment of *merchant*."""
        ...

    def close_day(self) -> list[str]:
        """End the bank day that runs; the labels of the days that were closed."""
        ...


class NoEmulation:
    """The issuer and the books are somewhere else."""

    def arm(self, merchant: str, wish: Wish) -> None:
        """See :class:`Emulation`."""
        raise Error("the issuer runs elsewhere: write a rule there, see `cardswitch host rules`")

    def disarm(self, merchant: str) -> None:
        """See :class:`Emulation`."""

    def armed(self, merchant: str) -> Wish | None:
        """See :class:`Emulation`."""
        return None

    def close_day(self) -> list[str]:
        """See :class:`Emulation`."""
        raise Error("the switch runs elsewhere: end the day there, by `cardswitch settle close`")
