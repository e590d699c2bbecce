"""Closes that a person holds: days end, and none is closed until a person says so."""

from __future__ import annotations

from typing import Literal

from cardswitch.specs.errors import Error

from ...settlement.entries import BankEntry
from ...settlement.standing import held_close
from ..settle import Settling
from .take import decide


def hold_closes(opened: Settling, because: str) -> BankEntry:
    """Close no day until that is released. Raises Error if closes are held already."""
    held = held_close(opened.books.deeds())
    if held is not None:
        raise Error(f"closes are held already, by {held.told}")
    return _decide(opened, "hold closes", because)


def release_closes(opened: Settling, because: str) -> BankEntry:
    """Close days again. Raises Error if nobody holds closes."""
    if held_close(opened.books.deeds()) is None:
        raise Error("nobody holds closes: there is nothing to release")
    return _decide(opened, "release closes", because)


def _decide(
    opened: Settling, kind: Literal["hold closes", "release closes"], because: str
) -> BankEntry:
    return decide(opened, kind, merchant="", currency="", reference="", because=because)
