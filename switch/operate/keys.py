"""Working keys as operators see them: how they stand, and a change that they want.

A key is changed together with its peer, so only a switch that runs can do it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Final, Protocol

import msgspec
from msgspec import Meta, Struct

from cardswitch.specs.errors import Error
from cardswitch.wire.driver.control import Verb
from cardswitch.wire.driver.runtime import Runtime
from cardswitch.wire.machine.keys.working import KEY_KINDS
from cardswitch.wire.operator.control import TIMEOUT_S, NotRunning, ask_control
from cardswitch.wire.ports import Effect, LinkId, Seconds, name_of

from ..core.row import Vault
from .config import SwitchConfig
from .deeds import (
    CONTROL,
    STATUS,
    WAIT_MAX_S,
    Because,
    Who,
    control_folder,
    perform,
    refuse_cards_in,
)
from .network import HasStatus, answered

CHANGE_KEY: Final = "change_key"


class ChangesKeys(HasStatus, Protocol):
    """The machine of a switch, as far as keys need it."""

    def change_key(
        self, now: Seconds, who: str, place: str, kind: str, because: str, *, theirs: bool
    ) -> Sequence[Effect]:
        """Begin to change a key; how it ends, :meth:`status` says. Raises Error."""
        ...


class ChangeKey(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Change the key of *kind* at *place*, and wait up to *wait_s* for how it ends."""

    who: Who
    place: str
    kind: str
    because: Because = ""
    theirs: bool = False
    wait_s: Annotated[float, Meta(ge=0, le=WAIT_MAX_S)] = 0.0


def key_verbs(runtime: Runtime, machine: ChangesKeys) -> dict[str, Verb]:
    """The verb by which a switch that runs changes a key."""

    async def change(told: Mapping[str, Any]) -> Mapping[str, Any]:
        try:
            wanted = msgspec.convert(told, ChangeKey, strict=True)
        except msgspec.ValidationError as error:
            raise Error(f"{CHANGE_KEY}: {error}") from None
        refuse_cards_in(wanted.because)
        runtime.call(
            lambda now: machine.change_key(
                now, wanted.who, wanted.place, wanted.kind, wanted.because, theirs=wanted.theirs
            )
        )
        return await answered(machine, "keys", wanted.wait_s, place=wanted.place, kind=wanted.kind)

    return {CHANGE_KEY: change}


def keys_of(config: SwitchConfig, vault: Vault) -> Sequence[Mapping[str, Any]]:
    """How every key stands that can be changed, whether the switch runs or not. Raises Error."""
    keys: Sequence[Mapping[str, Any]] = perform(config, vault, STATUS, {})["keys"]
    return keys


def kinds_at(config: SwitchConfig, place: str) -> Sequence[str]:
    """The kinds of keys at *place* that can be changed, all kinds if none: that is said later."""
    plan = config.settings().key_plans.get(name_of(LinkId(place)))
    return plan.kinds if plan is not None and plan.kinds else KEY_KINDS[:1]


def change_key(
    config: SwitchConfig, place: str, kind: str, because: str, within_s: float, *, theirs: bool
) -> Mapping[str, Any]:
    """Have the switch change a key; how that stands after *within_s* at the latest.

    Raises Error: there is no such key, nobody is there, or the switch does not run.
    """
    arguments = {
        "place": place,
        "kind": kind,
        "because": because,
        "theirs": theirs,
        "wait_s": within_s,
    }
    try:
        folder = control_folder(config)
        return ask_control(folder, CONTROL, CHANGE_KEY, arguments, TIMEOUT_S + within_s)
    except NotRunning as error:
        raise Error(
            f"{error}: a key is changed together with its peer, so start it first"
        ) from None
