"""Who may bring a key across the border of a zone: one table, asked by every command that does.

A host alone moves a key only where nobody could call it something else on the other side: in a key
block, which says its usage itself, or under a master key that the configuration binds to one kind
(`carries`). There it must also be whole: one that has halves of two keys is nobody's. All else is
for two officers to allow: ``import.001.host``, ``export.001.console``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal

from msgspec import Struct

from cardswitch.specs.security.block_lmk import SCHEME as KEY_BLOCK_SCHEME

from ..custody.policy import Kind
from ..custody.state import ModuleState
from .attributes import Attributes
from .clear import ClearKey
from .ring import Fields, KeyRing
from .uses import DEK, TAK, TMK, TPK, USE_OF_TYPE, ZAK, ZEK, ZMK, ZPK, KeyUse

Direction = Literal["import", "export", "new"]
# free: yes. typed: as a key block, or under a master key bound to its kind. officers: no.
Need = Literal["free", "typed", "officers"]


class HostRule(Struct, frozen=True):
    """What a host may do alone: give a new key out as it is made, export one, import one."""

    new: Need
    export: Need
    import_: Need

    def need(self, direction: Direction) -> Need:
        """What *direction* takes."""
        if direction == "new":
            return self.new
        return self.export if direction == "export" else self.import_


_NEVER: Final = HostRule("officers", "officers", "officers")
_TYPED: Final = HostRule("free", "typed", "typed")
# Made for another place and not moved again: its usage in a key block is that of another type too.
_ONCE: Final = HostRule("free", "officers", "officers")

# Of each usage in a key block (P0, D0, M3 ...) one type alone is typed: nobody can choose.
HOST_RULES: Final[Mapping[str, HostRule]] = {
    "000": _NEVER,  # ZMK: all else stands under it
    "001": _TYPED,  # ZPK, P0
    # TPK, TMK and PVK, three in one: whoever owns the terminal that a TPK goes to knows a PVK.
    "002": HostRule("typed", "officers", "officers"),
    "70D": _ONCE,  # TPK, where terminal keys are kept apart: P0 too
    "80D": _ONCE,  # TMK, likewise
    "003": _ONCE,  # TAK, M3 like the ZAK
    "008": _TYPED,  # ZAK, M0 to M6
    "009": _TYPED,  # BDK, B0
    "302": _TYPED,  # IKEY, B1
    "402": _TYPED,  # CVK, C0
    "109": _TYPED,  # MK-AC, E0
    "209": _TYPED,  # MK-SMI, E2
    "309": _TYPED,  # MK-SMC, E1
    "409": _TYPED,  # MK-DAC, E3
    "509": _TYPED,  # MK-DN, E4
    "709": _TYPED,  # MK-CVC3, E6
    "00A": _TYPED,  # ZEK, D0
    "00B": _ONCE,  # DEK, D0 like the ZEK
}
# Under a key block LMK the usage is the type, wherever the key goes in a block.
_MASTER_USAGE: Final = "K0"
# What a master key of one kind carries: a ZMK between zones, a TMK to a terminal.
CARRIED: Final[Mapping[Kind, Mapping[KeyUse, KeyUse]]] = {
    "pin": {ZMK: ZPK, TMK: TPK},
    "mac": {ZMK: ZAK, TMK: TAK},
    "data": {ZMK: ZEK, TMK: DEK},
}
RULE: Final = "keys_keep_their_type"
# What a key may become by attributes of one's own: never easier to get out.
_EXPORTABILITIES: Final = "NES"


class Crossing(Struct, frozen=True, kw_only=True):
    """A key for *use* on its way under *master*, in a key block or in a form that tells no type.

    *fields* may hold attributes that it is to have on the other side.
    """

    direction: Direction
    use: KeyUse
    key: ClearKey
    master: ClearKey
    master_use: KeyUse
    is_block: bool
    fields: Fields | None = None


def require_crossing(keys: KeyRing, state: ModuleState, crossing: Crossing) -> None:
    """Refuse (17) unless a host may do this alone, or two officers allow it."""
    if not keys.policy.keys_keep_their_type:
        return
    is_alone = goes_alone(keys, crossing)
    if is_alone and not crossing.is_block and _kind_of(keys, crossing) is not None:
        # On this road a host sends keys both ways, and nothing binds their halves together.
        key = crossing.key.value
        is_alone = crossing.direction != "import" or not state.parts.are_joined_in(key)
        if is_alone:
            state.parts.add(key)
    if not is_alone:
        word = "import" if crossing.direction == "import" else "export"
        state.require_officers(f"{word}.{crossing.use.key_type}", RULE)


def require_renewal(keys: KeyRing, state: ModuleState, use: KeyUse, fields: Fields) -> None:
    """Refuse (17) unless a key for *use* under the old LMK is of the same type under *keys*.

    Of keys that become key blocks a type may be several usages: officers choose another than the
    first (``migrate.002.host``).
    """
    if not keys.policy.keys_keep_their_type or not _has_blocks(keys):
        return
    if USE_OF_TYPE[use.key_type] is not use or not _keeps_attributes(use, None, fields):
        state.require_officers(f"migrate.{use.key_type}", RULE)


def goes_alone(keys: KeyRing, crossing: Crossing) -> bool:
    """Whether the table lets a host do this without officers."""
    rule = _rule_of(keys, crossing.use)
    need, kind = rule.need(crossing.direction), _kind_of(keys, crossing)
    if need == "officers":
        return False
    known, usual = crossing.key.attributes, crossing.use.usages[0]
    keeps = _keeps_attributes(crossing.use, known, crossing.fields)
    if known is not None and (not crossing.is_block or not _has_blocks(keys)):
        # Where it goes no block tells its usage: on the way back it would be the usual one.
        keeps = keeps and known.usage == usual
    is_new = crossing.direction == "new"
    if kind is not None and (not crossing.is_block or (is_new and need == "typed")):
        return keeps and _same_type(keys, CARRIED[kind][crossing.master_use], crossing.use)
    if is_new and need == "typed":
        return False
    if is_new and (not crossing.is_block or crossing.master_use is TMK):
        return True  # No host takes it in again: without a block under a ZMK that is bound alone.
    if is_new:
        return rule.import_ == "typed"
    return crossing.is_block and keeps


def _kind_of(keys: KeyRing, crossing: Crossing) -> Kind | None:
    """What the master key carries alone, if the configuration binds it."""
    return keys.policy.carries.get(crossing.master.kcv)


def _rule_of(keys: KeyRing, use: KeyUse) -> HostRule:
    if _has_blocks(keys):
        return _NEVER if use.usages[0] == _MASTER_USAGE else _TYPED
    is_apart = use.pci_type and keys.policy.separate_terminal_keys
    return HOST_RULES[use.pci_type if is_apart else use.key_type]


def _same_type(keys: KeyRing, one: KeyUse, other: KeyUse) -> bool:
    if _has_blocks(keys):
        return one.usages[0] == other.usages[0]
    return one.key_type == other.key_type


def _has_blocks(keys: KeyRing) -> bool:
    return keys.new_key_scheme == KEY_BLOCK_SCHEME


def _keeps_attributes(use: KeyUse, known: Attributes | None, fields: Fields | None) -> bool:
    """Whether attributes in *fields* are those *known*, or usual for *use*, or narrower."""
    if not fields or "attributes" not in fields:
        return True
    asked = Attributes.read(fields["attributes"])
    usage, mode, most = use.usages[0], use.modes[0], "E"
    if known is not None:
        usage, mode, most = known.usage, known.mode_of_use, known.exportability
    return (
        asked.usage == usage
        and mode in (asked.mode_of_use, "N")
        and asked.exportability in _EXPORTABILITIES[: _EXPORTABILITIES.find(most) + 1]
    )
