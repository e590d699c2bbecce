"""The lab of a measurement: many cards, free ports, and every program in a process of its own."""

from __future__ import annotations

import json
import re
import secrets
import signal
import socket
import subprocess
import sys
import time
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from cardswitch.hsm_sim.module import HsmModule
from cardswitch.lab.house.ceremony import Ask, Keys, personalise
from cardswitch.lab.house.topology import free_ports, make_lab
from cardswitch.specs.errors import Error
from cardswitch.specs.hsm.commands.keys.any_type import generate_key
from cardswitch.specs.hsm.names import ZAK
from cardswitch.specs.tracks import luhn_digit
from cardswitch.terminal.customer.card import Card
from cardswitch.terminal.pinpad.pad import PinPad

from .load import BenchCard

ROOT: Final = Path(__file__).parents[1]
# Enough cards and accounts that nothing seems quick only because it was the last one, too.
CARDS: Final = 1_000
BALANCE: Final = 1_000_000_00
EXPIRY: Final = "4912"
SERVICE_CODE: Final = "201"
PIN: Final = "1234"
START_S: Final = 180.0  # On a machine that does much else.
STOP_S: Final = 10.0
LOOK_S: Final = 0.02
# Without TLS there are no certificates to bind, and nothing that speaks HTTPS alone: no gateway,
# and none of what stands behind it, up to the settlement; and no pages of the bank.
_TLS: Final = re.compile(
    r"^(?:tls_|speaks_for)[^\n]*\n"
    r"|^\[gateway.*?(?=^\[settlement\])"
    r"|^\[bank\.pages\].*?(?=^\[)",
    re.M | re.S,
)
_TERMINALS = re.compile(r"(?m)^terminals = \[.*\]")
# The words of each, in the order of their start: the innermost first.
PROGRAMS: Final[Mapping[str, tuple[str, ...]]] = {
    "hsm": ("hsm", "serve"),
    "issuer": ("host", "serve", "issuer"),
    "switch": ("switch", "serve"),
    "acquirer": ("host", "serve", "acquirer"),
}


def make_bench_lab(
    folder: Path, in_flight: int, *, tls: bool = False, macs: bool = False
) -> tuple[Path, list[BenchCard]]:
    """A lab in *folder* without magic amounts, and the cards that its issuer knows beside others.

    Its links speak *tls*, or all go in clear. With *macs* those between the programs have them,
    each under a key of its own; terminals, whose MACs the load would have to make, have none.

    All purchases come back in by the acquirer's one link: every link may have all in flight.
    """
    ask = HsmModule(secrets.token_bytes).answer
    path, keys = make_lab(folder, free_ports())
    cards = [_card(ask, keys, number) for number in range(CARDS)]
    text = path.read_text("utf-8").replace("magic_amounts = true", "magic_amounts = false")
    for listener in ("[switch.listeners.pos]", "[switch.listeners.network]"):
        text = text.replace(listener, f"{listener}\nin_flight_max = {in_flight}", 1)
    text = _TERMINALS.sub('terminals = "any"', text)
    text = allowing(text, "pos", ["refund"])
    if macs:
        text += _with_macs(ask, tomllib.loads(text)["hsm"]["port"])
    if not tls:
        text = in_clear(text)
    path.write_text(text + "".join(map(_issued, cards)), "utf-8")
    pinpad = PinPad(keys.tpk_under_tmk)
    return path, [BenchCard(card, pinpad.encrypt(PIN, card.pan)) for card in cards]


def allowing(text: str, listener: str, kinds: Sequence[str]) -> str:
    """The configuration *text*, whose *listener* of the switch `allows` those *kinds* alone."""
    before, head, after = text.partition(f"[switch.listeners.{listener}]")
    assert head, f"no listener {listener}"
    comment, _, table = after.partition("\n")
    own, bracket, others = table.partition("\n[")
    own = re.sub(r"(?m)^allows = .*\n", "", own)
    allows = f"allows = {json.dumps(list(kinds))}"
    return f"{before}{head}{comment}\n{allows}\n{own}{bracket}{others}"


def in_clear(text: str) -> str:
    """The configuration *text* of a lab, without TLS on any link."""
    return _TLS.sub("", text)


def _with_macs(ask: Ask, hsm: int) -> str:
    """The tables that give each of the three zones a key for MACs, made in the HSM."""
    front, network, issuer = (ask(generate_key(ZAK)).fields["key"] for _ in range(3))
    return f"""
[acquirer.hsm]
port = {hsm}
tls_ca = "tls/ca.pem"
tls_certificate = "tls/acquirer.pem"
tls_key = "tls/acquirer.key"

[switch.upstreams.acquirer.mac]
key = "{front}"
[acquirer.front.mac]
key = "{front}"
[acquirer.network.mac]
key = "{network}"
[switch.listeners.network.mac]
key = "{network}"
[switch.upstreams.issuer.mac]
key = "{issuer}"
[issuer.mac]
key = "{issuer}"
"""


def _card(ask: Ask, keys: Keys, number: int) -> Card:
    payload = f"99999911{number:07d}"
    pan = payload + luhn_digit(payload)
    personal = personalise(ask, keys, pan, EXPIRY, SERVICE_CODE, PIN)
    alias = f"bench{number}"
    return Card(
        pan=pan,
        expiry=EXPIRY,
        service_code=SERVICE_CODE,
        pvki=personal.pvki,
        pvv=personal.pvv,
        cvv=personal.cvv,
        alias=alias,
    )


def _issued(card: Card) -> str:
    return f"""
[[issuer.accounts]]
id = "{card.alias}"
balance = {BALANCE}

[[issuer.cards]]
id = "{card.alias}"
pan = "{card.pan}"
account = "{card.alias}"
expiry = "{card.expiry}"
"""


def end_in_order() -> None:
    """SIGTERM ends a script as Ctrl-C does: no program of it is left, and no folder."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))


@contextmanager
def running(
    config: Path, ports: Mapping[str, int], profile: str, profile_file: Path
) -> Iterator[dict[str, int]]:
    """Start every program; their process ids. At the end, whatever happened, none is left."""
    started: dict[str, subprocess.Popen[bytes]] = {}
    try:
        for name, words in PROGRAMS.items():
            module = ["bench.profiled", str(profile_file)] if name == profile else ["cardswitch"]
            command = [sys.executable, "-m", *module, *words, "--config", str(config)]
            log = config.with_name(f"{name}.log")
            with log.open("wb") as output:
                process = subprocess.Popen(command, cwd=ROOT, stdout=output, stderr=output)
            started[name] = process
            await_port(ports[name], process, log)
        yield {name: process.pid for name, process in started.items()}
    finally:
        for process in started.values():
            process.terminate()
        for process in started.values():
            await_end(process)


def await_port(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    """Return once somebody listens at *port*. Raises Error with what *log* says."""
    until = time.monotonic() + START_S
    while process.poll() is None and time.monotonic() < until:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(LOOK_S)
    raise Error(f"a program did not start:\n{log.read_text('utf-8', 'replace')[-2000:]}")


def await_end(process: subprocess.Popen[bytes]) -> None:
    """Return once *process*, which was asked to stop, has ended; one that does not is killed."""
    try:
        process.wait(STOP_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
