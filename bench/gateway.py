"""What a payment over HTTPS costs the gateway, beside a server that only answers, in one run.

Ours is durable, with switch, issuer, HSM and acquirer in processes of their own, all links in TLS.
The plain server (`bench/plain_gateway.py`) has the same port, TLS and certificate, and answers with
bodies of the same size; it leaves out all else: it asks nobody who he is, reads a form without
checking it, counts no requests, keeps no idempotency key, no card and no event, writes nothing to a
disk, and asks no switch: an order is paid because it says so. So what ours costs beside it is what
durability, checks and the chain cost. The same plain answers come from uvicorn without its extras
too, which is what most people's servers are.
localstripe, where its command is installed, makes intents alone, and without TLS.

With --rate requests are due at their times, whoever is still answered: a wait counts from then. At
the end as many copies of one order as --copies says, all with one key, make one payment.
"""

from __future__ import annotations

import asyncio
import resource
import secrets
import shutil
import socket
import ssl
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from string import ascii_lowercase
from typing import Any, Final
from urllib.parse import urlencode

import click
import msgspec
from msgspec import Struct

sys.path.insert(0, str(Path(__file__).parents[1]))

from bench.links import FILES_SPARE, SETTLE_S, standing
from bench.load import BenchCard, cpu_of, rss_mib
from bench.programs import ROOT, await_end, await_port, end_in_order, make_bench_lab, running
from bench.purchase import ports_of
from cardswitch.gateway.api.keys import KeyFile
from cardswitch.lab.house.topology import read_lab
from cardswitch.specs.errors import Error
from cardswitch.wire.driver.runtime import run

PATH: Final = "/v1/payment_intents"
READY_TRIES: Final = 100
READY_PAUSE_S: Final = 0.1
WARM_UP: Final = 100
TIME_LIMIT_S: Final = 120.0
FEW: Final = 10  # rows of a short list, and of a page
KEY_LENGTH: Final = 20
MERCHANT: Final = "SHOP0001"


class Server(Struct, frozen=True):
    """Who is asked: *pid* is whose CPU counts; no *tls*: in clear."""

    pid: int
    port: int
    secret: str
    tls: ssl.SSLContext | None


@click.command()
@click.option("--requests", default=2_000, show_default=True, help="Of each kind.")
@click.option("--in-flight", default=32, show_default=True, help="Connections that ask in turn.")
@click.option("--rate", default=300.0, show_default=True, help="Confirms a second, open loop.")
@click.option("--rows", default=5_000, show_default=True, help="Of the long list, by the API.")
@click.option(
    "--copies", default=50, show_default=True, help="Of one order, with one key, at once."
)
@click.option("--idle", default=1_000, show_default=True, help="Connections that say nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print one line of JSON, not a table.")
def main(
    requests: int, in_flight: int, rate: float, rows: int, copies: int, idle: int, as_json: bool
) -> None:
    """Measure the gateway on loopback; Linux alone. Exit 1 unless every payment succeeded."""
    end_in_order()
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(most, idle + FILES_SPARE), most))
    try:
        with tempfile.TemporaryDirectory(prefix="cardswitch-bench-") as name:
            result = _measured(Path(name), requests, in_flight, rate, rows, copies, idle)
    except (Error, OSError, subprocess.SubprocessError, TimeoutError) as error:
        raise click.ClickException(str(error) or type(error).__name__) from error
    click.echo(msgspec.json.encode(result).decode() if as_json else "\n".join(_table(result)))


def _measured(
    folder: Path, requests: int, in_flight: int, rate: float, rows: int, copies: int, idle: int
) -> dict[str, Any]:
    config, cards = make_bench_lab(folder / "lab", in_flight, tls=True)
    room = f"[gateway.api]\nconnections_max = {idle + 2 * in_flight + copies}\nidle_s = 600.0"
    text = config.read_text("utf-8").replace("[gateway.api]", room, 1)
    config.write_text(text, "utf-8")
    lab = read_lab(config)
    gateway = lab.gateway
    assert gateway is not None, "the lab has one"
    (_, secret), _ = KeyFile(Path(gateway.keys)).add(MERCHANT, int(time.time()))
    tls = ssl.create_default_context(cafile=str(config.parent / "tls" / "ca.pem"))
    words = ["-m", "cardswitch", "gateway", "serve", "--quiet", "--config", str(config)]
    log = folder / "program.log"
    result: dict[str, Any] = {}
    with (
        running(config, ports_of(lab), "", Path()),
        _program([sys.executable, *words], gateway.api.port, log) as pid,
    ):
        ours = Server(pid, gateway.api.port, secret, tls)
        answer = run(_until_paid(ours, cards))
        (folder / "answer.json").write_bytes(answer)
        for name in ("plain", "uvicorn"):
            port = _free_port()
            place = [str(port), gateway.api.tls_certificate, gateway.api.tls_key]
            place += [str(folder / "answer.json"), name]
            words = [sys.executable, "-m", "bench.plain_gateway", *place]
            with _program(words, port, folder / f"{name}.log") as pid:
                theirs = Server(pid, port, secret, tls)
                result[name] = run(_kinds(theirs, cards, requests, in_flight, rate, rows))
        result["ours"] = run(_kinds(ours, cards, requests, in_flight, rate, rows))
        result["copies"] = run(_copies(ours, cards, copies))
        result["idle"] = run(_idle(ours, idle))
    if shutil.which("localstripe"):
        result["localstripe"] = _localstripe(folder, requests, in_flight)
    return result


