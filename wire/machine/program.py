"""A program: a machine made of flows, with the same treatment of bad input in every program."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Mapping, Sequence
from typing import Any, Final

from cardswitch.specs.codes import FORMAT_ERROR
from cardswitch.specs.convert.translation import Translation
from cardswitch.specs.dialect.covered import MAC_FIELDS, mac_field
from cardswitch.specs.errors import FormatError
from cardswitch.specs.masking import ECHO_FIELDS
from cardswitch.specs.message import Message, MessageError

from ..ports import (
    Close,
    Effect,
    Event,
    Found,
    Garbled,
    LinkDown,
    LinkId,
    LinkUp,
    Observer,
    Received,
    Seconds,
    Send,
)
from .budget import Limits
from .desk import Desk
from .kernel import Kernel
from .keys.working import KeyKind, WorkingKeys
from .macs import MacRule, Macs, Sealed, Used
from .matching import Exchange, is_answerable, label
from .speech import Speech

GARBAGE_MAX: Final = 3  # Messages that nothing can be made of, within GARBAGE_S, until the end.
GARBAGE_S: Final = 60.0


class Program:
    """Subclasses say what happens when somebody asks; the rest is the same everywhere."""

    def __init__(self, exchanges: Mapping[str, Exchange], limits: Limits | None = None) -> None:
        self.kernel = Kernel(exchanges, limits or Limits())
        self.desk = Desk(self.kernel)
        self.names: dict[LinkId, tuple[str, ...]] = {}  # of the certificates of who came in
        self._garbage: dict[LinkId, deque[Seconds]] = {}
        self._macs: Macs | None = None
        self._speech: Speech | None = None

    @property
    def counts(self) -> Counter[str]:
        """What was counted: late and unmatched answers, garbled and dropped messages."""
        return self.kernel.counts

    def observe(self, observer: Observer) -> None:
        """Have *observer* told of refusals, dropped messages, late and unmatched answers."""
        self.kernel.tell = observer

    def authenticate(
        self,
        hsm: LinkId,
        rules: Mapping[str, MacRule | None],
        within: Seconds,
        keys: WorkingKeys | None = None,
        used: Used | None = None,
    ) -> None:
        """Have *hsm* check and make the MACs of those links that have a rule, by their names.

        *within*: how long it may take for one. *keys*: which keys stand in for those of the rules;
        *used*: what is done when one of several is seen in use, if *keys* alone need not know.
        """
        given = {name: rule for name, rule in rules.items() if rule is not None}
        if not given:
            return
        known = keys or WorkingKeys({})

        def seen(place: str, kind: KeyKind, _: str, key: str) -> None:
            known.seen(place, kind, key, self.kernel.now)

        self._macs = Macs(
            self.kernel, hsm, given, self._refuse_unheard, within, known, used or seen
        )
        self.kernel.hold_back = self._macs.hold_back

    def translate(self, translations: Mapping[str, Translation | None]) -> None:
        """Have what those links say otherwise than we do translated, by their names."""
        given = {name: each for name, each in translations.items() if each is not None}
        if given:
            self._speech = Speech(self.kernel, given)
            self.kernel.say = self._speech.say

    # To be written by each program ----------------------------------------------------------------

    def asked(self, link: LinkId, question: Any) -> None:
        """Somebody asks something: start a flow, or drop it with a count."""
        raise AssertionError("a program says what it does when asked")

    def unexpected(self, link: LinkId, answer: Any) -> None:
        """An answer came that nobody waits for, late or foreign; it is counted already."""

    def linked(self, link: LinkId) -> None:
        """A link came up."""

    def unlinked(self, link: LinkId) -> None:
        """A link went down."""

    # Machine --------------------------------------------------------------------------------------

    def handle(self, event: Event, now: Seconds) -> Sequence[Effect]:
        """Take one event; return what the world must now do, in order."""
        kernel = self.kernel
        kernel.advance(now)
        if type(event) is Received:
            self._received(event.link, event.message)
        elif type(event) is Found:
            kernel.found(event.number, event.rows)
        else:
            self._happened(event)
        return kernel.take()

    def _received(self, link: LinkId, message: Any) -> None:
        self.kernel.heard(link)
        if self._macs is not None and self._macs.has_rule(link):
            self._macs.check(link, message, self._understand)
        else:
            self._understand(link, message)

    def _understand(self, link: LinkId, message: Any) -> None:
        if self._speech is None or not isinstance(message, Message):
            return self._let_in(link, message)
        try:
            heard = self._speech.hear(link, message)
        except FormatError as error:
            # Its numbers are those of its edition: who asks hears what can be said of it in ours.
            return self._refuse_unheard(link, message, FORMAT_ERROR, error.field, str(error))
        return self._let_in(link, heard)

    def _refuse_unheard(
        self, link: LinkId, message: Message, code: str, field: str = "", because: str = ""
    ) -> None:
        """Answer *message*, which is not translated yet, with *code*; drop what asks nothing."""
        if self._speech is not None:
            known = {n: v for n, v in message.fields.items() if n in ECHO_FIELDS}
            message = self._speech.hear(link, Message(message.mti, known, message.header))
        if not is_answerable(message):
            return self._unanswerable(link, message)
        if not message.is_request:
            return self.drop(link, because)
        return self.refuse(link, message, code, field, because)

    def _let_in(self, link: LinkId, message: Any) -> None:
        kernel = self.kernel
        if kernel.exchange(link).is_question(message):
            self.asked(link, message)
        elif isinstance(message, Message) and not is_answerable(message):
            self._unanswerable(link, message)
        elif not kernel.answered(link, message):
            self.unexpected(link, message)

    def _happened(self, event: Event) -> None:
        match event:
            case Garbled(link, error):
                self.kernel.heard(link)
                self.garbled(link, error)
            case LinkUp(link):
                if event.names:
                    self.names[link] = event.names
                self.kernel.link_up(link)
                self.linked(link)
            case LinkDown(link):
                self._garbage.pop(link, None)
                self.kernel.link_down(link)
                self.unlinked(link)
                self.names.pop(link, None)

    def wake(self, now: Seconds) -> Sequence[Effect]:
        """Let time pass up to *now*."""
        self.kernel.advance(now)
        self.kernel.expire()
        return self.kernel.take()

    def deadline(self) -> Seconds | None:
        """When :meth:`wake` is due."""
        return self.kernel.deadline()

    # Bad input ------------------------------------------------------------------------------------

    def garbled(self, link: LinkId, error: FormatError) -> None:
        """A request that can be correlated is answered 30, naming the field; others are dropped."""
        self.kernel.counts["garbled"] += 1
        echo = error.echo if isinstance(error, MessageError) else None
        if echo is None:
            self.drop(link, str(error))
        elif self._speech is not None:
            self._refuse_unheard(link, echo, FORMAT_ERROR, error.field, str(error))
        elif not is_answerable(echo):
            self._unanswerable(link, echo)
        else:
            self.refuse(link, echo, FORMAT_ERROR, error.field, str(error))

    def refuse(
        self, link: LinkId, request: Message, code: str, field: str = "", because: str = ""
    ) -> None:
        """Answer *request* with *code*, naming the bad *field* in field 44; nothing is begun."""
        self.kernel.counts[f"refused_{code}"] += 1
        reason = because or (f"field {field}" if field else "")
        self.kernel.tell("refused", link, ": ".join(filter(None, (label(request), code, reason))))
        changes = {44: field} if field else None
        self.kernel.effects.append(Send(link, request.reply(code, changes)))

    def send_sealed(self, link: LinkId, message: Message, mac: str) -> None:
        """Send *message* with *mac* for its MAC, right or wrong: for those who try their peers."""
        said = message
        if self._speech is not None:
            effect = self._speech.say(Send(link, message))
            said = effect.message if isinstance(effect, Send) else message
        whole = said.without(*MAC_FIELDS)
        whole = whole.with_fields({mac_field(whole): mac})
        self.kernel.effects.append(Sealed(link, whole))

    def drop(self, link: LinkId, because: str = "nothing of the kind is expected there") -> None:
        """Drop a message that nothing can be made of; a link that sends too many is closed."""
        self.kernel.counts["dropped"] += 1
        self.kernel.tell("dropped", link, because)
        recent = self._garbage.setdefault(link, deque(maxlen=GARBAGE_MAX))
        recent.append(self.kernel.now)
        if len(recent) == GARBAGE_MAX and self.kernel.now - recent[0] <= GARBAGE_S:
            self.kernel.effects.append(Close(link, f"{GARBAGE_MAX} unreadable messages"))

    def _unanswerable(self, link: LinkId, message: Message) -> None:
        """*message* can be read, and no MTI answers it: that is not ours to mend."""
        self.kernel.counts["unanswerable"] += 1
        self.kernel.tell("unanswerable", link, label(message))
