"""A switch ready for a playbook: its settings, a vault of glass, and a purchase."""

from cardswitch.specs.message import Message
from cardswitch.switch.core.entry import Entry
from cardswitch.switch.core.machine import Switch
from cardswitch.switch.core.settings import ListenerSettings, Route, Settings, Upstream
from cardswitch.switch.core.states import State
from cardswitch.wire.ports import LinkId, LinkUp, Received
from tests.kit.play import Playbook, answered, appended, sent

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
    listeners={"pos": ListenerSettings("TPK", TPK), "network": ListenerSettings("ZPK", ZPK)},
    upstreams={"acquirer": Upstream(ZPK, timeout_s=3.5, echo_s=30.0)},
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


def switch(settings: Settings = SETTINGS) -> Switch:
    return Switch(settings, GlassVault())


def opened(settings: Settings = SETTINGS) -> Playbook:
    """A switch whose terminal, HSM and acquirer are there and signed on."""
    play = Playbook(switch(settings))
    for link in (POS, HSM, ACQUIRER):
        play >> LinkUp(link)
        play.skip()
    play >> answered("acquirer", "00")
    return play


def forwarded(play: Playbook, request: Message = PLAIN) -> Playbook:
    """Let *request*, which holds no PIN, go as far as the acquirer."""
    play >> Received(POS, request)
    play << recorded(State.RECEIVED) << recorded(State.FORWARDED)
    play << sent("acquirer", "0200", {37: "608800000001"})
    return play


def approved(play: Playbook) -> Playbook:
    """A sale of :data:`PLAIN`, from the terminal and back."""
    forwarded(play) >> answered("acquirer", "00", {38: "A1B2C3"})
    play << recorded(State.APPROVED) << sent("pos/1", "0210", {39: "00", 38: "A1B2C3"})
    return play


def recorded(state: State) -> appended:
    """The entry of the journal that says *state*."""
    return appended(Entry, state=state)