def _localstripe(folder: Path, requests: int, in_flight: int) -> dict[str, Any]:
    port = _free_port()
    words = ["localstripe", "--port", str(port), "--from-scratch"]
    with _program(words, port, folder / "localstripe.log") as pid:
        server = Server(pid, port, "sk_test_12345", None)
        return {"create": run(_asked(server, _creating, requests, in_flight))}


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


@contextmanager
def _program(words: list[str], port: int, log: Path) -> Iterator[int]:
    """Run one until the end of the block; its process id."""
    with log.open("wb") as output:
        process = subprocess.Popen(words, cwd=ROOT, stdout=output, stderr=output)
    try:
        await_port(port, process, log)
        yield process.pid
    finally:
        process.terminate()
        await_end(process)


# What is asked ------------------------------------------------------------------------------------


def _key() -> str:
    """One of its own, with no digits, since a run of them may look like a card number."""
    return "".join(secrets.choice(ascii_lowercase) for _ in range(KEY_LENGTH))


def _request(server: Server, form: dict[str, Any]) -> bytes:
    body = urlencode(form).encode()
    head = (
        f"POST {PATH} HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\n"
        f"Authorization: Bearer {server.secret}\r\nIdempotency-Key: {_key()}\r\n"
        f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def _creating(server: Server, number: int) -> bytes:
    return _request(server, {"amount": 100 + number % 100, "currency": "eur"})


def _paying(cards: list[BenchCard], server: Server, number: int) -> bytes:
    card = cards[number % len(cards)].card
    data = "payment_method_data"
    form = {
        "amount": 100,
        "currency": "eur",
        "confirm": "true",
        f"{data}[type]": "card",
        f"{data}[card][number]": card.pan,
        f"{data}[card][exp_month]": "12",
        f"{data}[card][exp_year]": "2049",
    }
    return _request(server, form)


def _listing(server: Server, number: int) -> bytes:
    return (
        f"GET {PATH}?limit={FEW} HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\n"
        f"Authorization: Bearer {server.secret}\r\n\r\n"
    ).encode()


async def _until_paid(server: Server, cards: list[BenchCard]) -> bytes:
    """Pay until one succeeds, since then every link stands: its answer."""
    reader, writer = await _dial(server)
    body = b""
    for number in range(READY_TRIES):
        writer.write(_paying(cards, server, number))
        status, body = await _answer(reader)
        if status == 200 and b'"succeeded"' in body:
            writer.transport.abort()
            return body
        await asyncio.sleep(READY_PAUSE_S)
    raise Error(f"no payment succeeded: {body.decode()[:500]}")


async def _dial(server: Server) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    return await asyncio.open_connection("127.0.0.1", server.port, ssl=server.tls)


async def _answer(reader: asyncio.StreamReader) -> tuple[int, bytes]:
    head = await reader.readuntil(b"\r\n\r\n")
    length = head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0]
    return int(head[9:12]), await reader.readexactly(int(length))


# How it is measured -------------------------------------------------------------------------------


async def _kinds(
    server: Server, cards: list[BenchCard], requests: int, in_flight: int, rate: float, rows: int
) -> dict[str, Any]:
    """Each kind of request, the short list first."""
    asked = partial(_asked, server, in_flight=in_flight)
    pay = partial(asked, partial(_paying, cards), wanted=b'"succeeded"')
    await asked(_creating, FEW)
    result = {"list_few": await asked(_listing, requests)}
    await pay(WARM_UP)
    result["create"] = await asked(_creating, requests)
    result["confirm"] = await pay(requests)
    result["confirm_open"] = await pay(requests, rate=rate)
    await asked(_creating, max(rows - 3 * requests, 0))
    return {**result, "list_many": await asked(_listing, requests)}


