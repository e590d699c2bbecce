"""The desk of the gateway's flows: its journal, its link, and who waits for an answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from cardswitch.specs.merchants import Check
from cardswitch.specs.message import Message
from cardswitch.specs.three_ds.messages import ARes
from cardswitch.wire.machine.budget import Budget
from cardswitch.wire.machine.desk import Desk
from cardswitch.wire.machine.kernel import Kernel
from cardswitch.wire.machine.waits import Wait
from cardswitch.wire.ports import LinkId, Question, Seconds, Send

from .authentication import DIRECTORY, Directory
from .authentication import Question as Asked
from .calls import Alter, Call, Claim, Create, Expire, Reply
from .ends import Ends
from .entries import Became, Began, Called, Created, GatewayEntry, IntentEntry, Updated
from .flows.velocity import Declines
from .intents import Intent, created
from .messages import Node
from .row import INTENT, KEY, SETUP, GatewayRow, Legs, Rows, legs_of
from .things import Record, Thing
from .things.disputes import Dispute
from .things.sessions import Session

SWITCH: Final = LinkId("switch")
API: Final = LinkId("api")  # Replies are sent there, though it is no link.
PLACES_MAX: Final = 200  # Requests in work at the switch, which answers 91 above 256 of one link.
PLACE_S: Final[Seconds] = 0.5  # How long a request waits for a place.
LOOK_S: Final[Seconds] = 0.05
Rules = Mapping[str, tuple[Check, ...]]  # by merchant: which checks an approval may not fail


class Debt(Struct, kw_only=True):
    """What the switch must still acknowledge, and when it is sent again."""

    ref: str
    number: int
    message: Message
    is_capture: bool
    since: Seconds
    pause: Seconds
    is_asked: bool = False
    due: Seconds = 0.0

    @property
    def name(self) -> tuple[str, int]:
        """Whose it is, and the number within that."""
        return self.ref, self.number


class GatewayDesk(Desk):
    """What flows share. *open_card* gives the number that a text of the vault seals."""

    def __init__(
        self,
        kernel: Kernel,
        node: Node,
        open_card: Callable[[str], str],
        answer_s: Seconds,
        end: Callable[[str], None],
        rules: Rules,
        directory: Directory,
        declines: Declines,
    ) -> None:
        """*end* is called with the ref of an intent, or the id of a thing, that is to end."""
        super().__init__(kernel)
        self.node = node
        self.open_card = open_card
        self.answer_s = answer_s
        self.rules = rules
        self.directory = directory
        self.declines = declines
        self.rows = Rows()
        self.is_ready = False  # signed on
        self.in_work: set[str] = set()  # refs of intents, and keys, that a flow is at
        self.intents: dict[str, Intent] = {}  # by ref, those that somebody keeps: one copy of each
        self.debts: dict[tuple[str, int], Debt] = {}  # by ref and number
        self.open: set[int] = set()  # legs that a start must know: without outcome, or held
        self.ends = Ends(kernel, end)
        self._kept: dict[str, set[int]] = {}  # why: 0 for a flow, or the number of an exchange
        self._places = 0

    async def legs(self, *names: tuple[str, str]) -> Legs:
        """What the journal says of *names*, such as (INTENT, ref). Raises NoAnswer."""
        return legs_of(await self.rows_of(*names))

    def is_full(self, budget: Budget) -> bool:
        """Whether no more flows of *budget* may start now."""
        return self._kernel.is_full(budget)

    async def rows_of(self, *names: tuple[str, str]) -> list[GatewayRow]:
        """Its rows. Raises NoAnswer."""
        return list(await self.look_up(Question(identities=names)))

    def names_of(self, call: Call) -> list[tuple[str, str]]:
        """What to look up for *call*."""
        used = [(use.kind, use.id) for use in call.uses]
        # What ends by itself is known by its ref, whichever kind of intent that is.
        kinds = (INTENT, SETUP) if isinstance(call.deed, Expire) else (call.kind,)
        # What is to be new is not there, wherever it would be looked for.
        is_new = isinstance(call.deed, Alter | Claim | Create)
        about = [] if is_new else [(kind, call.ref) for kind in kinds]
        return [*about, *used, *([(KEY, call.key)] if call.key else [])]

    def begin(self, ref: str, entry: Created) -> Intent:
        """Write the first *entry* of the intent *ref*."""
        row = self.rows.begin(entry, ref)
        self.append(row)
        self.intents[ref] = intent = created(ref, row.leg, entry)
        return intent

    def record(self, ref: str, entry: IntentEntry) -> Intent:
        """Write *entry* to the intent *ref*: the one place where an intent changes."""
        before = self.intents[ref]
        if isinstance(entry, Called):  # by which nothing changes
            self.append(self.rows.follow(before.leg, entry))
            return before
        self.intents[ref] = intent = before.with_entry(entry)
        is_same = isinstance(entry, Updated) and intent.customer == before.customer
        customer = "" if is_same else intent.customer or ""
        self.append(self.rows.follow(intent.leg, entry, intent.merchant, customer))
        if intent.ends_by_itself != before.ends_by_itself:
            self.watch_intent(intent)
        if intent.is_open or intent.ends_by_itself is not None:
            self.open.add(intent.leg)
        else:
            self.open.discard(intent.leg)
        return intent

    def begin_thing(self, id_: str, entry: Began) -> Record:
        """Write the first *entry* of the thing *id_*."""
        row = self.rows.begin(entry, id_)
        self.append(row)
        record = Record(
            id=id_, leg=row.leg, at=entry.at, merchant=entry.merchant, thing=entry.thing
        )
        self.watch_end(record)
        return record

    def watch_end(self, record: Record) -> None:
        """Have *record* end in its time, if it does so by itself."""
        if not isinstance(record.thing, Session | Dispute):
            return
        due = record.thing.ends_by_itself
        if due is not None:
            self.open.add(record.leg)
            self.ends.add(record.id, due)
        else:
            self.open.discard(record.leg)
            self.ends.remove(record.id)

    def change_thing(self, record: Record, thing: Thing) -> Record:
        """Write that *record* is *thing* now."""
        self.follow(record.leg, Became(at=self.now, thing=thing))
        changed = replace(record, thing=thing)
        self.watch_end(changed)
        return changed

    def watch_intent(self, intent: Intent) -> None:
        """Have *intent* end in its time what it waits for, if that has one."""
        due = intent.ends_by_itself
        if due is not None:
            self.ends.add(intent.ref, due)
        else:
            self.ends.remove(intent.ref)

    def keep(self, ref: str, why: int = 0) -> None:
        """Have the intent *ref* stay among the known ones until it is let go for that reason."""
        self._kept.setdefault(ref, set()).add(why)

    def is_kept(self, ref: str, why: int) -> bool:
        """Whether it is kept for that reason."""
        return why in self._kept.get(ref, ())

    def let_go(self, ref: str, why: int = 0) -> None:
        """Nobody needs it for that reason any more."""
        reasons = self._kept.get(ref, set())
        reasons.discard(why)
        if not reasons:
            self._kept.pop(ref, None)
            self.intents.pop(ref, None)

    def follow(self, leg: int, entry: GatewayEntry) -> None:
        """Write *entry* to *leg*."""
        self.append(self.rows.follow(leg, entry))

    def stamped(self, message: Message) -> Message:
        """*message* with a trace number. Raises NotAsked if none is free."""
        stamped = self.stamp(SWITCH, message)
        self.rows.trace = int(stamped[11])
        return stamped

    def reply(self, reply: Reply) -> None:
        """Tell whoever waits for it."""
        self._kernel.effects.append(Send(API, reply))

    def ask_directory(self, question: Asked, within: Seconds) -> Wait[ARes]:
        """Have *question* answered; NoAnswer where nobody does in time."""
        answer: Wait[ARes] = self._kernel.ask(DIRECTORY, question, within)
        return answer

    async def take_place(self) -> bool:
        """Whether there is a place at the switch, now or soon; it is then ours."""
        until = self.now + PLACE_S
        while not self.is_ready or self._places >= PLACES_MAX:
            if self.now >= until:
                return False
            await self.sleep(LOOK_S)
        self._places += 1
        return True

    def leave_place(self) -> None:
        """Let another have it."""
        self._places -= 1
