"""What operators say to peers: echo, sign-on, sign-off, cut-over; only a switch that runs can."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Final, Literal, Protocol

import msgspec
from msgspec import Meta, Struct

from cardswitch.specs.errors import Error
from cardswitch.specs.message import Message
from cardswitch.specs.transactions.card_files import file_fields
from cardswitch.specs.transactions.kinds import KINDS
from cardswitch.wire.driver.control import Verb
from cardswitch.wire.driver.runtime import Runtime
from cardswitch.wire.operator.control import TIMEOUT_S, NotRunning, ask_control
from cardswitch.wire.ports import Effect, Seconds

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

SAY: Final = "say"
TELL: Final = "tell_issuer"
TEXT: Final = 104
TEXT_MAX: Final = 100
_LOOK_S: Final = 0.05  # between two looks at whether there is an answer


class HasStatus(Protocol):
    """The machine of a switch, as far as how it stands is asked."""

    def status(self) -> Mapping[str, Any]:
        """How it stands: "network", "totals" and "keys" are lists of what a peer answers to."""
        ...


class Speaks(HasStatus, Protocol):
    """The machine of a switch, as far as this needs it."""

    def say(
        self, now: Seconds, who: str, place: str, what: str, because: str, /
    ) -> Sequence[Effect]:
        """Say something to the peer at *place*. Raises Error."""
        ...

    def tell_issuer(
        self, now: Seconds, who: str, place: str, what: str, because: str, request: Message, /
    ) -> Sequence[Effect]:
        """Have the upstream *place* do *what* by *request*, about a card. Raises Error."""
        ...


class Say(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Say *what* to the peer at *place*, and wait up to *wait_s* for its answer."""

    who: Who
    place: str
    what: str
    because: Because = ""
    wait_s: Annotated[float, Meta(ge=0, le=WAIT_MAX_S)] = 0.0


def network_verbs(runtime: Runtime, machine: Speaks) -> dict[str, Verb]:
    """The verb by which a switch that runs speaks to a peer."""

    async def say(told: Mapping[str, Any]) -> Mapping[str, Any]:
        try:
            wanted = msgspec.convert(told, Say, strict=True)
        except msgspec.ValidationError as error:
            raise Error(f"{SAY}: {error}") from None
        refuse_cards_in(wanted.because)
        runtime.call(
            lambda now: machine.say(now, wanted.who, wanted.place, wanted.what, wanted.because)
        )
        await runtime.durable()
        return await answered(machine, "network", wanted.wait_s, place=wanted.place)

    return {SAY: say}


class TellIssuer(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Have the upstream *place* change its stop list about the card *pan*, or tell it *text*."""

    who: Who
    place: str
    pan: Annotated[str, Meta(pattern=r"\A[0-9]{12,19}\Z")]
    action: Literal["add", "delete", "inquire", ""] = ""  # "": a report
    text: Annotated[str, Meta(max_length=TEXT_MAX)] = ""
    because: Because = ""
    wait_s: Annotated[float, Meta(ge=0, le=WAIT_MAX_S)] = 0.0

    @property
    def request(self) -> Message:
        """What is sent, without what the switch says of itself."""
        kind = KINDS.named("file_action" if self.action else "report")
        said = file_fields(self.action) if self.action else {TEXT: self.text}
        return Message(kind.mti[0], {2: self.pan, **said})

    @property
    def what(self) -> str:
        """It in words, for people."""
        return f"stop-list {self.action}" if self.action else "report"


def issuer_verbs(runtime: Runtime, machine: Speaks) -> dict[str, Verb]:
    """The verb by which a switch that runs tells an issuer something of a card."""

    async def tell(told: Mapping[str, Any]) -> Mapping[str, Any]:
        try:
            wanted = msgspec.convert(told, TellIssuer, strict=True)
        except msgspec.ValidationError as error:
            raise Error(f"{TELL}: {error}") from None
        if not wanted.action and not wanted.text.strip():
            raise Error(f"{TELL}: text: say something")
        refuse_cards_in(wanted.because)
        refuse_cards_in(wanted.text)
        ask = (wanted.who, wanted.place, wanted.what, wanted.because, wanted.request)
        runtime.call(lambda now: machine.tell_issuer(now, *ask))
        await runtime.durable()
        return await answered(machine, "network", wanted.wait_s, place=wanted.place)

    return {TELL: tell}


async def answered(machine: HasStatus, what: str, wait_s: float, **about: str) -> Mapping[str, Any]:
    """How that of *what* stands which is *about* this, once it is not under way, or after *wait_s*.

    *what* is a list of the status, *about* what tells one in it from the others.
    """
    loop = asyncio.get_running_loop()
    ends_at = loop.time() + wait_s
    while True:
        found: Mapping[str, Any]
        [found] = [one for one in machine.status()[what] if about.items() <= one.items()]
        if not found["is_under_way"] or loop.time() >= ends_at:
            return found
        await asyncio.sleep(_LOOK_S)


def peers_of(config: SwitchConfig, vault: Vault) -> Sequence[Mapping[str, Any]]:
    """How every peer stands, whether the switch runs or not. Raises Error."""
    peers: Sequence[Mapping[str, Any]] = perform(config, vault, STATUS, {})["network"]
    return peers


def say(
    config: SwitchConfig, place: str, what: str, because: str, within_s: float
) -> Mapping[str, Any]:
    """Have the switch say *what* to *place*; how that stands after *within_s* at the latest.

    Raises Error: there is no such place, nobody is there, or the switch does not run.
    """
    arguments = {"place": place, "what": what, "because": because}
    return asked(config, SAY, arguments, within_s)


def tell_issuer(
    config: SwitchConfig, place: str, pan: str, said: Mapping[str, str], within_s: float
) -> Mapping[str, Any]:
    """Have the switch tell *place* of the card *pan* what is *said*: action or text, and because.

    Raises Error as :func:`say` does.
    """
    return asked(config, TELL, {"place": place, "pan": pan, **said}, within_s)


def asked(
    config: SwitchConfig, verb: str, arguments: Mapping[str, Any], within_s: float
) -> Mapping[str, Any]:
    """What comes of *verb*, by which a switch that runs asks a peer. Raises Error as above."""
    told, within = {**arguments, "wait_s": within_s}, TIMEOUT_S + within_s
    try:
        return ask_control(control_folder(config), CONTROL, verb, told, within)
    except NotRunning as error:
        raise Error(f"{error}: what is said to a peer needs one that runs") from None
