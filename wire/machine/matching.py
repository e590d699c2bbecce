"""How an answer finds its question: the matching keys of a link, and which are still alive."""

from __future__ import annotations

from collections import deque
from collections.abc import Hashable
from typing import Any, Final, Protocol

from cardswitch.specs.hsm import HEADER_SIZE, Answer, Command
from cardswitch.specs.message import Message

from ..ports import LinkId, Seconds

Key = Hashable
WAITERS_MAX: Final = 4  # Links on which one request may come in while it is in work.
STAN_MAX: Final = 999_999
NETWORK_MANAGEMENT: Final = "8"  # The second digit of an MTI such as 0800.
ANSWERABLE_REQUESTS: Final = "0246"  # The third digit of those that an MTI answers.
HSM_HEADER_MAX: Final = (
    0xFFFF  # Four hex digits: the header of four characters that most hosts use.
)
SPENT_MAX: Final = 100_000  # Keys remembered after their question was given up: bounds the memory.
LATE_S: Final = 120.0  # How long a given-up question may still be answered.


def join(waiters: dict[LinkId, Message], link: LinkId, request: Message) -> None:
    """Let *link* wait for the answer to *request* too; of too many, the oldest is forgotten."""
    waiters.pop(link, None)
    waiters[link] = request
    if len(waiters) > WAITERS_MAX:
        del waiters[next(iter(waiters))]


def label(message: Any) -> str:
    """Which message it is, for a line of the record.

    >>> label(Message("0210", {2: "9999990000000014", 11: "000007", 41: "TERM0001"}))
    '0210, trace number 000007, terminal TERM0001'
    """
    if not isinstance(message, Message):
        return repr(message)  # Of a command or an answer: its code and header.
    stan, terminal = message.get(11), message.get(41).rstrip(" ")
    parts = [message.mti, stan and f"trace number {stan}", terminal and f"terminal {terminal}"]
    return ", ".join(filter(None, parts))


def is_answerable(message: Message) -> bool:
    """Whether there is an MTI that answers *message*: to a function of 8 or 9 there is none."""
    return message.mti[2] < "8"


class Exchange(Protocol):
    """What a link's messages have in common with their answers."""

    number_max: int
    stamps_on_ask: bool
    takes_turns: bool  # Answers say not whose they are: one question is asked at a time.

    def is_question(self, message: Any) -> bool:
        """Whether *message* wants an answer, rather than being one."""
        ...

    def key(self, link: LinkId, message: Any) -> Key:
        """The same value for a question and its answer, another one for any other question."""
        ...

    def stamp(self, question: Any, number: int) -> Any:
        """*question* carrying *number*, 1 to number_max."""
        ...


class IsoExchange:
    """ISO 8583: link, class of the MTI, and the configured fields; absent ones match as absent.

    Network management (class 8) names no terminal: there the date and time, field 7, does it.
    """

    stamps_on_ask = False
    takes_turns = False

    def __init__(self, fields: tuple[int, ...] = (11, 41), number_max: int = STAN_MAX) -> None:
        self.fields = fields
        self.number_max = number_max
        self._two = fields if len(fields) == 2 else None

    def is_question(self, message: Any) -> bool:
        """An even function digit asks; anything that is not a Message asks nothing."""
        return isinstance(message, Message) and message.mti[2] in ANSWERABLE_REQUESTS

    def key(self, link: LinkId, message: Message) -> Key:
        """For instance ``("issuer", "2", "000123", "TERM0001")``."""
        get = message.fields.get
        kind = message.mti[1]
        if kind == NETWORK_MANAGEMENT:
            return (link, kind, get(11), get(7))
        if self._two is not None:
            first, second = self._two
            return (link, kind, get(first), get(second))
        return (link, kind, *[get(number) for number in self.fields])

    def stamp(self, question: Message, number: int) -> Message:
        """*number* becomes the trace number, field 11."""
        return question.with_fields({11: f"{number:06d}"})


class HsmExchange:
    """HSM host commands: the header, which the module sends back unchanged.

    To a module that is set to no header, numbers are given all the same, and stay with us.
    """

    stamps_on_ask = True

    def __init__(self, header_size: int = HEADER_SIZE) -> None:
        """*header_size*: how many characters the module is set to."""
        self.takes_turns = header_size == 0
        self._header_size = header_size or HEADER_SIZE
        self.number_max = min(16**self._header_size - 1, HSM_HEADER_MAX)

    def is_question(self, message: Any) -> bool:
        """A command asks, an answer does not."""
        return isinstance(message, Command)

    def key(self, link: LinkId, message: Command | Answer) -> Key:
        """The link and the header."""
        return (link, message.header)

    def stamp(self, question: Command, number: int) -> Command:
        """*number* becomes the header, in hex digits."""
        return question.with_header(f"{number:0{self._header_size}X}")


class AliveKeys:
    """Keys whose questions were given up but may still be answered: they are not to be reused."""

    def __init__(self) -> None:
        self._until: dict[Key, Seconds] = {}
        self._order: deque[tuple[Seconds, Key]] = deque()

    def __contains__(self, key: Key) -> bool:
        return key in self._until

    def add(self, key: Key, now: Seconds) -> None:
        """Remember *key* for :data:`LATE_S`; forget those whose time is over."""
        self._until[key] = now + LATE_S
        self._order.append((now + LATE_S, key))
        self.expire(now)

    def expire(self, now: Seconds) -> None:
        """Forget those whose time is over."""
        while self._order and (self._order[0][0] <= now or len(self._order) > SPENT_MAX):
            until, old = self._order.popleft()
            if self._until.get(old) == until:
                del self._until[old]

    def discard(self, key: Key) -> bool:
        """Forget *key*; tell whether it was remembered."""
        return self._until.pop(key, None) is not None
