"""How many host commands a second the HSM simulator performs, and where its time goes.

First over TCP on 127.0.0.1, pipelined on some connections, against `cardswitch hsm serve` in a
process of its own: commands a second, and the CPU that each costs the server. Then in this process,
one part after the other: framing, codec, the command, and of a CA the bare cryptography.

With --against COMMIT the servers of that commit and of this tree take turns, pair by pair, and the
ratio of what a command costs them is shown: other load on the machine is the same for both.
"""

from __future__ import annotations

import os
import pstats
import selectors
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import cycle, islice
from pathlib import Path
from random import Random
from statistics import median
from timeit import timeit
from typing import Any, Final

import click
import msgspec
from msgspec import Struct

sys.path.insert(0, str(Path(__file__).parents[1]))

from bench.programs import PROGRAMS, ROOT, await_end, await_port, end_in_order
from cardswitch.hsm_sim.module import HsmModule
from cardswitch.lab.house.topology import free_ports
from cardswitch.specs.errors import Error
from cardswitch.specs.hsm import Command, pack_answer, pack_command, unpack_command
from cardswitch.specs.hsm.commands.cards.emv import verify_arqc
from cardswitch.specs.hsm.commands.cards.values import generate_cvv
from cardswitch.specs.hsm.commands.data.macs import generate_mac
from cardswitch.specs.hsm.commands.pins.blocks import (
    translate_pin_tpk_zpk,
    translate_pin_zpk_zpk,
    verify_pin_pvv_zpk,
)
from cardswitch.specs.hsm.commands.pins.dukpt import Transaction, translate_pin_dukpt_zpk
from cardswitch.specs.security.dukpt_tdes import advance_ksn_dukpt_tdes, derive_key_dukpt_tdes
from cardswitch.specs.security.emv_cryptograms import generate_cryptogram_emv
from cardswitch.specs.security.emv_keys import derive_icc_key_emv, encode_account_emv_a
from cardswitch.specs.security.keys import adjust_parity
from cardswitch.specs.security.lmk import TEST_LMK, wrap_key
from cardswitch.specs.security.pinblocks import decode_pinblock, encode_pinblock, pan12_of
from cardswitch.specs.security.pvv import generate_pvv
from cardswitch.specs.security.tdes import decrypt_tdes_ecb, encrypt_tdes_ecb
from cardswitch.wire.channel import HSM_FRAMING

VARIETY: Final = 256  # Different cards, PINs and KSNs: nothing is quick for being the last again.
WARM_UP: Final = 2_000
COUNT_MAX: Final = 1_000_000
TIME_LIMIT_S: Final = 30.0  # For one command over TCP; what was answered until then counts.
RECEIVE_SIZE: Final = 1 << 16
PROFILE_LINES: Final = 30
PIN: Final = "1234"
KSN: Final = bytes.fromhex("FFFF9876543210E00001")
KSN_DESCRIPTOR: Final = "609"
MAC_DATA: Final = bytes(range(128))
CHIP_DATA: Final = bytes(range(40))
_TICKS: Final = os.sysconf("SC_CLK_TCK")
_CODE: Final = slice(6, 8)  # of an answer: header, code, error


class Load(Struct, frozen=True):
    """How much is asked of each command, and how."""

    count: int
    connections: int
    in_flight: int


# -- what is asked ---------------------------------------------------------------------------------


