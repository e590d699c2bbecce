"""A host for tests: expects messages, answers them as it is told, and says what came otherwise.

with IsoPeer("pos") as host:
    host.expect("0200", amount=1051).respond("51")
    ...the program under test asks at host.address...
"""

from __future__ import annotations

import socket
import time
from collections.abc import Mapping
from threading import Condition, Thread
from typing import Final, Self

from cardswitch.specs.amounts import de4
from cardswitch.specs.dialect import Dialect
from cardswitch.specs.errors import Error
from cardswitch.specs.message import Message
from cardswitch.wire.headers import HeaderName

from .answers import accepted
from .client import IsoClient
from .expectations import MTI, Expectation
from .link import TIMEOUT_S, CutShort, Link, LinkFault, manner
from .trace import Trace

HOST: Final = "127.0.0.1"
LINKS_MAX: Final = 32
LOOK_S: Final = 0.05  # how soon a late answer, or the end, is seen
_ODD_MAX: Final = 100  # messages that nobody expected are kept up to here


class Expected:
    """A message that is to come once, and what is answered then; without more said, a yes."""

    def __init__(self, wanted: list[Expectation]) -> None:
        self.wanted = wanted
        self.code: str | None = ""
        self.changes: Mapping[int, str | None] = {}
        self.late_s = 0.0

    def respond(self, code: str = "", changes: Mapping[int, str | None] | None = None) -> Self:
        """Answer with *code* in field 39; without one with a yes, 00 or that of a later edition.

        *changes* replace or add fields, None leaves one out.
        """
        self.code, self.changes = code, changes or {}
        return self

    def no_answer(self) -> Self:
        """Say nothing."""
        self.code = None
        return self

    def late(self, seconds: float) -> Self:
        """Answer only after *seconds*; the host goes on listening meanwhile."""
        self.late_s = seconds
        return self

    def __str__(self) -> str:
        return " ".join(f"{each.path}{each.kind}{each.wanted}" for each in self.wanted)

    def answer_to(self, message: Message) -> Message | None:
        """What is answered to *message*; None if nothing is."""
        if self.code is None:
            return None
        gone = [number for number, value in self.changes.items() if value is None]
        set_ = {number: value for number, value in self.changes.items() if value is not None}
        return message.reply(self.code or accepted(message), set_).without(*gone)


class IsoPeer:
    """A host that listens on this machine until it is closed, at :attr:`address`.

    What is expected may come in any order, unless :meth:`ordered` is called. What nobody expected
    gets no answer; :meth:`check` tells of it, and of what did not come.
    """

    def __init__(
        self,
        dialect: Dialect | str,
        *,
        framing: str = "binary2",
        header: HeaderName = "none",
        port: int = 0,
    ) -> None:
        self._how = manner(dialect, framing, header)
        self.trace = Trace(self._how.dialect)
        self._listening = socket.create_server((HOST, port))
        self._listening.settimeout(LOOK_S)
        self.address = f"{HOST}:{self._listening.getsockname()[1]}"
        self._expected: list[Expected] = []
        self._odd: list[str] = []
        self._in_order = self._is_closed = False
        self._changed = Condition()
        self._threads = [Thread(target=self._accept, daemon=True)]
        self._threads[0].start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Stop listening, and end all connections."""
        if self._is_closed:
            return
        self._is_closed = True
        for thread in self._threads:
            thread.join()
        self._listening.close()

    def client(self, address: str, timeout_s: float = TIMEOUT_S) -> IsoClient:
        """The other part: a client at *address* that speaks in the same manner as this host.

        Both take notes in one trace.
        """
        how = self._how
        return IsoClient(
            address, how.dialect, framing=how.framing, header=how.header, timeout_s=timeout_s,
            trace=self.trace,
        )  # fmt: skip

    def expect(
        self, mti: str, fields: Mapping[int | str, str] | None = None, *, amount: int | None = None
    ) -> Expected:
        """A message of *mti* is to come, with *fields* by number or path, *amount* in minor units.

        Raises EncodeError if the amount cannot be written.
        """
        wanted = {MTI: mti, **({"4": de4(amount)} if amount is not None else {})}
        wanted |= {str(path): value for path, value in (fields or {}).items()}
        expected = Expected([Expectation(path, "=", value) for path, value in wanted.items()])
        with self._changed:
            self._expected.append(expected)
        return expected

    def ordered(self) -> Self:
        """From now on what is expected has to come in the order in which it was said."""
        self._in_order = True
        return self

    def faults(self) -> list[str]:
        """What came that nobody expected, and what is expected and has not come."""
        with self._changed:
            return [*self._odd, *(f"did not come: {each}" for each in self._expected)]

    def check(self) -> None:
        """Raise AssertionError, with all that was said, if there are :meth:`faults`."""
        if faults := self.faults():
            raise AssertionError("\n".join([*faults, "", *self.trace.lines()]))

    # Threads ------------------------------------------------------------------------------------

    def _accept(self) -> None:
        while not self._is_closed:
            try:
                connection, _ = self._listening.accept()
            except TimeoutError:
                continue
            self._threads[1:] = [each for each in self._threads[1:] if each.is_alive()]
            if len(self._threads) > LINKS_MAX:
                connection.close()
                self._note(f"refused: {LINKS_MAX} connections stand")
                continue
            self._threads.append(Thread(target=self._serve, args=(connection,), daemon=True))
            self._threads[-1].start()

    def _serve(self, connection: socket.socket) -> None:
        """Answer what comes on one connection, each when its time is there."""
        due: list[tuple[float, Message]] = []
        with Link(connection, self._how, self.trace) as link:
            while not self._is_closed:
                try:
                    now = time.monotonic()
                    for each in [pair for pair in due if pair[0] <= now]:
                        due.remove(each)
                        link.send(each[1])
                    due += self._answers(link.receive(now + LOOK_S))
                except TimeoutError:
                    continue
                except CutShort as fault:
                    self._note(f"{fault}")
                    return
                except LinkFault:
                    if not due:
                        return
                    time.sleep(LOOK_S)  # who has said all may still listen
                except Error as error:
                    self._note(f"came, and is no message: {error}")

    def _answers(self, message: Message) -> list[tuple[float, Message]]:
        """When what is to be answered to *message*."""
        with self._changed:
            reasons = []
            for expected in self._expected[:1] if self._in_order else self._expected:
                faults = [each.fault(self._how.dialect, message) for each in expected.wanted]
                if not (told := [fault for fault in faults if fault]):
                    self._expected.remove(expected)
                    answer = expected.answer_to(message)
                    return [(time.monotonic() + expected.late_s, answer)] if answer else []
                reasons.append(f"{expected} ({'; '.join(told)})")
        said = f"came, and nobody expected it: {message!r}"
        self._note(f"{said}, but {' or '.join(reasons)}" if reasons else said)
        return []

    def _note(self, fault: str) -> None:
        with self._changed:
            if len(self._odd) < _ODD_MAX:
                self._odd.append(fault)
