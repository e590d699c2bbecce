"""A switch ready for a playbook: its settings, a vault of glass, a journal, and a purchase."""

from collections.abc import Iterable
from typing import Any

import msgspec

from cardswitch.specs.message import Message
from cardswitch.switch.core.machine import Switch
from cardswitch.switch.core.row import Row
from cardswitch.switch.core.settings import ListenerSettings, Route, Settings, Upstream
from cardswitch.switch.core.states import State
from cardswitch.wire.machine.budget import Limits
from cardswitch.wire.ports import LinkId, LinkUp, Received, Seconds
from tests.kit.notebook import Notebook
from tests.kit.play import START, Playbook, answered, appended, sent

PAN = "9999990000000014"
POS = LinkId("pos/1")
ACQUIRER = LinkId("acquirer")
HSM = LinkId("hsm")
TPK = "U" + "1" * 32
ZPK = "U" + "2" * 32
BLOCK = "0123456789ABCDEF"
NEW_BLOCK = "FEDCBA9876543210"
SALE = Message(
    "0200",
    {
        2: PAN,
        3: "000000",
        4: "000000001250",
        7: "0329010000",
        11: "000007",
        14: "3012",
        41: "TERM0001",
        42: "SHOP0001       ",
        49: "978",
        52: BLOCK,
    },
)
PLAIN = SALE.without(52)
REVERSAL = Message(
    "0420",
    {
        3: "000000",
        4: "000000001250",
        7: "0329010005",
        11: "000008",
        41: "TERM0001",
        42: "SHOP0001       ",
        49: "978",
        90: "0200000007032901000000000000000" + "0" * 11,
    },
)
SETTINGS = Settings(
    listeners={
        "pos": ListenerSettings(serves="merchants", pin_key=TPK),
        "network": ListenerSettings(serves="acquirers", pin_key_type="ZPK", pin_key=ZPK),
    },
    upstreams={"acquirer": Upstream(pin_key=ZPK, timeout_s=3.5, echo_s=30.0)},
    routes=(Route("pos", "acquirer", bins=("999999",)), Route("network", "acquirer")),
)


class GlassVault:
    """Seals by reversing the digits: readable in a failing test, and not the PAN itself."""

    def seal(self, pan: str) -> str:
        return f"sealed:{pan[::-1]}"

    def open(self, sealed: str) -> str:
        assert sealed.startswith("sealed:")
        return sealed.removeprefix("sealed:")[::-1]

    def fingerprint(self, pan: str) -> str:
        return f"print:{sum(int(d) * (n + 1) for n, d in enumerate(pan))}"


def with_listener(name: str = "pos", **changes: Any) -> Settings:
    """The settings, but for *changes* to the listener *name*."""
    listener = msgspec.structs.replace(SETTINGS.listeners[name], **changes)
    return with_settings(listeners={**SETTINGS.listeners, name: listener})


def with_settings(**changes: Any) -> Settings:
    """The settings, but for *changes*."""
    return msgspec.structs.replace(SETTINGS, **changes)


def switch(settings: Settings = SETTINGS, limits: Limits | None = None) -> Switch:
    return Switch(settings, GlassVault(), limits)


def started(
    settings: Settings = SETTINGS,
    limits: Limits | None = None,
    *,
    rows: Iterable[Row] = (),
    now: Seconds = START,
) -> Playbook:
    """A switch that has just read the journal *rows*; what it did at once is still to be taken."""
    play = Playbook(switch(settings, limits), now)
    play.journal = notebook = Notebook(play, rows)
    play.do(play.machine.recover(notebook.recent(), now))
    return play


def linked(play: Playbook) -> Playbook:
    """Its terminal, HSM and acquirer are there and signed on."""
    for link in (POS, HSM, ACQUIRER):
        play >> LinkUp(link)
        play.skip()
    return play >> answered("acquirer", "00")


def opened(settings: Settings = SETTINGS, limits: Limits | None = None) -> Playbook:
    """A switch with an empty journal, in the first of its days, that is linked."""
    return linked(started(settings, limits).skip())


def crashed(
    play: Playbook, settings: Settings = SETTINGS, *, lost: int = 0, down_s: Seconds = 1.0
) -> Playbook:
    """A new switch that has read what *play* wrote, but for the last *lost* rows."""
    assert isinstance(play.journal, Notebook)
    rows = play.journal.rows
    return started(settings, rows=rows[: len(rows) - lost], now=play.now + down_s)


def forwarded(play: Playbook, request: Message = PLAIN) -> Playbook:
    """Let *request*, which holds no PIN, go as far as the acquirer."""
    play >> Received(POS, request)
    return play << recorded(State.FORWARDED) << sent("acquirer", "0200")


def approved(play: Playbook, request: Message = PLAIN) -> Playbook:
    """A sale of :data:`PLAIN`, from the terminal and back."""
    forwarded(play, request) >> answered("acquirer", "00", {38: "A1B2C3"})
    return play << recorded(State.APPROVED) << sent("pos/1", "0210", {39: "00", 38: "A1B2C3"})


def undone(play: Playbook, code: str = "00") -> Playbook:
    """The reversal that was just owed goes upstream, and is answered *code*."""
    play << sent("acquirer", "0420") >> answered("acquirer", code)
    return play << recorded(State.EXCEPTION if code in ("12", "30", "64") else State.REVERSED)


def recorded(state: str, **attributes: Any) -> appended:
    """The row of the journal that says *state*."""
    return appended(Row, state=str(state), **attributes)
