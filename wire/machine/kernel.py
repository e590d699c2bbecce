"""The kernel: runs the flows of a program and wakes each when its answer, or its time, has come.

How a program waits is told in the page of this package.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import Any, Final

from ..ports import Close, Effect, LinkId, LookUp, Observer, Seconds, Send, name_of
from .budget import NEVER, Budget, Limits
from .matching import AliveKeys, Exchange, Key, label
from .timers import Timers
from .waits import ENDED, NO_ANSWER, Alarm, Flow, NoAnswer, NotAsked, Rescue, Running, Wait, Watcher

# Numbers tried for one question. Those in use lie together: the next question begins behind them.
TRIES_MAX: Final = 64
NO_WAITS: Final[Mapping[Key, Any]] = {}
# Numbers skipped after a crash: those of sign-ons, echoes and totals are in no journal. Two starts
# without a row between skip other ones, so many a second of what is between them.
GAP: Final = 1_000
GAP_PER_S: Final = 10
LOOK_UP_S: Final[Seconds] = 0.5  # A journal that takes longer says nothing.
JOURNAL: Final = LinkId("journal")  # Look-ups wait as if this were a link; nothing is sent on it.


class Kernel:
    """Runs flows; holds their waits, timers and effects. It belongs to one program."""

    def __init__(self, exchanges: Mapping[str, Exchange], limits: Limits) -> None:
        """*exchanges*: for every listener (see :func:`~wire.ports.name_of`), how answers match."""
        self.now: Seconds = 0.0
        self.counts: Counter[str] = Counter()
        self.up: set[LinkId] = set()
        self.effects: list[Effect] = []
        self.tell: Observer = _nobody
        # Takes what must not be done yet, and has it done later; None: everything is done at once.
        self.hold_back: Callable[[Effect], bool] | None = None
        # Says what is wanted as its link has it; None: as it is.
        self.say: Callable[[Effect], Effect] | None = None
        self._exchanges = exchanges
        self._exchange_of: dict[LinkId, Exchange] = {}  # of every link that was used and is up
        self._limits = limits
        self._room = {budget: limits.of(budget) for budget in Budget}
        self._waiting: dict[LinkId, dict[Key, Wait[Any]]] = {}
        self._held: dict[LinkId, dict[Key, Any]] = {}  # questions that wait for their turn
        self._listening: dict[Hashable, list[Wait[Any]]] = {}
        self._alive: dict[LinkId, AliveKeys] = {}
        self._watchers: dict[LinkId, Watcher] = {}
        self._numbers: Counter[str] = Counter()
        self._timers: Timers[Wait[Any] | Alarm] = Timers(_is_over)
        self._stamped: tuple[LinkId, Any, Key] | None = None  # the last one: it is asked next
        self._ready: deque[tuple[Running, Any, NoAnswer | None]] = deque()
        self._alive_flows: Counter[Budget] = Counter()
        self._alive_of: Counter[tuple[Budget, LinkId]] = Counter()  # of links that began flows
        self._look_ups = 0

    # Time and effects -----------------------------------------------------------------------------

    def advance(self, now: Seconds) -> None:
        """Let the time be *now*; it never runs backwards."""
        assert now >= self.now, "time went backwards"
        self.now = now

    def take(self) -> Sequence[Effect]:
        """Run every flow that can run; return what they want done, in order."""
        self._run()
        if self.say is not None or self.hold_back is not None:
            self._pass_on()
        taken, self.effects = self.effects, []
        return taken

    def _pass_on(self) -> None:
        """Have effects said as their links want it, and keep back those that must wait."""
        if self.say is not None:
            self.effects = list(map(self.say, self.effects))
        while self.hold_back is not None:
            wanted, self.effects = self.effects, []
            is_held = False
            for effect in wanted:
                if self.hold_back(effect):
                    is_held = True
                else:
                    self.effects.append(effect)
            if not is_held:
                break
            self._run()
            if self.say is not None:
                self.effects = list(map(self.say, self.effects))

    def _run(self) -> None:
        ready = self._ready
        while ready:
            self._step(*ready.popleft())

    def deadline(self) -> Seconds | None:
        """When the next timer is due; timers whose wait is over are dropped here."""
        return self._timers.due()

    def expire(self) -> None:
        """Wake every flow whose time has come: a sleep goes on, a question has no answer."""
        while (due := self.deadline()) is not None and due <= self.now:
            wait = self._timers.pop()
            if type(wait) is Alarm:
                wait.action()
                continue
            assert isinstance(wait, Wait)
            if wait.link is None:
                self._wake(wait, None)
            else:
                self._out_of_time(wait, wait.link)
                if (watcher := self._watchers.get(wait.link)) is not None:
                    watcher.unanswered()

    # Flows ----------------------------------------------------------------------------------------

    def is_full(self, budget: Budget = Budget.DOING, link: LinkId | None = None) -> bool:
        """Whether no more flows of *budget* may start now, at all or for *link*."""
        if link is not None and self._alive_of[budget, link] >= self._limits.flows_per_link_max:
            return True
        return self._alive_flows[budget] >= self._room[budget]

    @property
    def is_idle(self) -> bool:
        """Whether no flow is alive."""
        return not any(self._alive_flows.values())

    def start(
        self,
        flow: Flow,
        rescue: Rescue | None = None,
        budget: Budget = Budget.DOING,
        link: LinkId | None = None,
    ) -> None:
        """Begin *flow*. If it fails by itself, *rescue* is called and the others live on.

        It counts for *link*, if one is given, until it ends.
        """
        self._alive_flows[budget] += 1
        if link is not None:
            self._alive_of[budget, link] += 1
        self._ready.append((Running(flow, rescue, budget, link), None, None))

    def _end(self, running: Running) -> None:
        budget, link = running.budget, running.link
        self._alive_flows[budget] -= 1
        if link is not None:
            self._alive_of[budget, link] -= 1
            if not self._alive_of[budget, link]:
                del self._alive_of[budget, link]

    def later(self, seconds: Seconds, action: Callable[[], None]) -> None:
        """Call *action* in *seconds*: until then no flow is alive for it."""
        self._timers.set(self.now + seconds, Alarm(action))

    def _step(self, running: Running, value: Any, failed: NoAnswer | None) -> None:
        try:
            flow = running.flow
            wait = flow.send(value) if failed is None else flow.throw(failed)
        except StopIteration:
            self._end(running)
            return
        except AssertionError:
            raise  # What must hold does not: the program must not go on.
        except Exception as error:
            self._end(running)
            if running.rescue is None:
                raise
            self.counts["flow_failed"] += 1
            running.rescue(error)
            return
        if type(wait) is not Wait:
            raise AssertionError(f"a flow may await only its desk, not {type(wait).__name__}")
        wait.flow = running
        if wait.until != NEVER:
            self._timers.set(wait.until, wait)

    def _wake(self, wait: Wait[Any], value: Any, failed: NoAnswer | None = None) -> None:
        running, wait.flow = wait.flow, None
        assert wait.ended is None, "a wait ends once"
        if running is None:  # It is awaited later.
            wait.ended = value, failed
        else:
            wait.ended = ENDED
            self._ready.append((running, value, failed))

    def _out_of_time(self, wait: Wait[Any], link: LinkId) -> None:
        del self._waiting[link][wait.key]
        self._give_up(wait)
        held = self._held.get(link)
        if held is not None and held.pop(wait.key, None) is None:
            # It was asked. What comes next there may be its answer or another's: nobody can tell.
            self.effects.append(Close(link, "a command was not answered in time"))
            self.link_down(link)

    def _give_up(self, wait: Wait[Any]) -> None:
        if wait.link == JOURNAL:
            self.counts["look_up_late"] += 1
        else:
            assert wait.link is not None, "a question is asked on a link"
            self._alive.setdefault(wait.link, AliveKeys()).add(wait.key, self.now)
        self._wake(wait, None, NoAnswer(NO_ANSWER))

    # Questions and answers ------------------------------------------------------------------------

    def exchange(self, link: LinkId) -> Exchange:
        """How answers match on *link*."""
        exchange = self._exchange_of.get(link)
        if exchange is None:
            exchange = self._exchange_of[link] = self._exchanges[name_of(link)]
        return exchange

    def stamp(self, link: LinkId, question: Any) -> Any:
        """*question* with a number whose key nothing on *link* still waits for or may answer."""
        exchange = self._exchange_of.get(link) or self.exchange(link)
        numbers, listener = self._numbers, name_of(link)
        waiting, alive = self._waiting.get(link, NO_WAITS), self._alive.get(link)
        if alive is not None:
            alive.expire(self.now)
        tries = min(exchange.number_max, TRIES_MAX)
        for _ in range(tries):
            number = numbers[listener] = numbers[listener] % exchange.number_max + 1
            stamped = exchange.stamp(question, number)
            key = exchange.key(link, stamped)
            if key not in waiting and (alive is None or key not in alive):
                self._stamped = link, stamped, key
                return stamped
        raise NotAsked(f"{tries} numbers of {link} in a row are in use")

    def numbers(self) -> dict[str, int]:
        """By listener, or link, the last number that was given to a question."""
        return dict(self._numbers)

    def skip_numbers(self, listener: str, last_used: int) -> None:
        """After a crash: go on behind *last_used*, which may lie past the last number there is."""
        self._numbers[listener] = last_used % self._exchanges[listener].number_max

    def skip_lost_numbers(self, listener: str, last_known: int) -> None:
        """The same behind *last_known*, where more were used that no journal knows."""
        self.skip_numbers(listener, last_known + GAP + int(self.now * GAP_PER_S) % GAP)

    def ask(self, link: LinkId, question: Any, within: Seconds) -> Wait[Any]:
        """Send *question*; the wait ends with its answer, or raises NoAnswer."""
        exchange = self._exchange_of.get(link) or self.exchange(link)
        waiting = self._waiting.get(link)
        if waiting is None:
            waiting = self._waiting[link] = {}
        if link not in self.up or len(waiting) >= self._limits.waits_per_link_max:
            self.counts["not_asked"] += 1
            return Wait(self.now, link, refused=True)
        if exchange.stamps_on_ask:
            question = self.stamp(link, question)
        last, self._stamped = self._stamped, None
        if last is not None and last[1] is question and last[0] == link:
            key = last[2]  # It is known of what was stamped last.
        else:
            key = exchange.key(link, question)
        assert key not in waiting, "a key still waits for its answer"
        if link in self._alive:
            self._alive[link].discard(key)
        wait: Wait[Any] = Wait(self.now + within, link, key)
        waiting[key] = wait
        if not exchange.takes_turns:
            self.effects.append(Send(link, question))
        else:
            self._held.setdefault(link, {})[key] = question
            if len(waiting) == 1:
                self._ask_held(link)
        return wait

    def not_sent(self, link: LinkId, message: Any, because: str) -> None:
        """*message* does not leave: whoever waits for its answer hears so now, by NotAsked."""
        exchange, waiting = self.exchange(link), self._waiting.get(link)
        if waiting and exchange.is_question(message):
            wait = waiting.pop(exchange.key(link, message), None)
            if wait is not None:
                self._wake(wait, None, NotAsked(because))

    def answered(self, link: LinkId, answer: Any) -> bool:
        """Hand *answer* to the flow that waits for it; if there is none, count it and say so."""
        exchange = self._exchange_of.get(link) or self.exchange(link)
        waiting = self._waiting.get(link)
        turn = exchange.takes_turns and waiting
        key = next(iter(turn)) if turn else exchange.key(link, answer)
        wait = waiting.pop(key, None) if waiting else None
        if wait is not None:
            self._wake(wait, answer)
            if turn:
                self._ask_held(link)
            return True
        kind = "late_answer" if self._may_be_late(link, key) else "unmatched_answer"
        self.counts[kind] += 1
        self.tell(kind, link, label(answer))
        return False

    def _ask_held(self, link: LinkId) -> None:
        """Ask the next question of *link* that waited for its turn."""
        held = self._held[link]
        if held:
            self.effects.append(Send(link, held.pop(next(iter(held)))))

    def _may_be_late(self, link: LinkId, key: Key) -> bool:
        """Whether the question of *key* was given up; it is then no longer waited for."""
        alive = self._alive.get(link)
        return alive is not None and alive.discard(key)

    def watch(self, link: LinkId, watcher: Watcher) -> None:
        """Have *watcher* told what it must know of *link*."""
        self._watchers[link] = watcher

    def heard(self, link: LinkId) -> None:
        """Something came in on *link*, whatever it is."""
        if (watcher := self._watchers.get(link)) is not None:
            watcher.heard()

    def link_up(self, link: LinkId) -> None:
        """*link* may be used."""
        self.up.add(link)

    def link_down(self, link: LinkId) -> None:
        """*link* is gone: whatever was asked there has no answer.

        Late answers come only where a later connection is the same peer's: not on a link that came
        in, whose name is never used again, and not from a module, which answers where it was asked.
        """
        exchange = self.exchange(link)
        self.up.discard(link)
        self._held.pop(link, None)
        del self._exchange_of[link]
        for wait in self._waiting.pop(link, {}).values():
            self._give_up(wait)
        if exchange.stamps_on_ask or name_of(link) != link:
            self._alive.pop(link, None)

    # The journal ----------------------------------------------------------------------------------

    def look_up(self, question: Any) -> Wait[Sequence[Any]]:
        """Ask the journal; the wait ends with its rows, or raises NoAnswer: then nothing is known.

        Each flow asks one thing at a time, so the budgets of flows bound this too.
        """
        self._look_ups += 1
        wait: Wait[Sequence[Any]] = Wait(self.now + LOOK_UP_S, JOURNAL, self._look_ups)
        self._waiting.setdefault(JOURNAL, {})[self._look_ups] = wait
        self.effects.append(LookUp(self._look_ups, question))
        return wait

    def found(self, number: int, rows: Sequence[Any] | None) -> None:
        """Hand *rows* to the flow that looked them up; None is a look-up that failed."""
        wait = self._waiting.get(JOURNAL, {}).pop(number, None)
        if wait is None:
            self.counts["late_look_up"] += 1
        elif rows is None:
            self.counts["look_up_failed"] += 1
            self._wake(wait, None, NoAnswer(NO_ANSWER))
        else:
            self._wake(wait, rows)

    # Waiting for another flow ---------------------------------------------------------------------

    def wait_for(self, name: Hashable) -> Wait[None]:
        """A wait that ends when somebody announces *name*."""
        wait: Wait[None] = Wait(NEVER)
        self._listening.setdefault(name, []).append(wait)
        return wait

    def notify(self, name: Hashable) -> None:
        """End every wait for *name*."""
        for wait in self._listening.pop(name, []):
            self._wake(wait, None)


def _is_over(what: Wait[Any] | Alarm) -> bool:
    return type(what) is Wait and what.flow is None


def _nobody(kind: str, link: LinkId, reason: str) -> None:
    """Nobody wants to be told."""