def works() -> dict[str, list[Command]]:
    """By code, commands that differ in card and PIN; all of them are answered 00."""
    random = Random(2024)
    clear = {name: adjust_parity(random.randbytes(16)) for name in _TYPES}
    keys = {name: wrap_key(TEST_LMK, code, "U", clear[name]) for name, code in _TYPES.items()}
    made: dict[str, list[Command]] = {
        code: [] for code in ("CA", "CC", "G0", "EC", "CW", "M6", "KQ")
    }
    ksn = KSN
    for number in range(VARIETY):
        pan = f"99999900{number:07d}0"
        pan12 = pan12_of(pan)
        block = encode_pinblock("01", PIN, pan12)

        def under(key: bytes, data: bytes = block) -> str:
            return encrypt_tdes_ecb(key, data).hex().upper()

        made["CA"].append(
            translate_pin_tpk_zpk(keys["tpk"], keys["zpk"], under(clear["tpk"]), pan12)
        )
        made["CC"].append(
            translate_pin_zpk_zpk(keys["zpk"], keys["zpk2"], under(clear["zpk"]), pan12)
        )
        dukpt = under(derive_key_dukpt_tdes(clear["bdk"], ksn, "pin"))
        device = Transaction(keys["bdk"], KSN_DESCRIPTOR, ksn.hex().upper())
        made["G0"].append(translate_pin_dukpt_zpk(device, keys["zpk"], dukpt, pan12))
        ksn = advance_ksn_dukpt_tdes(ksn)
        pvv = generate_pvv(clear["pvk"], PIN, pan12, "1")
        made["EC"].append(
            verify_pin_pvv_zpk(keys["zpk"], keys["pvk"], under(clear["zpk"]), pan12, "1", pvv)
        )
        made["CW"].append(generate_cvv(keys["cvk"], pan, "3012", "201"))
        made["M6"].append(generate_mac("003", keys["tak"], MAC_DATA + number.to_bytes(2, "big")))
        made["KQ"].append(_chip(keys["mk_ac"], clear["mk_ac"], pan, number))
    return made


_TYPES: Final = {
    "tpk": "002",
    "zpk": "001",
    "zpk2": "001",
    "pvk": "002",
    "cvk": "402",
    "tak": "003",
    "bdk": "009",
    "mk_ac": "109",
}


def _chip(key: str, clear: bytes, pan: str, number: int) -> Command:
    account, atc = encode_account_emv_a(pan), (number + 1).to_bytes(2, "big")
    arqc = generate_cryptogram_emv(derive_icc_key_emv(clear, account), CHIP_DATA, 1)
    return verify_arqc(key, account, atc, bytes(4), CHIP_DATA, arqc)


# -- over TCP --------------------------------------------------------------------------------------


@contextmanager
def serving(profile: Path | None = None, root: Path = ROOT) -> Iterator[tuple[int, int]]:
    """`cardswitch hsm serve` of *root* in its own process: its port and its process id."""
    with tempfile.TemporaryDirectory(prefix="cardswitch-bench-") as name:
        port, config, log = free_ports().hsm, Path(name) / "lab.toml", Path(name) / "hsm.log"
        config.write_text(f"[hsm]\nport = {port}\n", "utf-8")
        module = ["bench.profiled", str(profile)] if profile else ["cardswitch"]
        command = [sys.executable, "-m", *module, *PROGRAMS["hsm"], "--config", str(config)]
        with log.open("wb") as output:
            process = subprocess.Popen(
                command,
                cwd=root,
                env={**os.environ, "PYTHONPATH": str(root)},
                stdout=output,
                stderr=output,
            )
        try:
            await_port(port, process, log)
            yield port, process.pid
        finally:
            process.terminate()
            await_end(process)


def loaded(port: int, pid: int, commands: Sequence[Command], load: Load) -> dict[str, Any]:
    """Ask *commands* over and over: how many were answered, how long it took, what it cost."""
    frames = [HSM_FRAMING.frame(pack_command(each.with_header("0000"))) for each in commands]
    _ask(port, frames, min(WARM_UP, load.count), load)
    before, began = _cpu_s(pid), time.perf_counter()
    answered, refused = _ask(port, frames, load.count, load)
    wall_s, cpu_s = time.perf_counter() - began, _cpu_s(pid) - before
    return {
        "answered": answered,
        "refused": refused,
        "per_second": round(answered / wall_s),
        "server_cpu_us": round(1e6 * cpu_s / max(answered, 1), 1),
    }


@contextmanager
def checked_out(commit: str) -> Iterator[Path]:
    """The files of *commit* in a folder of their own, for a while."""
    with tempfile.TemporaryDirectory(prefix="cardswitch-bench-") as name:
        files = subprocess.run(
            ["git", "archive", commit], cwd=ROOT, check=True, stdout=subprocess.PIPE
        ).stdout
        subprocess.run(["tar", "-x", "-C", name], input=files, check=True)
        yield Path(name)


