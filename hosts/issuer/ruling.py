"""What rules have the issuer do: chosen for each request, and done to the answers on their way."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from typing import Final

from cardswitch.specs.codes import APPROVALS
from cardswitch.specs.errors import Decline, Error
from cardswitch.specs.message import Message
from cardswitch.specs.transactions.absent import Checks, channel_of
from cardswitch.specs.transactions.accepted import pan_of
from cardswitch.specs.transactions.kinds import Kind
from cardswitch.wire.machine.matching import label
from cardswitch.wire.machine.program import Program
from cardswitch.wire.ports import LinkId, Send

from ..rules.file import MAGIC_AMOUNTS, SHIPPED, read_rules
from ..rules.rule import LATE, NOTHING, Deed, Facts, Rule, Rules, When, is_answer_to
from .config import CardConfig, IssuerConfig

NOBODY: Final = LinkId("nobody")  # asks any more
WRONG_MAC: Final = "F" * 16
_BECAUSE: Final = "a rule says so"


class Ruling:
    """The rules in use. Where magic amounts are on, they stand behind all others."""

    def __init__(
        self,
        program: Program,
        record_of: Callable[[str], CardConfig | None],
        config: IssuerConfig,
    ) -> None:
        """*record_of*: the card with a number, if there is one."""
        self._program = program
        self._desk = program.desk
        self._record_of = record_of
        self._late_s = config.late_s
        self._magic = _magic_amounts() if config.magic_amounts else ()
        self._rules = Rules(self._magic)

    def use(self, rules: Sequence[Rule]) -> None:
        """From now on *rules* say what is done; those that stay as they are count on."""
        self._rules = Rules((*rules, *self._magic)).after(self._rules)

    @property
    def rules(self) -> Rules:
        """The rules in use."""
        return self._rules

    def takes(self, link: LinkId, request: Message, kind: Kind) -> bool:
        """Whether a rule has done with *request*, which is no purchase, what is to be done."""
        deed = self.deed(link, request, kind, pan_of(request))
        if deed.answer in APPROVALS:
            return False  # What is approved was done.
        if deed.close:
            self._desk.close(link, _BECAUSE)
        elif deed.answer:
            self._desk.send(link, request.reply(deed.answer))
        return deed is not NOTHING

    def deed(self, link: LinkId, request: Message, kind: Kind, pan: str) -> Deed:
        """What is to be done with *request*; which rule says so, is told."""
        if not self._rules.all:
            return NOTHING
        record = self._known(pan)
        facts = Facts(
            request=request,
            kind=kind.name,
            shape=kind.shape,
            pan=pan,
            card=record.id if record else "",
            channel="read" if 35 in request.fields else channel_of(request),
            amount=int(request.get(4) or 0),
        )
        name, deed = self._rules.choose(facts)
        if deed is NOTHING or (deed.answer and not is_answer_to(deed.answer, kind.moves_money)):
            return NOTHING
        self._desk.tell("rule", link, f"{label(request)}: {name}")
        return deed

    def _known(self, pan: str) -> CardConfig | None:
        try:
            return self._record_of(pan)
        except Error:
            return None  # Whoever must know it will say that it cannot be read.

    async def delay(self, deed: Deed) -> None:
        """Wait as long as *deed* has the answer wait."""
        if deed.delay_s:
            await self._desk.sleep(self._late_s if deed.delay_s == LATE else deed.delay_s)

    def say(self, link: LinkId, answer: Message, deed: Deed) -> None:
        """Have *answer* go the way that *deed* says."""
        if deed.close:
            return self._desk.close(link, _BECAUSE)
        if deed.wrong_stan:
            answer = answer.with_fields({11: f"{(int(answer[11]) + 1) % 1_000_000:06d}"})
        for _ in range(0 if deed.drop else 2 if deed.double else 1):
            if deed.wrong_mac:
                self._program.send_sealed(link, answer, WRONG_MAC)
            else:
                self._program.kernel.effects.append(Send(link, answer, deed.truncate))
        return None


def decline(deed: Deed, when: When) -> None:
    """Raise Decline if that is what *deed* does at the time *when*.

    An approval never comes at once: money that nobody has held must not be told as paid.
    """
    if deed.when == when and deed.answer and deed.answer not in APPROVALS:
        raise Decline(deed.answer)


def force(checks: Checks, deed: Deed) -> None:
    """What *deed* says was found stands in *checks*, whatever was."""
    for name in deed.checks.__struct_fields__:
        if forced := getattr(deed.checks, name):
            setattr(checks, name, forced)


@cache
def _magic_amounts() -> tuple[Rule, ...]:
    return read_rules(SHIPPED / f"{MAGIC_AMOUNTS}.toml")
