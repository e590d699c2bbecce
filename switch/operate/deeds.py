"""What operators have a switch do: end a bank day, record a close, take up an exception.

A switch that runs is asked by its control channel. If none runs, the deed is done here by the same
machine on the same journal, for whoever holds the journal's lock is the switch.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Annotated, Any, Final, Protocol

import msgspec
from msgspec import Meta, Struct

from cardswitch.specs.errors import Error
from cardswitch.specs.masking import holds_pan
from cardswitch.wire.operator.control import TIMEOUT_S, NotRunning, ask_control
from cardswitch.wire.ports import Append, Effect, Event, Found, LookUp, Question, Seconds
from cardswitch.wire.store.disk import user_name

from ..core.row import Row, Vault
from ..settlement.entries import BankEntry
from .config import SwitchConfig

CONTROL: Final = "switch"  # the name of its control channel
STATUS: Final = "status"  # the one verb that changes nothing
WAIT_MAX_S: Final = 60.0  # No upstream may take longer to answer.
BECAUSE_MAX: Final = 200

Who = Annotated[str, Meta(min_length=1, max_length=64)]
Because = Annotated[str, Meta(max_length=BECAUSE_MAX)]
Reason = Annotated[str, Meta(min_length=1, max_length=BECAUSE_MAX)]
LegNumber = Annotated[int, Meta(ge=1)]


class Operated(Protocol):
    """The machine of a switch, as far as deeds need it."""

    def handle(self, event: Event, now: Seconds, /) -> Sequence[Effect]:
        """See `wire.ports.Machine`."""
        ...

    def recover(self, rows: Iterable[Row], now: Seconds, /) -> Sequence[Effect]:
        """After a start: remember what the journal holds, and finish what it left open."""
        ...

    def cut_over_now(
        self, now: Seconds, who: str, because: str, acquirer: str, /
    ) -> Sequence[Effect]:
        """End the bank day of *acquirer* that runs, and begin the next."""
        ...

    def record_close(self, now: Seconds, day: str, told: Mapping[str, Any]) -> Sequence[Effect]:
        """Have the journal say that settlement has closed *day*, and with which outcome."""
        ...

    def record_bank(
        self, now: Seconds, told: Mapping[str, Any], acquirer: str, /
    ) -> Sequence[Effect]:
        """Have the journal name what *acquirer* has booked of a bank."""
        ...

    def retry(self, leg: int, now: Seconds, who: str, because: str, /) -> Sequence[Effect]:
        """Send the reversal of *leg* again; Error if it is not in exception."""
        ...

    def resolve(self, leg: int, now: Seconds, who: str, because: str, /) -> Sequence[Effect]:
        """Send nothing more for *leg*; Error if it is not in exception."""
        ...

    def status(self) -> Mapping[str, Any]:
        """How it stands. "in_flight" lists, as {"leg", "rrn"}, legs forwarded without outcome."""
        ...


class Store(Protocol):
    """The journal of a switch, held by us alone."""

    def recent(self) -> Iterable[Row]:
        """What a start needs."""
        ...

    def commit(self, rows: Sequence[Row], /) -> None:
        """Write *rows*: durable on return."""
        ...

    def look_up(self, questions: Sequence[Question], /) -> Sequence[Sequence[Row] | None]:
        """For each of *questions*, its rows."""
        ...

    def close(self) -> None:
        """Let go of it."""
        ...


# The deeds ----------------------------------------------------------------------------------------


class CutOver(Struct, frozen=True, forbid_unknown_fields=True):
    """End the bank day that runs; wait up to *wait_s* for the outcome of what it has in flight."""

    who: Who
    because: Because = ""
    wait_s: Annotated[float, Meta(ge=0, le=WAIT_MAX_S)] = 0.0
    acquirer: str = ""  # whose day; "": of the one without a name

    def effects(self, machine: Operated, now: Seconds) -> Sequence[Effect]:
        """Done by *machine*."""
        return machine.cut_over_now(now, self.who, self.because, self.acquirer)


class RecordClose(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Record that settlement has closed *day*, with the hash of the close and of the books.

    And what it takes to make that close again: when it was made, and what it had read.
    """

    who: Who
    day: str
    run: Annotated[int, Meta(ge=1)]
    read_to: Annotated[int, Meta(ge=0)]
    closed_at: float
    sha256: str
    books_head: str

    def effects(self, machine: Operated, now: Seconds) -> Sequence[Effect]:
        """Done by *machine*."""
        told = {
            "day": self.day,
            "run": self.run,
            "read_to": self.read_to,
            "closed_at": self.closed_at,
            "sha256": self.sha256,
            "books_head": self.books_head,
            "by": self.who,
        }
        return machine.record_close(now, self.day, told)


class RecordBank(Struct, frozen=True, forbid_unknown_fields=True):
    """Record what settlement has booked of a bank, or what a person decided on payouts."""

    who: Who
    entry: BankEntry
    acquirer: str = ""  # whose books; "": those of the one without a name

    def effects(self, machine: Operated, now: Seconds) -> Sequence[Effect]:
        """Done by *machine*."""
        return machine.record_bank(now, msgspec.to_builtins(self.entry), self.acquirer)


class Retry(Struct, frozen=True, forbid_unknown_fields=True):
    """Send the reversal of an exception again."""

    who: Who
    leg: LegNumber
    because: Because = ""

    def effects(self, machine: Operated, now: Seconds) -> Sequence[Effect]:
        """Done by *machine*."""
        return machine.retry(self.leg, now, self.who, self.because)


