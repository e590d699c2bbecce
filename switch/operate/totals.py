"""Totals of a settlement date are compared with an upstream; only a switch that runs can ask."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Final, Protocol

import msgspec
from msgspec import Meta, Struct

from cardswitch.specs.errors import Error
from cardswitch.wire.driver.control import Verb
from cardswitch.wire.driver.runtime import Runtime
from cardswitch.wire.ports import Effect, Seconds

from ..core.row import Vault
from .config import SwitchConfig
from .deeds import STATUS, WAIT_MAX_S, Because, Who, perform, refuse_cards_in
from .network import HasStatus, answered, asked

TOTALS: Final = "totals"


class Compares(HasStatus, Protocol):
    """The machine of a switch, as far as this needs it."""

    def ask_totals(
        self, now: Seconds, who: str, place: str, date: str, currency: str, because: str, /
    ) -> Sequence[Effect]:
        """Compare what *date* comes to with *place*. Raises Error."""
        ...


class AskTotals(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Compare what *date* comes to with *place*, and wait up to *wait_s* for its answers."""

    who: Who
    place: str
    date: str = ""  # today
    currency: Annotated[str, Meta(pattern=r"\A([0-9]{3})?\Z")] = ""  # all there are
    because: Because = ""
    wait_s: Annotated[float, Meta(ge=0, le=WAIT_MAX_S)] = 0.0


def totals_verbs(runtime: Runtime, machine: Compares) -> dict[str, Verb]:
    """The verb by which a switch that runs compares totals."""

    async def totals(told: Mapping[str, Any]) -> Mapping[str, Any]:
        try:
            wanted = msgspec.convert(told, AskTotals, strict=True)
        except msgspec.ValidationError as error:
            raise Error(f"{TOTALS}: {error}") from None
        refuse_cards_in(wanted.because)
        asks = (wanted.who, wanted.place, wanted.date, wanted.currency, wanted.because)
        runtime.call(lambda now: machine.ask_totals(now, *asks))
        found = await answered(machine, "totals", wanted.wait_s, place=wanted.place)
        await runtime.durable()
        return found

    return {TOTALS: totals}


def ask_totals(
    config: SwitchConfig, place: str, date: str, currency: str, because: str, within_s: float
) -> Mapping[str, Any]:
    """Have the switch compare *date* with *place*; how that stands after *within_s* at the latest.

    Raises Error: there is no such place, nobody is there, or the switch does not run.
    """
    told = {"place": place, "date": date, "currency": currency, "because": because}
    return asked(config, TOTALS, told, within_s)


def due_of(config: SwitchConfig, vault: Vault) -> Mapping[str, Sequence[str]]:
    """By upstream, which dates it is still to be told of; the switch may run or not."""
    found = perform(config, vault, STATUS, {})["totals"]
    return {each["place"]: each["due"] for each in found}