async def _asked(
    server: Server,
    make: Callable[[Server, int], bytes],
    requests: int,
    in_flight: int,
    rate: float = 0.0,
    wanted: bytes = b"",
) -> dict[str, float]:
    """Ask so often; with *rate* each is due at its time. Error unless all answers have *wanted*."""
    lines = [await _dial(server) for _ in range(in_flight)]
    left, waits = iter(range(requests)), []
    before, begun = cpu_of(server.pid).process_s, time.perf_counter()

    async def one_after_the_other(
        reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        for number in left:
            due = begun + number / rate if rate else time.perf_counter()
            await asyncio.sleep(max(due - time.perf_counter(), 0))
            writer.write(make(server, number))
            status, body = await _answer(reader)
            if status != 200 or wanted not in body:
                raise Error(f"{status}: {body.decode()[:500]}")
            waits.append(time.perf_counter() - due)

    async with asyncio.timeout(TIME_LIMIT_S):
        await asyncio.gather(*(one_after_the_other(*line) for line in lines))
    wall, cpu = time.perf_counter() - begun, cpu_of(server.pid).process_s - before
    for _, writer in lines:
        writer.transport.abort()
    return _figures(requests, wall, cpu, sorted(waits))


def _figures(requests: int, wall: float, cpu: float, waits: list[float]) -> dict[str, float]:
    return {
        "per_second": round(requests / wall, 1),
        "per_cpu_second": round(requests / max(cpu, 0.01), 1),
        "p50_ms": round(1000 * waits[len(waits) // 2], 1) if waits else 0.0,
        "p99_ms": round(1000 * waits[len(waits) * 99 // 100], 1) if waits else 0.0,
    }


async def _copies(server: Server, cards: list[BenchCard], count: int) -> dict[str, int]:
    """How *count* copies of one order are answered at once. Error unless one is paid, once."""
    lines = [await _dial(server) for _ in range(count)]
    request, statuses, paid = _paying(cards, server, 0), Counter[int](), set()

    async def asked(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(request)
        status, body = await _answer(reader)
        statuses[status] += 1
        if status == 200:
            order = msgspec.json.decode(body)
            paid.add((order["id"], order["x_attempts"]))

    async with asyncio.timeout(TIME_LIMIT_S):
        await asyncio.gather(*(asked(*line) for line in lines))
    for _, writer in lines:
        writer.transport.abort()
    if len(paid) != 1 or {attempts for _, attempts in paid} != {1} or set(statuses) - {200, 409}:
        raise Error(f"{count} copies of one order: {dict(statuses)}, paid (id, attempts): {paid}")
    return {"at_once": count, "answered_200": statuses[200], "busy_409": statuses[409]}


async def _idle(server: Server, count: int) -> dict[str, float]:
    """The memory of connections that stand and say nothing."""
    await asyncio.sleep(SETTLE_S)
    empty = rss_mib(server.pid)
    made = await standing(count, partial(_dial, server))
    await asyncio.sleep(SETTLE_S)
    full = rss_mib(server.pid)
    for writer in made:
        writer.transport.abort()
    return {"connections": count, "mib": round(full - empty, 1), "rss_mib": full}


def _table(result: dict[str, Any]) -> Iterator[str]:
    idle, copies = result.pop("idle"), result.pop("copies")
    for name, kinds in result.items():
        for kind, each in kinds.items():
            ratios = ", ".join(
                f"{each['per_cpu_second'] / result[other][kind]['per_cpu_second']:.2f} of {other}"
                for other in ("plain", "uvicorn")
            )
            yield (
                f"{name:12} {kind:13} {each['per_second']:8.1f}/s {each['per_cpu_second']:8.1f} "
                f"a CPU second ({ratios}), p50 {each['p50_ms']} ms, "
                f"p99 {each['p99_ms']} ms"
            )
    if "localstripe" in result:
        created = [result[name]["create"]["per_cpu_second"] for name in ("ours", "localstripe")]
        yield f"creates a CPU second: {created[0] / created[1]:.1f} x localstripe"
    yield (
        f"{copies['at_once']} copies of one order at once: paid once, {copies['answered_200']} "
        f"answered with it, {copies['busy_409']} told to ask again"
    )
    yield (
        f"{idle['connections']} idle connections: {idle['mib']} MiB more, "
        f"{idle['rss_mib']} MiB in all"
    )


if __name__ == "__main__":
    main()
