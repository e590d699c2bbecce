"""Each safeguard of the switch, removed: the world must notice, or it proves nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import Any
from unittest import mock

from cardswitch.specs.message import Message
from cardswitch.switch.core.desk import SwitchDesk
from cardswitch.switch.core.legs import Leg
from cardswitch.switch.core.machine import Switch
from cardswitch.switch.core.states import State
from cardswitch.wire.machine.kernel import Kernel
from cardswitch.wire.ports import Append, Effect, Event, LinkId, Seconds

from .people import World

Removal = Callable[[], AbstractContextManager[Any]]
FEW_NUMBERS = 5


def _late_entries(*states: State) -> Removal:
    """Write the entries of *states* after what they should have been written before."""

    class Careless(Switch):
        def handle(self, event: Event, now: Seconds) -> Sequence[Effect]:
            return self._late_last(super().handle(event, now))

        def wake(self, now: Seconds) -> Sequence[Effect]:
            return self._late_last(super().wake(now))

        def _late_last(self, effects: Sequence[Effect]) -> Sequence[Effect]:
            return sorted(effects, key=self._is_late)

        def _is_late(self, effect: Effect) -> bool:
            return isinstance(effect, Append) and effect.entry.state in states

    return lambda: mock.patch.object(World, "switch_class", Careless)


def _give_up(desk: SwitchDesk) -> None:
    desk.record(State.DECLINED, Message("0210", {39: "91"}))
    desk.respond()


def _no_reversal() -> AbstractContextManager[Any]:
    return mock.patch("cardswitch.switch.core.flows.purchase.undo", _give_up)


def _no_recovery() -> AbstractContextManager[Any]:
    return mock.patch("cardswitch.switch.core.flows.recover.finish")


def _no_repeat_detection() -> AbstractContextManager[Any]:
    def forget(switch: Switch, link: LinkId, request: Message, leg: Leg, _: str) -> None:
        switch.memory.legs._by_identity.pop(leg.identity)
        switch._purchase(link, request)

    return mock.patch.object(Switch, "_repeat", forget)


@contextmanager
def _keys_reused() -> Iterator[None]:
    def stamp(kernel: Kernel, link: LinkId, question: Any) -> Any:
        kernel._numbers[link] = kernel._numbers[link] % FEW_NUMBERS + 1
        return kernel.exchange(link).stamp(question, kernel._numbers[link])

    with mock.patch.object(Kernel, "stamp", stamp):
        yield


SAFEGUARDS: Mapping[str, Removal] = {
    "reversal on time-out": _no_reversal,
    "W1: forwarded only when durable": _late_entries(State.FORWARDED),
    "W2: answered only when durable": _late_entries(State.APPROVED, State.DECLINED),
    "recovery": _no_recovery,
    "repeat detection": _no_repeat_detection,
    "no key reused while alive": _keys_reused,
}
