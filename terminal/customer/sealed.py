"""A card as it may lie in the terminal's journal: number and expiry alone, and sealed."""

from __future__ import annotations

from typing import Protocol

from .card import Card


class CardVault(Protocol):
    """Where card numbers are sealed, alike at every replay."""

    def seal(self, pan: str) -> str:
        """*pan*, digits, as text without spaces."""

    def open(self, text: str) -> str:
        """The digits that *text* seals."""


def sealed_card(card: Card, vault: CardVault) -> str:
    """Number and expiry of *card* as they may lie in the journal."""
    return f"{vault.seal(card.pan)} {vault.seal(card.expiry)}"


def opened_card(sealed: str, vault: CardVault) -> tuple[str, str]:
    """Number and expiry that :func:`sealed_card` has sealed."""
    pan, expiry = sealed.split(" ")
    return vault.open(pan), vault.open(expiry)