class Resolve(Struct, frozen=True, forbid_unknown_fields=True):
    """End an exception for good, because of something that a person knows."""

    who: Who
    leg: LegNumber
    because: Reason

    def effects(self, machine: Operated, now: Seconds) -> Sequence[Effect]:
        """Done by *machine*."""
        return machine.resolve(self.leg, now, self.who, self.because)


Deed = CutOver | RecordClose | RecordBank | Retry | Resolve
DEEDS: Final[Mapping[str, type[Deed]]] = {
    "cut_over": CutOver,
    "record_close": RecordClose,
    "record_bank": RecordBank,
    "retry": Retry,
    "resolve": Resolve,
}


def perform(
    config: SwitchConfig, vault: Vault, verb: str, arguments: Mapping[str, Any]
) -> Mapping[str, Any]:
    """Have *verb* done by the switch of *config*, whether it runs or not, and say what was written.

    Raises Error: the arguments are wrong, the switch refuses, or its journal cannot be held.
    """
    deed = None if verb == STATUS else deed_of(verb, {**arguments, "who": user_name()})
    wait_s = deed.wait_s if isinstance(deed, CutOver) else 0.0
    try:
        return ask_control(control_folder(config), CONTROL, verb, arguments, TIMEOUT_S + wait_s)
    except NotRunning:
        return perform_offline(config, vault, deed)


def control_folder(config: SwitchConfig) -> Path:
    """Where the switch of *config* listens for orders: beside its SQLite file, else its vault."""
    kind, mark, path = config.database.partition(":///")
    is_file = kind.startswith("sqlite") and mark and path and not path.startswith(":memory:")
    return Path(path.partition("?")[0] if is_file else config.vault).parent


def refuse_cards_in(because: str, before: str = "") -> None:
    """The words of a person are kept. Raises Error, its text behind *before*."""
    if holds_pan(because):
        raise Error(f"{before}because: leave out what may be a card number: the journal keeps it")


def deed_of(verb: str, told: Mapping[str, Any]) -> Deed:
    """The deed *verb* with what was *told*. Raises Error, naming the argument that is wrong.

    >>> deed_of("retry", {"leg": 7, "who": "ann"})
    Retry(who='ann', leg=7, because='')
    >>> deed_of("resolve", {"leg": 7, "who": "ann"})
    Traceback (most recent call last):
    cardswitch.specs.errors.Error: resolve: Object missing required field `because`
    """
    if verb not in DEEDS:
        raise Error(f"{verb}: unknown, expected one of {', '.join([*DEEDS, STATUS])}")
    try:
        deed = msgspec.convert(told, DEEDS[verb], strict=True)
    except msgspec.ValidationError as error:
        raise Error(f"{verb}: {error}") from None
    because = getattr(deed, "because", "")
    refuse_cards_in(because, f"{verb}: ")
    if isinstance(deed, Resolve) and not because.strip():
        raise Error(f"{verb}: because: say in a few words what you know")
    return deed


# Without one --------------------------------------------------------------------------------------


def perform_offline(config: SwitchConfig, vault: Vault, deed: Deed | None) -> Mapping[str, Any]:
    """Do *deed* on the journal itself, as the switch would; without one, say how it stands.

    What it would send is left to its next start, which finds in the journal what is pending.
    """
    store, machine = open_switch(config, vault)
    with closing(store):
        now = time.time()
        recovery = machine.recover(store.recent(), now)
        if deed is None:
            return {**machine.status(), "is_running": False}
        _commit(machine, store, recovery, now)
        rows = _commit(machine, store, deed.effects(machine, now), now)
    done = done_by(rows, is_running=False)
    if isinstance(deed, CutOver):
        done["still_open"] = in_flight(machine)
    return done


def open_switch(config: SwitchConfig, vault: Vault) -> tuple[Store, Operated]:
    """The journal of a switch that does not run, held by us, and its machine. Raises Error."""
    from ..core.machine import Switch
    from ..store.journal import open_journal
    from ..store.key import require_key

    machine = Switch(config.settings(), vault)
    store = open_journal(config.database)
    try:
        require_key(store, vault)
    except Error:
        store.close()
        raise
    return store, machine


def in_flight(machine: Operated) -> Sequence[Mapping[str, Any]]:
    """The legs of *machine* that were forwarded and have no outcome."""
    legs: Sequence[Mapping[str, Any]] = machine.status()["in_flight"]
    return legs


def done_by(rows: Iterable[Row], *, is_running: bool) -> dict[str, Any]:
    """What a deed that wrote *rows* answers: where they are, and nothing of a card."""
    names = ("sequence", "leg", "state", "business_date")
    written = [{name: getattr(row, name) for name in names} for row in rows]
    return {"is_running": is_running, "rows": written}


def _commit(machine: Operated, store: Store, effects: Sequence[Effect], now: Seconds) -> list[Row]:
    """Write what *effects* append, and what follows from what they look up; return all of it."""
    rows: list[Row] = []
    pending: list[Row] = []
    waiting = list(effects)
    for effect in waiting:  # It grows while we go.
        if isinstance(effect, Append):
            pending.append(effect.entry)
        elif isinstance(effect, LookUp):
            store.commit(pending)  # A look-up sees what was appended before it.
            rows, pending = rows + pending, []
            [found] = store.look_up([effect.question])
            waiting += machine.handle(Found(effect.number, found), now)
    store.commit(pending)
    return rows + pending
