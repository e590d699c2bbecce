"""What changes while a module runs: who is authorised, what is stored, what was counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from typing import Final, Literal

from cardswitch.specs.hsm import Answer
from cardswitch.specs.hsm.errors import COMMAND_DISABLED, NOT_AUTHORISED, STORAGE_REFUSED

from .events import AUTHORITY_CANCELLED, MODE_CHANGED, PINS_CLOSED, PINS_REOPENED
from .policy import Policy, Refused

# Host commands are performed online alone; offline and secure are for the console and its officers.
Mode = Literal["online", "offline", "secure"]
MINUTE_S: Final = 60.0
HOUR_S: Final = 3600.0
LOAD_S: Final = 10.0  # The load is that of the last whole such time: steady, and soon true.
# Who hears of what must go into the audit log: the event's name, and details without a secret.
Listener = Callable[[str, Mapping[str, str]], None]
# Who performs a command that another one carries: its frame, which has a code, to its answer.
Performer = Callable[[bytes], Answer]


class Window:
    """Counts what happens within one length of time, beginning with multiples of it.

    >>> window = Window(60.0)
    >>> [window.add(now) for now in (1.0, 59.0, 60.0)], window.before
    ([1, 2, 1], 2)
    """

    __slots__ = ("_index", "before", "count", "length_s")

    def __init__(self, length_s: float) -> None:
        self.length_s = length_s
        self.count = 0
        self.before = 0  # in the window just before this one
        self._index = 0

    def add(self, now: float) -> int:
        """One more at *now*; how many there are in this window."""
        self.move(now)
        self.count += 1
        return self.count

    def move(self, now: float) -> None:
        """Let time pass up to *now*."""
        index = int(now // self.length_s)
        if index != self._index:
            self.before = self.count if index == self._index + 1 else 0
            self.count, self._index = 0, index


class ModuleState:
    """Held in memory; all times are seconds of the machine's clock, handed in as *now*.

    Counters of J2, J4, J8 and JK:

    *reboots*: starts of the program, this one included, as far as its audit log tells.
    *tampers*: how often the LMKs were erased, likewise; *tampered*: why they are erased now, or "".
    *pin_failures*: PIN verifications that failed since they were last reopened.
    *pin_minute_limits*, *pin_hour_limits*, *pin_attacks*: how often that closed PIN verification,
    by the limit that was hit: of a minute, of an hour, or in all.
    *pins_closed*: PIN verifications are answered 39 until somebody reopens them.
    *lmks_test*, *lmks_live*: LMKs loaded, by their status.
    *commands*: performed or refused, by command code, since *started* (0.0: before any command).
    """

    def __init__(self) -> None:
        self.now = 0.0
        self.mode: Mode = "online"
        self.stored: dict[str, str] = {}
        self.authorised: dict[str, float] = {}  # activity -> until when
        self.started = 0.0
        self.reboots = 0
        self.tampers = 0
        self.tampered = ""
        self.lmks_test = 0
        self.lmks_live = 0
        self.commands: Counter[str] = Counter()
        self.pin_failures = 0
        self.pin_minute_limits = 0
        self.pin_hour_limits = 0
        self.pin_attacks = 0
        self.pins_closed = False
        self.listener: Listener | None = None
        self.perform: Performer = _nobody
        self._pin_minute = Window(MINUTE_S)
        self._pin_hour = Window(HOUR_S)
        self._load = Window(LOAD_S)

    def note(self, event: str, **details: str) -> None:
        """Have *event* written to the audit log, if there is one. *details* hold no secret."""
        if self.listener is not None:
            self.listener(event, details)

    # What commands ask --------------------------------------------------------------------------

    def stored_key(self, place: str) -> str:
        """The text kept in *place*, three hexadecimal digits. Raises Refused (12) if none is."""
        text = self.stored.get(place)
        if text is None:
            raise Refused(STORAGE_REFUSED)
        return text

    def require_authorised(self, activity: str) -> None:
        """Raise Refused (17) unless *activity*, such as ``export.001.host``, is authorised now."""
        if not self.is_authorised(activity):
            raise Refused(NOT_AUTHORISED)

    def is_authorised(self, activity: str) -> bool:
        """Whether *activity* is authorised now, by itself or as part of a wider one."""
        return any(
            until > self.now and covers(wide, activity) for wide, until in self.authorised.items()
        )

    def cancel_authority(self, activity: str = "") -> None:
        """End the authority for *activity* and all its parts; for everything, if it is empty (RA).

        What is not authorised is no error.
        """
        ended = [name for name in self.authorised if not activity or covers(activity, name)]
        for name in ended:
            del self.authorised[name]
        self.note(AUTHORITY_CANCELLED, activity=activity or "all")

    def set_mode(self, mode: Mode) -> None:
        """Turn the keys of the module; who may is for :mod:`hsm_sim.custody.authority` to say."""
        if mode != self.mode:
            self.mode = mode
            self.note(MODE_CHANGED, mode=mode)

    # What is counted ----------------------------------------------------------------------------

    def count_command(self, code: str) -> None:
        """One more command of *code*, at this moment."""
        self.commands[code] += 1
        self._load.add(self.now)
        self.started = self.started or self.now

    @property
    def commands_per_second(self) -> float:
        """Over the last whole 10 seconds of the clock; for J2."""
        self._load.move(self.now)
        return self._load.before / LOAD_S

    def count_pin_failure(self, policy: Policy) -> None:
        """One more failed PIN verification; a limit of *policy* that it reaches closes them all."""
        self.pin_failures += 1
        in_minute, in_hour = self._pin_minute.add(self.now), self._pin_hour.add(self.now)
        if self.pin_failures >= policy.pin_failures_max:
            self.pin_attacks += 1
            self._close_pins("total")
        elif in_hour >= policy.pin_failures_per_hour_max:
            self.pin_hour_limits += 1
            self._close_pins("hour")
        elif in_minute >= policy.pin_failures_per_minute_max:
            self.pin_minute_limits += 1
            self._close_pins("minute")

    def reopen_pins(self) -> None:
        """Let PINs be verified again, and count their failures anew; the other counters stay."""
        self.pin_failures = 0
        self.pins_closed = False
        self._pin_minute, self._pin_hour = Window(MINUTE_S), Window(HOUR_S)
        self.note(PINS_REOPENED)

    def _close_pins(self, limit: str) -> None:
        self.pins_closed = True
        self.note(PINS_CLOSED, limit=limit, failures=str(self.pin_failures))


def _nobody(frame: bytes) -> Answer:
    """Until a module is there."""
    raise Refused(COMMAND_DISABLED)


def covers(wide: str, activity: str) -> bool:
    """Whether authority for *wide* is one for *activity*: parts left out or empty mean any.

    >>> covers("export", "export.001.host"), covers("export..host", "export.001.host")
    (True, True)
    >>> covers("export.001", "export"), covers("export.402", "export.001.host")
    (False, False)
    """
    parts, asked = wide.split("."), activity.split(".")
    return len(parts) <= len(asked) and all(
        part in ("", other) for part, other in zip(parts, asked, strict=False)
    )
