"""The gateway as a machine: calls of its API, and one link to the switch."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Any, Final

from msgspec import Struct

from cardswitch.specs.errors import ConfigError, FormatError
from cardswitch.wire.machine.budget import Budget, Limits
from cardswitch.wire.machine.matching import Exchange, IsoExchange
from cardswitch.wire.machine.network import NetworkWatch, network_reply
from cardswitch.wire.machine.program import Program
from cardswitch.wire.ports import Effect, LinkId, Seconds

from .authentication import DIRECTORY, Directory, DirectoryExchange
from .calls import NOBODY, Alter, Call, Expire, Read, Reply, Things, Use
from .desk import SWITCH, GatewayDesk, Rules
from .entries import GatewayEntry, Owed, Sent
from .flows.disputes import unanswered
from .flows.owed import owe, resume, settle
from .flows.serving import serve
from .flows.velocity import Declines
from .flows.work import Work
from .ids import DISPUTE, SESSION
from .intents import Intent
from .messages import Node
from .problems import Problem, away, busy
from .row import CHECKPOINT, CHECKPOINT_ROWS, GatewayRow, legs_of, read, told_by
from .things import KINDS as THINGS
from .things import Thing
from .things.disputes import Dispute
from .things.sessions import Session, expired

NO_CARD: Final = "0"  # Its fingerprint tells which key the journal was written with.
WRONG_KEY: Final = (
    "gateway.vault: this key is not the one that the journal was written with: put the key of this "
    "data folder back, or move the folder away and start with a new one"
)


SOON_S: Final[Seconds] = 1.0  # until what is to end, and is in work, is looked at again
_Ending = Callable[[str, Things, Seconds], Mapping[str, Thing] | Problem]
_STAMPED: Final = (Sent.__name__, Owed.__name__)


class CardVault(Struct, frozen=True):
    """What the gateway needs of a vault: a card's number opened, and its fingerprint."""

    open: Callable[[str], str]
    fingerprint: Callable[[str], str]


class Timers(Struct, frozen=True):
    """How long the gateway waits, in seconds: whoever called has his answer within five."""

    answer_s: Seconds = 4.0
    echo_s: Seconds = 30.0


