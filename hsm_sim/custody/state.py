"""What changes while a module runs: its mode, its LMKs, who is authorised, what is stored."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Literal

from cardswitch.specs.hsm.errors import NOT_AUTHORISED

from .activities import AuthorisedActivities
from .events import MODE_CHANGED
from .pin_failures import PinFailures
from .policy import CommandRefused
from .storage import UserStorage
from .windows import CommandLoad

# Host commands are performed online alone; offline and secure are for the console and its officers.
Mode = Literal["online", "offline", "secure"]
# Who hears of what must go into the audit log: the event's name, and details without a secret.
Listener = Callable[[str, Mapping[str, str]], None]


class ModuleState:
    """Held in memory; all times are seconds of the machine's clock, and *now* is its time.

    Counters of J8 and JK:

    *reboots*: starts of the program, this one included, as far as its audit log tells.
    *tampers*: how often the LMKs were erased, likewise; *tampered*: why they are erased now, or "".
    *lmks_test*, *lmks_live*: LMKs loaded, by their status.
    """

    def __init__(self) -> None:
        self.now = 0.0
        self.mode: Mode = "online"
        self.reboots = 0
        self.tampers = 0
        self.tampered = ""
        self.lmks_test = 0
        self.lmks_live = 0
        self.listener: Listener | None = None
        self.authority = AuthorisedActivities(self.note)
        self.pin_failures = PinFailures(self.note)
        self.storage = UserStorage()
        self.load = CommandLoad()

    def note(self, event: str, **details: str) -> None:
        """Have *event* written to the audit log, if there is one. *details* hold no secret."""
        if self.listener is not None:
            self.listener(event, details)

    def require_authorised(self, activity: str) -> None:
        """Refuse (17) unless *activity*, such as ``export.001.host``, is authorised now."""
        if not self.is_authorised(activity):
            raise CommandRefused(NOT_AUTHORISED)

    def is_authorised(self, activity: str) -> bool:
        """Whether *activity* is authorised now, by itself or as part of a wider one."""
        return self.authority.includes(activity, self.now)

    def set_mode(self, mode: Mode) -> None:
        """Change the mode; who may is for :mod:`hsm_sim.custody.authority` to say."""
        if mode != self.mode:
            self.mode = mode
            self.note(MODE_CHANGED, mode=mode)
