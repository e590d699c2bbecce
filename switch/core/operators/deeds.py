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
        """At a start: the first day of a journal, or the next if its cut-off was slept over.

        So for each acquirer. The day of one that is configured no more runs on.
        """
        for acquirer in self._settings.cut_offs:
            day = self._memory.days.get(acquirer)
            if day is None or day.ends_at <= self._kernel.now:
                self.cut_over(START, acquirer=acquirer)
            else:
                self._set_alarm(acquirer)

    def cut_over(self, by: str, because: str = "", acquirer: str = "") -> None:
        """The bank day of *acquirer* ends here, and the next begins. Error if there is no such."""
        cut_offs = self._settings.cut_offs
        if acquirer not in cut_offs:
            raise _no_such(acquirer)
        self._journal.cut_over(cut_offs[acquirer], by, because, acquirer)
        self._set_alarm(acquirer)
        self.day_ended()

    def _set_alarm(self, acquirer: str) -> None:
        wait = max(0.0, self._memory.days[acquirer].ends_at - self._kernel.now)
        self._kernel.later(wait, lambda: self._end_day(acquirer))

    def _end_day(self, acquirer: str) -> None:
        if self._memory.days[acquirer].ends_at <= self._kernel.now:
            self.cut_over(CLOCK, acquirer=acquirer)

    def record_close(self, label: str, told: Mapping[str, Any]) -> None:
        """Settlement has closed the bank day *label*; *told* is what proves which close it was."""
        self._journal.mark(Mark.CLOSED, label, told)

    def record_bank(self, told: Mapping[str, Any], acquirer: str = "") -> None:
        """Settlement has booked what a bank says of payouts, or what a person decided on them."""
        if acquirer not in self._memory.days:
            raise _no_such(acquirer)
        self._journal.mark(Mark.BANK, self._memory.days[acquirer].label, told)

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


def _no_such(acquirer: str) -> Error:
    return Error(f"{acquirer}: the switch that runs has no such acquirer: start it again")
