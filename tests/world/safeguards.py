"""Each safeguard of the switch, removed: the world must notice, or it proves nothing."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import Any
from unittest import mock

from cardswitch.hosts.acquirer import settling
from cardswitch.hosts.acquirer.legs import Booked
from cardswitch.hosts.issuer.accounts import Account
from cardswitch.hosts.issuer.holds import Holds
from cardswitch.specs.dates import utc_date
from cardswitch.specs.message import Message
from cardswitch.specs.transactions import captures
from cardswitch.specs.transactions.captures import Hold
from cardswitch.specs.transactions.reversals import Reference
from cardswitch.specs.transactions.settled import Settled
from cardswitch.switch.core.access.sessions import Sessions
from cardswitch.switch.core.desk import SwitchDesk
from cardswitch.switch.core.flows import ask, batches, increase
from cardswitch.switch.core.flows.reversal import answer
from cardswitch.switch.core.flows.reverse import begin
from cardswitch.switch.core.journal import Journal
from cardswitch.switch.core.legs import Leg
from cardswitch.switch.core.machine import Switch
from cardswitch.switch.core.memory import Memory
from cardswitch.switch.core.network import Announcements
from cardswitch.switch.core.states import State
from cardswitch.switch.core.turns import Turns
from cardswitch.terminal.pinpad.macs import MacPad
from cardswitch.wire.machine.budget import Budget
from cardswitch.wire.machine.identities import Identities
from cardswitch.wire.machine.kernel import Kernel
from cardswitch.wire.machine.keys.ours import OurChanges
from cardswitch.wire.machine.keys.working import KeyKind, KeyStep, WorkingKeys
from cardswitch.wire.machine.macs import MacRule, Macs
from cardswitch.wire.machine.network import network_reply
from cardswitch.wire.ports import Append, Effect, Event, LinkId, Seconds

from .network import Network
from .parts import Node
from .people import World

Removal = Callable[[], AbstractContextManager[Any]]
FEW_NUMBERS = 5
MOMENT_S: Seconds = 3.0


def _late_entries(*states: State) -> Removal:
    """Write the entries of *states* after what they should have been written before."""

    class Careless(Switch):
        def handle(self, event: Event, now: Seconds) -> Sequence[Effect]:
            return self._late_last(super().handle(event, now))

        def wake(self, now: Seconds) -> Sequence[Effect]:
            return self._late_last(super().wake(now))

        def _late_last(self, effects: Sequence[Effect]) -> Sequence[Effect]:
            is_late = any(map(self._is_late, effects))
            return sorted(effects, key=lambda e: is_late and isinstance(e, Append))

        def _is_late(self, effect: Effect) -> bool:
            return isinstance(effect, Append) and effect.entry.state in states

    return lambda: mock.patch.object(World, "switch_class", Careless)


def _give_up(desk: SwitchDesk) -> None:
    desk.record(State.DECLINED, Message("0210", {39: "91"}))
    desk.respond()


def _no_reversal() -> AbstractContextManager[Any]:
    return mock.patch("cardswitch.switch.core.flows.ask.undo", _give_up)


def _inquiries_undone() -> AbstractContextManager[Any]:
    """What moves no money is undone like a sale."""

    def undo(desk: SwitchDesk) -> None:
        begin(desk)
        desk.respond()

    return mock.patch("cardswitch.switch.core.flows.ask.undo", undo)


def _no_recovery() -> AbstractContextManager[Any]:
    return mock.patch("cardswitch.switch.core.machine.finish")


@contextmanager
def _no_repeat_detection() -> Iterator[None]:
    def forget(switch: Switch, link: LinkId, request: Message, leg: Leg, _: str) -> None:
        switch.memory.legs.remove(leg)
        switch._ask(link, request, leg.kind)

    async def is_new(desk: SwitchDesk) -> bool:
        return True

    with (
        mock.patch.object(Switch, "_repeat", forget),
        mock.patch("cardswitch.switch.core.flows.ask.is_new", is_new),
    ):
        yield


@contextmanager
def _no_placeholder() -> Iterator[None]:
    """A leg is in memory only once it has a row: two copies may both find nothing."""
    opened, record = Memory.open_leg, Journal.record

    def open_leg(memory: Memory, *args: Any, **kwargs: Any) -> Leg:
        leg = opened(memory, *args, **kwargs)
        memory.legs.remove(leg)
        return leg

    def record_first(journal: Journal, leg: Leg, *args: Any, **kwargs: Any) -> None:
        if leg.state is None:
            journal._memory.legs.add(leg)
        record(journal, leg, *args, **kwargs)

    with (
        mock.patch.object(Memory, "open_leg", open_leg),
        mock.patch.object(Journal, "record", record_first),
    ):
        yield


def _look_up_early() -> AbstractContextManager[Any]:
    """A look-up may miss what was appended a moment before it."""
    tell = Network.found

    def found(world: Network, node: Node, question: Any) -> Sequence[Any] | None:
        rows = tell(world, node, question)
        since = world.time_of(node) - MOMENT_S
        return rows and [row for row in rows if row.at < since]

    return mock.patch.object(Network, "found", found)


def _no_second_look() -> AbstractContextManager[Any]:
    """What a look-up has found is believed, whatever memory has learned in the meantime."""
    adopt = Memory.adopt

    def believe(memory: Memory, rows: Sequence[Any]) -> Leg:
        known = memory.legs.find(rows[0].identity)
        if known is not None and known.state is not None:
            memory.legs.remove(known)
        return adopt(memory, rows)

    return mock.patch.object(Memory, "adopt", believe)


def _no_year() -> AbstractContextManager[Any]:
    def date(now: Seconds) -> str:
        return f"2026{utc_date(now)[4:]}"

    return mock.patch("cardswitch.specs.transactions.identity.utc_date", date)


def _no_row_of_refusals() -> AbstractContextManager[Any]:
    def decline(desk: SwitchDesk, request: Message, code: str) -> None:
        desk.tell_waiters(code)
        desk.forget()

    return mock.patch.object(SwitchDesk, "decline", decline)


def _one_budget() -> AbstractContextManager[Any]:
    """Whatever is done takes the room of whatever is to be undone."""

    def is_full(kernel: Kernel, budget: Budget, link: LinkId | None = None) -> bool:
        alive = kernel._alive_flows
        flows = sum(alive[one] for one in Budget if one is not Budget.CARING)
        return flows >= kernel._limits.flows_max

    return mock.patch.object(Kernel, "is_full", is_full)


def _no_tombstone() -> AbstractContextManager[Any]:
    def unknown(desk: SwitchDesk, request: Message, names: Reference, _: Sequence[Leg]) -> None:
        answer(desk, request, desk.listener.unknown_reversal)

    return mock.patch("cardswitch.switch.core.flows.reversal.unknown", unknown)


def _no_part() -> AbstractContextManager[Any]:
    return mock.patch("cardswitch.switch.core.flows.reversal.stays_of", return_value=0)


def _never_held() -> AbstractContextManager[Any]:
    nothing = {"hold": mock.DEFAULT, "release": mock.DEFAULT}
    return mock.patch.multiple(Account, **nothing)


@contextmanager
def _keys_reused() -> Iterator[None]:
    def stamp(kernel: Kernel, link: LinkId, question: Any) -> Any:
        kernel._numbers[link] = kernel._numbers[link] % FEW_NUMBERS + 1
        return kernel.exchange(link).stamp(question, kernel._numbers[link])

    with mock.patch.object(Kernel, "stamp", stamp):
        yield


def _no_macs() -> AbstractContextManager[Any]:
    async def agrees(macs: Macs, link: LinkId, message: Message, rule: MacRule) -> str:
        return ""

    return mock.patch.object(Macs, "_fault", agrees)


def _no_macs_at_terminals() -> AbstractContextManager[Any]:
    return mock.patch.object(MacPad, "is_right", return_value=True)


def _no_overlap() -> AbstractContextManager[Any]:
    """The old key goes as the new one comes, and what is offered is not accepted yet."""

    def accepted(
        keys: WorkingKeys, place: str, kind: KeyKind, configured: str, now: Seconds
    ) -> tuple[str, ...]:
        key = keys.sending(place, kind, configured)
        return (key,) if key else ()

    return mock.patch.object(WorkingKeys, "accepted", accepted)


def _no_answer_is_no() -> AbstractContextManager[Any]:
    """A key that has no answer was not taken: the old one stays."""
    offer = OurChanges._offer

    async def offer_once(ours: OurChanges, link: LinkId, kind: KeyKind, key: str) -> Message:
        return await offer(ours, link, kind, key) or Message("0810", {39: "91"})

    return mock.patch.object(OurChanges, "_offer", offer_once)


def _forgets_refusals() -> AbstractContextManager[Any]:
    """What was refused once, or was in use before, may be taken when it comes again."""
    apply = WorkingKeys.apply

    def forget(keys: WorkingKeys, step: KeyStep) -> None:
        apply(keys, step)
        keys.state(step.place, step.kind, step.configured).spent.clear()

    return mock.patch.object(WorkingKeys, "apply", forget)


def _never_off() -> AbstractContextManager[Any]:
    return mock.patch.object(Sessions, "is_on", return_value=True)


def _upstreams_never_off() -> AbstractContextManager[Any]:
    def answer(network: Announcements, link: LinkId, request: Message) -> Message:
        return network_reply(request)

    return mock.patch.object(Announcements, "answer", answer)


def _never_undone_in_batches() -> AbstractContextManager[Any]:
    """What a batch counts is as it was when it was approved."""
    counted = batches._counted
    return mock.patch.object(batches, "_counted", lambda rows: counted(rows[:2]))


def _taken_again() -> AbstractContextManager[Any]:
    """What was captured is captured once more."""
    asked = captures.refusal

    def refusal(capture: Message, amount: int, card: str, hold: Hold, now: Seconds) -> str:
        left = sys.maxsize if hold.is_captured else hold.left
        again = hold._replace(is_captured=False, captures=0, left=left)
        return asked(capture, amount, card, again, now)

    return mock.patch.object(captures, "refusal", refusal)


def _taken_above() -> AbstractContextManager[Any]:
    asked = captures.refusal

    def refusal(capture: Message, amount: int, card: str, hold: Hold, now: Seconds) -> str:
        left = sys.maxsize if hold.left else 0
        return asked(capture, amount, card, hold._replace(left=left), now)

    return mock.patch.object(captures, "refusal", refusal)


def _taken_in_any_order() -> AbstractContextManager[Any]:
    """Whatever is owed about one transaction goes upstream at once."""
    return mock.patch.object(Turns, "wait", return_value=False)


def _dates_forgotten() -> AbstractContextManager[Any]:
    """After a start nobody knows of which dates the journal has rows."""
    return mock.patch.multiple(Identities, seen=mock.DEFAULT, restore=mock.DEFAULT)


def _advices_kept_again() -> AbstractContextManager[Any]:
    """What a terminal has sold by itself is kept again when it is told again."""

    async def is_new(desk: SwitchDesk) -> bool:
        return True

    return mock.patch("cardswitch.switch.core.flows.advise.is_new", is_new)


def _increments_forgotten() -> AbstractContextManager[Any]:
    """An increment is approved, and its original does not hold it."""

    async def added(desk: SwitchDesk, forwarded: Message) -> None:
        answer = await increase.answered(desk, forwarded)
        if answer is None:
            return ask.undo(desk)
        message, brought = answer
        desk.record(State.APPROVED if message.approved else State.DECLINED, message)
        return desk.respond(brought)

    return mock.patch.object(increase, "added", added)


def _holds_for_ever() -> AbstractContextManager[Any]:
    return mock.patch.object(Holds, "_add")


def _told_once() -> AbstractContextManager[Any]:
    """An advice is sent, and nobody waits for its acknowledgement."""

    def pursue(desk: SwitchDesk, owed: Message, sent: int = 0, tries: int = 0) -> None:
        desk.send(LinkId(desk.leg.upstream), owed)
        desk.record(State.APPROVED, Message("0230", {4: owed[4], 39: "00"}))

    return mock.patch("cardswitch.switch.core.flows.advise.pursue", pursue)


def _totals_since_the_start() -> AbstractContextManager[Any]:
    """What is settled by date is counted from each start on, whatever a checkpoint has."""
    return mock.patch.object(Settled, "restore")


def _totals_up_to_a_checkpoint() -> AbstractContextManager[Any]:
    """A start counts nothing of what came behind the last checkpoint."""
    return mock.patch("cardswitch.switch.core.flows.recover.count")


def _totals_with_what_was_undone() -> AbstractContextManager[Any]:
    """The acquirer counts what is approved, and not that it is undone."""
    counted = settling.count

    def count(settled: Settled, before: Booked | None, now: Booked | None) -> None:
        counted(settled, before, now or before)

    return mock.patch("cardswitch.hosts.acquirer.books.count", count)


SAFEGUARDS: Mapping[str, Removal] = {
    "reversal on time-out": _no_reversal,
    "W1: forwarded only when durable": _late_entries(State.FORWARDED),
    "W2: answered only when durable": _late_entries(State.APPROVED, State.DECLINED),
    "nothing to undo where no money moves": _inquiries_undone,
    "an advice kept before the yes": _late_entries(State.TAKEN, State.COMPLETED),
    "an advice told until it is kept": _told_once,
    "a sale by a terminal alone kept once": _advices_kept_again,
    "an increment held by its original": _increments_forgotten,
    "what is set aside is free in time": _holds_for_ever,
    "captured once": _taken_again,
    "captured no more than approved": _taken_above,
    "one after the other upstream": _taken_in_any_order,
    "recovery": _no_recovery,
    "repeat detection": _no_repeat_detection,
    "no key reused while alive": _keys_reused,
    "a place in memory before the look-up": _no_placeholder,
    "look-ups behind appends": _look_up_early,
    "a second look at memory after a look-up": _no_second_look,
    "the dates that the journal knows": _dates_forgotten,
    "the year": _no_year,
    "a row before a refusal": _no_row_of_refusals,
    "room for undoing": _one_budget,
    "tombstones": _no_tombstone,
    "undone in part": _no_part,
    "money set aside": _never_held,
    "a batch without what was undone": _never_undone_in_batches,
    "totals that a checkpoint has": _totals_since_the_start,
    "totals behind a checkpoint": _totals_up_to_a_checkpoint,
    "totals without what was undone": _totals_with_what_was_undone,
    "whoever signs off is off": _never_off,
    "an upstream that signs off is off": _upstreams_never_off,
    "MACs": _no_macs,
    "MACs at terminals": _no_macs_at_terminals,
    "old and new keys overlap": _no_overlap,
    "a key is offered again": _no_answer_is_no,
    "a refused key stays refused": _forgets_refusals,
}
