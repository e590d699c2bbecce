"""The HSM simulator as a Machine: each command is answered at once, on the link it came by.

What the audit log must tell of a command is durable before its answer leaves.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final, TypeVar

from cardswitch.specs.hsm import Command, HsmFormatError
from cardswitch.specs.masking import printable
from cardswitch.wire.ports import (
    Append,
    Close,
    Effect,
    Event,
    Garbled,
    LinkDown,
    LinkId,
    LinkUp,
    Observer,
    Received,
    Seconds,
    Send,
    name_of,
)

from .console_link import ConsoleOrder, ConsoleReply, OrderUnreadable
from .custody.audit import DETAIL_LENGTH_MAX, AuditEntry, AuditLog
from .custody.authority import AuthorityRefused, Officer, stand_by
from .custody.events import PEER_SEEN, POLICY_CHANGED, STARTED, STOPPED
from .custody.history import History
from .module import HsmModule

T = TypeVar("T")
_NO_LINK: Final = LinkId("")
ANSWERS_WAITING_MAX: Final = 10_000  # A second of answers, at most, at ten thousand a second.
PEERS_TOLD_MAX: Final = 1_024  # Who else comes in a run is in the log of links alone.


class HsmMachine:
    """*module* behind wires: knows of a link who is there, and closes one that none can answer."""

    def __init__(self, module: HsmModule, officers: Sequence[Officer] = ()) -> None:
        self.module = module
        self._officers = officers
        self._log = AuditLog()
        self._noted: list[Effect] = []
        self._tell: Observer | None = None
        self._peers: dict[LinkId, str] = {}
        self._peers_told: set[str] = set()
        self._waiting: deque[tuple[Seconds, Send]] = deque()  # by when they are due
        module.state.listener = self._note

    def observe(self, observer: Observer) -> None:
        """Have *observer* told of commands that cannot be read."""
        self._tell = observer

    def start(
        self,
        entries: Iterable[AuditEntry],
        now: Seconds,
        tampered: str = "",
        erased: str = "",
        troubles: Iterable[tuple[str, Mapping[str, str]]] = (),
    ) -> list[Effect]:
        """Go on after the *entries* of earlier runs: what they counted, and a tamper that lasts.

        *tampered* is why the key store cannot be trusted, if it cannot; *erased* why it holds
        nothing since an earlier tamper, whatever the entries tell. *troubles* are events of the
        log itself that it must tell of.
        """
        state, history = self.module.state, History(entries)
        self._log = AuditLog(history.last)
        state.now = state.started = now
        history.restore(state)
        state.reboots += 1
        if history.tampered or erased:
            self.module.stay_erased(history.tampered or erased)
        digest = self.module.policy.digest()
        for event, details in troubles:
            state.note(event, **details)
        state.note(STARTED, policy=digest, **_by_lmk(self.module.lmk_descriptions))
        if history.policy not in ("", digest):
            state.note(POLICY_CHANGED, before=history.policy, policy=digest)
        if tampered:
            self.module.tamper(tampered)
        return self._taken()

    def part(self, now: Seconds) -> Sequence[Effect]:
        """The last entry of a program that is asked to stop; one that ends otherwise lacks it."""
        self.module.state.now = now
        self.module.state.note(STOPPED)
        return self._taken()

    def perform(self, action: Callable[[HsmModule], T], now: Seconds) -> tuple[T, list[Effect]]:
        """Let *action* change the module, for a console: what it returns, and what to do then.

        Its errors are the caller's; :meth:`unwritten` has what it noted before them.
        """
        self.module.state.now, self.module.state.peer = now, ""
        result = action(self.module)
        return result, self._taken()

    def unwritten(self, now: Seconds) -> Sequence[Effect]:
        """What an action noted that failed then, such as that authority was refused."""
        return self._taken()

    def handle(self, event: Event, now: Seconds) -> Sequence[Effect]:
        """Answer a command, also one that could not be read if it says what it is."""
        if type(event) is Received and type(event.message) is Command and self._is_online:
            # What nearly every event is, ahead of the patterns, which take longer than a MAC.
            self.module.state.peer = self._peers.get(event.link, "")
            delay_s = self.module.state.delay_s
            send = Send(event.link, self.module.answer(event.message, now))
            if delay_s or self._waiting:
                return (*self._taken(), *self._wait(now + delay_s, send))
            return (*self._taken(), send) if self._noted else (send,)
        self.module.state.peer = self._peers.get(getattr(event, "link", _NO_LINK), "")
        match event:
            case LinkUp(link, peer):
                return self._met(link, peer, now)
            case LinkDown(link):
                self._peers.pop(link, None)
                if self._waiting:
                    self._waiting = deque(each for each in self._waiting if each[1].link != link)
                return ()
            case Received(link, ConsoleOrder() as order):
                self.module.state.now = now
                reply = self._obey(order)
                return (*self._taken(), Send(link, reply))
            case Received(link) | Garbled(link) if not self._is_online:
                return (Close(link, f"the module is {self.module.state.mode}"),)
            case Garbled(link, HsmFormatError() as error):
                return self._refusal(link, error)
            case Garbled(link, OrderUnreadable() as error):
                return (Close(link, str(error)),)
            case _:
                return ()

    def wake(self, now: Seconds) -> Sequence[Effect]:
        """Send the answers whose delay (LG) is over."""
        due: list[Effect] = []
        while self._waiting and self._waiting[0][0] <= now:
            due.append(self._waiting.popleft()[1])
        return due

    def deadline(self) -> Seconds | None:
        """When the next answer that waits is due."""
        return self._waiting[0][0] if self._waiting else None

    def _wait(self, due: Seconds, send: Send) -> Sequence[Effect]:
        """Have *send* wait until *due*, behind all that wait; what has no room goes at once."""
        if len(self._waiting) >= ANSWERS_WAITING_MAX:
            return (send,)
        last = self._waiting[-1][0] if self._waiting else due
        self._waiting.append((max(due, last), send))
        return ()

    @property
    def _is_online(self) -> bool:
        return self.module.state.mode == "online"

    def _met(self, link: LinkId, peer: str, now: Seconds) -> Sequence[Effect]:
        """Remember who is on *link*; the log tells of each of them once."""
        if not peer:
            return ()
        # As the log tells it: whoever was closed out is known again by that after a restart.
        peer = self._peers[link] = printable(peer, DETAIL_LENGTH_MAX)
        if peer in self._peers_told or len(self._peers_told) >= PEERS_TOLD_MAX:
            return ()
        self._peers_told.add(peer)
        self.module.state.now = now
        self.module.state.note(PEER_SEEN, peer=peer, listener=name_of(link))
        return self._taken()

    def _obey(self, order: ConsoleOrder) -> ConsoleReply:
        """Perform the command of *order* by the word of its two officers."""
        state = self.module.state
        try:
            command = order.read_command()
            activity = f"{command.code} at the console"
            who = stand_by(state, self._officers, order.credentials, activity)
        except (AuthorityRefused, HsmFormatError) as refused:
            return ConsoleReply(refused=str(refused))
        return ConsoleReply.of(
            self.module.answer_at_console(command, state.now, who), state.console_rule
        )

    def _refusal(self, link: LinkId, error: HsmFormatError) -> Sequence[Effect]:
        answer = self.module.refuse(error)
        if self._tell is not None:
            self._tell("refused" if answer else "dropped", link, str(error))
        if answer is None:  # Nobody could tell to what: silence would let its sender wait.
            return (Close(link, str(error)),)
        return (Send(link, answer),)

    def _note(self, event: str, details: Mapping[str, str]) -> None:
        self._noted.append(Append(self._log.entry(event, details, self.module.state.now)))

    def _taken(self) -> list[Effect]:
        taken, self._noted = self._noted, []
        return taken


def _by_lmk(descriptions: Mapping[str, str]) -> dict[str, str]:
    return {f"lmk_{lmk_id}": words for lmk_id, words in descriptions.items()}
