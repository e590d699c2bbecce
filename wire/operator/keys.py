"""The table `keys` of a place: which of its keys are changed in traffic, and how."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Final, Literal

from msgspec import Meta, Struct

from ..machine.keys.offers import KeyPlan
from ..machine.keys.working import KEY_KINDS, KeyKind

Form = Literal["block", "variant"]
SCHEMES: Final[Mapping[Form, str]] = {"block": "R", "variant": "X"}
# Check values of keys that were spent are remembered in a number, which must last for a while.
EVERY_MIN_S: Final = 60.0


class KeysConfig(Struct, frozen=True, kw_only=True):
    """Without a master key nothing is changed. Master keys are cryptograms under the HSM's LMK."""

    master: str = ""
    mac_master: str = ""  # for keys of MACs, where they travel under another one, as to terminals
    form: Form = "block"
    overlap_s: Annotated[float, Meta(ge=0)] = 60.0
    every_s: Annotated[float, Meta(ge=0)] = 0.0

    def __post_init__(self) -> None:
        if 0 < self.every_s < EVERY_MIN_S:
            raise ValueError(
                f"every_s: expected 0, or {EVERY_MIN_S:g} and more, seen {self.every_s:g}"
            )

    def plan(
        self,
        types: Mapping[KeyKind, str],
        configured: Mapping[KeyKind, str],
        comes_in: tuple[KeyKind, ...] = KEY_KINDS,
        terminal_keys: Mapping[KeyKind, Mapping[str, str]] | None = None,
    ) -> KeyPlan | None:
        """What a program is told; None if nothing is changed there.

        *types* of keys of the HSM, and the keys that are *configured*, by kind. *comes_in*: whose
        material does. *terminal_keys*: by kind and terminal id, where keys are handed out: under a
        master key that carries one kind, so that there each kind has its own.
        """
        is_handed_out = terminal_keys is not None
        for_macs = self.mac_master if is_handed_out else self.mac_master or self.master
        if not self.master and not for_macs:
            return None
        return KeyPlan(
            masters={"pin": self.master, "mac": for_macs},
            types=types,
            configured=configured,
            scheme=SCHEMES[self.form],
            comes_in=comes_in,
            terminal_keys=terminal_keys or {},
            is_handed_out=is_handed_out,
            overlap_s=self.overlap_s,
            every_s=self.every_s,
        )
