"""What the switch knows between two events: its legs, its numbers, who is ready, what is in flight.

The machine and the desks of all flows share one. It decides nothing: it counts and remembers.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from cardswitch.specs.message import Message
from cardswitch.specs.transactions.identity import Identity
from cardswitch.specs.transactions.kinds import KINDS, Kind
from cardswitch.specs.transactions.settled import Settled, can_be_said
from cardswitch.specs.transactions.tombstones import Tombstones
from cardswitch.wire.machine.budget import Budget
from cardswitch.wire.machine.identities import Identities
from cardswitch.wire.machine.keys.offers import working_keys
from cardswitch.wire.ports import LinkId, Seconds

from .access.sessions import Sessions
from .day import BankDay
from .legs import NOBODY, Leg, Legs, new_leg, take_first
from .row import Row, Vault, message_of
from .settings import Settings
from .states import IN_TURN, PENDING, UNFINISHED, State
from .turns import Turns


class Memory:
    """Rebuilt from the journal after a start; what concerns links alone begins empty."""

    def __init__(self, settings: Settings, vault: Vault) -> None:
        self.vault = vault
        self.legs = Legs(settings.legs_max)
        self.identities = Identities()
        self.tombstones = Tombstones(settings.tombstones_max)
        self.told: set[tuple[str, int]] = set()  # fields left out, by listener: each is told once
        self.sequence = 0  # of the last row
        self.leg_number = 0  # of the last leg
        self.days: dict[str, BankDay] = {}  # by acquirer, the one that runs
        self._acquirers = settings.cut_offs.keys()  # Nobody waits for another's day.
        self.unfinished: dict[int, Leg] = {}  # by number, those with rows, but no outcome yet
        self.pending = Counter[State]()  # legs whose reversal or advice is not yet acknowledged
        self.owed_of = Counter[str]()  # the same, by whom their listener serves
        self.turns = Turns()  # of these, and of those left to people
        self.following: dict[int, Leg] = {}  # those without an outcome, by what they are about
        self.ready: set[LinkId] = set()  # upstreams that are up and signed on
        self.signed_off: set[str] = set()  # upstreams that an operator has signed off from
        self.announced: dict[str, Seconds] = {}  # by place, when a host last announced its cut-over
        self.sessions = Sessions()  # of those who came in
        self.settling = frozenset(n for n, each in settings.upstreams.items() if each.settles_with)
        self.settled = Settled()  # with all upstreams
        self.due: set[tuple[str, str]] = set()  # who of them is to be told of which date
        # Requests in work, by what they are for and by the link they came on.
        self.in_flight: Mapping[Budget, Counter[LinkId]] = {
            Budget.DOING: Counter(),
            Budget.UNDOING: Counter(),
        }
        self.rows_since_checkpoint = 0
        self.keys = working_keys(settings.key_plans)
        self._unknown_max = settings.unknown_per_s_max
        self._unknown: Counter[LinkId] = Counter()  # how many of each link in ...
        self._unknown_second = 0  # ... this second

    @property
    def owed(self) -> int:
        """How many reversals and advices are not yet acknowledged upstream."""
        return self.pending.total()

    @property
    def today(self) -> BankDay:
        """The bank day that runs, of the acquirer without a name: a journal begins with one."""
        return self.days[""]

    @property
    def last_date(self) -> str:
        """The newest date of all days that run."""
        return max(day.date for day in self.days.values())

    def next_sequence(self) -> int:
        """The number of the next row in the journal."""
        self.sequence += 1
        self.rows_since_checkpoint += 1
        return self.sequence

    # Legs -----------------------------------------------------------------------------------------

    def open_leg(
        self, who: Identity, kind: Kind, *, source: str, serves: str, link: str, acquirer: str = ""
    ) -> Leg:
        """A new leg, found by its identity from now on."""
        self.leg_number += 1
        leg = new_leg(self.leg_number, who, kind, source=source, serves=serves, link=link)
        leg.acquirer = acquirer
        self.legs.add(leg)
        return leg

    def adopt(self, rows: Sequence[Row]) -> Leg:
        """The one leg of *rows*, which are all that the journal has of it.

        Where one of its identity has begun in memory, that one becomes it.
        """
        first = rows[0]
        leg = self.legs.find(first.identity)
        if leg is None:
            leg = new_leg(
                first.leg,
                Identity(first.sent_on, first.identity),
                KINDS.named(first.kind),
                source=first.source,
                serves=first.serves,
                link=first.link,
            )
            self.legs.add(leg)
        if leg.state is None:
            take_first(leg, first)
            for row in rows:
                self.apply(leg, row)
        return leg

    def apply(self, leg: Leg, row: Row) -> None:
        """*row* was read back: *leg* stands there now."""
        before = leg.state
        leg.apply(row, message_of(row, self.vault))
        self.moved_on(leg, before)

    def moved_on(self, leg: Leg, before: State | None) -> None:
        """*leg* has left the state *before*."""
        if before is None:
            self.legs.has_row(leg)
        for state, change in ((before, -1), (leg.state, 1)):
            if state in PENDING:
                self.pending[state] += change
                self.owed_of[leg.serves] += change
        if before in IN_TURN and leg.state not in IN_TURN:
            self.turns.end(leg)
        elif leg.state in IN_TURN and before not in IN_TURN:
            self.turns.begin(leg)
        if leg.kind.original and leg.state is State.FORWARDED:
            self.following[leg.original] = leg
        elif leg.kind.original and self.following.get(leg.original) is leg:
            del self.following[leg.original]
        if leg.state in UNFINISHED:
            self.unfinished[leg.number] = leg
            if self.legs.find(leg.identity) is not leg:
                self.legs.add(leg)  # Whoever moves it may have held it longer than memory.
        else:
            self.unfinished.pop(leg.number, None)

    def forget(self, leg: Leg) -> None:
        """Nobody hears anything of *leg*; if it has no row either, it never was."""
        if leg.state is None:
            self.legs.remove(leg)
        self.release(leg)

    def may_note_unknown(self, link: LinkId, now: Seconds) -> bool:
        """Whether one more of *link*'s reversals of the unknown may be written in this second."""
        if int(now) != self._unknown_second:
            self._unknown.clear()
            self._unknown_second = int(now)
        self._unknown[link] += 1
        return self._unknown[link] <= self._unknown_max

    # Settlement -----------------------------------------------------------------------------------

    def begin(self, day: BankDay) -> None:
        """*day* begins, and the one before it is over.

        A date is over, and due, once no acquirer has a day of it any more: another run ends none.
        """
        since = self._first_date
        self.days[day.acquirer] = day
        first = self._first_date
        if since and since < first:
            ended = {
                (place, date)
                for place in self.settling
                for date in self.settled.dates(place)
                if since <= date < first
            }
            self.due = {
                (place, date)
                for place, date in self.due | ended
                if self.settled.of(place, date) and can_be_said(date, first)
            }

    @property
    def _first_date(self) -> str:
        days = [day for name, day in self.days.items() if name in self._acquirers]
        return min((day.date for day in days), default="")

    # Links ----------------------------------------------------------------------------------------

    def link_down(self, link: LinkId) -> None:
        """*link* is gone: nothing is routed there until it has signed on again."""
        self.ready.discard(link)
        self.sessions.link_down(link)
        for in_flight in self.in_flight.values():
            in_flight.pop(link, None)

    def wait(self, leg: Leg, link: LinkId, request: Message) -> None:
        """Somebody on *link* wants the answer of *leg*; of too many links the oldest is let go."""
        if leg.waiters is NOBODY:
            leg.waiters = {link: request}
            self.in_flight[budget_of(leg.kind)][link] += 1
            return
        before = tuple(leg.waiters)
        leg.wait(link, request)
        if link not in before:
            self.in_flight[budget_of(leg.kind)][link] += 1
        for other in before:
            if other not in leg.waiters:
                self._over(leg, other)

    def release(self, leg: Leg) -> Mapping[LinkId, Message]:
        """Nobody waits for *leg* any more; returns who did, and for the answer to what."""
        waiters, leg.waiters, leg.accepted = leg.waiters, NOBODY, None
        for link in waiters:
            self._over(leg, link)
        return waiters

    def _over(self, leg: Leg, link: LinkId) -> None:
        in_flight = self.in_flight[budget_of(leg.kind)]
        if in_flight[link] > 0:  # It begins anew with a link that comes back.
            in_flight[link] -= 1


def budget_of(kind: Kind) -> Budget:
    """What a leg of this *kind* is for: what others owe us must find room."""
    return Budget.DOING if kind.shape == "ask" else Budget.UNDOING


def by_leg(rows: Iterable[Row]) -> list[list[Row]]:
    """*rows*, each leg's by itself."""
    legs: dict[int, list[Row]] = {}
    for row in rows:
        legs.setdefault(row.leg, []).append(row)
    return list(legs.values())
