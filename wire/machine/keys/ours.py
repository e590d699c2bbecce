"""A change of a key that we make: the HSM makes the key, and it is offered until it is answered."""

from __future__ import annotations

from typing import Final

from cardswitch.specs.codes import APPROVED
from cardswitch.specs.errors import Error
from cardswitch.specs.hsm.commands.keys.any_type import export_key, generate_key
from cardswitch.specs.message import Message

from ...ports import LinkId, Seconds, name_of
from ..budget import Budget
from ..waits import Flow, NoAnswer
from .offers import KEY_FIELD, Offer
from .steps import CHANGED, KeyRefused, KeySteps, Outcome
from .working import KeyKind

ANSWER_S: Final[Seconds] = 5.0  # The peer asks its module before it answers.
AGAIN_S: Final[Seconds] = 10.0  # until the same key is offered again
ASKED: Final = Outcome("asked", "the peer was asked for a new key")
WAITING: Final = Outcome("waiting", "no answer yet: the same key is offered again and again")
GONE: Final = Outcome("waiting", "the peer has gone: the same key is offered when it is back")


class OurChanges:
    """One change of each key at a time."""

    def __init__(self, steps: KeySteps) -> None:
        self._steps = steps
        self._desk = steps.desk
        self._under_way: set[tuple[str, KeyKind]] = set()

    def is_under_way(self, place: str, kind: KeyKind) -> bool:
        """Whether a change of ours has no outcome yet."""
        return (place, kind) in self._under_way

    def begin(self, place: str, kind: KeyKind, by: str, because: str = "") -> None:
        """Change that key, or offer it again if it is offered; nothing if that is under way."""
        if not self.is_under_way(place, kind):
            self._begin(place, kind, self._changed(place, kind, by, because))

    def want(self, place: str, kind: KeyKind) -> None:
        """Have the peer make that change. Raises Error: nobody is there, or one of ours is offered.

        What is offered must have its outcome first: until then the peer's keys are refused.
        """
        link = self._desk.newest_link(place)
        if link is None:
            raise Error(f"{place}: nobody is there to be asked for a key")
        if self._steps.state(place, kind).offered:
            raise Error(f"{place}: its {kind} key is offered already, and not answered yet")
        self._begin(place, kind, self._wanted(link, kind))

    def _begin(self, place: str, kind: KeyKind, flow: Flow) -> None:
        self._under_way.add((place, kind))
        self._steps.outcomes.pop((place, kind), None)
        self._desk.start(flow, budget=Budget.CARING)

    async def _changed(self, place: str, kind: KeyKind, by: str, because: str) -> None:
        key = ""
        try:
            if not self._steps.state(place, kind).offered:
                key = await self._make(place, kind, by, because)
            while (link := self._desk.newest_link(place)) is not None:
                answer = await self._offer(link, kind, key)
                if answer is not None:
                    return self._judge(place, kind, answer, by, because)
                key = ""
                self._steps.outcomes[place, kind] = WAITING
                await self._desk.sleep(AGAIN_S)
            self._steps.outcomes[place, kind] = GONE
        except (KeyRefused, NoAnswer) as error:
            self._steps.end(place, kind, Outcome("kept", str(error)))
        finally:
            self._under_way.discard((place, kind))

    async def _make(self, place: str, kind: KeyKind, by: str, because: str) -> str:
        """The new key under the master key. Raises KeyRefused, NoAnswer: then none is offered."""
        plan = self._steps.plan(place)
        command = generate_key(plan.types[kind], plan.scheme_under_lmk(kind))
        made = await self._steps.ask_hsm(command, "does not make a key")
        key = await self._under_master(place, kind, made["key"])
        offer = Offer(kind, made["kcv"])
        self._steps.note("offered", place, offer, key=made["key"], by=by, because=because)
        return key

    async def _under_master(self, place: str, kind: KeyKind, key: str) -> str:
        plan = self._steps.plan(place)
        command = export_key(plan.types[kind], plan.masters[kind], key, plan.scheme)
        return (await self._steps.ask_hsm(command, "does not let the key out"))["key"]

    async def _offer(self, link: LinkId, kind: KeyKind, key: str) -> Message | None:
        """The peer's answer; None if it gave none, and may have taken the key all the same.

        *key* is under the master key; ``""`` to have the HSM let it out once more.
        """
        place = name_of(link)
        state = self._steps.state(place, kind)
        try:
            key = key or await self._under_master(place, kind, state.offered)
            return await self._say(link, Offer(kind, state.offered_kcv, key))
        except (KeyRefused, NoAnswer):
            return None

    async def _say(self, link: LinkId, offer: Offer) -> Message:
        question = self._desk.stamp(link, offer.request(self._desk.now))
        return await self._desk.ask(link, question, ANSWER_S)

    def _judge(self, place: str, kind: KeyKind, answer: Message, by: str, because: str) -> None:
        """The peer has taken what was offered, or refuses it for ever."""
        state = self._steps.state(place, kind)
        offer, code = Offer(kind, state.offered_kcv), answer.get(39)
        if code == APPROVED and answer.get(KEY_FIELD) == offer.text:
            self._steps.note("changed", place, offer, key=state.offered, by=by, because=because)
            return self._steps.end(place, kind, CHANGED)
        self._steps.note("kept", place, offer, by=by)
        reason = f"the peer has refused it with {code}"
        if code == APPROVED:
            reason = "the peer has taken a key with another check value"
        return self._steps.end(place, kind, Outcome("kept", reason))

    async def _wanted(self, link: LinkId, kind: KeyKind) -> None:
        """Ask the peer for a new key, which it then offers."""
        place, steps = name_of(link), self._steps
        try:
            code = (await self._say(link, Offer(kind))).get(39)
            if code == APPROVED:
                steps.outcomes.setdefault((place, kind), ASKED)
            else:
                steps.end(place, kind, Outcome("kept", f"the peer makes none: {code}"))
        except NoAnswer:
            steps.end(place, kind, Outcome("kept", "the peer does not answer"))
        finally:
            self._under_way.discard((place, kind))
