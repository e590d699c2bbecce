"""A client: sends a message, and finds its answer among what comes."""

from __future__ import annotations

import ssl
import time
from typing import Final

from msgspec import Struct

from cardswitch.specs.dialect import Dialect
from cardswitch.specs.message import Message
from cardswitch.wire.headers import HeaderName
from cardswitch.wire.machine.matching import IsoExchange, label
from cardswitch.wire.operator.addresses import split_address
from cardswitch.wire.ports import LinkId

from .link import TIMEOUT_S, Link, LinkFault, NoAnswer, connect, manner
from .trace import Trace

MATCH: Final = (11, 41)  # what an answer has in common with its question
LINGER_S: Final = 0.0
_LINK: Final = LinkId("peer")  # there is only one
_OTHERS_MAX: Final = 100  # messages to others that are kept while the answer is waited for


class Exchange(Struct, frozen=True):
    """A question and what came: its *answer*, *again* further ones of it, *others* of nobody's.

    *seconds* is how long the answer took.
    """

    sent: Message
    answer: Message
    seconds: float
    again: tuple[Message, ...] = ()
    others: tuple[Message, ...] = ()


class IsoClient:
    """Asks at *address*, ``HOST:PORT``, in one dialect.

    *match* are the fields that an answer has in common with its question. Raises LinkFault if
    nobody is there; use it as a context, or close it.
    """

    def __init__(
        self,
        address: str,
        dialect: Dialect | str,
        *,
        framing: str = "binary2",
        header: HeaderName = "none",
        timeout_s: float = TIMEOUT_S,
        tls: ssl.SSLContext | None = None,
        match: tuple[int, ...] = MATCH,
        trace: Trace | None = None,
    ) -> None:
        host, port = split_address(address)
        how = manner(dialect, framing, header)
        self.link = Link(connect(host, port, tls, timeout_s), how, trace)
        self._exchange = IsoExchange(match)
        self._timeout_s = timeout_s

    def __enter__(self) -> IsoClient:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the connection."""
        self.link.close()

    def ask(self, message: Message, timeout_s: float | None = None) -> Message:
        """The answer to *message*.

        Raises NoAnswer, LinkFault, EncodeError, and the MessageError of what cannot be read.
        """
        return self.exchange(message, timeout_s).answer

    def exchange(
        self, message: Message, timeout_s: float | None = None, linger_s: float = LINGER_S
    ) -> Exchange:
        """The same with all that came, for *linger_s* after the answer too."""
        wait_s = self._timeout_s if timeout_s is None else timeout_s
        others: list[Message] = []
        self.link.send(message)
        asked_at = time.monotonic()
        answer = self._next(message, asked_at + wait_s, others, wait_s)
        seconds = time.monotonic() - asked_at
        again: list[Message] = []
        ends_at = time.monotonic() + linger_s
        while linger_s and len(again) < _OTHERS_MAX:
            try:
                again.append(self._next(message, ends_at, others, linger_s))
            except (NoAnswer, LinkFault):
                break
        return Exchange(message, answer, seconds, tuple(again), tuple(others))

    def _next(
        self, message: Message, until: float, others: list[Message], wait_s: float
    ) -> Message:
        key = self._exchange.key(_LINK, message)
        while True:
            try:
                came = self.link.receive(until)
            except TimeoutError:
                raise NoAnswer(_silence(wait_s, others)) from None
            if not self._exchange.is_question(came) and self._exchange.key(_LINK, came) == key:
                return came
            if len(others) < _OTHERS_MAX:
                others.append(came)


def _silence(wait_s: float, others: list[Message]) -> str:
    told = f"no answer within {wait_s:g} s"
    if not others:
        return f"{told}: is the framing right, and does the host speak this dialect?"
    came = ", ".join(label(each) for each in others[:3])
    return f"{told}, but of others: {came}; --match says what an answer has in common"
