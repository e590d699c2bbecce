"""A playbook: what happens to a machine, and what it must do, read from top to bottom.

    assert (
        Playbook(switch)
        >> Received(POS, sale)
        << appended(Entry, state="received")
        << sent("hsm", "CA")
        >> answered("hsm", "00")
        << ...
        >> after(3.5)
        << sent("pos/1", "0210", {39: "91"})
    )

``>>`` lets something happen, ``<<`` takes the next effect and says what it must be. All effects
must be taken before something else happens, and at the end: `assert` asks for that.
A step that does not hold fails at once, and shows what was there.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from typing import Any, Protocol

from cardswitch.specs.hsm import Answer, Command, answer_code
from cardswitch.specs.message import Message
from cardswitch.wire.ports import (
    Append,
    Close,
    Effect,
    Event,
    Found,
    LinkId,
    LookUp,
    Machine,
    Received,
    Seconds,
    Send,
)

START: Seconds = 1_774_746_000.0  # 2026-03-29T01:00:00Z, in most tests
Happening = Event | Callable[["Playbook"], None]


class Expectation(Protocol):
    """What an effect must be."""

    def matches(self, effect: Effect) -> bool: ...


class Playbook:
    """A machine, its time, the effects that nobody has taken yet, and all there ever were."""

    def __init__(self, machine: Machine, now: Seconds = START) -> None:
        self.machine = machine
        self.now = now
        self.effects: list[Effect] = []
        self.pending: deque[Effect] = deque()
        # What the journal says to a question; None keeps look-ups among the effects to be taken.
        self.journal: Callable[[Any], Sequence[Any] | None] | None = lambda question: ()

    def __rshift__(self, happening: Happening) -> Playbook:
        """Let an event happen, or what a function such as :func:`after` makes happen."""
        self._nothing_left(f"before {happening!r}")
        if callable(happening):
            happening(self)
        else:
            self.do(self.machine.handle(happening, self.now))
        return self

    def __lshift__(self, expected: Effect | Expectation) -> Playbook:
        """The next effect is, or matches, *expected*."""
        assert self.pending, f"expected {expected!r}, but nothing more was done"
        effect = self.pending.popleft()
        is_effect = isinstance(expected, Send | Append | Close | LookUp)
        held = effect == expected if is_effect else expected.matches(effect)
        assert held, f"expected {expected!r}\n  but did {effect!r}\n  then {list(self.pending)!r}"
        return self

    def __bool__(self) -> bool:
        """All effects were taken."""
        self._nothing_left("at the end")
        return True

    def do(self, effects: Sequence[Effect]) -> None:
        """Take over what the machine has done; its look-ups are answered at once."""
        for effect in effects:
            self.effects.append(effect)
            if isinstance(effect, LookUp) and self.journal is not None:
                found = Found(effect.number, self.journal(effect.question))
                self.do(self.machine.handle(found, self.now))
            else:
                self.pending.append(effect)

    def skip(self) -> Playbook:
        """Take all effects that are there, whatever they are."""
        self.pending.clear()
        return self

    @property
    def entries(self) -> list[Any]:
        """All that was ever appended."""
        return [effect.entry for effect in self.effects if isinstance(effect, Append)]

    def sent_on(self, link: str) -> list[Any]:
        """All messages ever sent on *link*."""
        return [e.message for e in self.effects if isinstance(e, Send) and e.link == link]

    def _nothing_left(self, when: str) -> None:
        assert not self.pending, f"done, but not expected {when}: {list(self.pending)!r}"


# What happens ----------------------------------------------------------------------------------


class after:
    """Time passes, and every timer that comes due goes off."""

    def __init__(self, seconds: Seconds) -> None:
        self.seconds = seconds

    def __call__(self, play: Playbook) -> None:
        end = play.now + self.seconds
        while (due := play.machine.deadline()) is not None and due <= end:
            play.now = max(play.now, due)
            play.do(play.machine.wake(play.now))
        play.now = end

    def __repr__(self) -> str:
        return f"after({self.seconds})"


class answered:
    """The last question on *link* is answered: *code* is field 39, or the error of an HSM."""

    def __init__(
        self, link: str, code: str, fields: dict[Any, str] | None = None, *, ago: int = 1
    ) -> None:
        """*ago*: 1 answers the last question, 2 the one before, and so on."""
        self.link = LinkId(link)
        self.code = code
        self.fields = fields or {}
        self.ago = ago

    def __call__(self, play: Playbook) -> None:
        questions = [m for m in play.sent_on(self.link) if is_question(m)]
        answer = self.answer(questions[-self.ago])
        play.do(play.machine.handle(Received(self.link, answer), play.now))

    def answer(self, question: Message | Command) -> Message | Answer:
        if isinstance(question, Command):
            return Answer(question.header, answer_code(question.code), self.code, self.fields)
        return question.reply(self.code, self.fields)

    def __repr__(self) -> str:
        return f"answered({self.link!r}, {self.code!r})"


def is_question(message: Any) -> bool:
    """Whether *message* wants an answer."""
    return isinstance(message, Command) or (isinstance(message, Message) and message.is_request)


# What must be done -----------------------------------------------------------------------------


class sent:
    """A message is sent on *link*: *kind* is its MTI, or the code of a command.

    A field of ``None`` must be absent; fields not named may be anything.
    """

    def __init__(self, link: str, kind: str, fields: dict[Any, str | None] | None = None) -> None:
        self.link = LinkId(link)
        self.kind = kind
        self.fields = fields or {}

    def matches(self, effect: Effect) -> bool:
        if not isinstance(effect, Send) or effect.link != self.link:
            return False
        message = effect.message
        kind = message.mti if isinstance(message, Message) else message.code
        return kind == self.kind and all(
            message.fields.get(name) == value for name, value in self.fields.items()
        )

    def __repr__(self) -> str:
        return f"sent({self.link!r}, {self.kind!r}, {self.fields!r})"


class appended:
    """An entry of this *kind* is appended whose attributes are as given."""

    def __init__(self, kind: type, **attributes: Any) -> None:
        self.kind = kind
        self.attributes = attributes

    def matches(self, effect: Effect) -> bool:
        if not isinstance(effect, Append) or not isinstance(effect.entry, self.kind):
            return False
        return all(getattr(effect.entry, n) == v for n, v in self.attributes.items())

    def __repr__(self) -> str:
        return f"appended({self.kind.__name__}, {self.attributes!r})"


class closed:
    """The connection *link* is ended, for whatever reason."""

    def __init__(self, link: str) -> None:
        self.link = LinkId(link)

    def matches(self, effect: Effect) -> bool:
        return isinstance(effect, Close) and effect.link == self.link

    def __repr__(self) -> str:
        return f"closed({self.link!r})"
