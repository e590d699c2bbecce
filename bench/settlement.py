"""What the close of a large bank day costs: CPU seconds, peak memory, size of the books.

A journal in SQLite is made once for each number of legs: 1,000 merchants, 5,000 terminals, three
currencies, a purchase in two rows, one in 25 reversed. Then the day is closed as operators close
it, in a process of its own: chain walked, movements booked, checked, posted, all files written.
With --base the same journal is closed by an earlier commit too, in turn:

    git worktree add /tmp/before HEAD^
    python bench/settlement.py --legs 1000000 --base /tmp/before

With --selling the same journal has a switch that goes on selling, so many purchases a
second: p99 of its sales beside closes and without, see `bench/selling.py`.

With --postgres journal and books lie in one database of a server that is started for it; what the
server spends is in the time alone.
"""

from __future__ import annotations

import os
import resource
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import click
import msgspec

# A process of ours is told whose code it measures.
sys.path.insert(0, os.environ.get("CARDSWITCH_CHECKOUT", str(Path(__file__).parents[1])))

from cardswitch.specs.dates import CutOff
from cardswitch.specs.merchants import Merchant
from cardswitch.switch.core.row import Row
from cardswitch.switch.operate.config import HsmConfig, SettlementConfig, SwitchConfig
from cardswitch.switch.operate.settle import close_days
from cardswitch.switch.settlement.parties import AcquiringBank, OwnAccount
from cardswitch.switch.store.reader import JournalReader
from cardswitch.switch.store.tables import JOURNAL, JOURNAL_SCHEMA
from cardswitch.wire.store.chain import START, chained
from cardswitch.wire.store.journal import JournalStore

ROOT: Final = Path(__file__).parents[1]
LEGS: Final = (100_000, 1_000_000)
MERCHANTS: Final = 1_000
TERMINALS: Final = 5_000
CURRENCIES: Final = ("978", "978", "392", "414")
REVERSED_EACH: Final = 25
CHECKPOINT_EACH: Final = 5_000  # legs, as the switch does it by its rows
DAY: Final = "2026-11-23"
NEXT_DAY: Final = "2026-11-24"
SEALED: Final = "0123456789abcdef" * 3
CUT_OFF: Final = CutOff("23:00", "Europe/Berlin")
OWN: Final = OwnAccount("DE89370400440532013000", "COBADEFFXXX")
TIME_LIMIT_S: Final = 3_600.0
SELLING_S: Final = 20.0
MIB: Final = 1 << 20
# As much as the switch keeps of an answer; only columns are read of it.
FIELDS: Final = (
    '{"3":"000000","4":"000000001250","7":"1123110000","11":"000001","12":"110000","13":"1123",'
    '"37":"000000000001","38":"123456","39":"00","41":"TERM0001","42":"SHOP0001","49":"978"}'
)
TITLES: Final = ("legs", "commit", "CPU s", "of it chain", "wall s", "MiB RSS", "MiB books")


# The journal --------------------------------------------------------------------------------------


def rows(legs: int, sealed: str = SEALED) -> Iterator[Row]:
    """A bank day of *legs*, and the row that ends it; card numbers are *sealed* so."""
    yield _cut_over(1, DAY, CUT_OFF.starts_at(DAY))
    sequence = 1
    for leg in range(1, legs + 1):
        if leg % CHECKPOINT_EACH == 0:
            sequence += 1
            yield _checkpoint(sequence, DAY, leg)
        states: tuple[str, ...] = ("forwarded", "approved")
        if leg % REVERSED_EACH == 0:
            states = (*states, "reversing", "reversed")
        for state in states:
            sequence += 1
            yield _row(sequence, leg, state, sealed)
    yield _cut_over(sequence + 1, NEXT_DAY, CUT_OFF.ends_at(DAY))
    yield _checkpoint(sequence + 2, NEXT_DAY, legs)


def _cut_over(sequence: int, label: str, starts_at: float) -> Row:
    return _mark(sequence, "cut_over", label, starts_at)


def _checkpoint(sequence: int, label: str, leg: int) -> Row:
    at = CUT_OFF.starts_at(label)
    return _mark(sequence, "checkpoint", label, at, legs=(), numbers={}, leg_number=leg)


def _mark(sequence: int, state: str, label: str, at: float, **said: Any) -> Row:
    day = {"date": label, "run": 1}
    day |= {"starts_at": CUT_OFF.starts_at(label), "ends_at": CUT_OFF.ends_at(label)}
    return Row(
        sequence=sequence,
        leg=0,
        at=at,
        state=state,
        business_date=label,
        day=label,
        source="",
        serves="",
        link="",
        fields=msgspec.json.encode(day | said).decode(),
    )


