"""What a program has of key exchange: it hears of the peer's, and is told to make its own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from cardswitch.specs.codes import APPROVED, FORMAT_ERROR, INVALID_TRANSACTION, KEY_CHANGE
from cardswitch.specs.errors import Error
from cardswitch.specs.message import Message

from ...ports import LinkId, name_of
from .handout import KeyHandout
from .offers import KEY_CODES, KEY_FIELD, read_offer
from .ours import OurChanges
from .steps import CLOCK, NOTHING_YET, PEER, KeySteps
from .theirs import TheirChanges
from .working import KeyKind

LISTENER_BEHIND: Final = 0.25  # of the time between two changes by the clock


class KeyExchange:
    """Changes of keys, ours and the peers', at all places of a program that have a plan."""

    def __init__(self, steps: KeySteps) -> None:
        self._steps = steps
        self._desk = steps.desk
        self._plans = steps.plans
        self._ours = OurChanges(steps)
        self._theirs = TheirChanges(steps)
        self._handout = KeyHandout(steps)
        self._clocks: set[str] = set()

    # For people -----------------------------------------------------------------------------------

    def told(self) -> list[Mapping[str, Any]]:
        """How it stands with every key that can be changed, for people: no key is in it."""
        return [
            self._told_of(each, kind)
            for place, plan in self._plans.items()
            for each in (self._steps.terminals(place) if plan.is_handed_out else [place])
            for kind in plan.kinds
        ]

    def _told_of(self, place: str, kind: KeyKind) -> Mapping[str, Any]:
        state, plan = self._steps.state(place, kind), self._steps.plan(place)
        is_given = plan.is_handed_out
        outcome = self._steps.outcomes.get((place, kind), NOTHING_YET)
        return {
            "place": place,
            "kind": kind,
            "check_value": state.kcv,
            "old_is_accepted": bool(state.olds) and kind in plan.comes_in,
            "offered": state.offered_kcv,
            "is_under_way": self._is_under_way(place, kind),
            "outcome": outcome.result,
            "reason": "not used yet" if is_given and state.offered else outcome.reason,
        }

    def change(
        self, place: str, kind: str, by: str, because: str = "", *, theirs: bool = False
    ) -> None:
        """Begin to change the key of *kind* at *place*; *theirs*: have the peer make it.

        That of a terminal, whose place is ``pos/TERM0001``, is changed when it speaks next.
        Raises Error: there is no such key, nobody is there, or a change is under way.
        """
        known = self._kind_at(place, kind)
        if self._is_under_way(place, known):
            raise Error(f"{place}: a change of its {kind} key is under way already")
        if self._steps.plan(place).is_handed_out:
            if theirs:
                raise Error(f"{place}: terminals make no keys")
            return self._handout.order(place, known, by, because)
        if self._desk.newest_link(place) is None:
            raise Error(f"{place}: nobody is there, and a key is changed together with its peer")
        if theirs:
            return self._ours.want(place, known)
        return self._ours.begin(place, known, by, because)

    def _is_under_way(self, place: str, kind: KeyKind) -> bool:
        return self._ours.is_under_way(place, kind) or self._handout.is_ordered(place, kind)

    def _kind_at(self, place: str, kind: str) -> KeyKind:
        plan = self._plans.get(name_of(LinkId(place)))
        is_place = plan is not None and plan.is_handed_out == bool(place.partition("/")[2])
        for known in plan.kinds if plan is not None and is_place else ():
            if known == kind:
                return known
        places = [
            f"{name}{'/TERMINAL' if each.is_handed_out else ''} ({', '.join(each.kinds)})"
            for name, each in self._plans.items()
        ]
        raise Error(
            f"{place}: no {kind} key there that can be changed, expected one of "
            f"{', '.join(places) or 'none'}; its place needs that key, and a table `keys` with the "
            "master key that it travels under"
        )

    # Links ----------------------------------------------------------------------------------------

    def brings(self, place: str) -> bool:
        """Whether a terminal at the listener *place* may be due a key: else nobody need look."""
        plan = self._plans.get(place)
        if plan is None or not plan.is_handed_out:
            return False
        return self._handout.has_orders or plan.every_s > 0

    def heard(self, link: LinkId, terminal: str) -> None:
        """*terminal* speaks on *link*: it is brought the keys that it is to have."""
        if self.brings(name_of(link)):
            self._handout.heard(link, terminal)

    def link_ready(self, link: LinkId) -> None:
        """The peer on *link* can be asked: what it has not answered is offered again."""
        place = name_of(link)
        plan = self._plans.get(place)
        if plan is None or plan.is_handed_out:
            return
        for kind in plan.kinds:
            if self._steps.state(place, kind).offered:
                self._ours.begin(place, kind, PEER)
        if plan.every_s and place not in self._clocks:
            self._clocks.add(place)
            # Both ends may have a clock, and begin at once: who listens is behind who dials.
            behind = LISTENER_BEHIND if link != place else 0.0
            self._desk.later(plan.every_s * (1.0 + behind), lambda: self._tick(place))

    def _tick(self, place: str) -> None:
        plan = self._plans[place]
        self._desk.later(plan.every_s, lambda: self._tick(place))
        if self._desk.newest_link(place) is not None:
            for kind in plan.kinds:
                self._ours.begin(place, kind, CLOCK)

    def takes(self, link: LinkId, request: Message) -> bool:
        """Whether *request* is about keys of a place that has a plan: then it is seen to."""
        code, place = request.get(70), name_of(link)
        plan = self._plans.get(place)
        if code not in KEY_CODES or plan is None:
            return False
        offer = read_offer(request)
        if offer is None:
            self._desk.send(link, request.reply(FORMAT_ERROR, {44: str(KEY_FIELD)}))
        elif offer.kind not in plan.kinds or (plan.is_handed_out and code == KEY_CHANGE):
            self._desk.send(link, request.reply(INVALID_TRANSACTION))
        elif plan.is_handed_out:
            self._handout.begin(link, request, offer.kind)
        elif code == KEY_CHANGE:
            self._theirs.begin(link, request, offer)
        else:
            self._desk.send(link, request.reply(APPROVED))
            self._ours.begin(place, offer.kind, PEER)
        return True