class Gateway(Program):
    """Calls come in by :meth:`call`; replies leave as a Send to API, after what they tell of."""

    def __init__(
        self,
        node: Node,
        vault: CardVault,
        timers: Timers | None = None,
        rules: Rules | None = None,
        directory: Directory | None = None,
        declines: Declines | None = None,
        limits: Limits | None = None,
        checkpoint_rows: int = CHECKPOINT_ROWS,
    ) -> None:
        exchanges: dict[str, Exchange] = {
            SWITCH: IsoExchange(),
            DIRECTORY: DirectoryExchange(),
        }
        super().__init__(exchanges, limits or Limits())
        timers = timers or Timers()
        self._vault = vault
        self._checkpoint_rows = checkpoint_rows
        self._desk = GatewayDesk(
            self.kernel,
            node,
            vault.open,
            timers.answer_s,
            self._end,
            rules or {},
            directory or Directory(),
            declines or Declines(0, 0.0),
        )
        names = {41: f"{node.terminal:8}"}
        self._watch = NetworkWatch(
            self.desk, SWITCH, timers.echo_s, ready=self._signed_on, names=names
        )

    @property
    def pending(self) -> int:
        """How many reversals are owed."""
        return len(self._desk.debts)

    @property
    def is_ready(self) -> bool:
        """Whether the switch is there, and signed on to."""
        return self._desk.is_ready

    def call(self, call: Call, now: Seconds) -> Sequence[Effect]:
        """Do what the API asks; its Reply comes now or later, and always comes."""
        self.kernel.advance(now)
        self._begin(call)
        return self.kernel.take()

    def _begin(self, call: Call) -> None:
        desk, names = self._desk, _locked(call)
        problem = None
        if call.key in desk.in_work:
            problem = busy("A request with this key is in work", "idempotency_key_in_use")
        elif names & desk.in_work:
            problem = busy("It is being worked on", "lock_timeout")
        elif self.kernel.is_full(Budget.DOING):
            problem = away("Too much is in work: nothing was done")
        if problem is not None:
            if call.ticket == NOBODY:
                desk.ends.add(call.ref, desk.now + SOON_S)
            return desk.reply(Reply(ticket=call.ticket, problem=problem))
        work = Work(desk, call)
        desk.in_work |= names
        rescue = partial(self._rescue, work, names)
        return self.kernel.start(self._serve(call, work, names), rescue)

    def _end(self, ref: str) -> None:
        """What the intent *ref* holds is free again, or the thing *ref* is over."""
        for prefix, (kind, over) in _OVER.items():
            if ref.startswith(prefix):
                deed, uses = Alter(partial(over, ref)), (Use(kind=kind, id=ref),)
                call = Call(ticket=NOBODY, merchant="", ref=ref, deed=deed, kind=kind, uses=uses)
                return self._begin(call)
        return self._begin(Call(ticket=NOBODY, merchant="", ref=ref, deed=Expire()))

    def recover(self, rows: Iterable[GatewayRow], now: Seconds) -> Sequence[Effect]:
        """After a start: what has no outcome is reversed, what is owed is sent again.

        Raises ConfigError if the journal was written with another key for its cards.
        """
        self.kernel.advance(now)
        known = list(rows)
        self._recall(known)
        legs = legs_of(known)
        for intent in legs.intents.values():
            self._resume(intent)
        for record in legs.things.values():
            self._desk.watch_end(record)
        if not known:
            self._checkpoint()
        return self.kernel.take()

    def _resume(self, intent: Intent) -> None:
        """Undo what has no outcome, send on what is owed, and let what is held end in time."""
        desk = self._desk
        if intent.is_open or intent.ends_by_itself is not None:
            desk.open.add(intent.leg)
        settle(desk, intent, "restart")
        for exchange in intent.exchanges:
            if exchange.reversal is not None and not desk.is_kept(intent.ref, exchange.number):
                owe(desk, intent.ref, exchange.number, is_again=True)
        if intent.ends_by_itself is not None:
            desk.watch_intent(intent)
        desk.let_go(intent.ref)

    def _recall(self, known: Sequence[GatewayRow]) -> None:
        """The last numbers, and whether the key is the right one."""
        rows, key = self._desk.rows, self._vault.fingerprint(NO_CARD)
        said = 0  # by which row; those of open legs come behind the checkpoint, and are older
        for row in known:
            rows.seen(row)
            if row.state == CHECKPOINT:
                told = told_by(row)
                if told["key"] != key:
                    raise ConfigError(WRONG_KEY)
                rows.since_checkpoint, rows.leg = 0, max(rows.leg, told["leg_number"])
                rows.trace, said = told["trace"], row.sequence
            elif row.state in _STAMPED and row.sequence > said:
                rows.trace, said = _trace_of(read(row)), row.sequence
        if rows.trace:
            self.kernel.skip_lost_numbers(SWITCH, rows.trace)

    async def _serve(self, call: Call, work: Work, taken: set[str]) -> None:
        await serve(self._desk, call, work)
        self._ended(work, taken)

    def _rescue(self, work: Work, taken: set[str], error: Exception) -> None:
        work.rescue(error)
        self._ended(work, taken)

    def _ended(self, work: Work, taken: set[str]) -> None:
        work.end()
        self._desk.in_work -= taken
        if self._desk.rows.since_checkpoint >= self._checkpoint_rows:
            self._checkpoint()

    def _checkpoint(self) -> None:
        desk = self._desk
        owed = (desk.intents[ref].leg for ref, _ in desk.debts)
        legs = sorted({*desk.open, *owed})
        told = {"key": self._vault.fingerprint(NO_CARD)}
        desk.append(desk.rows.checkpoint(desk.now, legs, told))

    # Events ---------------------------------------------------------------------------------------

    def linked(self, link: LinkId) -> None:
        """Sign on, and keep asking whether the switch is there."""
        if link != SWITCH:
            return
        self.desk.start(self._watch.begin(), budget=Budget.CARING)

    def unlinked(self, link: LinkId) -> None:
        """Nothing is sent until it is signed on to again."""
        if link == SWITCH:
            self._desk.is_ready = False

    def _signed_on(self) -> None:
        self._desk.is_ready = True
        resume(self._desk)

    def asked(self, link: LinkId, question: Any) -> None:
        """The switch may see whether we are there, and nothing else."""
        self.desk.send(link, network_reply(question))

    def garbled(self, link: LinkId, error: FormatError) -> None:
        """What cannot be read is no answer, and is not answered either."""
        self.counts["garbled"] += 1
        self.drop(link, str(error))


def _expired(id_: str, things: Things, now: Seconds) -> Mapping[str, Thing] | Problem:
    session = things[id_].thing
    assert isinstance(session, Session), "it was looked up as one"
    then = expired(session)
    return then if isinstance(then, Problem) else {id_: then}


# By the beginning of their ids, what ends by itself: its kind, and what becomes of it.
_OVER: Final[Mapping[str, tuple[str, _Ending]]] = {
    SESSION: (THINGS[Session], _expired),
    DISPUTE: (THINGS[Dispute], unanswered),
}


def _locked(call: Call) -> set[str]:
    """What nobody else may be at while *call* is in work."""
    used = {use.id for use in call.uses if not use.is_shared}
    about = "" if isinstance(call.deed, Read) else call.ref
    return ({about, call.key} | used) - {""}


def _trace_of(entry: GatewayEntry) -> int:
    assert isinstance(entry, Sent | Owed)
    return int((entry.request if isinstance(entry, Sent) else entry.reversal)[11])