def _row(sequence: int, leg: int, state: str, sealed: str) -> Row:
    is_first = state == "forwarded"
    amount = 100 + leg % 9_900
    terminal = leg % TERMINALS
    return Row(
        sequence=sequence,
        leg=leg,
        at=1_764_000_000.0 + leg / 100,
        state=state,
        business_date=DAY,
        day=DAY,
        source="pos",
        serves="merchants",
        link="pos/17",
        kind="sale",
        identity=f"pos|2|{leg % 1_000_000:06d}|T{terminal:07d}|{leg // 1_000_000}" * is_first,
        sent_on=DAY * is_first,
        request_digest="0123456789abcdef" * is_first,
        upstream="acquirer",
        mti="0210" if state == "approved" else "0200" if is_first else "0420",
        rrn=f"{leg:012d}",
        merchant=f"SHOP{terminal % MERCHANTS:011d}",
        terminal=f"T{terminal:07d}",
        amount=amount,
        currency=CURRENCIES[leg % len(CURRENCIES)],
        code="00" * (not is_first),
        moved={"approved": amount, "reversing": -amount}.get(state, 0),
        card="0123456789abcdef" * is_first,
        pan_masked="999999******0014",
        pan_sealed=sealed * is_first,
        fields=FIELDS,
    )


def make_journal(url: str, legs: int, sealed: str = SEALED) -> None:
    """Write the journal at *url*; nothing of it need survive a crash."""
    JournalStore(url, JOURNAL_SCHEMA, JOURNAL, Row).close()
    if url.startswith("sqlite:///"):
        _make_in_sqlite(url.removeprefix("sqlite:///"), rows(legs, sealed))
    else:
        _make_on_server(url, rows(legs, sealed))


def _make_in_sqlite(path: str, made: Iterator[Row]) -> None:
    database = sqlite3.connect(path, isolation_level=None)
    database.execute("PRAGMA synchronous = OFF")
    database.execute("BEGIN")
    marks = ",".join("?" * len(JOURNAL.c))
    database.executemany(f"INSERT INTO journal VALUES ({marks})", _chained(made))
    database.execute("COMMIT")
    database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    database.close()


def _make_on_server(url: str, made: Iterator[Row]) -> None:
    import psycopg

    with (
        psycopg.connect(url.replace("+psycopg", "")) as connection,
        connection.cursor() as cursor,
        cursor.copy("COPY journal FROM STDIN") as copy,
    ):
        for row in _chained(made):
            copy.write_row(row)


def _chained(made: Iterator[Row]) -> Iterator[tuple[Any, ...]]:
    last = START
    for row in made:
        columns = msgspec.structs.astuple(row)
        last = chained(last, columns)
        yield (*columns, last)


# The close ----------------------------------------------------------------------------------------


def close(journal: str, folder: Path) -> dict[str, Any]:
    """Close the day of *journal* into *folder*, with the code that this process has imported."""
    is_local = journal.startswith("sqlite")
    switch = SwitchConfig(
        database=journal,
        cut_off=CUT_OFF,
        listeners={},
        upstreams={},
        routes=(),
        hsm=HsmConfig(port=1),
    )
    settlement = SettlementConfig(
        books=f"sqlite:///{folder / 'books.db'}" if is_local else journal,
        deposits=str(folder / "deposits"),
        acquirer=AcquiringBank(
            name="Acquirer", iban=OWN.iban, bic=OWN.bic, accounts={"JPY": OWN, "KWD": OWN}
        ),
        merchants=tuple(_merchant(number) for number in range(MERCHANTS)),
    )
    began = time.process_time()
    damage = sum(1 for _ in JournalReader(switch.database).verify())
    chain_s = time.process_time() - began
    began, began_wall = time.process_time(), time.perf_counter()
    [report] = close_days(switch, settlement, lambda _: None, DAY)
    cpu_s, wall_s = time.process_time() - began, time.perf_counter() - began_wall
    return {
        "cpu_s": round(cpu_s, 1),
        "chain_s": round(chain_s, 1),
        "wall_s": round(wall_s, 1),
        "rss_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        "books_mib": (folder / "books.db").stat().st_size // MIB if is_local else 0,
        "damage": damage,
        "deposited": sum(payout.amount for payout in report.closed.payouts),
    }


def _merchant(number: int) -> Merchant:
    return Merchant(
        id=f"SHOP{number:011d}",
        name=f"Shop {number}",
        city="Berlin",
        country="DE",
        country_code="276",
        mcc="5411",
        iban=OWN.iban,
        bic=OWN.bic,
    )


