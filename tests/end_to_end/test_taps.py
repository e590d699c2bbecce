"""A tap on every link of the lab: it sees TLS and no secret; on the plain listener it sees all."""

import random
from contextlib import AsyncExitStack

import pytest
from msgspec.structs import replace

from cardswitch.hsm_sim.module import HsmModule
from cardswitch.lab.house.running import running
from cardswitch.lab.house.topology import free_ports, make_lab, read_lab
from cardswitch.terminal.config import read_cards
from cardswitch.terminal.core.messages import Order
from cardswitch.terminal.core.outcome import SaleState
from cardswitch.terminal.customer.card import find_card
from cardswitch.terminal.session import open_session
from cardswitch.wire.driver.runtime import run
from tests.kit.canaries import found, secrets_of
from tests.kit.house_inside import PLAIN
from tests.kit.hsm.module import attended
from tests.kit.listening import listening, pass_on
from tests.kit.programs import SEED

HOST = "127.0.0.1"
PIN = "1234"
CLIENT_HELLO = b"\x16\x03"  # RFC 8446, 5.1: a handshake record


class Tap:
    """Stands on a link, passes everything on, and keeps it."""

    def __init__(self, port):
        self.heard = bytearray()
        self.asked = bytearray()  # what the one who dialled has said
        self._port = port

    async def talk(self, reader, writer):
        """Pass on what is said on one connection, and keep it."""
        await pass_on(reader, writer, self._port, self._asked, self._answered)

    async def _asked(self, data):
        self.asked += data
        self.heard += data

    async def _answered(self, data):
        self.heard += data


def dialled(lab):
    """Where each link is dialled: by its name, the path of the place in the lab."""
    return {
        "terminal to switch": (lab.terminal, ("terminal",)),
        "switch to acquirer": (
            lab.switch.upstreams["acquirer"],
            ("switch", "upstreams", "acquirer"),
        ),
        "acquirer to switch": (lab.acquirer.network, ("acquirer", "network")),
        "switch to issuer": (lab.switch.upstreams["issuer"], ("switch", "upstreams", "issuer")),
        "switch to HSM": (lab.switch.hsm, ("switch", "hsm")),
        "issuer to HSM": (lab.issuer.hsm, ("issuer", "hsm")),
        "gateway to switch": (lab.gateway.switch, ("gateway", "switch")),
    }


def moved(value, way, port):
    """*value* with another port at the end of the *way* in it."""
    if not way:
        return replace(value, port=port)
    first, *rest = way
    if isinstance(value, dict):
        return {**value, first: moved(value[first], rest, port)}
    return replace(value, **{first: moved(getattr(value, first), rest, port)})


async def sell(lab):
    """A sale with PIN by the terminal of *lab*, while each of its links has a tap: by name."""
    async with AsyncExitStack() as stack:
        taps = {}
        for name, (place, way) in dialled(lab).items():
            taps[name] = Tap(place.port)
            lab = moved(lab, way, await stack.enter_async_context(listening(taps[name].talk)))
        programs = await stack.enter_async_context(running(lab))
        await programs.ready()
        card = find_card(read_cards(lab.folder / "cards.toml"), "good")
        session = await stack.enter_async_context(open_session(lab.terminal))
        order = Order(amount=1_250, currency="EUR", card=card, entry="swipe", pin=PIN)
        async for outcome in session.perform(lambda terminal, now: terminal.ask(order, now)):
            assert outcome.kind is SaleState.APPROVED
    return taps


@pytest.fixture
def lab(tmp_path):
    """A lab whose keys are always the same."""
    ask = attended(HsmModule(random.Random(SEED).randbytes))
    lab = read_lab(make_lab(tmp_path / "lab", free_ports(), ask=ask)[0])
    card = find_card(read_cards(lab.folder / "cards.toml"), "good")
    return lab, secrets_of(card, PIN, lab, ask)


def seen(folder, taps, secrets):
    """What of *secrets* the *taps* have seen, in whatever form."""
    files = []
    for name, tap in taps.items():
        assert tap.heard, f"nothing came by at {name}"
        files.append(folder / f"{name}.tap")
        files[-1].write_bytes(tap.heard)
    return found(files, secrets)


def test_a_tap_sees_tls_from_the_first_byte_and_nothing_else(tmp_path, lab):
    own, secrets = lab
    taps = run(sell(own))
    assert len(taps) == 7
    for name, tap in taps.items():
        assert tap.asked.startswith(CLIENT_HELLO), name
    assert not seen(tmp_path, taps, secrets)


def test_on_the_plain_listener_a_tap_sees_the_card(tmp_path, lab):
    own, secrets = lab
    plain = own.switch.listeners["plain"]
    assert plain.host == HOST
    terminal = replace(own.terminal, port=plain.port, **PLAIN)
    taps = run(sell(replace(own, terminal=terminal)))
    assert seen(tmp_path, {"plain": taps["terminal to switch"]}, secrets)
