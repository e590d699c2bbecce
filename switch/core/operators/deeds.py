"""What is done to the switch from outside, by the clock or by a person: each deed is a row."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from cardswitch.specs.errors import Error
from cardswitch.specs.message import Message
from cardswitch.wire.machine.kernel import Kernel

from ..desk import SwitchDesk
from ..flows.owed import pursue, settle
from ..journal import Journal
from ..legs import Leg
from ..memory import Memory
from ..settings import Settings
from ..states import PENDING, Mark, State

CLOCK: Final = "clock"
START: Final = "start"


class Deeds:
    """They run in the turn of the program that is told to; their effects are the kernel's."""

    def __init__(
        self,
        kernel: Kernel,
        settings: Settings,
        memory: Memory,
        journal: Journal,
        desk_of: Callable[[Leg], SwitchDesk],
    ) -> None:
        self._kernel = kernel
        self._settings = settings
        self._memory = memory
        self._journal = journal
        self._desk_of = desk_of
        self.day_ended: Callable[[], None] = lambda: None

    # Bank days ------------------------------------------------------------------------------------

    def begin_day(self) -> None:
        """At a start: the first day of a journal, or the next if its cut-off was slept over."""
        day = self._memory.day
        if day is None or day.ends_at <= self._kernel.now:
            self.cut_over(START)
        else:
            self._set_alarm()

    def cut_over(self, by: str, because: str = "") -> None:
        """The bank day ends here, and the next begins."""
        self._journal.cut_over(self._settings.cut_off, by, because)
        self._set_alarm()
        self.day_ended()

    def _set_alarm(self) -> None:
        day = self._memory.today
        self._kernel.later(max(0.0, day.ends_at - self._kernel.now), self._end_day)

    def _end_day(self) -> None:
        if self._memory.today.ends_at <= self._kernel.now:
            self.cut_over(CLOCK)

    def record_close(self, label: str, told: Mapping[str, Any]) -> None:
        """Settlement has closed the bank day *label*; *told* is what proves which close it was."""
        self._journal.mark(Mark.CLOSED, label, told)

    def record_bank(self, told: Mapping[str, Any]) -> None:
        """Settlement has booked what a bank says of payouts, or what a person decided on them."""
        self._journal.mark(Mark.BANK, self._memory.today.label, told)

    # Exceptions -----------------------------------------------------------------------------------

    def retry(self, number: int, who: str, because: str) -> None:
        """Send anew what leg *number* owes. Raises Error unless it is an exception."""
        leg, owed = self._exception(number)
        desk = self._desk_of(leg)
        if leg.upstream not in self._settings.upstreams:
            raise Error(f"leg {number}: there is no upstream {leg.upstream!r} any more: resolve it")
        state = State.TAKEN if leg.kind.shape == "advise" else State.REVERSING
        desk.record(state, owed, stays=leg.stays, original=leg.original, beside=_deed(who, because))
        pursue(desk, owed, sent=1)

    def resolve(self, number: int, who: str, because: str) -> None:
        """A person ends it, and says why nothing more is to be sent. Raises Error as above."""
        leg, owed = self._exception(number)
        settle(self._desk_of(leg), State.RESOLVED, owed, _deed(who, because))

    def _exception(self, number: int) -> tuple[Leg, Message]:
        leg = self._memory.unfinished.get(number)
        if leg is not None and leg.state in PENDING:
            raise Error(f"leg {number} is not set aside: it is sent again by itself")
        if leg is None or leg.state is not State.EXCEPTION or leg.pending is None:
            raise Error(
                f"leg {number} is no exception: `cardswitch switch exceptions list` shows those "
                "that are"
            )
        return leg, leg.pending


def _deed(who: str, because: str) -> dict[str, str]:
    return {"by": who, "because": because}