def compared(
    commit: str, chosen: dict[str, list[Command]], load: Load, pairs: int
) -> dict[str, dict[str, float]]:
    """What each command costs the server of *commit*, and this one: the medians of *pairs*."""
    costs: dict[str, list[tuple[float, float]]] = {code: [] for code in chosen}
    with checked_out(commit) as before:
        for _ in range(pairs):
            runs = []
            for root in (before, ROOT):
                with serving(root=root) as (port, pid):
                    made = {code: loaded(port, pid, asked, load) for code, asked in chosen.items()}
                runs.append({code: row["server_cpu_us"] for code, row in made.items()})
            for code, both in costs.items():
                both.append((runs[0][code], runs[1][code]))
    return {
        code: {
            "before_cpu_us": median(before for before, _ in both),
            "now_cpu_us": median(now for _, now in both),
            "times": round(median(before / now for before, now in both), 2),
        }
        for code, both in costs.items()
    }


def _ask(port: int, frames: Sequence[bytes], count: int, load: Load) -> tuple[int, int]:
    """*count* questions on all connections, some always on their way: answered, refused."""
    endless, left, answered, refused = cycle(frames), count, 0, 0
    until = time.monotonic() + TIME_LIMIT_S
    with selectors.DefaultSelector() as selector:
        for _ in range(load.connections):
            link = socket.create_connection(("127.0.0.1", port))
            link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            selector.register(link, selectors.EVENT_READ, HSM_FRAMING.framer())
            size = min(left, load.in_flight // load.connections)
            link.sendall(b"".join(islice(endless, size)))
            left -= size
        try:
            while answered < count and time.monotonic() < until:
                for ready, _ in selector.select(1.0):
                    sock: Any = ready.fileobj
                    answers = ready.data.feed(sock.recv(RECEIVE_SIZE))
                    answered += len(answers)
                    refused += sum(answer[_CODE] != b"00" for answer in answers)
                    size = min(left, len(answers))
                    if size:
                        sock.sendall(b"".join(islice(endless, size)))
                        left -= size
        finally:
            for key in list(selector.get_map().values()):
                key.fileobj.close()  # type: ignore[union-attr]
    return answered, refused


def _cpu_s(pid: int) -> float:
    """Seconds of CPU, user and system, of the process *pid*."""
    fields = Path(f"/proc/{pid}/stat").read_text("utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


# -- in this process -------------------------------------------------------------------------------


def parts(commands: Sequence[Command], count: int) -> dict[str, float]:
    """Microseconds of each part of one command, the best of three runs over all *commands*."""
    module = HsmModule(Random(1).randbytes)
    frames = [pack_command(command.with_header("0000")) for command in commands]
    read = [unpack_command(frame) for frame in frames]
    answers = [module.answer(command) for command in read]
    stream = b"".join(map(HSM_FRAMING.frame, frames))
    written = [pack_answer(answer) for answer in answers]
    rounds = max(1, count // len(commands))

    def best(work: Callable[[], object]) -> float:
        took = min(timeit(work, number=rounds) for _ in range(3))
        return round(1e6 * took / (rounds * len(commands)), 2)

    return {
        "framing": best(lambda: HSM_FRAMING.framer().feed(stream))
        + best(lambda: [HSM_FRAMING.frame(each) for each in written]),
        "read": best(lambda: [unpack_command(frame) for frame in frames]),
        "perform": best(lambda: [module.answer(command) for command in read]),
        "write": best(lambda: [pack_answer(answer) for answer in answers]),
    }


def pin_cryptography(count: int) -> float:
    """Microseconds of the bare cryptography of a CA: a block decrypted, changed and encrypted."""
    random = Random(1)
    source, target = (adjust_parity(random.randbytes(16)) for _ in range(2))
    cards = [f"{number:012d}" for number in range(VARIETY)]
    blocks = [(encrypt_tdes_ecb(source, encode_pinblock("01", PIN, card)), card) for card in cards]

    def work() -> None:
        for block, pan12 in blocks:
            pin = decode_pinblock("01", decrypt_tdes_ecb(source, block), pan12)
            encrypt_tdes_ecb(target, encode_pinblock("01", pin, pan12))

    rounds = max(1, count // VARIETY)
    return round(1e6 * min(timeit(work, number=rounds) for _ in range(3)) / (rounds * VARIETY), 2)


# -- the measurement -------------------------------------------------------------------------------


@click.command()
@click.option("--count", default=50_000, show_default=True, type=click.IntRange(1, COUNT_MAX))
@click.option("--connections", default=4, show_default=True, type=click.IntRange(1, 64))
@click.option("--in-flight", default=256, show_default=True, help="How many at once, in total.")
@click.option("--only", help="Some commands, such as CA,M6.")
@click.option("--against", metavar="COMMIT", help="Compare with the server of this commit.")
@click.option("--pairs", default=5, show_default=True, type=click.IntRange(1, 99))
@click.option("--profile", is_flag=True, help="The server under cProfile, its 30 dearest lines.")
@click.option("--json", "as_json", is_flag=True, help="Print one line of JSON, not a table.")
def main(
    count: int,
    connections: int,
    in_flight: int,
    only: str | None,
    against: str | None,
    pairs: int,
    profile: bool,
    as_json: bool,
) -> None:
    """Measure host commands over TCP on loopback, and their parts; exit 1 if any is refused."""
    end_in_order()
    if in_flight < connections:
        raise click.UsageError("--in-flight must be --connections or more")
    wanted = only.split(",") if only else None
    chosen = {code: made for code, made in works().items() if wanted is None or code in wanted}
    if not chosen:
        raise click.UsageError("--only: no such command")
    load = Load(count, connections, in_flight)
    if against:
        costs = compared(against, chosen, load, pairs)
        lines = [f"{'':4}{'before us':>12}{'now us':>9}  times as many per CPU second"]
        for code, row in costs.items():
            lines.append(f"{code:4}{row['before_cpu_us']:12}{row['now_cpu_us']:9}  {row['times']}")
        click.echo(msgspec.json.encode(costs).decode() if as_json else "\n".join(lines))
        return
    file = Path(tempfile.gettempdir()) / "hsm.prof" if profile else None
    try:
        with serving(file) as (port, pid):
            over_tcp = {code: loaded(port, pid, made, load) for code, made in chosen.items()}
    except (Error, OSError) as error:
        raise click.ClickException(str(error)) from error
    inside = {code: parts(made, min(count, 20_000)) for code, made in chosen.items()}
    result = {
        **msgspec.to_builtins(load),
        "commands": {code: {**over_tcp[code], "parts_us": inside[code]} for code in chosen},
        "pin_cryptography_us": pin_cryptography(min(count, 20_000)),
    }
    click.echo(msgspec.json.encode(result).decode() if as_json else "\n".join(_table(result)))
    if file:
        pstats.Stats(str(file)).sort_stats("tottime").print_stats(PROFILE_LINES)
    complete = all(row["answered"] == count and not row["refused"] for row in over_tcp.values())
    sys.exit(0 if complete else 1)


def _table(result: dict[str, Any]) -> Iterator[str]:
    yield (
        f"{result['count']} of each, {result['in_flight']} in flight on "
        f"{result['connections']} connections"
    )
    yield f"{'':4}{'commands/s':>12}{'server CPU us':>15}   framing   read  perform  write   us"
    for code, row in result["commands"].items():
        us = row["parts_us"]
        refused = f"   {row['refused']} refused" if row["refused"] else ""
        yield (
            f"{code:4}{row['per_second']:12,}{row['server_cpu_us']:15.1f}"
            f"{us['framing']:10.2f}{us['read']:7.2f}{us['perform']:9.2f}{us['write']:7.2f}{refused}"
        )
    yield f"bare cryptography of a CA: {result['pin_cryptography_us']} us"


if __name__ == "__main__":
    main()
