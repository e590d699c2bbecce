"""What the test panel may have done in a house: by rules of its issuer, and by settlement."""

from __future__ import annotations

import time
from functools import partial
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any, Final

import tomli_w

from cardswitch.gateway.panel.emulation import Wish
from cardswitch.hosts.vault import open_vault
from cardswitch.specs.errors import Error
from cardswitch.switch.operate.closing import cut_over, record_booked
from cardswitch.switch.operate.settle import Record, close_now
from cardswitch.wire.store.disk import replace_file
from cardswitch.wire.store.files import file_trouble

from .programs import NO_WISHES, PANEL_NAME, Runs, settlements_of

if TYPE_CHECKING:
    from cardswitch.hosts.issuer.machine import Issuer
    from cardswitch.switch.operate.config import SwitchConfig

TAKEN_OVER_S: Final = 10.0  # An issuer looks at its rules every second.
LOOK_S: Final = 0.05
BECAUSE: Final = "asked for on the test panel"
_PAYMENTS: Final = ["sale", "cashback", "authorisation"]
_DOES: Final[dict[str, dict[str, Any]]] = {
    "approve": {"answer": "00"},
    "decline": {"when": "at once"},
    "late": {"delay_s": "late"},
    "hang": {"drop": True},
    "drop": {"close": True},
}


def forget_wishes(house: Runs) -> None:
    """A start of the issuer begins without what testers wanted of the one before. Raises Error."""
    if house.issuer is not None and PANEL_NAME in house.issuer.rules:
        _write(house.folder / PANEL_NAME, NO_WISHES)


def record_of(switch: SwitchConfig, acquirer: str = "") -> Record:
    """What has the journal of *switch* name what *acquirer* has booked. Raises Error."""
    return partial(record_booked, switch, open_vault(switch.vault), acquirer=acquirer)


class LabEmulation:
    """Writes rules for the *issuer* of this house, and waits until they are in use.

    Each is about one payment of one merchant, which the issuer counts: a wish that was met is none
    any more, whatever else is changed in its rules.
    """

    def __init__(self, house: Runs, issuer: Issuer | None) -> None:
        self._house = house
        self._issuer = issuer
        self._path = house.folder / PANEL_NAME
        self._lock = Lock()
        self._wishes: dict[str, tuple[str, Wish]] = {}  # of each merchant: the rule's name, and it
        self._count = 0

    def arm(self, merchant: str, wish: Wish) -> None:
        """See :class:`~cardswitch.gateway.panel.emulation.Emulation`."""
        issuer = self._hearing()
        with self._lock:
            self._count += 1
            name = f"panel {self._count}: {wish.what} {wish.code}".rstrip()
            self._wishes[merchant] = name, wish
            self._tell()
            self._await(lambda: any(rule.name == name for rule in issuer.ruling.rules.all))

    def disarm(self, merchant: str) -> None:
        """See :class:`~cardswitch.gateway.panel.emulation.Emulation`."""
        issuer = self._hearing()
        with self._lock:
            name, _ = self._wishes.pop(merchant, ("", None))
            self._tell()
            self._await(lambda: all(rule.name != name for rule in issuer.ruling.rules.all))

    def armed(self, merchant: str) -> Wish | None:
        """See :class:`~cardswitch.gateway.panel.emulation.Emulation`."""
        name, wish = self._wishes.get(merchant, ("", None))
        is_met = self._issuer is None or self._issuer.ruling.rules.met(name)
        return None if is_met else wish

    def close_day(self) -> list[str]:
        """See :class:`~cardswitch.gateway.panel.emulation.Emulation`."""
        switch, settlements = self._house.switch, settlements_of(self._house)
        if switch is None or not settlements:
            raise Error("no [switch] and [settlement] here: end the day where they are")
        vault, closed = open_vault(switch.vault), list[str]()
        for each in settlements:
            end = partial(cut_over, switch, vault, BECAUSE, each.name)
            reports = close_now(switch, each, record_of(switch, each.name), end)
            closed += [report.closed.business_date for report in reports]
        return closed

    def _hearing(self) -> Issuer:
        """The issuer, if it reads what is written here. Raises Error."""
        config = self._house.issuer
        if self._issuer is None or config is None:
            raise Error("no [issuer] here: write a rule where it is, see `cardswitch host rules`")
        if PANEL_NAME not in config.rules:
            raise Error(f'issuer.rules: it does not read {PANEL_NAME}: put "{PANEL_NAME}" first')
        return self._issuer

    def _tell(self) -> None:
        rules = [_rule(name, merchant, wish) for merchant, (name, wish) in self._wishes.items()]
        _write(self._path, tomli_w.dumps({"rule": rules}) if rules else NO_WISHES)

    def _await(self, is_so: Any) -> None:
        until = time.monotonic() + TAKEN_OVER_S
        while not is_so():
            if time.monotonic() > until:
                raise Error(
                    f"the issuer has not taken {self._path} over in {TAKEN_OVER_S:g} s: one of its "
                    "files of rules has a fault, which `cardswitch host rules check` names"
                )
            time.sleep(LOOK_S)


def _rule(name: str, merchant: str, wish: Wish) -> dict[str, Any]:
    """What the issuer reads: about the next payment of *merchant* alone."""
    about = {"name": name, "merchants": [merchant], "kinds": _PAYMENTS}
    deed = {**_DOES[wish.what], **({"answer": wish.code} if wish.code else {})}
    return {**about, "count": {"to": 1, "per": "all"}, **deed}


def _write(path: Path, text: str) -> None:
    try:
        replace_file(path, text.encode())
    except OSError as error:
        raise file_trouble(path, error) from None
