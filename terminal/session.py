"""The terminal on a real connection: its journal file, its link, and what it tells once durable."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, closing, suppress
from pathlib import Path
from threading import get_ident
from typing import Any, Final

from cardswitch.specs.amounts import currency
from cardswitch.specs.codes import SIGN_ON
from cardswitch.specs.errors import ConfigError, Error
from cardswitch.specs.testcards import is_test_card
from cardswitch.wire.driver.journal import FileJournal, Journal
from cardswitch.wire.driver.runtime import Clock, Runtime, to_log
from cardswitch.wire.driver.tls import Tls, client_tls
from cardswitch.wire.machine.keys.working import KeyKind
from cardswitch.wire.ports import Effect, LinkId, Seconds
from cardswitch.wire.record import Noted, Record

from .config import TerminalConfig
from .core.abandon import abandoned
from .core.echo import SIGNED_ON
from .core.entries import BatchClosed, TerminalEntry
from .core.errors import NoLink, NotReady
from .core.flows import SWITCH, Timers
from .core.machine import Terminal
from .core.messages import SALE, AnyPinPad, Order, TerminalIdentity
from .core.outcome import Outcome
from .core.settling import SettlingTerminal
from .core.state import Book, rebuild
from .customer.sealed import CardVault
from .pads import mac_pad, pin_pad
from .pinpad.macs import MacPad
from .vault import LateVault

WITHIN_S: Final = 30.0  # Some sends of a reversal; nobody stays longer at a till.
LOOK_S: Final = 0.01  # between two looks at a change that is under way
CONNECT_S: Final = 3.0  # A switch that runs is there at once; one that starts takes about a second.
IN_SETTLEMENT: Final = "the batch is being settled, and the switch has not answered yet"
Action = Callable[[Terminal, Seconds], Sequence[Effect]]


class StillPending(Error):
    """The time is over, and a sale is not at rest: the journal keeps what is owed."""


class Session:
    """One run of a terminal. Its *book* is what is durable: never ahead of the disk."""

    def __init__(self, config: TerminalConfig, terminal: _Linked, book: Book) -> None:
        """*book*: what the journal held when it was opened."""
        self.book = book
        self._config = config
        self._terminal = terminal
        self._told: asyncio.Queue[Outcome | None] = asyncio.Queue()
        self._runtime: Runtime | None = None
        self._end: asyncio.Task[None] | None = None
        self._unreached = ""  # where, and why not

    def start(self, journal: FileJournal, tls: Tls | None, clock: Clock | None = None) -> None:
        """Take up what *journal* holds, and dial the switch."""
        clock = clock or Clock()
        record = Record("terminal", [to_log, self._note], clock.now)
        runtime = self._runtime = Runtime(
            self._terminal, clock=clock, journal=_Heard(journal, self._durable), record=record
        )
        self._end = asyncio.create_task(runtime.wait())
        self._end.add_done_callback(lambda _: self._told.put_nowait(None))
        entries = journal.read()
        runtime.call(lambda now: self._terminal.recover(entries, now))
        config = self._config
        self._terminal.translate({SWITCH: config.translation()})
        runtime.dial(SWITCH, config.host, config.port, config.channel(), tls)

    async def connected(self) -> None:
        """Return once the switch can be reached; raises NoLink if that takes too long."""
        try:
            async with asyncio.timeout(CONNECT_S):
                await self._terminal.is_linked.wait()
        except TimeoutError:
            if self._terminal.unsigned:
                raise NotReady(f"no sign-on at the switch: {self._terminal.unsigned}") from None
            place = f"{self._config.host}:{self._config.port}"
            raise NoLink(
                f"the switch cannot be reached at {self._unreached or place}: is it running? "
                "`cardswitch up` starts it"
            ) from None

    async def settle(self, within: Seconds = WITHIN_S) -> AsyncIterator[Outcome]:
        """Yield what there is to tell until no reversal is pending.

        Raises NoLink as above, and StillPending if that takes longer than *within* seconds.
        """
        await self.connected()
        until = _from_now(within)
        async for outcome in self._until_rest(until):
            yield outcome
        await self._batch_settled(until)

    async def perform(self, action: Action, within: Seconds = WITHIN_S) -> AsyncIterator[Outcome]:
        """Settle, do *action*, yield what comes of it, for *within* seconds each.

        Raises as :meth:`settle`, and what *action* does; after an error of the former it was not
        done.
        """
        async for outcome in self.settle(within):
            yield outcome
        self.do(action)
        until = _from_now(within)
        yield await self._next(until)
        async for outcome in self._until_rest(until):
            yield outcome

    async def sell_offline(
        self, action: Action, within: Seconds = WITHIN_S
    ) -> AsyncIterator[Outcome]:
        """Do *action*, a sale that is approved here, and yield what comes of it.

        The switch is told of it, for *within* seconds, if it can be reached; else the next session
        does. Raises what *action* does: then nothing was sold.
        """
        until = _from_now(within)
        self.do(action)
        yield await self._next(until)
        with suppress(NoLink, NotReady, StillPending):
            await self.connected()
            async for outcome in self._until_rest(until):
                yield outcome

    async def change_key(self, kind: KeyKind = "pin", within: Seconds = WITHIN_S) -> str:
        """Have a key of the PIN pad changed, once nothing is pending; how that went, durably.

        Raises as :meth:`settle`, and NotReady.
        """
        return await self._news(lambda _, now: self._terminal.change_key(now, kind), within)

    async def manage(self, code: str, within: Seconds = WITHIN_S) -> str:
        """Say *code* (field 70), such as an echo, once nothing is pending; what came.

        Raises as :meth:`settle`, and NotReady.
        """
        return await self._news(lambda _, now: self._terminal.manage(now, code), within)

    async def settle_batch(self, within: Seconds = WITHIN_S) -> str:
        """Settle the batch, or go on with that, once no reversal is pending; how it ended.

        Raises as :meth:`settle`, NotReady, and EncodeError for totals that have no room.
        """
        until = _from_now(within)
        await self.connected()
        async for _ in self._until_rest(until):
            pass
        if self.book.settling is None:
            code = currency(self._config.currency).numeric
            self.do(lambda _, now: self._terminal.settle(now, code))
        while not self._terminal.news and self._is_running:
            _require_time(until, IN_SETTLEMENT)
            await asyncio.sleep(LOOK_S)
        return await self._durable_news()

    async def _batch_settled(self, until: Seconds) -> None:
        """Wait until a settlement that was begun before has ended."""
        while self.book.settling is not None and self._is_running:
            _require_time(until, IN_SETTLEMENT)
            await asyncio.sleep(LOOK_S)

    @property
    def _is_running(self) -> bool:
        return self._end is not None and not self._end.done()

    async def _durable_news(self) -> str:
        assert self._runtime is not None
        await self._runtime.durable()
        return self._terminal.news

    async def _news(self, action: Action, within: Seconds) -> str:
        """Settle, do *action*, and return what its news are once they are durable."""
        async for _ in self.settle(within):
            pass  # It is told by the next command that looks.
        self.do(action)
        while not self._terminal.news:
            await asyncio.sleep(LOOK_S)
        return await self._durable_news()

    def do(self, action: Action) -> None:
        """Have the terminal do *action* now; raises what that does."""
        assert self._runtime is not None
        self._runtime.call(lambda now: action(self._terminal, now))

    async def stop(self) -> None:
        """End; what is pending stays in the journal. Raises the error that ended it, if any."""
        assert self._runtime is not None
        assert self._end is not None
        await self._runtime.stop()
        await self._end

    async def _until_rest(self, until: Seconds) -> AsyncIterator[Outcome]:
        while self.book.unsettled or not self._told.empty():
            yield await self._next(until)

    async def _next(self, until: Seconds) -> Outcome:
        try:
            async with asyncio.timeout_at(until):
                outcome = await self._told.get()
        except TimeoutError:
            raise StillPending("no acknowledgement in time") from None
        if outcome is None:
            assert self._end is not None
            await self._end
            raise AssertionError("a terminal that was stopped has nothing to tell")
        return outcome

    def _note(self, noted: Noted) -> None:
        if noted.kind == "dial_failed":
            self._unreached = noted.reason.partition(";")[0]

    def _durable(self, entries: Sequence[TerminalEntry]) -> None:
        for entry in entries:
            self.book = self.book.with_entry(entry)
            if self.book.last_outcome is not None:
                self._told.put_nowait(self.book.last_outcome)


@asynccontextmanager
async def open_session(
    config: TerminalConfig, clock: Clock | None = None
) -> AsyncIterator[Session]:
    """A session of the terminal *config*, by *clock* or the machine's own; stopped at the end.

    Raises ConfigError or CryptoError if the terminal cannot be built, and Error if another process
    holds its journal or that is damaged.
    """
    tls = client_tls(config, "terminal.tls_")
    terminal = _Linked(
        TerminalIdentity(
            config.id, config.merchant, config.zone, config.partial_approvals == "accept"
        ),
        pin_pad(config),
        Timers(answer_s=config.timeout_s),
        test_cards_only=config.is_in_clear,
        macs=mac_pad(config),
        signs_on=config.sign_on,
        vault=LateVault(Path(config.state)),
    )
    journal = open_journal(config)
    try:
        session = Session(config, terminal, rebuild(journal.read()))
    except BaseException:
        journal.close()
        raise
    session.start(journal, tls, clock)
    try:
        yield session
    finally:
        await session.stop()


def close_batch(config: TerminalConfig) -> Book:
    """Close the batch by a person's word, without the switch, though it may be in settlement.

    Returns the book as it was. Raises NotReady while a reversal is pending.
    """
    with closing(open_journal(config)) as journal:
        book = rebuild(journal.read())
        if (owed := book.unsettled) is not None:
            what = "sale" if owed.is_owed else "reversal"
            raise NotReady(
                f"the {what} of STAN {owed.stan} is pending: it must be acknowledged first"
            )
        journal.commit([BatchClosed(Clock().now())])
    return book


def abandon(config: TerminalConfig, because: str) -> list[Outcome]:
    """End what the terminal *config* owes, by a person's word; returns how those sales stand.

    Raises as :func:`~.core.machine.abandoned`, and as for a session.
    """
    with closing(open_journal(config)) as journal:
        book = rebuild(journal.read())
        entries = abandoned(book, because, Clock().now())
        journal.commit(entries)
    return [(book := book.with_entry(entry)).sales[entry.sale].outcome for entry in entries]


def open_journal(config: TerminalConfig) -> FileJournal:
    """The journal of the terminal *config*; raises Error if another process holds it."""
    config.journal.parent.mkdir(parents=True, exist_ok=True)
    return FileJournal(config.journal, TerminalEntry)


def read_book(config: TerminalConfig) -> Book:
    """All that the terminal *config* knows, from its journal. Raises Error as for a session.

    Of a terminal that has none yet, perhaps a misspelt one, none is made.
    """
    if not config.journal.exists():
        return Book()
    with closing(open_journal(config)) as journal:
        return rebuild(journal.read())


def _require_time(until: Seconds, what: str) -> None:
    if asyncio.get_running_loop().time() >= until:
        raise StillPending(what)


def _from_now(seconds: Seconds) -> Seconds:
    return asyncio.get_running_loop().time() + seconds


class _Linked(SettlingTerminal):
    """A terminal that can be waited for until its link is up."""

    def __init__(
        self,
        place: TerminalIdentity,
        pinpad: AnyPinPad | None,
        timers: Timers,
        *,
        test_cards_only: bool = False,
        macs: MacPad | None = None,
        signs_on: bool = False,
        vault: CardVault | None = None,
    ) -> None:
        super().__init__(place, pinpad, timers, macs=macs, vault=vault)
        self.is_linked = asyncio.Event()
        self.unsigned = ""  # why the switch does not let it sign on
        self._signs_on = signs_on
        self._test_cards_only = test_cards_only

    def ask(self, order: Order, now: Seconds, kind: str = SALE) -> Sequence[Effect]:
        """See :meth:`Terminal.ask`; what others can read is sent of test cards alone."""
        self._require_test_card(order)
        return super().ask(order, now, kind)

    def sell_offline(self, order: Order, now: Seconds, approval_code: str = "") -> Sequence[Effect]:
        """See :meth:`Terminal.sell_offline`, and :meth:`ask`."""
        self._require_test_card(order)
        return super().sell_offline(order, now, approval_code)

    def _require_test_card(self, order: Order) -> None:
        if self._test_cards_only and not is_test_card(order.card.pan):
            raise ConfigError(
                "terminal.plain: this card is no test card, and would go in clear: say with tls_ca "
                "who signs the certificate of the switch"
            )

    def linked(self, link: LinkId) -> None:
        super().linked(link)
        if self._signs_on:
            self._start(self._sign_on())
        else:
            self.is_linked.set()

    async def _sign_on(self) -> None:
        said = await self.said(SIGN_ON)
        self.unsigned = "" if said == SIGNED_ON else said
        if not self.unsigned:
            self.is_linked.set()

    def unlinked(self, link: LinkId) -> None:
        super().unlinked(link)
        self.is_linked.clear()


class _Heard:
    """A journal that says in the loop's thread what has become durable."""

    def __init__(self, journal: Journal, durable: Callable[[Sequence[Any]], None]) -> None:
        self._journal = journal
        self._durable = durable
        self._loop = asyncio.get_running_loop()
        self._home = get_ident()

    @property
    def is_local(self) -> bool:
        return self._journal.is_local

    def commit(self, entries: Sequence[Any]) -> None:
        self._journal.commit(entries)
        if get_ident() == self._home:
            self._durable(entries)
        else:
            self._loop.call_soon_threadsafe(self._durable, entries)

    def look_up(self, questions: Sequence[Any]) -> Sequence[Sequence[Any] | None]:
        return self._journal.look_up(questions)

    def require_held(self) -> None:
        self._journal.require_held()

    def close(self) -> None:
        self._journal.close()