def measured(checkout: Path, journal: str, folder: Path, nice: int = 0) -> dict[str, Any]:
    """What a close of *journal* costs the code of *checkout*. Raises CalledProcessError.

    It gives way to others as *nice* as that.
    """
    folder = Path(tempfile.mkdtemp(dir=folder))
    words = [sys.executable, __file__, "--close", journal, "--into", str(folder)]
    try:
        done = subprocess.run(
            ["nice", "-n", f"{nice}", *words],
            cwd=checkout,
            env={**os.environ, "PYTHONPATH": str(checkout), "CARDSWITCH_CHECKOUT": str(checkout)},
            stdout=subprocess.PIPE,
            timeout=TIME_LIMIT_S,
            check=True,
        )
    finally:
        shutil.rmtree(folder)
    found: dict[str, Any] = msgspec.json.decode(done.stdout)
    return found


@contextmanager
def journals(legs: int, folder: Path, *, on_server: bool) -> Iterator[Callable[[], str]]:
    """Makes a journal of *legs* once; gives the url of one that no books are beside."""
    if not on_server:
        url = f"sqlite:///{folder / 'switch.db'}"
        make_journal(url, legs)
        yield lambda: url
        return
    from tests.kit.postgres import PostgresServer, binaries

    found = binaries()
    if found is None:
        raise click.ClickException("no PostgreSQL server on this machine")
    place = folder / "server"
    place.mkdir()
    folder.chmod(0o755)  # The server runs as another user.
    server = PostgresServer(place, found)
    server.start("shared_buffers=256MB")
    try:
        made = server.database()
        make_journal(server.url(made), legs)
        server.sql("VACUUM ANALYZE", made)

        def copied() -> str:
            name = f"{made}_{time.monotonic_ns()}"
            server.sql(f"CREATE DATABASE {name} TEMPLATE {made}")
            return server.url(name)

        yield copied
    finally:
        server.stop("immediate")


def sweep(
    checkouts: Mapping[str, Path], legs: int, rounds: int, *, on_server: bool
) -> Iterator[dict[str, Any]]:
    """The best of *rounds* of each of *checkouts*, in turn, on one journal of *legs*."""
    runs: dict[str, list[dict[str, Any]]] = {name: [] for name in checkouts}
    with (
        tempfile.TemporaryDirectory(prefix="cardswitch-bench-") as made,
        journals(legs, Path(made), on_server=on_server) as journal,
    ):
        for _ in range(rounds):
            for name, checkout in checkouts.items():
                runs[name].append(measured(checkout, journal(), Path(made)))
    deposits = {one["deposited"] for each in runs.values() for one in each}
    if len(deposits) > 1:
        raise click.ClickException(f"the commits deposit different sums: {deposits}")
    for name, each in runs.items():
        yield {"legs": legs, "commit": name, **min(each, key=lambda one: one["cpu_s"])}


def _beside(legs: int, rate: float, rounds: int, nice: int) -> dict[str, Any]:
    from bench.selling import beside_close

    return beside_close(
        lambda url: make_journal(url, legs, sealed=""),  # No vault has made it: none could open it.
        lambda url, folder: measured(ROOT, url, folder, nice),
        rate=rate,
        seconds=SELLING_S,
        rounds=rounds,
    )


@click.command()
@click.option("--legs", multiple=True, type=int, default=LEGS, show_default=True)
@click.option("--base", type=click.Path(exists=True, path_type=Path), help="The earlier checkout.")
@click.option("--rounds", default=1, show_default=True, help="Of each commit; the best counts.")
@click.option("--postgres", is_flag=True, help="Journal and books on a server of PostgreSQL.")
@click.option("--selling", default=0.0, help="Purchases a second beside the close: their p99.")
@click.option("--nice", default=0, help="How much such a close gives way to other programs.")
@click.option("--json", "as_json", is_flag=True, help="Print a line of JSON for each commit.")
@click.option("--close", "journal", hidden=True)
@click.option("--into", type=click.Path(path_type=Path), hidden=True)
def main(
    legs: tuple[int, ...],
    base: Path | None,
    rounds: int,
    postgres: bool,
    selling: float,
    nice: int,
    as_json: bool,
    journal: str | None,
    into: Path | None,
) -> None:
    """Measure the close of a day of LEGS, by this commit and by the one in --base."""
    if journal is not None and into is not None:
        click.echo(msgspec.json.encode(close(journal, into)).decode())
        return
    if selling:
        for number in sorted(legs):
            found = {"legs": number, **_beside(number, selling, rounds, nice)}
            click.echo(msgspec.json.encode(found).decode())
        return
    checkouts = ({"before": base.absolute()} if base else {}) | {"now": ROOT}
    if not as_json:
        click.echo("".join(f"{title:>13}" for title in TITLES))
    for number in sorted(legs):
        for found in sweep(checkouts, number, rounds, on_server=postgres):
            if as_json:
                click.echo(msgspec.json.encode(found).decode())
            else:
                shown = [*found.values()][: len(TITLES)]
                click.echo("".join(f"{value:>13}" for value in shown))


if __name__ == "__main__":
    main()
