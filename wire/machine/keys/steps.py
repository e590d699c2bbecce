"""What both ways of a change share: the HSM is asked, steps are durable, people are told."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, Literal, NamedTuple

from cardswitch.specs.errors import Error
from cardswitch.specs.hsm import Command

from ...ports import LinkId, Seconds, name_of
from ..desk import Desk
from ..waits import NoAnswer
from .offers import KeyPlan, Offer
from .working import KeyKind, KeyState, KeyStep, WorkingKeys

PEER: Final = "peer"  # who wanted it, if no person and no clock did
CLOCK: Final = "clock"


class Outcome(NamedTuple):
    """How the last change of a key stands: "kept" if the old one stays in use, and why."""

    result: Literal["", "asked", "waiting", "changed", "kept"] = ""
    reason: str = ""


NOTHING_YET: Final = Outcome()
CHANGED: Final = Outcome("changed")


class KeyRefused(Error):
    """A change ends here, and the old key stays in use; the text says why."""


class KeySteps:
    """The keys of a program at those places where they can be changed, and the steps of changes."""

    def __init__(
        self,
        desk: Desk,
        hsm: LinkId,
        plans: Mapping[str, KeyPlan],
        keys: WorkingKeys,
        write: Callable[[KeyStep], None],
        within: Seconds,
    ) -> None:
        """*plans*: by name of a listener or upstream. *keys*: of the same places, as they stand.

        *write* makes a step durable, and has *keys* take it over. *within*: of the HSM.
        """
        self.desk = desk
        self.plans = plans
        self.outcomes: dict[tuple[str, KeyKind], Outcome] = {}  # of the last changes
        self._hsm = hsm
        self._keys = keys
        self._write = write
        self._within = within

    def state(self, place: str, kind: KeyKind) -> KeyState:
        """How it stands with the keys of *kind* at *place*, which has a plan."""
        return self._keys.state(place, kind, self.plan(place).configured_at(place, kind))

    def plan(self, place: str) -> KeyPlan:
        """The plan of *place*, or of the listener of a terminal there."""
        return self.plans[name_of(LinkId(place))]

    def terminals(self, place: str) -> list[str]:
        """The places of those terminals of a listener that were handed out keys, or are to be."""
        known = {*self._keys.places(), *(other for other, _ in self.outcomes)}
        return sorted(other for other in known if other.startswith(f"{place}/"))

    async def ask_hsm(self, command: Command, refusal: str) -> Mapping[Any, str]:
        """What the HSM answers. Raises NoAnswer, or KeyRefused that says *refusal*."""
        try:
            answer = await self.desk.ask(self._hsm, command, self._within)
        except NoAnswer:
            raise NoAnswer("the HSM does not answer") from None
        if not answer.ok:
            raise KeyRefused(f"the HSM {refusal}: error {answer.error}")
        return answer.fields

    def note(
        self,
        step: Literal["offered", "changed", "kept"],
        place: str,
        offer: Offer,
        *,
        key: str = "",
        by: str = "",
        because: str = "",
    ) -> None:
        """Make a step durable; *key* is the new one under the LMK."""
        self._write(
            KeyStep(
                step=step,
                place=place,
                kind=offer.kind,
                configured=self.plan(place).configured_at(place, offer.kind),
                key=key,
                kcv=offer.kcv,
                by=by,
                because=because,
            )
        )

    def end(self, place: str, kind: KeyKind, outcome: Outcome) -> None:
        """A change has ended: the record tells, and so does :attr:`outcomes`."""
        self.outcomes[place, kind] = outcome
        link, kcv = LinkId(place), self.state(place, kind).kcv
        if outcome == CHANGED:
            self.desk.tell("key_changed", link, f"the {kind} key has the check value {kcv} now")
        else:
            self.desk.tell("key_kept", link, f"the {kind} key stays as it was: {outcome.reason}")
