"""Pages of lists from 10 to 1,000,000 orders: each must cost the same, wherever in the list it is.

The orders are written straight into the journal, each created, sent and answered; then a gateway
serves it, with nobody behind it, and is asked over TLS.
"""

from __future__ import annotations

import ssl
import sys
import tempfile
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode

import click
import msgspec

sys.path.insert(0, str(Path(__file__).parents[1]))

from bench.gateway import MERCHANT, Server, _asked, _program
from cardswitch.gateway.api.keys import KeyFile
from cardswitch.gateway.config import GatewayConfig
from cardswitch.gateway.core.cards import Card
from cardswitch.gateway.core.entries import Answered, Created, Sent
from cardswitch.gateway.core.ids import CHARGE, INTENT, id_of
from cardswitch.gateway.core.machine import NO_CARD
from cardswitch.gateway.core.row import GatewayRow, Rows
from cardswitch.gateway.outbox.events import Outbox
from cardswitch.gateway.outbox.follow import Read
from cardswitch.gateway.store import open_journal
from cardswitch.hosts.vault import open_vault
from cardswitch.lab.house.topology import free_ports, make_lab, read_lab
from cardswitch.specs.errors import Error
from cardswitch.specs.message import Message
from cardswitch.wire.driver.runtime import run

SIZES: Final = (10, 10_000, 1_000_000)
ROWS_AT_ONCE: Final = 30_000
EVERY_S: Final = 1.0  # between two orders
FEW: Final = 4  # orders of a page: the shortest list has as many on both sides of its middle
FLAT: Final = 1.5  # how much more the longest list may cost
CARD: Final = Card(
    id="pm_1",
    sealed="SEALED",
    fingerprint="F",
    masked="424242******4242",
    brand="visa",
    exp_month=12,
    exp_year=2049,
)


@click.command()
@click.option("--rows", multiple=True, type=int, default=SIZES, show_default=True, help="Orders.")
@click.option("--requests", default=1_000, show_default=True, help="Of each kind of page.")
@click.option("--in-flight", default=4, show_default=True, help="Connections that ask in turn.")
@click.option("--json", "as_json", is_flag=True, help="Print one line of JSON, not a table.")
def main(rows: tuple[int, ...], requests: int, in_flight: int, as_json: bool) -> None:
    """Measure pages of lists on loopback; Linux alone. Exit 1 unless they are flat."""
    result: dict[int, dict[str, Any]] = {}
    for count in rows:
        with tempfile.TemporaryDirectory(prefix="cardswitch-bench-") as name:
            try:
                result[count] = _measured(Path(name), count, requests, in_flight)
            except (Error, OSError, TimeoutError) as error:
                raise click.ClickException(str(error) or type(error).__name__) from error
    click.echo(msgspec.json.encode(result).decode() if as_json else "\n".join(_table(result)))
    if _worst(result) > FLAT:
        raise click.ClickException(f"the longest list costs more than {FLAT} times the shortest")


def _measured(folder: Path, count: int, requests: int, in_flight: int) -> dict[str, Any]:
    config_path = make_lab(folder / "lab", free_ports())[0]
    config = read_lab(config_path).gateway
    assert config is not None, "the lab has one"
    (_, secret), _ = KeyFile(Path(config.keys)).add(MERCHANT, int(time.time()))
    begun = time.time() - count * EVERY_S
    _fill(config, count, begun)
    tls = ssl.create_default_context(cafile=str(config_path.parent / "tls" / "ca.pem"))
    words = ["-m", "cardswitch", "gateway", "serve", "--quiet", "--config", str(config_path)]
    log = folder / "program.log"
    with _program([sys.executable, *words], config.api.port, log) as pid:
        server = Server(pid, config.api.port, secret, tls)
        pages = _pages(count, begun)
        return {
            name: run(_asked(server, partial(_listing, query), requests, in_flight))
            for name, query in pages.items()
        }


def _pages(count: int, begun: float) -> dict[str, str]:
    """What is asked for, by its name: pages at both ends and in the middle."""
    middle, last = _ref(count // 2), _ref(1)
    intents, charges = "/v1/payment_intents", "/v1/charges"
    since = int(begun + count // 2 * EVERY_S)
    return {
        "newest": _query(intents),
        "middle": _query(intents, starting_after=id_of(INTENT, middle)),
        "oldest": _query(intents, ending_before=id_of(INTENT, last)),
        "since": _query(intents, **{"created[lte]": since}),
        "charges": _query(charges),
        "of one": _query(charges, payment_intent=id_of(INTENT, middle)),
        "behind one": _query(charges, starting_after=id_of(CHARGE, middle, 1)),
    }


def _query(path: str, **more: Any) -> str:
    return f"{path}?{urlencode({'limit': FEW, **more})}"


def _listing(query: str, server: Server, _: int) -> bytes:
    return (
        f"GET {query} HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\n"
        f"Authorization: Bearer {server.secret}\r\n\r\n"
    ).encode()


# What is listed -----------------------------------------------------------------------------------


def _fill(config: GatewayConfig, count: int, begun: float) -> None:
    """Write *count* orders that were paid, the first when it had *begun*; their events are told."""
    rows, journal = Rows(), open_journal(config.database)
    try:
        pending: list[GatewayRow] = []
        for number in range(1, count + 1):
            pending += _order(rows, number, begun + number * EVERY_S)
            if len(pending) >= ROWS_AT_ONCE:
                journal.commit(pending)
                pending = []
        key = open_vault(config.vault).fingerprint(NO_CARD)
        pending.append(rows.checkpoint(time.time(), [], {"key": key}))
        journal.commit(pending)
    finally:
        journal.close()
    outbox = Outbox(config.events)
    outbox.take(Read((), rows.sequence), time.time())
    outbox.close()


def _order(rows: Rows, number: int, at: float) -> Iterator[GatewayRow]:
    created = Created(at=at, merchant=MERCHANT, secret="s", amount=1_250, currency="eur", card=CARD)
    first = rows.begin(created, _ref(number))
    yield first
    request = Message("0200", {4: "000000001250", 11: f"{number % 999_999 + 1:06d}"})
    sent = Sent(at=at, number=1, asked="sale", amount=1_250, request=request, card=CARD)
    yield rows.follow(first.leg, sent, MERCHANT)
    answer = Message("0210", {37: f"{number:012d}", 38: "123456", 39: "00"})
    yield rows.follow(first.leg, Answered(at, 1, answer))


def _ref(number: int) -> str:
    """What the ids of order *number* share, with letters between its digits."""
    return "".join(f"x{digit}" for digit in f"{number:011d}")


# What came of it ----------------------------------------------------------------------------------


def _worst(result: dict[int, dict[str, Any]]) -> float:
    """How many times the CPU of the shortest list a page of the longest takes, at worst."""
    shortest, longest = (
        {name: float(each["per_cpu_second"]) for name, each in result[count].items()}
        for count in (min(result), max(result))
    )
    return max(shortest[name] / longest[name] for name in shortest)


def _table(result: dict[int, dict[str, Any]]) -> Iterator[str]:
    for count, pages in result.items():
        for name, each in pages.items():
            yield (
                f"{count:>9,} orders, {name:10} {each['per_cpu_second']:8.1f} a CPU second, "
                f"p50 {each['p50_ms']} ms, p99 {each['p99_ms']} ms"
            )
    yield f"the longest list costs {_worst(result):.2f} times the shortest, at worst"


if __name__ == "__main__":
    main()
