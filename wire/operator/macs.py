"""The table `mac` of a place: how its messages are authenticated, in both directions."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Annotated, Final, Literal

from msgspec import Meta, Struct

from cardswitch.specs.dialect import load_dialect
from cardswitch.specs.dialect.covered import MAC_FIELDS, covered

from ..machine.macs import MacRule, Wrong

Algorithm = Literal["iso9797-1", "iso9797-3", "cmac"]
ALGORITHMS: Final[Mapping[Algorithm, str]] = {"iso9797-1": "1", "iso9797-3": "3", "cmac": "6"}


class MacConfig(Struct, frozen=True, kw_only=True):
    """Without a key there are no MACs. Keys are cryptograms under the HSM's LMK."""

    key: str = ""
    terminal_keys: Mapping[str, str] = {}  # of single terminals, by terminal id, instead of *key*
    algorithm: Algorithm = "iso9797-3"
    padding: Annotated[int, Meta(ge=1, le=2)] = 1  # method of ISO 9797-1; CMAC pads by itself
    fields: tuple[Annotated[int, Meta(ge=0, le=128)], ...] = ()  # none: all; 0 is the MTI
    length: Literal[4, 8] = 8  # bytes; zeros fill the field up
    wrong: Wrong = "refuse"

    def __post_init__(self) -> None:
        if not set(self.fields).isdisjoint(MAC_FIELDS):
            raise ValueError("fields: a MAC does not cover itself: leave out 64 and 128")

    @property
    def is_used(self) -> bool:
        """Whether there is a key, so that there are MACs."""
        return bool(self.key or self.terminal_keys)

    def rule(self, dialect: str, key_type: str) -> MacRule | None:
        """What a program is told, whose messages are of *dialect*; None without a key.

        Raises DialectError.
        """
        if not self.is_used:
            return None
        return MacRule(
            covers=partial(covered, load_dialect(dialect), fields=self.fields),
            key_type=key_type,
            key=self.key,
            terminal_keys=self.terminal_keys,
            algorithm=ALGORITHMS[self.algorithm],
            padding=str(self.padding),
            digits=2 * self.length,
            wrong=self.wrong,
        )
