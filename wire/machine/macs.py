"""Message authentication by the HSM: what comes in is checked before it is looked at, what goes out
gets a MAC of its own.

Neither key nor cryptography is here: a rule has cryptograms, and the module does the rest.
"""

# Where it stands. Between a program's flows and its links: a flow sees messages that were checked,
# and sends them without a MAC. So every message gets its MAC anew on the way through a program,
# under the key of the link that it leaves by. The price is a question to the HSM each time, and an
# order: answers of one link leave in the order in which the module answers.
#
# When the HSM says nothing. What comes in is dropped, what goes out is not sent: as if the wire had
# lost it, which both sides can live with. A row that was to be durable before is durable all the
# same, since it was recorded before the message was sent.

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from typing import Final, Literal

from msgspec import Struct

from cardswitch.specs.codes import MAC_WRONG
from cardswitch.specs.dialect.covered import MAC_FIELDS, mac_field
from cardswitch.specs.errors import EncodeError
from cardswitch.specs.hsm import Answer, Command
from cardswitch.specs.hsm.commands.data.macs import generate_mac, verify_mac
from cardswitch.specs.hsm.errors import MISMATCH
from cardswitch.specs.hsm.names import TAK
from cardswitch.specs.message import Message

from ..ports import Effect, LinkId, Seconds, Send, name_of
from .budget import Budget
from .kernel import Kernel
from .keys.working import KeyKind, WorkingKeys
from .matching import is_answerable, label
from .speech import Translated
from .waits import NoAnswer

Wrong = Literal["refuse", "drop", "log"]
Refuse = Callable[[LinkId, Message, str], None]
Used = Callable[[str, KeyKind, str, str], None]  # place, kind, configured key, and the one in use

TERMINAL: Final = 41
REVERSALS: Final = "4"  # the class of an MTI
# Messages of one link that are checked at once, and as many reversals: whoever has no key must not
# keep a module busy.
CHECKS_MAX: Final = 256


class MacRule(Struct, frozen=True, kw_only=True):
    """How messages of one link are authenticated. Its keys are cryptograms under the LMK."""

    covers: Callable[[Message], bytes]  # the bytes that a MAC is made over; may raise EncodeError
    key_type: str  # of an HSM: TAK or ZAK
    key: str = ""
    terminal_keys: Mapping[str, str] = {}  # instead of *key*, by terminal id (field 41)
    algorithm: str = "3"  # of ISO 9797-1, or "6", CMAC
    padding: str = "1"  # method of ISO 9797-1
    digits: int = 16  # of a MAC, hexadecimal; zeros fill its field up
    wrong: Wrong = "refuse"  # what comes without a right MAC: 89, nothing, or a line in the record

    def key_of(self, message: Message) -> str:
        """The key of whoever *message* is from, or for."""
        return self.terminal_keys.get(message.get(TERMINAL).rstrip(" "), self.key)

    def place_of(self, link: LinkId, message: Message) -> str:
        """Where the key of whoever *message* is from, or for, is in use: a terminal is a place."""
        if self.key_type != TAK:
            return name_of(link)
        return f"{name_of(link)}/{message.get(TERMINAL).rstrip(' ')}"

    def mac_in(self, message: Message) -> str:
        """The MAC of *message*; ``""`` if it has none that can be one."""
        if all(field in message.fields for field in MAC_FIELDS):
            return ""
        whole = message.get(mac_field(message))
        mac, rest = whole[: self.digits], whole[self.digits :]
        return mac if len(mac) == self.digits and not rest.strip("0") else ""


class Sealed(Send, frozen=True):
    """A Send whose message has its MAC, and is as its link has it."""


