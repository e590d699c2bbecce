"""What changes while a module runs: its mode, its LMKs, who is authorised, what is stored."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Literal

from msgspec import Struct

from cardswitch.specs.hsm.errors import NOT_AUTHORISED

from .activities import AuthorisedActivities
from .events import MODE_CHANGED
from .pin_failures import PinFailures
from .policy import CommandRefused
from .storage import KeyParts, UserStorage
from .windows import CommandLoad

# Host commands are performed online alone; offline and secure are for the console and its officers.
Mode = Literal["online", "offline", "secure"]
# Where a command comes from: a host's link, or the module's own console.
Place = Literal["host", "console"]
# Who hears of what must go into the audit log: the event's name, and details without a secret.
Listener = Callable[[str, Mapping[str, str]], None]


class LoadedLmk(Struct, frozen=True, kw_only=True):
    """What JK tells of an LMK: of variants, or of key blocks, and whether one before it is kept."""

    lmk_id: str
    has_blocks: bool
    is_test: bool
    has_old: bool


class ModuleState:
    """Held in memory; all times are seconds of the machine's clock, and *now* is its time.

    *place*: where the command of the moment comes from.
    *peer*: who sent it: an address, and the name of a certificate; or "" if nobody can say.
    *rule*: the key of the policy by which it was refused, or "".
    *attended*: the two officers who stand by while it is performed, or "".

    Counters of J8 and JK:

    *reboots*: starts of the program, this one included, as far as its audit log tells.
    *tampers*: how often the LMKs were erased, likewise; *tampered*: why they are erased now, or "".
    *lmks*: those that are loaded; *started*: when the program was.
    """

    def __init__(self) -> None:
        self.now = 0.0
        self.mode: Mode = "online"
        self.place: Place = "host"
        self.peer = ""
        self.rule = ""
        self.console_rule = ""  # of the console's last command: hosts go on meanwhile
        self.attended = ""
        self.delay_s = 0.0  # how long each answer waits (LG)
        self.reboots = 0
        self.tampers = 0
        self.tampered = ""
        self.tampered_at = 0.0
        self.started = 0.0
        self.lmks: tuple[LoadedLmk, ...] = ()
        self.listener: Listener | None = None
        self.authority = AuthorisedActivities(self.note)
        self.pin_failures = PinFailures(self.note)
        self.storage = UserStorage()
        self.parts = KeyParts()
        self.load = CommandLoad()

    @property
    def lmks_test(self) -> int:
        """How many of the LMKs are marked as test."""
        return sum(lmk.is_test for lmk in self.lmks)

    @property
    def lmks_live(self) -> int:
        """How many are not."""
        return len(self.lmks) - self.lmks_test

    def note(self, event: str, **details: str) -> None:
        """Have *event* written to the audit log, if there is one. *details* hold no secret."""
        if self.listener is not None:
            self.listener(event, details)

    @contextmanager
    def at_console(self, attended: str = "") -> Iterator[None]:
        """Meanwhile commands come from the console; *attended*: by the word of two officers."""
        self.place, self.attended = "console", attended
        try:
            yield
        finally:
            self.place, self.attended = "host", ""

    def require_officers(self, activity: str, rule: str = "") -> None:
        """Refuse (17) unless officers allow *activity*, such as ``export.001``, at this place.

        *rule* is the key of the policy that wants it, if one does.
        """
        if not self.officers_allow(activity):
            raise CommandRefused(NOT_AUTHORISED, rule=rule)

    def officers_allow(self, activity: str) -> bool:
        """Whether two officers stand by, or authorised *activity* at this place before."""
        return bool(self.attended) or self.is_authorised(f"{activity}.{self.place}")

    def is_authorised(self, activity: str) -> bool:
        """Whether *activity* is authorised now, by itself or as part of a wider one."""
        return self.authority.includes(activity, self.now)

    def set_mode(self, mode: Mode) -> None:
        """Change the mode; who may is for :mod:`hsm_sim.custody.authority` to say."""
        if mode != self.mode:
            self.mode = mode
            self.note(MODE_CHANGED, mode=mode)