class Macs:
    """Checks and makes the MACs of those links that have a rule, by the name of their listener."""

    def __init__(
        self,
        kernel: Kernel,
        hsm: LinkId,
        rules: Mapping[str, MacRule],
        refuse: Refuse,
        within: Seconds,
        keys: WorkingKeys,
        used: Used,
    ) -> None:
        """*refuse*: answers a request with a code. *within*: how long the HSM may take.

        *keys*: which keys stand in for those of the rules. *used* hears by which key of several
        there a message was found to be authentic.
        """
        self._kernel = kernel
        self._hsm = hsm
        self._rules = rules
        self._refuse = refuse
        self._within = within
        self._keys = keys
        self._used = used
        self._checking: Counter[tuple[LinkId, bool]] = Counter()  # by link, reversals apart

    # Coming in ------------------------------------------------------------------------------------

    def has_rule(self, link: LinkId) -> bool:
        """Whether what comes in on *link* is checked."""
        return bool(self._rules) and name_of(link) in self._rules

    def check(
        self, link: LinkId, message: Message, deliver: Callable[[LinkId, Message], None]
    ) -> None:
        """Have *message* delivered, without its MAC, if that is right."""
        lane = link, message.mti[1] == REVERSALS
        if self._checking[lane] >= CHECKS_MAX:
            self._kernel.counts["over_the_bound"] += 1
            return
        self._checking[lane] += 1
        self._kernel.start(self._checked(lane, message, deliver), budget=Budget.CARING)

    async def _checked(
        self,
        lane: tuple[LinkId, bool],
        message: Message,
        deliver: Callable[[LinkId, Message], None],
    ) -> None:
        link, _ = lane
        try:
            is_let_in = await self._check(link, message, self._rules[name_of(link)])
        finally:
            self._checking[lane] -= 1
            if not self._checking[lane]:
                del self._checking[lane]
        if is_let_in:
            deliver(link, message.without(*MAC_FIELDS))

    async def _check(self, link: LinkId, message: Message, rule: MacRule) -> bool:
        """Whether *message* may be let in; if not, it is answered, or told of."""
        try:
            reason = await self._fault(link, message, rule)
        except (NoAnswer, EncodeError) as error:
            self._kernel.counts["mac_not_checked"] += 1
            told = f"{label(message)}: {error}: it is dropped"
            self._kernel.tell("mac_not_checked", link, told)
            return False
        if not reason:
            return True
        self._kernel.counts["mac_wrong"] += 1
        self._kernel.tell("mac_wrong", link, f"{label(message)}: {reason}")
        if rule.wrong == "refuse" and message.is_request and is_answerable(message):
            self._refuse(link, message, MAC_WRONG)
        return rule.wrong == "log"

    async def _fault(self, link: LinkId, message: Message, rule: MacRule) -> str:
        """What is wrong with the MAC of *message*; ``""`` if nothing. NoAnswer, EncodeError."""
        mac, place = rule.mac_in(message), rule.place_of(link, message)
        if not mac:
            return f"no MAC in field {mac_field(message)}"
        configured = rule.key_of(message)
        keys = self._keys.accepted(place, "mac", configured, self._kernel.now)
        for key in keys:
            if await self._is_made_with(key, message, mac, rule):
                if len(keys) > 1:
                    self._used(place, "mac", configured, key)
                return ""
        if not keys:
            return "there is no key for the MAC of this terminal"
        return f"the MAC in field {mac_field(message)} is another"

    async def _is_made_with(self, key: str, message: Message, mac: str, rule: MacRule) -> bool:
        """Whether *mac* is that of *message* under *key*. Raises NoAnswer, EncodeError."""
        command = verify_mac(
            rule.key_type, key, rule.covers(message), mac, rule.algorithm, rule.padding
        )
        answer = await self._ask(command)
        if not answer.ok and answer.error != MISMATCH:
            raise NoAnswer(f"the HSM does not check it: {answer.error}")
        return answer.ok

    async def _ask(self, command: Command) -> Answer:
        """What the HSM answers. Raises NoAnswer, which says that it does not."""
        try:
            answer: Answer = await self._kernel.ask(self._hsm, command, self._within)
        except NoAnswer:
            raise NoAnswer("the HSM does not answer") from None
        return answer

    # Going out ------------------------------------------------------------------------------------

    def hold_back(self, effect: Effect) -> bool:
        """Whether *effect* is a message that must get its MAC first: it is then sent later."""
        if not isinstance(effect, Send) or isinstance(effect, Sealed):
            return False
        rule = self._rules.get(name_of(effect.link))
        if rule is None or not isinstance(effect.message, Message):
            return False
        ours = effect.ours if isinstance(effect, Translated) else effect.message
        self._kernel.start(self._seal(effect, ours, rule), budget=Budget.CARING)
        return True

    async def _seal(self, effect: Send, ours: Message, rule: MacRule) -> None:
        """Send what *effect* says with its MAC; who waits for the answer to *ours* hears if not."""
        link, message = effect.link, effect.message
        bare = message.without(*MAC_FIELDS)
        key = self._keys.sending(rule.place_of(link, message), "mac", rule.key_of(message))
        try:
            if not key:
                raise NoAnswer("there is no key for the MAC of this terminal")
            command = generate_mac(
                rule.key_type, key, rule.covers(bare), rule.algorithm, rule.padding, rule.digits
            )
            answer = await self._ask(command)
            if not answer.ok:
                raise NoAnswer(f"the HSM does not make it: {answer.error}")
        except (NoAnswer, EncodeError) as error:
            self._kernel.counts["mac_not_made"] += 1
            told = f"{label(message)}: {error}: it is not sent"
            self._kernel.tell("mac_not_made", link, told)
            return self._kernel.not_sent(link, ours, told)
        mac = answer.fields["mac"].ljust(16, "0")
        whole = bare.with_fields({mac_field(bare): mac})
        return self._kernel.effects.append(Sealed(link, whole, effect.size))
